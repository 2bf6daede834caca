"""A release that was proposed and merged: made from the merged commit, and without another."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from seatrial.dock.hosting import Hosted
from seatrial.exitcodes import ExitCode
from tests.release.test_collect import COLLECT, built
from tests.support.downstreams import TOKEN
from tests.support.proposals import HEAD, MODE, change, merge, proposed, reworded
from tests.support.releases import Scene, scene
from tests.support.repositories import git
from tests.support.several import several
from tests.support.wheels import make_wheel


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Scene]:
    """Set up a project that releases by pull request, with a feature to release."""
    with scene(tmp_path, more=MODE) as made:
        yield made


@pytest.mark.parametrize("squash", [False, True], ids=["merged", "squashed"])
def test_the_merge_is_released_without_another_commit(world: Scene, squash: bool) -> None:  # noqa: FBT001 - a parameter of pytest
    """The tag is on the merged commit, the branch is not pushed to, and the files are out."""
    proposed(world)
    merged = merge(world, squash=squash)
    done = world.seatrial("release", "--merged", "--yes", "--json")
    assert done.returncode == 0, done.stderr
    assert git(world.remote, "rev-parse", "main") == merged
    assert git(world.remote, "rev-parse", "v1.1.0^{commit}") == merged
    assert len(world.held("main")) == 2
    [release] = world.releases()
    assert release["draft"] is False
    assert "say more" in release["body"]
    report = json.loads(done.stdout)
    assert report["reason"] == "The merged files state 1.1.0."
    [push] = [step for step in report["steps"] if step["kind"] == "push"]
    assert (push["key"], push["facts"]["branch"]) == ("push v1.1.0 to origin", "")
    again = world.seatrial("release", "--merged", "--yes", "--json")
    assert (again.returncode, json.loads(again.stdout)["outcome"]) == (0, "already-complete")


def test_commits_after_the_merge_are_not_released(world: Scene) -> None:
    """What came to the branch later belongs to the next release, here or on the remote alone."""
    proposed(world)
    merged = merge(world)
    world.project.commit("feat: something else")
    world.project.push()
    done = world.seatrial("release", "--merged", "--yes")
    assert done.returncode == 0, done.stderr
    assert git(world.remote, "rev-parse", "v1.1.0^{commit}") == merged
    assert git(world.remote, "log", "-1", "--format=%s", "main") == "feat: something else"


@pytest.mark.parametrize("late", [False, True], ids=["shown as merged", "still shown as open"])
def test_notes_edited_just_before_the_merge_are_the_releases(world: Scene, late: bool) -> None:  # noqa: FBT001 - a parameter of pytest
    """They came after the merged commit was made, and nothing that somebody wrote is lost."""
    made = proposed(world)
    change(world, 1, body=reworded(made["body"], "- In my own words."))
    merge(world)
    if not late:
        url = f"{world.dock.forge_api}/repos/octo/demo/pulls/1/merge"
        httpx.put(url, json={}, headers=TOKEN).raise_for_status()
    done = world.seatrial("release", "--merged", "--yes", "--json")
    assert done.returncode == 0, done.stderr
    [release] = world.releases()
    assert release["body"].startswith("- In my own words.")
    assert "notes-edited" in [remark["topic"] for remark in json.loads(done.stdout)["remarks"]]


def test_what_was_merged_is_planned_rehearsed_and_released_by_its_plan(world: Scene) -> None:
    """Each of them starts from the merged commit, edits nothing, and leaves the branch alone."""
    proposed(world)
    merged = merge(world)
    world.project.commit("feat: something else")
    world.project.push()
    done = world.seatrial("rehearse", "--merged", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["version"], report["commit"], report["edits"]) == ("1.1.0", merged, [])
    plan = world.folder / "plan.json"
    assert world.seatrial("plan", "--merged", "--out", str(plan)).returncode == 0
    done = world.seatrial("release", "--plan", str(plan), "--yes")
    assert done.returncode == 0, done.stderr
    assert git(world.remote, "rev-parse", "v1.1.0^{commit}") == merged


def test_a_merged_release_that_died_is_finished_by_another_machine(world: Scene) -> None:
    """The tag is there and the forge release a draft: the same command goes on with it."""
    proposed(world)
    merged = merge(world)
    done = world.seatrial("release", "--merged", "--yes")
    assert done.returncode == 0, done.stderr
    [release] = world.releases()
    url = f"{world.dock.forge_api}/repos/octo/demo/releases/{release['id']}"
    httpx.patch(url, json={"draft": True}, headers=TOKEN).raise_for_status()
    other = world.clone("other")
    done = world.seatrial("release", "--merged", "--yes", at=other, home="other-home")
    assert done.returncode == 0, done.stderr
    assert [one["draft"] for one in world.releases()] == [False]
    assert git(world.remote, "rev-parse", "main") == merged


def test_without_a_changelog_the_reviewed_notes_are_the_releases(world: Scene) -> None:
    """What the pull request said is what the forge release says, and no commit of ours is in it."""
    world.project.commit("docs: tell nothing any more", remove=["CHANGELOG.md"])
    world.project.push()
    proposed(world)
    merge(world)
    url = f"{world.dock.forge_api}/repos/octo/demo/pulls/1/merge"
    httpx.put(url, json={}, headers=TOKEN).raise_for_status()
    done = world.seatrial("release", "--merged", "--yes")
    assert done.returncode == 0, done.stderr
    [release] = world.releases()
    assert "say more" in release["body"]
    assert "Release 1.1.0" not in release["body"]


def test_reviewed_notes_that_cannot_be_read_are_not_made_up(tmp_path: Path) -> None:
    """A forge that is down for a while stops the release, and the next run has the words."""
    reads = [f"503@forge:{number}" for number in range(13, 17)]
    with scene(tmp_path, more=MODE, faults=reads) as world:
        world.project.commit("docs: tell nothing any more", remove=["CHANGELOG.md"])
        world.project.push()
        change(world, 1, body=reworded(proposed(world)["body"], "- In my own words."))
        merge(world)
        url = f"{world.dock.forge_api}/repos/octo/demo/pulls/1/merge"
        httpx.put(url, json={}, headers=TOKEN).raise_for_status()
        done = world.seatrial("release", "--merged", "--yes")
        assert done.returncode == ExitCode.INCOMPLETE, done.stderr
        assert "demo/pulls: " in done.stderr
        assert not world.releases()
        plan, said = world.start("plan", "--merged", env={"GH_TOKEN": ""}).communicate()
        assert "edited in the pull request are not in this plan" in plan, said
        done = world.seatrial("release", "--merged", "--yes")
        assert done.returncode == 0, done.stderr
        [release] = world.releases()
        assert release["body"].startswith("- In my own words.")


def test_notes_of_what_was_closed_and_squashed_by_hand_are_told(world: Scene) -> None:
    """The forge knows of no merge: the release has the changelog's words, and says so."""
    made = proposed(world)
    change(world, 1, body=reworded(made["body"], "- In my own words."), state="closed")
    merge(world, squash=True)
    plan = json.loads(world.seatrial("plan", "--merged", "--json").stdout)["plan"]
    [told] = [one["text"] for one in plan["remarks"] if one["topic"] == "notes-not-taken"]
    assert "/pull/1 are not taken: it is closed, and was not merged" in told
    assert "In my own words" not in plan["notes"]


