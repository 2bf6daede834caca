from __future__ import annotations

import json
import tomllib
from pathlib import Path

import msgspec
from click.testing import CliRunner

from seatrial.cli.main import cli
from seatrial.config.schema import PackageSettings, Settings
from seatrial.process import Runner
from seatrial.repository.packages import find_packages
from seatrial.repository.snapshot import open_snapshot
from seatrial.repository.unregistered import unregistered
from tests.repository.made import project
from tests.support.repositories import Repository, make_repository

STATIC = project("hatchling.build", 'version = "1.2.3"', dynamic=False)
FILES: dict[str, str | bytes] = {
    "pyproject.toml": STATIC,
    "README.md": "# Demo\n\n    pip install demo-kit==1.2.3\n\nNeeds click>=1.2.3 and v1.2.30.\n",
    "Dockerfile": 'FROM python\nLABEL version="1.2.3"\n',
    "src/demo_kit/about.txt": "1.2.3",
    "src/demo_kit/cli.py": 'PROGRAM = "demo"\nRELEASE = "1.2.3"\n',
    "CHANGELOG.md": "## 1.2.3\n",
    "tests/test_a.py": 'assert version == "1.2.3"\n',
    "poetry.lock": '[[package]]\nname = "x"\nversion = "1.2.3"\n',
    "data.bin": b"\0 version 1.2.3",
    ".gitignore": "secret.txt\n",
}


def made(folder: Path) -> Repository:
    """Make a repository that states its version in many places, one of them ignored by git."""
    repository = make_repository(folder / "r", FILES)
    repository.write({"secret.txt": "version = 1.2.3\n"})
    return repository


def test_places_are_proposed_with_a_guess(tmp_path: Path) -> None:
    """What looks like a site is told from a coincidence; what git ignores is left out."""
    snapshot = open_snapshot(made(tmp_path).folder, Runner())
    (package,) = find_packages(snapshot, Settings())

    found = unregistered(snapshot, package, "CHANGELOG.md")

    assert [(one.path, one.line, one.guess) for one in found] == [
        ("Dockerfile", 2, "site"),
        ("README.md", 3, "site"),
        ("src/demo_kit/cli.py", 2, "site"),
        ("README.md", 5, "coincidence"),
        ("poetry.lock", 3, "coincidence"),
        ("src/demo_kit/about.txt", 1, "coincidence"),
        ("tests/test_a.py", 1, "coincidence"),
    ]


def test_each_proposal_can_be_registered_as_it_is(tmp_path: Path) -> None:
    """The entry that a proposal gives, written into the configuration, makes it a site."""
    snapshot = open_snapshot(made(tmp_path).folder, Runner())
    (package,) = find_packages(snapshot, Settings())
    found = unregistered(snapshot, package, "CHANGELOG.md")
    entries = ", ".join(one.entry for one in found)

    table = tomllib.loads(f"versions = [{entries}]")
    settings = Settings(package=(msgspec.convert(table, PackageSettings),))
    (again,) = find_packages(snapshot, settings)

    assert {(one.path, one.line) for one in found} <= {(s.path, s.line) for s in again.sites}
    assert unregistered(snapshot, again, "CHANGELOG.md") == ()


def test_the_command_lists_sites(tmp_path: Path) -> None:
    """The command names file and line, version and role of each site, for people and as JSON."""
    folder = str(made(tmp_path).folder)

    shown = CliRunner().invoke(cli, ["sites", folder, "--find"], catch_exceptions=False)
    data = CliRunner().invoke(cli, ["sites", folder, "--json"], catch_exceptions=False)

    assert "pyproject.toml:7  1.2.3  TOML key project.version, source" in shown.output
    assert "README.md:3  site: it asks for this package" in shown.output
    (package,) = json.loads(data.output)["packages"]
    assert [site["path"] for site in package["sites"]] == ["pyproject.toml"]
    assert package["disagreeing"] == package["proposals"] == []


def test_what_a_pattern_of_ours_finds_is_said_in_words(tmp_path: Path) -> None:
    """A place that another tool's settings led to shows no regular expression."""
    bumped = (
        '[tool.bumpversion]\ncurrent_version = "1.2.3"\n'
        '[[tool.bumpversion.files]]\nfilename = "a.txt"\n'
    )
    repository = make_repository(
        tmp_path / "r", {"pyproject.toml": STATIC + bumped, "a.txt": "kit 1.2.3\n"}
    )
    shown = CliRunner().invoke(cli, ["sites", str(repository.folder)], catch_exceptions=False)
    assert "a.txt:1" in shown.output
    assert "text that a pattern finds, follower" in shown.output


def test_a_version_from_the_tag_is_said(tmp_path: Path) -> None:
    """Where a tool takes the version from the tag, nothing is edited, and the tool is named."""
    files = {
        "pyproject.toml": project(
            "hatchling.build", "[tool.hatch.version]", 'source = "vcs"', requires='"hatch-vcs"'
        )
    }
    repository = make_repository(tmp_path / "r", files, tag="v1.0")
    shown = CliRunner().invoke(cli, ["sites", str(repository.folder)], catch_exceptions=False)
    assert shown.output == "demo-kit from the tag, by hatch-vcs\n"
