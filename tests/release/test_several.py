"""Several packages of one repository, released as one transaction."""

from __future__ import annotations

import json
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.release.test_asking_examples import made
from tests.release.test_broken import told
from tests.release.test_example import run
from tests.support.repositories import git
from tests.support.several import TRIO, Several, package_files, several

NAMES = ("trio_bots", "trio_core", "trio_server")
FILES = sorted(
    f"{name}-1.1.0{ending}" for name in NAMES for ending in ("-py3-none-any.whl", ".tar.gz")
)


def complete(stage: Several) -> None:
    """Require the one end state of a whole release of the three as 1.1.0."""
    shown = stage.shown()
    assert shown.commits == ("Release 1.1.0", "feat: say more", "feat: begin")
    assert shown.tagged == "Release 1.1.0"
    assert sorted(shown.index) == FILES
    assert shown.stage == shown.index
    digests = {name: f"sha256:{digest}" for name, digest in shown.index.items()}
    assert shown.releases == ((False, digests),)


def test_packages_are_released_together(tmp_path: Path) -> None:
    """One version, one commit, one tag, one draft; nothing is uploaded before all are checked."""
    with several(tmp_path) as stage:
        planned = stage.seatrial("plan", "--json")
        assert planned.returncode == 0, planned.stderr
        plan = json.loads(planned.stdout)["plan"]
        keys = [action["key"] for action in plan["actions"]]
        local = [key for key in keys if key.split()[0] in {"build", "inspect", "install"}][:9]
        assert keys.index("draft release v1.1.0") > max(map(keys.index, local))
        assert [one["name"] for one in plan["packages"]] == list(TRIO)
        assert {one["version"] for one in plan["packages"]} == {plan["version"]} == {"1.1.0"}
        done = stage.seatrial("release", "--yes", "--json")
        assert done.returncode == 0, done.stderr
        complete(stage)
        report = json.loads(done.stdout)
        assert {one["package"] for one in report["installations"]} == set(TRIO)
        for name in TRIO:
            path = f"v1.1.0:packages/{name}/pyproject.toml"
            assert 'version = "1.1.0"' in git(stage.remote, "show", path)
        again = stage.seatrial("release", "--yes")
        assert "Already complete" in again.stdout


def test_another_machine_finishes_what_one_has_begun(tmp_path: Path) -> None:
    """Of a half of the files on the index, the other half is the same build's."""
    with several(tmp_path, faults=["503@upload:7", "503@upload:8", "503@upload:9"]) as stage:
        stage.seatrial("release", "--yes")
        other = stage.clone("other")
        done = stage.seatrial("release", "--yes", at=other, home="other-home")
        assert done.returncode == 0, done.stderr
        complete(stage)


def test_a_package_that_does_not_build_keeps_all_from_being_uploaded(tmp_path: Path) -> None:
    """One failure after others were built leaves nothing outside: no draft, tag or file."""
    with several(tmp_path, files={"packages/trio-server/broken.txt": ""}) as stage:
        # The sdist does not hold the file that breaks it, so it is the backend that says so.
        stage.project.commit(
            "fix: break",
            {"packages/trio-server/backend.py": "raise SystemExit('does not build')\n"},
        )
        stage.project.push()
        told(stage.seatrial("release", "--yes"), 1, "does not build")
        assert stage.shown().index == stage.shown().stage == {}
        assert stage.releases() == []
        assert stage.tags() == ["v1.0.0"]


def test_versions_that_differ_are_refused(tmp_path: Path) -> None:
    """Packages that are released under one version state one version."""
    with several(tmp_path) as stage:
        files = package_files("trio-bots", ["trio-core"], "1.0.5")
        stage.project.commit("fix: drift", files)
        told(stage.seatrial("plan"), 1, "1.0.5 for trio-bots", "released together")


def test_packages_that_require_each_other_are_refused(tmp_path: Path) -> None:
    """A ring of requirements is named; one that only an extra closes is none."""
    ring = {"ring-a": ("ring-b",), "ring-b": ("ring-a",)}
    with several(tmp_path, packages=ring, change="ring-a") as stage:
        told(stage.seatrial("plan"), 2, "ring-a → ring-b → ring-a")


def test_the_files_are_those_of_the_packages(tmp_path: Path) -> None:
    """Each archive holds its own package; a sibling is installed from the release being made."""
    with several(tmp_path) as stage:
        kept = tmp_path / "kept"
        done = stage.seatrial("rehearse", "--keep", str(kept))
        assert done.returncode == 0, done.stderr
        built = {path.name: path for path in (kept / "run" / "artifacts").glob("*/*")}
        assert sorted(built) == FILES
        for name in NAMES:
            with zipfile.ZipFile(built[f"{name}-1.1.0-py3-none-any.whl"]) as wheel:
                assert f"{name}.py" in wheel.namelist()
            with tarfile.open(built[f"{name}-1.1.0.tar.gz"]) as sdist:
                assert f"{name}-1.1.0/{name}.py" in sdist.getnames()


@pytest.mark.slow
@pytest.mark.registry
def test_the_archives_of_the_example_hold_what_they_should(tmp_path: Path) -> None:
    """The flag of the build keeps logos and fixtures out of the archives, and assets in."""
    project = made("chat", tmp_path)
    kept = tmp_path / "kept"
    run(project, "rehearse", "--keep", str(kept), home=tmp_path / "home")
    built = {path.name: path for path in (kept / "run" / "artifacts").glob("*/*")}
    stem = "seatrial_example_chat_bots-0.10.0"
    with zipfile.ZipFile(built[f"{stem}-py3-none-any.whl"]) as wheel:
        names = wheel.namelist()
    with tarfile.open(built[f"{stem}.tar.gz"]) as sdist:
        names += sdist.getnames()
    assert any(name.endswith("assets/greeting.txt") for name in names)
    assert not [name for name in names if "logo." in name or "fixtures/" in name]
