"""Poetry's packages that require each other by their paths, built by Poetry for a release."""

from __future__ import annotations

import json
import re
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.release.test_broken import told
from tests.support.repositories import git
from tests.support.several import Several, several

CORE = "packages/trio-core/pyproject.toml"
BOTS = "packages/trio-bots/pyproject.toml"
HEAD = """[build-system]
requires = ["poetry-core"]
build-backend = "poetry.core.masonry.api"

[tool.poetry]
name = "{}"
version = "1.0.0"
description = "A part"
authors = ["Ann <ann@example.org>"]

[tool.poetry.dependencies]
python = ">=3.9"  # as CI has it
"""
BY_PATH = '{path = "../trio-core", develop = true, python = "<4"}  # the core\n'
FILES = {CORE: HEAD.format("trio-core"), BOTS: f"{HEAD.format('trio-bots')}trio-core = {BY_PATH}"}
PAIR = {"trio-core": (), "trio-bots": ("trio-core",)}
OWN = 'staging = "stage"\nversions = "independent"'


def rehearsed(stage: Several, kept: Path) -> dict[str, Any]:
    """Rehearse, keep the files, and give the report."""
    done = stage.seatrial("rehearse", "--keep", str(kept), "--json")
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def required(kept: Path, package: str) -> list[str]:
    """Give what the wheel of a package requires."""
    wheel = next(kept.rglob(f"{package}-*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (one for one in archive.namelist() if one.endswith(".dist-info/METADATA"))
        return re.findall(r"(?m)^Requires-Dist: (.*)$", archive.read(name).decode())


def manifest_in_sdist(kept: Path, package: str) -> str:
    """Give the ``pyproject.toml`` that is in the sdist of a package."""
    sdist = next(kept.rglob(f"{package}-*.tar.gz"))
    with tarfile.open(sdist) as archive:
        (name,) = (one for one in archive.getnames() if one.endswith("/pyproject.toml"))
        file = archive.extractfile(name)
        assert file is not None
        return file.read().decode()


@pytest.mark.registry
def test_packages_of_one_version_require_each_other_by_it(tmp_path: Path) -> None:
    """The archives require the release, sdist and wheel; git keeps the path and its comment."""
    more = 'staging = "stage"\ntag = "v{version}"\nsiblings = "=="'
    with several(tmp_path, packages=PAIR, files=FILES, more=more) as stage:
        kept = tmp_path / "kept"
        report = rehearsed(stage, kept)
        (edit,) = report["build_edits"]
        assert edit["path"] == BOTS
        after = '+trio-core = {version = "==1.1.0", python = "<4"}  # the core'
        assert after in edit["diff"]
        assert not any("+trio-core" in one["diff"] for one in report["edits"])
        assert required(kept, "trio_bots") == ['trio-core (==1.1.0) ; python_version < "4"']
        assert after[1:] in manifest_in_sdist(kept, "trio_bots")
        done = stage.seatrial("release", "--yes")
        assert done.returncode == 0, done.stderr
        assert f"trio-core = {BY_PATH}".strip() in git(stage.remote, "show", f"v1.1.0:{BOTS}")


@pytest.mark.registry
@pytest.mark.parametrize(
    ("policy", "after"),
    [("auto", ">=1.1.0"), ("~=", ">=1.1.0,<1.2.0")],
)
def test_packages_of_their_own_versions_require_the_siblings_release(
    tmp_path: Path, policy: str, after: str
) -> None:
    """Both are released: one requires the new version of the other, as ``siblings`` says."""
    more = f'{OWN}\nsiblings = "{policy}"'
    tags = ("trio-core-v1.0.0", "trio-bots-v1.0.0")
    with several(tmp_path, packages=PAIR, files=FILES, more=more, tags=tags) as stage:
        stage.project.commit("fix: mend", {"packages/trio-bots/more.txt": "x"})
        stage.project.push()
        kept = tmp_path / "kept"
        report = rehearsed(stage, kept)
        versions = {one["name"]: one["version"] for one in report["packages"]}
        assert versions == {"trio-core": "1.1.0", "trio-bots": "1.0.1"}
        (line,) = required(kept, "trio_bots")
        assert line == f'trio-core ({after}) ; python_version < "4"'


def planned_edits(stage: Several) -> list[str]:
    """Plan, and give the differences for the builds alone."""
    done = stage.seatrial("plan", "--json")
    assert done.returncode == 0, done.stderr
    actions = json.loads(done.stdout)["plan"]["actions"]
    return [
        edit["diff"] for one in actions if one["kind"] == "build" for edit in one.get("edits", [])
    ]


def test_a_sibling_that_is_not_released_stands_at_its_last_release(tmp_path: Path) -> None:
    """What has not changed since its tag is required by that tag's version."""
    tags = ("trio-core-v0.9.0", "trio-core-v1.0.0", "trio-bots-v1.0.0")
    with several(
        tmp_path, packages=PAIR, files=FILES, more=OWN, tags=tags, change="trio-bots"
    ) as stage:
        (diff,) = planned_edits(stage)
        assert '+trio-core = {version = ">=1.0.0", python = "<4"}  # the core' in diff


def test_a_package_that_is_planned_by_its_folder_finds_its_sibling(tmp_path: Path) -> None:
    """The sibling's release counts, too, where one folder was named and none is configured."""
    tags = ("trio-core-v1.0.0", "trio-bots-v1.0.0")
    with several(
        tmp_path, packages=PAIR, files=FILES, more="", tags=tags, change="trio-bots"
    ) as stage:
        folder = str(stage.project.folder / "packages" / "trio-bots")
        done = stage.seatrial("plan", folder)
        assert done.returncode == 0, done.stderr
        assert '+trio-core = {version = ">=1.0.0", python = "<4"}  # the core' in done.stdout


def test_a_package_whose_sibling_moves_is_released_where_the_policy_says_so(tmp_path: Path) -> None:
    """Archives that pin the other one are out of date with its release, and follow it."""
    tags = ("trio-core-v1.0.0", "trio-bots-v1.0.0")
    more = f'{OWN}\nsiblings = "=="'
    with several(tmp_path, packages=PAIR, files=FILES, more=more, tags=tags) as stage:
        (diff,) = planned_edits(stage)
        assert '"==1.1.0"' in diff


def test_a_sibling_that_nobody_can_install_is_refused(tmp_path: Path) -> None:
    """Never released and left out, private, elsewhere: each is told with its line, and the way."""
    tags = ("trio-bots-v1.0.0",)
    more = (
        f'{OWN}\n[[package]]\npath = "packages/trio-bots"\n'
        '[[package]]\npath = "packages/hidden"\nprivate = true\n'
    )
    hidden = HEAD.format("hidden")
    files = FILES | {
        BOTS: FILES[BOTS] + 'hidden = {path = "../hidden", optional = true}\n'
        'away = {path = "../../../away"}\nunheard = {path = "../none", optional = true}\n'
        '[tool.poetry.extras]\nmore = ["hidden"]\n',
        "packages/hidden/pyproject.toml": hidden,
    }
    with several(
        tmp_path, packages=PAIR, files=files, more=more, tags=tags, change="trio-bots"
    ) as stage:
        done = stage.seatrial("plan")
        told(
            done,
            2,
            f"{BOTS}:13: trio-core is required by its path ../trio-core, which was never released",
            f"{BOTS}:14: hidden is required by its path ../hidden, which is private",
            f"{BOTS}:15: away is required by its path ../../../away, which leads out",
            "require it by its version",
        )
        assert "unheard" not in done.stderr


@pytest.mark.registry
def test_a_package_that_is_built_by_itself_requires_the_last_release(tmp_path: Path) -> None:
    """Built without a release, too, its files name no folder of this machine."""
    tags = ("trio-core-v1.0.0", "trio-bots-v1.0.0")
    with several(tmp_path, packages=PAIR, files=FILES, more=OWN, tags=tags) as stage:
        kept = tmp_path / "kept"
        folder = str(stage.project.folder / "packages" / "trio-bots")
        done = stage.seatrial("build", folder, "--out", str(kept))
        assert done.returncode == 0, done.stderr
        assert required(kept, "trio_bots") == ['trio-core (>=1.0.0) ; python_version < "4"']


@pytest.mark.registry
@pytest.mark.parametrize("named", ["", '[[package]]\npath = "packages/*"\n'])
def test_a_package_that_is_built_by_itself_requires_what_a_release_of_it_would(
    tmp_path: Path, named: str
) -> None:
    """Where the commit states the next version, it requires that one of its sibling."""
    more = f'tag = "v{{version}}"\nsiblings = "=="\n{named}'
    with several(tmp_path, packages=PAIR, files=FILES, more=more) as stage:
        raised = {path: text.replace("1.0.0", "1.1.0") for path, text in FILES.items()}
        stage.project.commit("Release 1.1.0", raised)
        folder = str(stage.project.folder / "packages" / "trio-bots")
        done = stage.seatrial("build", folder, "--out", str(tmp_path / "kept"))
        assert done.returncode == 0, done.stderr
        wanted = ['trio-core (==1.1.0) ; python_version < "4"']
        assert required(tmp_path / "kept", "trio_bots") == wanted
        rehearsed(stage, tmp_path / "rehearsed")
        assert required(tmp_path / "rehearsed", "trio_bots") == wanted