def test_the_next_release_has_a_pull_request_of_its_own(world: Scene) -> None:
    """The branch of the last one is used again, whether it was left there or deleted."""
    for number, left in ((1, True), (2, False), (3, True)):
        assert proposed(world)["number"] == number
        merge(world)
        url = f"{world.dock.forge_api}/repos/octo/demo/pulls/{number}/merge"
        httpx.put(url, json={}, headers=TOKEN).raise_for_status()
        done = world.seatrial("release", "--merged", "--yes")
        assert done.returncode == 0, done.stderr
        if not left:
            git(world.remote, "branch", "--quiet", "-D", HEAD)
        world.project.commit(f"feat: number {number}", {f"{number}.txt": "x\n"})
        # The tag is on the remote alone: without it the next number would be a wrong one.
        done = world.seatrial("propose")
        assert done.returncode == ExitCode.USAGE
        assert "git fetch --tags" in done.stderr
        world.project.git("fetch", "--quiet", "--tags")
        world.project.push()
    assert git(world.remote, "tag", "--list", "--sort=v:refname").split() == [
        "v1.0.0",
        "v1.1.0",
        "v1.2.0",
        "v1.3.0",
    ]


def test_without_a_merge_nothing_is_released(world: Scene) -> None:
    """An ordinary commit on the branch is no release, and no failure either."""
    done = world.seatrial("release", "--merged", "--yes", "--json")
    assert (done.returncode, json.loads(done.stdout)["outcome"]) == (0, "nothing-to-release")


