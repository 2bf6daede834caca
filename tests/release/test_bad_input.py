"""Repositories and remotes that cannot be released as they are: what a person is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.release.test_broken import told
from tests.release.test_release import complete, fingerprint
from tests.support.releases import MODULE, Scene, scene
from tests.support.repositories import git, make_repository

PROJECT = '[project]\nname = "{}"\nversion = "1.0"\n'


def untouched(stage: Scene) -> None:
    """Require that nothing was done outside."""
    shown = stage.shown()
    assert not shown.releases
    assert not shown.index
    assert not shown.stage
    assert not shown.tagged


def test_where_no_repository_is_its_path_is_named(tmp_path: Path) -> None:
    """No folder, no repository, and a repository without a commit are three different sentences."""
    with scene(tmp_path) as stage:
        told(stage.seatrial("plan", str(tmp_path / "nowhere")), 2, "there is no such folder")
        empty = tmp_path / "empty"
        empty.mkdir()
        told(stage.seatrial("release", "--yes", at=empty), 2, str(empty), "git init")
        git(empty, "init", "--quiet")
        told(stage.seatrial("release", "--yes", at=empty), 2, "no commit yet", "Commit the project")


def test_no_package_is_told_and_of_two_one_has_to_be_named(tmp_path: Path) -> None:
    """Without a package the sentence says what makes one; a build of one of two names both."""
    with scene(tmp_path) as stage:
        none = make_repository(tmp_path / "none", {"README.md": "x"})
        told(stage.seatrial("plan", at=none.folder), 2, "pyproject.toml", "[project]")
        files = {"a/pyproject.toml": PROJECT.format("alpha"), "b/setup.cfg": "[metadata]\nname=b\n"}
        two = make_repository(tmp_path / "two", files | {"b/pyproject.toml": PROJECT.format("b")})
        told(stage.seatrial("build", at=two.folder), 2, "alpha in a", "b in b", "Name the folder")


def test_a_dirty_tree_is_not_used_and_it_is_said(tmp_path: Path) -> None:
    """What is not committed reaches no file of the release, and the plan names it."""
    with scene(tmp_path) as stage:
        stage.project.write({"demo.py": "broken(", "new.py": "x"})
        plan = stage.seatrial("plan")
        assert plan.returncode == 0, plan.stderr
        assert "demo.py, new.py" in plan.stdout
        assert "not committed" in plan.stdout
        before = fingerprint(stage.project.folder)
        done = stage.seatrial("release", "--yes")
        assert done.returncode == 0, done.stderr
        complete(stage)
        assert fingerprint(stage.project.folder) == before


def detach(stage: Scene) -> None:
    """Leave the branch."""
    stage.project.git("checkout", "--quiet", "--detach")


def move_branch(stage: Scene) -> None:
    """Let another person push to the branch."""
    other = stage.clone("other")
    git(other, "commit", "--quiet", "--allow-empty", "--message=fix: meanwhile")
    git(other, "push", "--quiet")


def tag_aside(stage: Scene) -> None:
    """Put a later release on a branch of its own."""
    stage.project.git("checkout", "--quiet", "-b", "side")
    stage.project.commit("feat: aside", {"aside.py": ""}, tag="v1.5.0")
    stage.project.git("checkout", "--quiet", "main")


def state_nonsense(stage: Scene) -> None:
    """State a version that is none."""
    text = (stage.project.folder / "pyproject.toml").read_text("utf-8")
    stage.project.commit("x", {"pyproject.toml": text.replace('"1.0.0"', '"one"', 1)})
    stage.project.push()


def disagree(stage: Scene) -> None:
    """State another version in a second place."""
    other = MODULE.replace("import sys", 'import sys\n\n__version__ = "1.0.1"')
    stage.project.commit("feat: x", {"demo.py": other})
    stage.project.push()


@pytest.mark.parametrize(
    ("harm", "code", "words"),
    [
        (detach, 2, ["HEAD is at ", "Check out the branch"]),
        (move_branch, 4, ["main", "which is not in the history", "git pull"]),
        (tag_aside, 4, ["v1.5.0", "not in the history", "users would lose"]),
        (state_nonsense, 2, ["pyproject.toml:9 states 'one'", "PEP 440"]),
        (
            disagree,
            1,
            [
                "pyproject.toml:9 states 1.0.0, and the built files would carry it",
                "demo.py:5 states 1.0.1",
            ],
        ),
    ],
)
def test_a_repository_that_cannot_be_released_is_refused_before_anything(
    tmp_path: Path, harm: Callable[[Scene], None], code: int, words: list[str]
) -> None:
    """The sentence says what is wrong and where, and neither index nor forge were touched."""
    with scene(tmp_path) as stage:
        harm(stage)
        told(stage.seatrial("release", "--yes"), code, *words)
        untouched(stage)
        assert not [line for line in stage.requests() if line.startswith("POST")]


def test_a_shallow_clone_is_refused_with_the_command_that_mends_it(tmp_path: Path) -> None:
    """The history that decides is not there; the command that brings it is named, and helps."""
    with scene(tmp_path) as stage:
        git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{stage.remote}", "shallow")
        at = tmp_path / "shallow"
        told(stage.seatrial("release", "--yes", at=at), 2, "git fetch --unshallow --tags")
        git(at, "fetch", "--quiet", "--unshallow", "--tags")
        done = stage.seatrial("release", "--yes", at=at)
        assert done.returncode == 0, done.stderr
        complete(stage)


@pytest.mark.parametrize("where", ["here", "on the remote"])
def test_a_version_whose_tag_is_on_another_commit_is_refused(tmp_path: Path, where: str) -> None:
    """Asked for by number, it is refused, and the commit of the tag is named."""
    with scene(tmp_path) as stage:
        at = stage.clone("other") if where == "on the remote" else stage.project.folder
        git(at, "tag", "v1.1.0", "HEAD~1")
        if where == "on the remote":
            git(at, "push", "--quiet", "origin", "v1.1.0")
        commit = git(at, "rev-parse", "HEAD~1")[:12]
        done = stage.seatrial("release", "--yes", "--version", "1.1.0")
        told(done, 4, f"tag v1.1.0: {where} it is on {commit}", "Release another version")
        plan = stage.seatrial("plan")
        if where == "on the remote":
            # Counted from what is here, the next number would be a wrong one.
            told(plan, 2, "the remote has the tag v1.1.0", "git fetch --tags")
            stage.project.git("fetch", "--quiet", "--tags")
            plan = stage.seatrial("plan")
        assert plan.returncode == 0
        assert "1.2.0" in plan.stdout


def test_a_commit_that_was_released_is_not_released_again(tmp_path: Path) -> None:
    """That the tag on this very commit was not fetched makes no further number of it."""
    with scene(tmp_path) as stage:
        other = stage.clone("other")
        git(other, "tag", "v1.1.0", "HEAD")
        git(other, "push", "--quiet", "origin", "v1.1.0")
        told(stage.seatrial("plan"), 2, "the remote has the tag v1.1.0", "git fetch --tags")
        stage.project.git("fetch", "--quiet", "--tags")
        assert "Nothing to release" in stage.seatrial("plan").stdout


def test_a_remote_that_refuses_is_quoted_and_undo_takes_the_run_back(tmp_path: Path) -> None:
    """The remote's own words are shown; undone, nothing is left but what is staged."""
    with scene(tmp_path) as stage:
        hook = stage.remote / "hooks" / "pre-receive"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text('#!/bin/sh\necho "no pushes on Fridays"\nexit 1\n')
        hook.chmod(0o755)
        done = stage.seatrial("release", "--yes")
        told(done, 4, "no pushes on Fridays", "run seatrial resume; or seatrial undo")
        assert not stage.shown().index
        undone = stage.seatrial("undo")
        assert undone.returncode == 0, undone.stderr
        assert not stage.shown().releases
        hook.unlink()
        again = stage.seatrial("release", "--yes")
        assert again.returncode == 0, again.stderr
        # The staging index keeps what it was given, so that number is used up.
        assert stage.shown("v1.1.1").tagged == "Release 1.1.1"
        assert "taken: 1.1.0" in again.stdout


