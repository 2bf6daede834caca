"""A release that is proposed by a pull request, and what people do with that."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from seatrial.dock.hosting import Hosted
from seatrial.exitcodes import ExitCode
from tests.support.proposals import HEAD, MODE, change, proposed, pulls, reworded
from tests.support.releases import ROOT, Scene, scene
from tests.support.repositories import git


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Scene]:
    """Set up a project that releases by pull request, with a feature to release."""
    with scene(tmp_path, more=MODE) as made:
        yield made


def test_a_release_is_proposed(world: Scene) -> None:
    """One commit on a branch of its own, and a pull request that says what a merge releases."""
    before = git(world.remote, "rev-parse", "main")
    made = proposed(world)
    assert (made["outcome"], made["version"], made["how"]) == ("proposed", "1.1.0", "acted")
    assert git(world.remote, "rev-parse", "main") == before
    assert git(world.remote, "log", "--format=%s", f"main..{HEAD}") == "Release 1.1.0"
    assert 'version = "1.1.0"' in git(world.remote, "show", f"{HEAD}:pyproject.toml")
    [pull] = pulls(world)
    assert (pull["title"], pull["base"]["ref"]) == ("Release 1.1.0", "main")
    for said in ("say more", "1.0.0 → 1.1.0", "push v1.1.0 to origin", "point of no return"):
        assert said in pull["body"]
    assert world.held("main") == {}
    assert git(world.remote, "tag", "--list") == "v1.0.0"


def test_it_is_kept_up_to_date_as_commits_arrive(world: Scene) -> None:
    """There stays one pull request, from the same branch, whatever the version becomes."""
    proposed(world)
    world.project.commit("feat!: say it otherwise")
    world.project.push()
    made = proposed(world)
    assert (made["version"], made["number"]) == ("2.0.0", 1)
    assert git(world.remote, "log", "--format=%s", f"main..{HEAD}") == "Release 2.0.0"
    again = proposed(world)
    assert again["how"] == "found"
    assert again["commit"] == made["commit"]
    assert len(pulls(world)) == 1


def test_notes_edited_by_a_person_stay_and_go_into_the_changelog(world: Scene) -> None:
    """What somebody wrote in the pull request wins over what the commits say."""
    made = proposed(world)
    change(world, 1, body=reworded(made["body"], "### Features\n\n- It says *much* more."))
    world.project.commit("fix: say it well")
    world.project.push()
    again = proposed(world)
    assert again["edited"] == ["demo"]
    assert "- It says *much* more." in again["body"]
    assert "- It says *much* more." in git(world.remote, "show", f"{HEAD}:CHANGELOG.md")
    assert "- say more" not in git(world.remote, "show", f"{HEAD}:CHANGELOG.md")
    assert proposed(world)["how"] == "found"


def test_a_pull_request_closed_by_hand_is_not_opened_again(world: Scene) -> None:
    """It says so, and another version is proposed by another one."""
    proposed(world)
    change(world, 1, state="closed")
    done = world.seatrial("propose")
    assert done.returncode == ExitCode.CONFLICT
    assert "closed by hand" in done.stderr
    assert proposed(world, "--version", "1.5.0")["number"] == 2


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<!-- seatrial notes end: demo -->", ""),
        ("<!-- seatrial notes begin: demo -->", "<!-- seatrial notes end: demo -->"),
        ("<!-- seatrial notes end: demo -->", "<!-- seatrial notes end: other -->"),
    ],
    ids=["gone", "turned", "renamed"],
)
def test_notes_edited_into_something_unreadable_are_not_written_over(
    world: Scene, old: str, new: str
) -> None:
    """Until the comments are back nothing is changed there, so nothing is lost."""
    body = proposed(world)["body"].replace(old, new)
    change(world, 1, body=body)
    done = world.seatrial("propose")
    assert done.returncode == ExitCode.CONFLICT
    assert "pull/1" in done.stderr
    assert pulls(world)[0]["body"].strip() == body.strip()


def test_a_branch_that_somebody_else_pushed_to_is_left_alone(world: Scene) -> None:
    """Their commit would be thrown away."""
    proposed(world)
    work = world.clone("theirs")
    git(work, "switch", "--quiet", HEAD)
    git(work, "commit", "--quiet", "--allow-empty", "--message=Mine")
    git(work, "push", "--quiet")
    world.project.commit("fix: more")
    world.project.push()
    done = world.seatrial("propose")
    assert done.returncode == ExitCode.CONFLICT
    assert HEAD in done.stderr
    assert git(world.remote, "log", "-1", "--format=%s", HEAD) == "Mine"


def test_a_rehearsal_shows_the_pull_request_as_it_would_read(world: Scene) -> None:
    """The whole is rehearsed, the merge is played, and nothing comes to the real remote."""
    done = world.seatrial("rehearse", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    [shown] = report["downstream"]
    assert shown["title"] == "Release 1.1.0"
    assert report["then"] == "seatrial propose"
    assert "<!-- seatrial notes begin: demo -->" in shown["body"]
    assert git(world.remote, "branch", "--format=%(refname:short)") == "main"
    assert pulls(world) == []


@pytest.mark.parametrize(
    ("hosted", "code"),
    [
        (Hosted(rules=("pull_request", "deletion")), ExitCode.CONFLICT),
        (Hosted(rules=("pull_request",), bypass=True), ExitCode.DONE),
        (Hosted(rules=("deletion", "non_fast_forward")), ExitCode.DONE),
    ],
    ids=["protected", "passed by", "harmless"],
)
def test_a_protected_branch_is_known_before_anything_is_done(
    tmp_path: Path, hosted: Hosted, code: ExitCode
) -> None:
    """A rule that would refuse the push refuses the release, with the way that is left."""
    with scene(tmp_path, repositories={"octo/demo": hosted}) as world:
        rehearsed = world.seatrial("rehearse", "--json")
        missing = json.loads(rehearsed.stdout)["missing"]
        assert bool(code) == any("which is protected" in one["what"] for one in missing)
        done = world.seatrial("release", "--yes")
        assert done.returncode == code, done.stderr
        if code:
            assert "changes come by pull request" in done.stderr
            assert "seatrial propose" in done.stderr
            assert world.held("stage") == {}
            assert not list((world.project.folder / ".git" / "seatrial").glob("runs/*"))


def test_a_protected_branch_for_proposals_is_known_before_the_push(tmp_path: Path) -> None:
    """Where branches of that name may not be made, it is said which key names another one."""
    hosted = {"octo/demo": Hosted(rules=("creation",), protected=("release/*",))}
    with scene(tmp_path, more=MODE, repositories=hosted) as world:
        done = world.seatrial("propose")
        assert done.returncode == ExitCode.CONFLICT
        assert "nobody may create it" in done.stderr
        assert "[tool.seatrial.proposal] branch" in done.stderr
        assert git(world.remote, "branch", "--format=%(refname:short)") == "main"


def test_the_page_shows_it_as_a_forge_does(world: Scene) -> None:
    """Comments are not seen, and what is folded there is open here."""
    kept = world.folder / "kept"
    done = world.seatrial("rehearse", "--keep", str(kept))
    assert done.returncode == 0, done.stderr
    page = (kept / "report.html").read_text("utf-8")
    for shown in (done.stdout, page):
        assert "What the merge releases" in shown
        assert "seatrial notes begin" not in shown
        assert "summary&gt;" not in shown


def test_notes_that_are_too_long_are_cut_in_the_text_alone(world: Scene) -> None:
    """A pull request's text has a largest size; the changelog and the release have all."""
    lines = "\n".join(
        f"- Change number {number}, which is told at length." for number in range(2500)
    )
    text = (world.project.folder / "CHANGELOG.md").read_text("utf-8")
    text = text.replace("# Changelog\n", f"# Changelog\n\n## Unreleased\n\n{lines}\n")
    world.project.commit("docs: tell all", {"CHANGELOG.md": text})
    world.project.push()
    body = proposed(world)["body"]
    assert "- Change number 100," in body
    assert "the changelog has all" in body
    assert "- Change number 2499," in git(world.remote, "show", f"{HEAD}:CHANGELOG.md")
    assert proposed(world)["how"] == "found"


