"""The example of a client in a folder of a server's repository, from its checklist to its page."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.releases import environment
from tests.support.repositories import git

ROOT = Path(__file__).parents[2]
LINES = 30
"""How long a configuration may be that says all of a long checklist."""


def run(folder: Path, *arguments: str, home: Path) -> Any:  # noqa: ANN401 -- what it prints
    """Run the command line and give the document that it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "seatrial", *arguments, "--json"],
        cwd=folder,
        env=environment(home),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Make the example's repository; its server has a tag of its own."""
    script, example = ROOT / "examples" / "make_repository.py", ROOT / "examples" / "database"
    folder = tmp_path / "database"
    subprocess.run([sys.executable, str(script), str(example), str(folder)], check=True)
    git(folder, "tag", "v4.2.0")
    return folder


def test_its_configuration_is_short() -> None:
    """What detection cannot know stands on one page."""
    text = (ROOT / "examples" / "database" / "seatrial.toml").read_text("utf-8")
    assert sum(bool(line.strip()) for line in text.splitlines()) <= LINES


def test_it_is_checked_without_a_finding(project: Path) -> None:
    """The rules have nothing to say of it."""
    assert run(project, "check", home=project.parent / "home")["findings"] == []


@pytest.mark.slow
def test_it_is_rehearsed_whole(project: Path) -> None:
    """Sites, changelog, gates for each server, contents, staging, installs, release notes, tag."""
    report = run(project / "clients" / "python", "rehearse", home=project.parent / "home")

    assert (report["version"], report["tag"]) == ("0.2.0", "clients/python/v0.2.0")
    assert [edit["path"].removeprefix("clients/python/") for edit in report["edits"]] == [
        "CHANGELOG.md",
        "README.md",
        "database_client/__init__.py",
        "pyproject.toml",
    ]
    keys = [step["key"] for step in report["steps"]]
    gates = {key for key in keys if key.startswith("gate ")}
    servers = {f"gate tests DATABASE_SERVER={server}" for server in (3, 4)}
    assert gates == {"gate examples", *servers}
    assert {place["index"]: place["staging"] for place in report["places"]} == {
        "testpypi": True,
        "pypi": False,
    }
    assert all(step["outcome"] in {"done", "found"} for step in report["steps"])
    assert [one["source"] for one in report["installations"]] == [
        "the built files",
        "testpypi",
        "pypi",
    ]
    for one in report["installations"]:
        assert "database-ping --help" in one["ran"]
    digests = {file["name"]: file["sha256"] for file in report["artifacts"]}
    assert len(digests) == 2
    for name, digest in digests.items():
        assert f"| {name} | `{digest}` |" in report["notes"]
    assert "for Python 3.9, 3.13 on\nany." in report["notes"]
    assert "says how long the server took" in report["notes"]
    assert git(project, "status", "--porcelain") == ""