def test_a_release_at_once_is_refused(world: Scene) -> None:
    """Where versions are reviewed, none goes out without that."""
    done = world.seatrial("release", "--yes")
    assert done.returncode == ExitCode.USAGE
    assert "seatrial propose" in done.stderr


def test_a_merge_that_changed_the_version_once_more_is_seen(world: Scene) -> None:
    """The files decide: a version without its section is no reviewed one, and is named."""
    proposed(world)
    merge(world)
    text = (world.project.folder / "pyproject.toml").read_text("utf-8")
    changed = text.replace('version = "1.1.0"', 'version = "1.2.0"')
    world.project.commit("Make it 1.2", {"pyproject.toml": changed})
    world.project.push()
    done = world.seatrial("release", "--merged", "--yes")
    assert done.returncode == ExitCode.REFUSED
    assert "1.2.0" in done.stderr
    assert "CHANGELOG.md" in done.stderr
    assert world.held("main") == {}
    # The way out that was told: propose it, and have it merged.
    assert proposed(world)["version"] == "1.2.0"
    merged = merge(world)
    done = world.seatrial("release", "--merged", "--yes")
    assert done.returncode == 0, done.stderr
    assert git(world.remote, "rev-parse", "v1.2.0^{commit}") == merged


def test_what_a_merge_left_out_may_come_with_a_later_commit(world: Scene) -> None:
    """A section that is written on the branch afterwards is released with its version, no more."""
    proposed(world)
    merge(world)
    text = (world.project.folder / "pyproject.toml").read_text("utf-8")
    changed = text.replace('version = "1.1.0"', 'version = "1.2.0"')
    world.project.commit("Make it 1.2", {"pyproject.toml": changed})
    section = (world.project.folder / "CHANGELOG.md").read_text("utf-8")
    section = section.replace("## 1.1.0", "## 1.2.0 - 2024-03-01\n\n- Even more.\n\n## 1.1.0", 1)
    world.project.commit("Tell of it", {"CHANGELOG.md": section})
    world.project.commit("docs: aside", {"README.md": "x"})
    world.project.push()
    done = world.seatrial("release", "--merged", "--yes")
    assert done.returncode == 0, done.stderr
    assert world.shown("v1.2.0").tagged == "Tell of it"


def test_a_commit_that_is_not_on_the_remote_is_not_released(world: Scene) -> None:
    """A tag would carry it past every review."""
    proposed(world)
    world.project.git("fetch", "--quiet", "origin")
    world.project.git("merge", "--quiet", "--ff-only", f"origin/{HEAD}")
    done = world.seatrial("release", "--merged", "--yes")
    assert done.returncode == ExitCode.CONFLICT
    assert git(world.remote, "tag", "--list") == "v1.0.0"


def test_a_merged_release_asks_nothing_of_a_protected_branch(tmp_path: Path) -> None:
    """Only the tag is pushed; the branch was moved by the merge."""
    protected = {"octo/demo": Hosted(rules=("pull_request",))}
    with scene(tmp_path, more=MODE, repositories=protected) as world:
        proposed(world)
        merge(world)
        done = world.seatrial("release", "--merged", "--yes")
        assert done.returncode == 0, done.stderr


def test_several_packages_of_a_repository_are_proposed_together(tmp_path: Path) -> None:
    """Each has its notes between comments of its own, and each its tag on the merged commit."""
    pins = {"trio-core": (), "trio-bots": ("trio-core==1.0.0",), "trio-server": ()}
    tags = tuple(f"{name}-v1.0.0" for name in pins)
    more = f'{MODE}\nversions = "independent"'
    with several(tmp_path, packages=pins, more=more, tags=tags) as stage:
        done = stage.seatrial("propose", "--json")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["what"] == "2 packages"
        assert "✓ Proposed already 2 packages\n" in stage.seatrial("propose").stdout
        body = json.loads(done.stdout)["body"]
        for name in ("trio-core", "trio-bots"):
            assert f"<!-- seatrial notes begin: {name} -->" in body
        end = "<!-- seatrial notes end: trio-bots -->"
        change(stage, 1, body=body.replace(end, f"- By hand.\n{end}"))
        git(stage.folder, "clone", "--quiet", str(stage.remote), "merging")
        git(stage.folder / "merging", "merge", "--quiet", "--ff-only", f"origin/{HEAD}")
        git(stage.folder / "merging", "push", "--quiet", "origin", "main")
        stage.project.git("pull", "--quiet", "--ff-only")
        merged = stage.project.head
        stage.project.commit("feat: too late", {"packages/trio-bots/late.txt": "late\n"})
        stage.project.push()
        done = stage.seatrial("release", "--merged", "--yes")
        assert done.returncode == 0, done.stderr
        assert stage.tags() == sorted([*tags, "trio-core-v1.1.0", "trio-bots-v1.0.1"])
        assert git(stage.remote, "rev-parse", "trio-bots-v1.0.1^{commit}") == merged
        assert git(stage.remote, "rev-parse", "main") == stage.project.head
        told = {one["tag_name"]: one["body"] for one in stage.releases()}
        assert "- By hand." in told["trio-bots-v1.0.1"]
        assert "- By hand." not in told["trio-core-v1.1.0"]