def test_a_commit_subject_cannot_end_the_notes(world: Scene) -> None:
    """What looks like one of our comments is no comment any more."""
    world.project.commit("feat: x\n\n<!-- seatrial notes end: demo -->")
    world.project.commit("fix: <!-- seatrial notes end: demo -->")
    world.project.push()
    proposed(world)
    assert proposed(world)["how"] == "found"


def test_a_crash_between_push_and_pull_request_is_made_good(world: Scene) -> None:
    """The branch is there and nothing asks for it to be merged: the next run asks, once."""
    made = proposed(world)
    _forget_pulls(world)
    again = proposed(world)
    assert (again["how"], again["commit"]) == ("acted", made["commit"])
    assert len(pulls(world)) == 1


def _forget_pulls(world: Scene) -> None:
    for kept in (world.folder / "dock" / "forge").rglob("pulls/*.json"):
        kept.unlink()


def _propose_on(world: Scene, day: str) -> str:
    """Propose on a day, and give the commit that the branch is at then."""
    subprocess.run(
        [sys.executable, "-m", "tests.release.dated", str(world.project.folder), day],
        cwd=ROOT,
        env=world.environment(),
        check=True,
        capture_output=True,
    )
    return git(world.remote, "rev-parse", HEAD)


def test_a_crash_before_the_pull_request_is_made_good_on_another_day(world: Scene) -> None:
    """The commit of that day is another one, and a clone knows that the branch is ours."""
    first = _propose_on(world, "2030-01-01")
    _forget_pulls(world)
    other = world.clone("other")
    done = world.seatrial("propose", "--json", at=other, home="other-home")
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    assert made["how"] == "acted"
    assert made["commit"] not in {"", first}
    assert git(world.remote, "log", "--format=%s", f"main..{HEAD}") == "Release 1.1.0"
    assert "2030-01-01" not in git(world.remote, "show", f"{HEAD}:CHANGELOG.md")
    assert len(pulls(world)) == 1


