"""Packages of one repository with versions of their own: what is released, and as what."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.release.test_broken import told
from tests.release.test_kill import killed_at
from tests.support.repositories import git
from tests.support.several import TRIO, Several, package_files, several

OWN = 'staging = "stage"\nversions = "independent"'
TAGS = tuple(f"{name}-v1.0.0" for name in TRIO)


def plan_of(stage: Several, *words: str) -> dict[str, Any]:
    """Plan, and give the plan."""
    done = stage.seatrial("plan", "--json", *words)
    assert done.returncode == 0, done.stderr
    plan: dict[str, Any] = json.loads(done.stdout)["plan"]
    return plan


def released(plan: Mapping[str, Any]) -> dict[str, str]:
    """Give name → version of what a plan releases."""
    return {one["name"]: one["version"] for one in plan["packages"]}


def test_what_has_changed_is_released_by_itself(tmp_path: Path) -> None:
    """One package, one tag, one file for each kind; the others stay as they are."""
    with several(tmp_path, more=OWN, tags=TAGS) as stage:
        assert released(plan_of(stage)) == {"trio-core": "1.1.0"}
        done = stage.seatrial("release", "--yes")
        assert done.returncode == 0, done.stderr
        assert sorted(stage.held("main")) == [
            "trio_core-1.1.0-py3-none-any.whl",
            "trio_core-1.1.0.tar.gz",
        ]
        assert stage.tags() == sorted([*TAGS, "trio-core-v1.1.0"])
        again = stage.seatrial("release", "--yes")
        assert "Already complete" in again.stdout


def test_dependents_follow_and_all_tags_are_pushed_at_once(tmp_path: Path) -> None:
    """A pinned sibling moves with the release; each release has its tag, its draft, its notes."""
    pins = {"trio-core": (), "trio-bots": ("trio-core==1.0.0",), "trio-server": ("trio-bots>=1",)}
    with several(tmp_path, packages=pins, more=OWN, tags=TAGS) as stage:
        plan = plan_of(stage)
        assert released(plan) == {"trio-core": "1.1.0", "trio-bots": "1.0.1"}
        (push,) = (action for action in plan["actions"] if action["kind"] == "push")
        assert {push["tag"], *push["more_tags"]} == {"trio-core-v1.1.0", "trio-bots-v1.0.1"}
        done = stage.seatrial("release", "--yes")
        assert done.returncode == 0, done.stderr
        path = "trio-bots-v1.0.1:packages/trio-bots/pyproject.toml"
        assert "trio-core==1.1.0" in git(stage.remote, "show", path)
        assert {one["tag_name"] for one in stage.releases()} == {
            "trio-core-v1.1.0",
            "trio-bots-v1.0.1",
        }
        assert not any(one["draft"] for one in stage.releases())
        assert {len(one["assets"]) for one in stage.releases()} == {2}
        log = [line for line in stage.requests() if "POST" in line and "/legacy/" in line]
        assert log


def test_the_requirement_may_stay_as_it_is_in_git(tmp_path: Path) -> None:
    """The archives require the release; the repository goes on with what it says."""
    more = f'{OWN}\nsiblings = ">="\nsiblings-in-git = false'
    with several(tmp_path, more=more, tags=TAGS) as stage:
        kept = tmp_path / "kept"
        done = stage.seatrial("rehearse", "--keep", str(kept), "--json")
        assert done.returncode == 0, done.stderr
        report = json.loads(done.stdout)
        assert {one["name"] for one in report["packages"]} == set(TRIO)
        assert not any("trio-core>=" in edit["diff"] for edit in report["edits"])
        assert any(
            '+dependencies = ["trio-core>=1.1.0"]' in e["diff"] for e in report["build_edits"]
        )


def test_a_requirement_that_the_release_contradicts_is_refused(tmp_path: Path) -> None:
    """Both are released, and one does not admit the other: it is said before anything is done."""
    needs = {"trio-core": (), "trio-bots": ("trio-core<1.1",), "trio-server": ()}
    with several(tmp_path, packages=needs, more=OWN, tags=TAGS) as stage:
        assert released(plan_of(stage)) == {"trio-core": "1.1.0"}
        stage.project.commit("fix: it", {"packages/trio-bots/more.txt": "x"})
        told(stage.seatrial("plan"), 2, "trio-core<1.1", "released as 1.1.0")


def test_groups_share_a_version(tmp_path: Path) -> None:
    """The packages of a group have one version and one tag; another one has its own."""
    more = (
        'staging = "stage"\ntag = "{package}/{version}"\n'
        '[[package]]\npath = "packages/trio-[bc]*"\ngroup = "pair"\n'
        '[[package]]\npath = "packages/trio-server"\n'
    )
    tags = ("pair/1.0.0", "trio-server/1.0.0")
    with several(tmp_path, more=more, tags=tags) as stage:
        plan = plan_of(stage)
        assert released(plan) == {"trio-core": "1.1.0", "trio-bots": "1.1.0"}
        assert {one["tag"] for one in plan["packages"]} == {"pair/1.1.0"}


def test_two_packages_of_one_name_are_refused(tmp_path: Path) -> None:
    """Names that every index takes for the same are named, with both folders."""
    with several(tmp_path) as stage:
        stage.project.commit("feat: twin", package_files("Trio.Core", (), folder="packages/twin"))
        told(stage.seatrial("plan"), 2, "packages/twin", "packages/trio-core", "same name")


SERVER = "packages/trio-server/pyproject.toml"
BARE = '[project]\nname = "trio-server"\nversion = "1.0.0"\n'
CONFIGURED = """
[[package]]
path = "packages/*"
[[package]]
path = "packages/trio-server"
private = true
"""


@pytest.mark.parametrize(
    ("files", "more"),
    [
        ({}, CONFIGURED),
        ({SERVER: f'{BARE}classifiers = ["Private :: Do Not Upload"]\n'}, ""),
        ({SERVER: f"{BARE}[tool.uv]\npackage = false\n"}, ""),
    ],
    ids=["configured", "classifier", "uv"],
)
def test_what_is_private_is_never_released(
    tmp_path: Path, files: dict[str, str], more: str
) -> None:
    """However it is said, a private package is neither built nor uploaded."""
    with several(tmp_path, files=files, more=f'tag = "v{{version}}"\n{more}') as stage:
        assert set(released(plan_of(stage))) == {"trio-core", "trio-bots"}


def test_a_private_package_that_is_named_is_refused(tmp_path: Path) -> None:
    """Nobody who names its folder gets a release of the others instead."""
    with several(tmp_path, more=f'tag = "v{{version}}"\n{CONFIGURED}') as stage:
        path = stage.project.folder / "packages" / "trio-server"
        told(stage.seatrial("release", "--yes", str(path)), 2, "trio-server", "is private")
        assert not stage.shown().index


def test_a_version_for_many_is_refused_and_a_folder_picks_one(tmp_path: Path) -> None:
    """--version cannot mean several packages; the folder of one says which."""
    with several(tmp_path, more=OWN, tags=TAGS) as stage:
        told(stage.seatrial("plan", "--version", "2.0.0"), 2, "versions of their own", "folder")
        path = stage.project.folder / "packages" / "trio-core"
        plan = plan_of(stage, str(path), "--version", "2.0.0")
        assert released(plan) == {"trio-core": "2.0.0"}


def test_notes_are_about_one_version(tmp_path: Path) -> None:
    """Where packages have versions of their own, the folder of one says whose are meant."""
    with several(tmp_path, more=OWN, tags=TAGS) as stage:
        told(stage.seatrial("notes"), 2, "3 packages", "trio-core in packages/trio-core")
        folder = str(stage.project.folder / "packages" / "trio-core")
        assert stage.seatrial("next", folder).stdout == "1.1.0\n"
        assert "say more" in stage.seatrial("notes", "--path", folder).stdout


def test_a_release_of_dependents_that_was_killed_is_finished_elsewhere(tmp_path: Path) -> None:
    """Another machine finds every line of the release, and finishes all of them."""
    pins = {"trio-core": (), "trio-bots": ("trio-core==1.0.0",), "trio-server": ("trio-bots>=1",)}
    for point in (60, 110, 150):
        (tmp_path / str(point)).mkdir()
        with several(tmp_path / str(point), packages=pins, more=OWN, tags=TAGS) as stage:
            killed_at(stage, point)
            done = stage.seatrial("release", "--yes", at=stage.clone("other"), home="other-home")
            assert done.returncode == 0, done.stderr
            assert len(stage.held("main")) == 4
            assert stage.held("main") == stage.held("stage")
            assert [one["draft"] for one in stage.releases()] == [False, False]
            nothing_public_twice = [line for line in stage.requests() if "PATCH" in line]
            assert len(nothing_public_twice) == 2


def test_what_requires_a_private_package_is_refused(tmp_path: Path) -> None:
    """Nobody could install it: the index will never hold what it requires."""
    files = {SERVER: f'{BARE}classifiers = ["Private :: Do Not Upload"]\n'}
    with several(tmp_path, files=files, more='tag = "v{version}"') as stage:
        stage.project.commit("feat: need it", package_files("trio-bots", ["trio-server"]))
        told(stage.seatrial("plan"), 2, "trio-bots", "trio-server", "private")