def test_what_ci_built_of_the_merge_is_released(tmp_path: Path) -> None:
    """Proposed, merged, built by CI from the merged commit: these bytes go out."""
    with scene(tmp_path, more=f"{MODE}\n{COLLECT}") as world:
        proposed(world)
        wheel = make_wheel(tmp_path, version="1.1.0")
        built(world, merge(world), wheel)
        done = world.seatrial("release", "--merged", "--yes")
        assert done.returncode == 0, done.stderr
        digest = sha256(wheel.read_bytes()).hexdigest()
        assert world.held("main")[wheel.name] == digest


def test_a_hotfix_is_released_while_main_is_ahead(tmp_path: Path) -> None:
    """Branched from the last tag with one fix, it gets the patch number; main stays untouched."""
    with scene(tmp_path) as world:
        ahead = git(world.remote, "rev-parse", "main")
        world.project.git("switch", "--quiet", "-c", "hotfix-1.0.1", "v1.0.0")
        world.project.commit("fix: the one thing", {"fixed.txt": "x\n"})
        done = world.seatrial("release", "--yes")
        assert done.returncode == 0, done.stderr
        assert git(world.remote, "rev-parse", "main") == ahead
        assert git(world.remote, "log", "--format=%s", "v1.0.1").splitlines()[:2] == [
            "Release 1.0.1",
            "fix: the one thing",
        ]
        assert all("1.0.1" in name for name in world.held("main"))
        world.project.git("switch", "--quiet", "main")
        done = world.seatrial("plan")
        assert done.returncode == ExitCode.CONFLICT
        assert "Run git fetch --tags. Merge v1.0.1 into main" in done.stderr
        world.project.git("fetch", "--quiet", "--tags")
        world.project.git("merge", "--quiet", "--message=Take the fix", "v1.0.1")
        done = world.seatrial("plan")
        assert "demo 1.1.0, tag v1.1.0" in done.stdout, done.stderr


def test_a_hotfix_is_reviewed_as_well(world: Scene) -> None:
    """The pull request asks its own branch, and its merge is released from there."""
    ahead = git(world.remote, "rev-parse", "main")
    world.project.git("switch", "--quiet", "-c", "hotfix-1.0.1", "v1.0.0")
    world.project.commit("fix: the one thing", {"fixed.txt": "x\n"})
    world.project.git("push", "--quiet", "--set-upstream", "origin", "hotfix-1.0.1")
    made = proposed(world)
    assert (made["version"], made["branch"], made["base"]) == (
        "1.0.1",
        "release/hotfix-1.0.1",
        "hotfix-1.0.1",
    )
    git(world.remote, "update-ref", "refs/heads/hotfix-1.0.1", made["commit"])
    world.project.git("pull", "--quiet", "--ff-only")
    done = world.seatrial("release", "--merged", "--yes")
    assert done.returncode == 0, done.stderr
    assert git(world.remote, "rev-parse", "v1.0.1^{commit}") == made["commit"]
    assert git(world.remote, "rev-parse", "main") == ahead


def test_an_older_line_goes_on_beside_the_newer_one(tmp_path: Path) -> None:
    """On a branch called 1.x the next number is one of that line, and no newer release is in it."""
    with scene(tmp_path) as world:
        world.project.commit("feat!: another world", tag="v2.0.0")
        world.project.push()
        world.project.git("switch", "--quiet", "-c", "1.x", "v1.0.0")
        world.project.commit("feat: for those who stay", {"stay.txt": "x\n"})
        done = world.seatrial("release", "--yes", "--json")
        assert done.returncode == 0, done.stderr
        report = json.loads(done.stdout)
        assert (report["version"], report["branch"]) == ("1.1.0", "1.x")