def test_a_branch_that_moves_between_plan_and_push_is_refused(tmp_path: Path) -> None:
    """What another person pushed meanwhile stays; the release is undone and planned anew."""
    push = "git commit -q --allow-empty -m 'fix: meanwhile' && git push -q"
    more = 'staging = "stage"\n[tool.seatrial.gate]\nmove = "sh move.sh"\n'
    script = f"cd '{tmp_path}/other' && {push}\n"
    with scene(tmp_path, more=more, files={"move.sh": script}) as stage:
        stage.clone("other")
        done = stage.seatrial("release", "--yes")
        told(done, 4, "main", "seatrial undo, fetch, and release again")
        assert stage.shown().commits == ("fix: meanwhile", "feat: say more", "feat: begin")
        assert stage.seatrial("undo").returncode == 0
        assert stage.shown().commits == ("fix: meanwhile", "feat: say more", "feat: begin")
        assert not stage.shown().releases


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("a project", marks=pytest.mark.slow),
        "prøjekt ünd so",
        pytest.param('quote\'s "both" $HOME;', marks=pytest.mark.slow),
    ],
)
def test_a_folder_with_any_name_is_released(tmp_path: Path, name: str) -> None:
    """Spaces, letters of any alphabet and what a shell would read are part of a name."""
    with scene(tmp_path, name=name) as stage:
        done = stage.seatrial("release", "--yes")
        assert done.returncode == 0, done.stderr
        complete(stage)


@pytest.mark.parametrize(
    ("when", "date"), [(4_102_444_800, "2100-01-01"), (31_536_100, "")], ids=["2100", "1971"]
)
def test_a_commit_of_another_time_is_released(tmp_path: Path, when: int, date: str) -> None:
    """With a commit of the future the release is of its day, and it is said; an old one is fine."""
    with scene(tmp_path) as stage:
        git(
            stage.project.folder, "commit", "--quiet", "--allow-empty", "--message=fix: x",
            when=when,
        )  # fmt: skip
        stage.project.push()
        plan = stage.seatrial("plan", "--json")
        remarks = {r["topic"] for r in json.loads(plan.stdout)["plan"]["remarks"]}
        assert ("lying-clock" in remarks) == bool(date)
        done = stage.seatrial("release", "--yes")
        assert done.returncode == 0, done.stderr
        assert len(stage.held("main")) == 2
        head = int(git(stage.remote, "log", "-1", "--format=%ct"))
        assert head > when
        assert date in git(stage.remote, "show", "v1.1.0:CHANGELOG.md")


def test_the_way_past_a_newer_release_on_another_branch_is_one(tmp_path: Path) -> None:
    """What the error says to do for an older line is done, and the older line is planned."""
    with scene(tmp_path) as stage:
        tag_aside(stage)
        told(stage.seatrial("plan"), 4, "Merge v1.5.0 into main", "git switch -c 1.0.x")
        stage.project.git("switch", "--quiet", "-c", "1.0.x")
        done = stage.seatrial("plan", "--bump", "patch")
        assert done.returncode == 0, done.stderr
        assert "demo 1.0.1, tag v1.0.1" in done.stdout
