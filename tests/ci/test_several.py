"""One workflow that builds what the releases of several packages expect."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from seatrial.operations.workflows import Generating, generate
from tests.ci.test_workflow import FILE, MATURIN, SETUPTOOLS, seatrial, tool
from tests.support.repositories import Repository, make_repository
from tests.support.wheels import make_sdist, make_wheel

EXPECT = {
    "fast": ["sdist", "cp39-abi3 × {win_amd64, win_arm64}"],
    "slow": ["sdist", "cp312 × win_amd64"],
    "plain": ["py3 × any"],
    "other": [],
}
"""Package → what it expects."""


def repository(folder: Path, expect: dict[str, list[str]] = EXPECT) -> Repository:
    """Make a repository of four packages, one of which says nothing of what it consists of."""
    files = {"CHANGELOG.md": "# Changelog\n"}
    tables = ""
    for name, said in expect.items():
        build = MATURIN if name == "fast" else SETUPTOOLS
        project = f'[project]\nname = "{name}"\nversion = "1.0.0"\n'
        files[f"packages/{name}/pyproject.toml"] = f"[build-system]\n{build}{project}"
        tables += f'[[package]]\npath = "packages/{name}"\ncontents.expect = {json.dumps(said)}\n'
    files["seatrial.toml"] = tables
    return make_repository(folder / "project", files)


def jobs_of(made: Repository) -> dict[str, Any]:
    """Read the jobs of the workflow."""
    found: dict[str, Any] = yaml.safe_load((made.folder / FILE).read_text("utf-8"))["jobs"]
    return found


def test_all_packages_are_built_by_one_workflow(tmp_path: Path) -> None:
    """Whichever package is named, each that expects something has jobs and artifacts of its own."""
    made = repository(tmp_path)
    said = generate(Generating(path=made.folder / "packages" / "slow"))
    assert [(job.package, job.platform) for job in said.jobs] == [
        ("fast", "win_amd64"),
        ("fast", "win_arm64"),
        ("slow", "win_amd64"),
    ]
    text = (made.folder / FILE).read_text("utf-8")
    jobs = jobs_of(made)
    assert list(jobs) == [
        *("wheels-fast", "sdist-fast", "complete-fast", "sdist-plain", "complete-plain"),
        *("wheels-slow", "sdist-slow", "complete-slow"),
    ]
    assert jobs["complete-plain"]["needs"] == ["sdist-plain"]
    left = [
        step["with"]["name"]
        for job in jobs.values()
        for step in job["steps"]
        if step.get("uses", "").startswith("actions/upload-artifact@")
    ]
    assert left == [
        *("wheels-fast-${{ matrix.platform }}", "wheels-fast-sdist", "wheels-plain-sdist"),
        *("wheels-slow-${{ matrix.platform }}", "wheels-slow-sdist"),
    ]
    for folder in ("fast", "plain", "other", ""):
        again = generate(Generating(path=made.folder / "packages" / folder))
        assert again.outcome == "current"
    assert (made.folder / FILE).read_text("utf-8") == text


def test_a_person_sees_whose_jobs_they_are(tmp_path: Path) -> None:
    """The list names each package beside its platforms."""
    made = repository(tmp_path)
    done = seatrial(made, "ci")
    assert done.returncode == 0, done.stderr
    assert "maturin and cibuildwheel build for 3 platforms of 2 packages, and" in done.stdout
    assert "    slow  win_amd64  on windows-2025" in done.stdout


def test_the_last_job_of_each_asks_about_its_own_package(tmp_path: Path) -> None:
    """Beside the other package's files it takes its own, and refuses where one is missing."""
    made = repository(tmp_path)
    generate(Generating(path=made.folder))
    made.commit("Build by CI")
    dist = made.folder / "dist" / "wheels"
    dist.mkdir(parents=True)
    make_sdist(dist, "fast", "1.0.0")
    make_sdist(dist, "slow", "1.0.0")
    make_wheel(dist, "slow", "1.0.0", tag="cp312-cp312-win_amd64")
    results = {}
    for name in ("fast", "slow"):
        step = jobs_of(made)[f"complete-{name}"]["steps"][-1]
        command = (
            step["run"].removeprefix("pipx run ").replace('"$PACKAGE"', step["env"]["PACKAGE"])
        )
        done = seatrial(made, *command.split()[1:])
        left = sorted(path.name for path in (made.folder / "whole").iterdir())
        results[name] = (done.returncode, done.stdout + done.stderr, left)
        shutil.rmtree(made.folder / "whole")
    code, said, _ = results["fast"]
    assert code == 1, said
    assert "no file cp39-abi3 × win_amd64" in said
    assert "slow" not in said
    code, said, left = results["slow"]
    assert code == 0, said
    assert left == ["slow-1.0.0-cp312-cp312-win_amd64.whl", "slow-1.0.0.tar.gz"]


def test_where_no_package_expects_a_wheel_for_a_platform_that_is_said(tmp_path: Path) -> None:
    """No workflow is written for packages that every backend builds anywhere."""
    made = repository(tmp_path, {"plain": ["py3 × any"], "other": []})
    done = seatrial(made, "ci")
    assert done.returncode == 2
    assert "it names no wheel of any package for a platform" in done.stderr
    assert not (made.folder / FILE).exists()


@pytest.mark.slow
@pytest.mark.registry
def test_others_find_nothing_in_it(tmp_path: Path) -> None:
    """It fits GitHub's schema of workflows, and an auditor of workflows finds nothing in it."""
    made = repository(tmp_path)
    generate(Generating(path=made.folder))
    schema = ["--builtin-schema", "vendor.github-workflows"]
    tool("check-jsonschema", *schema, FILE, cwd=made.folder)
    tool("zizmor", "--offline", FILE, cwd=made.folder)
