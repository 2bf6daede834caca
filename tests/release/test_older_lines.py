"""Releases of an older line, beside a higher version that is out already."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.downstreams import EDITS, TOKEN, settings
from tests.support.releases import Scene, scene
from tests.support.repositories import git
from tests.support.several import several

SERVER = f'repository = "octo/server"\n{EDITS}'


def latest(world: Scene) -> str:
    """Name the tag of the release that the forge calls the latest."""
    url = f"{world.dock.forge_api}/repos/octo/demo/releases/latest"
    answer = httpx.get(url, headers=TOKEN)
    answer.raise_for_status()
    return str(answer.json()["tag_name"])


def on_older_line(world: Scene, at: str = "v1.0.0") -> None:
    """Release 2.0.0, and put a fix on a branch for those who stay below it."""
    world.project.commit("feat!: another world", {"another.txt": "x\n"})
    world.project.push()
    done = world.seatrial("release", "--yes")
    assert done.returncode == 0, done.stderr
    world.project.git("fetch", "--quiet", "--tags")
    world.project.git("switch", "--quiet", "-c", "1.x", at)
    world.project.commit("fix: for those who stay", {"stay.txt": "x\n"})


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Scene]:
    """Set up a project with a feature since its release 1.0.0."""
    with scene(tmp_path) as made:
        yield made


def test_a_release_of_an_older_line_is_not_the_latest(world: Scene) -> None:
    """The forge goes on to call the higher one the latest, and the plan says who gets this one."""
    on_older_line(world)
    assert latest(world) == "v2.0.0"
    planned = " ".join(world.seatrial("plan").stdout.split())
    assert (
        "main holds demo 2.0.0: installers choose that one before 1.0.1. It is for those" in planned
    )
    done = world.seatrial("release", "--yes")
    assert done.returncode == 0, done.stderr
    assert {one["tag_name"] for one in world.releases() if not one["draft"]} == {"v2.0.0", "v1.0.1"}
    assert latest(world) == "v2.0.0"


def test_a_clone_without_the_higher_tag_is_told_by_the_remote(world: Scene) -> None:
    """A clone of the branch alone does not take its release for the latest one either."""
    on_older_line(world)
    world.project.git("push", "--quiet", "--set-upstream", "origin", "1.x")
    alone = world.folder / "alone"
    how = ("--quiet", "--single-branch", "--branch=1.x", "--no-tags")
    git(world.folder, "clone", *how, str(world.remote), alone.name)
    git(alone, "fetch", "--quiet", "--no-tags", "origin", "tag", "v1.0.0")
    assert git(alone, "tag", "--list") == "v1.0.0"
    done = world.seatrial("release", "--yes", at=alone)
    assert done.returncode == 0, done.stderr
    assert latest(world) == "v2.0.0"


def test_a_hotfix_of_the_highest_version_is_the_latest(world: Scene) -> None:
    """What main is ahead by is not released, so the fix is what people are to get."""
    on_older_line(world, at="v2.0.0")
    world.project.git("branch", "--quiet", "--move", "hotfix-2.0.1")
    done = world.seatrial("release", "--yes")
    assert done.returncode == 0, done.stderr
    assert latest(world) == "v2.0.1"


def test_an_older_line_brings_down_no_other_repository(tmp_path: Path) -> None:
    """What names the newest version is left alone, and told; what has a branch for it is not."""
    table = SERVER.replace("octo/server", "octo/old") + 'branch = "1.x"\n'
    with scene(tmp_path, more=settings(SERVER, table)) as world:
        world.project.commit("feat!: another world", tag="v2.0.0")
        world.project.push()
        world.project.git("switch", "--quiet", "-c", "1.x", "v1.0.0")
        world.project.commit("fix: for those who stay", {"stay.txt": "x\n"})
        done = world.seatrial("plan", "--json")
        assert done.returncode == 0, done.stderr
        plan = json.loads(done.stdout)["plan"]
        (update,) = (one for one in plan["actions"] if one["kind"] == "downstream")
        assert [one["repository"] for one in update["targets"]] == ["octo/old"]
        assert any("is left alone: octo/server." in one["text"] for one in plan["remarks"])


def test_each_of_several_packages_has_a_latest_of_its_own(tmp_path: Path) -> None:
    """A higher version of another package is no reason; one of its own is."""
    pair = {"trio-core": (), "trio-bots": ()}
    tags = ("trio-core-v1.0.0", "trio-bots-v1.0.0", "trio-bots-v9.0.0")
    more = 'staging = "stage"\nversions = "independent"'
    with several(tmp_path, packages=pair, more=more, tags=tags[:2]) as stage:
        stage.project.commit("feat!: further", {"packages/trio-bots/f.txt": "x"}, tag=tags[2])
        stage.project.push()
        stage.project.git("switch", "--quiet", "-c", "1.x", "trio-core-v1.0.0")
        stage.project.commit(
            "fix: for those who stay",
            {"packages/trio-bots/stay.txt": "x", "packages/trio-core/stay.txt": "x"},
        )
        done = stage.seatrial("plan", "--json")
        assert done.returncode == 0, done.stderr
        actions = json.loads(done.stdout)["plan"]["actions"]
        shown = {
            one["tag"]: one.get("latest", True)
            for one in actions
            if one["kind"] == "publish-release"
        }
        assert shown == {"trio-core-v1.0.1": True, "trio-bots-v1.0.1": False}


@pytest.mark.parametrize(("siblings", "code"), [("auto", 0), ("==", 4)])
def test_of_several_those_that_are_released_have_to_hold_their_last_release(
    tmp_path: Path, siblings: str, code: int
) -> None:
    """What stays out may be behind; what follows a sibling must not lose what its users have."""
    pair = {"trio-core": (), "trio-bots": ("trio-core",)}
    tags = ("trio-core-v1.0.0", "trio-bots-v1.0.0")
    more = f'staging = "stage"\nversions = "independent"\nsiblings = "{siblings}"'
    with several(tmp_path, packages=pair, more=more, tags=tags) as stage:
        stage.project.commit("fix: bots", {"packages/trio-bots/f.txt": "x"}, tag="trio-bots-v1.0.1")
        stage.project.push()
        stage.project.git("switch", "--quiet", "-c", "hotfix", tags[0])
        stage.project.commit("fix: the core", {"packages/trio-core/fixed.txt": "x"})
        done = stage.seatrial("plan", "--json")
        assert done.returncode == code, done.stderr
        if code:
            assert "trio-bots-v1.0.1" in done.stderr
            assert "Merge trio-bots-v1.0.1 into hotfix" in done.stderr
        else:
            packages = json.loads(done.stdout)["plan"]["packages"]
            assert [one["name"] for one in packages] == ["trio-core"]