def test_a_crash_before_the_text_was_changed_is_made_good_on_another_day(world: Scene) -> None:
    """The pull request still tells of the commit before: it is brought up to date."""
    _propose_on(world, "2030-01-01")
    [pull] = pulls(world)
    _propose_on(world, "2030-01-02")
    change(world, 1, body=pull["body"])
    made = proposed(world)
    assert (made["how"], made["number"]) == ("acted", 1)
    assert made["commit"] == git(world.remote, "rev-parse", HEAD)
    assert f'"commit":"{made["commit"]}"' in pulls(world)[0]["body"]


def test_what_somebody_pushed_meanwhile_is_theirs_though_no_pull_request_tells(
    world: Scene,
) -> None:
    """The remote remembers which commit was ours, and theirs is another one."""
    _propose_on(world, "2030-01-01")
    _forget_pulls(world)
    work = world.clone("theirs")
    git(work, "switch", "--quiet", HEAD)
    git(work, "commit", "--quiet", "--allow-empty", "--message=Mine")
    git(work, "push", "--quiet")
    done = world.seatrial("propose")
    assert done.returncode == ExitCode.CONFLICT
    assert git(world.remote, "log", "-1", "--format=%s", HEAD) == "Mine"


def test_a_remote_that_takes_branches_and_tags_alone_gets_the_branch(world: Scene) -> None:
    """What is ours is then known by the pull request alone."""
    hook = world.remote / "hooks" / "update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text('#!/bin/sh\ncase "$1" in refs/heads/*|refs/tags/*) ;; *) exit 1 ;; esac\n')
    hook.chmod(0o755)
    proposed(world)
    world.project.commit("fix: say it well")
    world.project.push()
    assert proposed(world)["number"] == 1
    assert git(world.remote, "for-each-ref", "refs/seatrial") == ""
