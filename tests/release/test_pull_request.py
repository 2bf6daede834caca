"""Release by pull request: proposed, reviewed, merged, and released without another commit."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest

from seatrial.dock.hosting import Hosted
from seatrial.exitcodes import ExitCode
from tests.release.test_collect import COLLECT, built
from tests.support.downstreams import TOKEN
from tests.support.releases import Scene, scene
from tests.support.repositories import git
from tests.support.several import several
from tests.support.wheels import make_wheel

MODE = 'mode = "pull-request"\nstaging = "stage"'
HEAD = "release/main"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Scene]:
    """Set up a project that releases by pull request, with a feature to release."""
    with scene(tmp_path, more=MODE) as made:
        yield made


def pulls(world: Scene) -> list[dict[str, Any]]:
    """Give all pull requests of the project, the newest first."""
    url = f"{world.dock.forge_api}/repos/octo/demo/pulls?state=all"
    answer = httpx.get(url, headers=TOKEN)
    answer.raise_for_status()
    found: list[dict[str, Any]] = answer.json()
    return found


def change(world: Scene, number: int, **said: str) -> None:
    """Change a pull request as a person does on its page."""
    url = f"{world.dock.forge_api}/repos/octo/demo/pulls/{number}"
    httpx.patch(url, json=said, headers=TOKEN).raise_for_status()


def reworded(body: str, notes: str) -> str:
    """Give a text with other notes between the comments."""
    pattern = r"(<!-- seatrial notes begin: demo -->\n).*?(\n<!-- seatrial notes end: demo -->)"
    return re.sub(pattern, rf"\g<1>{notes}\g<2>", body, flags=re.DOTALL)


def merge(world: Scene, *, squash: bool = False) -> str:
    """Merge what is proposed, as a person does on its page, and give the merged commit."""
    work = world.clone(f"merging-{len(list(world.folder.iterdir()))}")
    for key, value in (("user.name", "Bea"), ("user.email", "bea@example.org")):
        git(work, "config", key, value)
    if squash:
        git(work, "merge", "--quiet", "--squash", f"origin/{HEAD}")
        git(work, "commit", "--quiet", "--message=Release (#1)")
    else:
        git(work, "merge", "--quiet", "--no-ff", "--message=Merge it", f"origin/{HEAD}")
    git(work, "push", "--quiet", "origin", "main")
    state = git(work, "rev-parse", "HEAD")
    world.project.git("pull", "--quiet", "--ff-only")
    return state


def proposed(world: Scene, *arguments: str) -> dict[str, Any]:
    """Propose, and give what was printed."""
    done = world.seatrial("propose", "--json", *arguments)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


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
    for said in ("say more", "1.0.0 → 1.1.0", "upload demo 1.1.0 to main", "point of no return"):
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


def test_notes_edited_just_before_the_merge_are_the_releases(world: Scene) -> None:
    """They came after the merged commit was made, and nothing that somebody wrote is lost."""
    made = proposed(world)
    change(world, 1, body=reworded(made["body"], "- In my own words."))
    merge(world)
    url = f"{world.dock.forge_api}/repos/octo/demo/pulls/1/merge"
    httpx.put(url, json={}, headers=TOKEN).raise_for_status()
    done = world.seatrial("release", "--merged", "--yes", "--json")
    assert done.returncode == 0, done.stderr
    [release] = world.releases()
    assert release["body"].startswith("- In my own words.")
    assert "notes-edited" in [remark["topic"] for remark in json.loads(done.stdout)["remarks"]]


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


def test_a_commit_that_is_not_on_the_remote_is_not_released(world: Scene) -> None:
    """A tag would carry it past every review."""
    proposed(world)
    world.project.git("fetch", "--quiet", "origin")
    world.project.git("merge", "--quiet", "--ff-only", f"origin/{HEAD}")
    done = world.seatrial("release", "--merged", "--yes")
    assert done.returncode == ExitCode.CONFLICT
    assert git(world.remote, "tag", "--list") == "v1.0.0"


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


def test_a_merged_release_asks_nothing_of_a_protected_branch(tmp_path: Path) -> None:
    """Only the tag is pushed; the branch was moved by the merge."""
    protected = {"octo/demo": Hosted(rules=("pull_request",))}
    with scene(tmp_path, more=MODE, repositories=protected) as world:
        proposed(world)
        merge(world)
        done = world.seatrial("release", "--merged", "--yes")
        assert done.returncode == 0, done.stderr


def test_a_commit_subject_cannot_end_the_notes(world: Scene) -> None:
    """What looks like one of our comments is no comment any more."""
    world.project.commit("feat: x\n\n<!-- seatrial notes end: demo -->")
    world.project.commit("fix: <!-- seatrial notes end: demo -->")
    world.project.push()
    proposed(world)
    assert proposed(world)["how"] == "found"


def test_several_packages_of_a_repository_are_proposed_together(tmp_path: Path) -> None:
    """Each has its notes between comments of its own, and each its tag on the merged commit."""
    pins = {"trio-core": (), "trio-bots": ("trio-core==1.0.0",), "trio-server": ()}
    tags = tuple(f"{name}-v1.0.0" for name in pins)
    more = f'{MODE}\nversions = "independent"'
    with several(tmp_path, packages=pins, more=more, tags=tags) as stage:
        done = stage.seatrial("propose", "--json")
        assert done.returncode == 0, done.stderr
        body = json.loads(done.stdout)["body"]
        for name in ("trio-core", "trio-bots"):
            assert f"<!-- seatrial notes begin: {name} -->" in body
        git(stage.folder, "clone", "--quiet", str(stage.remote), "merging")
        git(stage.folder / "merging", "merge", "--quiet", "--ff-only", f"origin/{HEAD}")
        git(stage.folder / "merging", "push", "--quiet", "origin", "main")
        stage.project.git("pull", "--quiet", "--ff-only")
        done = stage.seatrial("release", "--merged", "--yes")
        assert done.returncode == 0, done.stderr
        assert stage.tags() == sorted([*tags, "trio-core-v1.1.0", "trio-bots-v1.0.1"])
        assert git(stage.remote, "rev-parse", "main") == stage.project.head


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


def test_a_crash_between_push_and_pull_request_is_made_good(world: Scene) -> None:
    """The branch is there and nothing asks for it to be merged: the next run asks, once."""
    made = proposed(world)
    for kept in (world.folder / "dock" / "forge").rglob("pulls/*.json"):
        kept.unlink()
    again = proposed(world)
    assert (again["how"], again["commit"]) == ("acted", made["commit"])
    assert len(pulls(world)) == 1


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
