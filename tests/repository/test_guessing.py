from __future__ import annotations

import re
import tomllib
from pathlib import Path

import msgspec
import pytest

from seatrial.config.schema import PackageSettings, Settings
from seatrial.operations.surveying import survey
from seatrial.process import Runner
from seatrial.repository.edit import edits
from seatrial.repository.facts import Package
from seatrial.repository.guessing import guessed
from seatrial.repository.packages import find_packages
from seatrial.repository.snapshot import open_snapshot
from seatrial.repository.unregistered import unregistered
from tests.repository.made import project
from tests.support.repositories import make_repository

STATIC = project("hatchling.build", 'version = "1.2.3"', dynamic=False)
KIT = Package(name="demo-kit", path="", backend="", version="1.2.3")


@pytest.mark.parametrize(
    ("path", "line", "why"),
    [
        ("README.md", "![](https://img.shields.io/badge/version-@-blue)", "badge of the version"),
        ("README.md", "![](https://img.shields.io/badge/v@-blue)", "badge of the version"),
        ("README.md", "![](https://img.shields.io/badge/PyPI-v@-blue)", "badge of the version"),
        ("README.md", "![](https://img.shields.io/badge/demo--kit-@-red)", "badge of the version"),
        ("README.md", "![](https://x/static/v1?label=release&message=v@&c=x)", "badge of the"),
        ("README.md", "pip install demo-kit==@", "asks for this package"),
        ("README.md", 'pip install "demo_kit[all]==@"', "asks for this package"),
        ("README.md", "uvx demo-kit@@ --help", "asks for this package"),
        ("README.md", "docker pull ghcr.io/me/demo-kit:@", "refers to this package"),
        ("README.md", "https://host/demo-kit/archive/v@.tar.gz", "refers to this package"),
        ("README.md", "  rev: v@", "the words before it"),
        ("Dockerfile", 'LABEL version="@"', "the words before it"),
        ("Dockerfile", 'LABEL org.opencontainers.image.version="@"', "the words before it"),
        ("Dockerfile", "ARG DEMO_VERSION=@", "the words before it"),
        ("docs/conf.py", "release = '@'", "the words before it"),
        ("kit/version.py", '__version__: str = "@"', "the words before it"),
        ("kit/templates/base.html", '<meta content="demo-kit-@">', "refers to this package"),
    ],
)
def test_what_is_meant_for_the_version_is_a_site(path: str, line: str, why: str) -> None:
    """Badges, install lines, labels and settings that state the version are taken for sites."""
    before, _, after = line.rpartition("@")
    guess, said = guessed(KIT, path, (before, after))
    assert guess == "site"
    assert why in said


@pytest.mark.parametrize(
    ("path", "line", "why"),
    [
        ("README.md", "![](https://img.shields.io/badge/python-@-blue)", "a badge of python"),
        ("README.md", "![](https://img.shields.io/badge/code%20style-@-x)", "of code-style"),
        ("README.md", "pip install other==@", "it is about other"),
        ("crates/Cargo.toml", 'version = "@"', "is another"),
        ("Cargo.toml", 'rust-version = "@"', "a version of rust"),
        ("config.toml", 'rust-version = "@"', "a version of rust"),
        ("a.py", 'MIN_PYTHON_VERSION = "@"', "a version of python"),
        ("api.yaml", "schema_version: @", "a version of schema"),
        (".pre-commit-config.yaml", "    rev: v@", "it pins other tools"),
        ("NEWS.md", "## demo-kit @", "a history"),
        ("templates/{{name}}/setup.py", "version='@'", "an example"),
        ("docs/usage.md", "Changed in @", "nothing around it"),
        ("two/kit/v.py", '__version__ = "@"', "it belongs to second"),
    ],
)
def test_what_only_looks_like_the_version_is_a_coincidence(path: str, line: str, why: str) -> None:
    """What names something else, or lies in another package, is not taken for a site."""
    before, _, after = line.rpartition("@")
    others = (KIT, msgspec.structs.replace(KIT, name="second", path="two"))
    guess, said = guessed(KIT, path, (before, after), others)
    assert guess == "coincidence"
    assert why in said


def test_a_proposed_text_fits_no_place_that_states_another_version(tmp_path: Path) -> None:
    """A template takes in more of its line until what it fits is this version alone."""
    crate = (
        '[dependencies]\nother = { version = "0.5.1", path = "b" }\n'
        'kit = { version = "1.2.3", path = "a" }\n'
    )
    repository = make_repository(
        tmp_path / "r", {"pyproject.toml": STATIC, "sub/versions.toml": crate}
    )
    snapshot = open_snapshot(repository.folder, Runner())
    (package,) = find_packages(snapshot, Settings())
    (found,) = unregistered(snapshot, package, "")
    settings = msgspec.convert(tomllib.loads(f"versions = [{found.entry}]"), PackageSettings)

    (again,) = find_packages(snapshot, Settings(package=(settings,)))

    assert [(one.path, one.line) for one in again.sites] == [
        ("pyproject.toml", 7),
        ("sub/versions.toml", 3),
    ]


def test_a_version_twice_in_a_line_is_proposed_without_the_number(tmp_path: Path) -> None:
    """Both templates still fit when the release has set them, for neither holds the version."""
    page = "Get [demo-kit 1.2.3](https://host/demo-kit/1.2.3), see demo-kit/1.2.3.\n"
    repository = make_repository(tmp_path / "r", {"pyproject.toml": STATIC, "README.md": page})
    snapshot = open_snapshot(repository.folder, Runner())
    (package,) = find_packages(snapshot, Settings())
    proposals = [one for one in unregistered(snapshot, package, "") if one.guess == "site"]
    entries = ", ".join(one.entry for one in proposals)
    assert proposals
    assert "1.2.3" not in entries
    settings = msgspec.convert(tomllib.loads(f"versions = [{entries}]"), PackageSettings)
    configured = Settings(package=(settings,))
    (again,) = find_packages(snapshot, configured)
    made = {one.path: one.after for one in edits(snapshot, again, "1.3.0")}
    repository.write({path: text or "" for path, text in made.items()})
    repository.commit("release")
    (released,) = find_packages(open_snapshot(repository.folder, Runner()), configured)
    assert {one.stated for one in released.sites} == {"1.3.0"}


def test_a_site_that_spells_more_than_the_version_is_known(tmp_path: Path) -> None:
    """A registered place whose spelling begins before the number is not proposed again."""
    site = '{ file = "a.txt", search = "at {version}", spelling = "{tag}" }'
    own = f"[[package]]\nversions = [{site}]\n"
    files = {"pyproject.toml": STATIC, "a.txt": "at v1.2.3\n", "seatrial.toml": own}
    repository = make_repository(tmp_path / "r", files, tag="v1.2.3")
    (surveyed,) = survey(repository.folder, find=True)
    assert [one.path for one in surveyed.sites] == ["pyproject.toml", "a.txt"]
    assert surveyed.proposals == ()


def test_the_sites_of_another_package_are_not_proposed(tmp_path: Path) -> None:
    """Two packages of one version do not propose each other's places."""
    files = {
        f"{name}/pyproject.toml": STATIC.replace("demo-kit", name) for name in ("one", "two")
    } | {"versions.ini": "version=1.2.3\n"}
    repository = make_repository(tmp_path / "r", files)
    snapshot = open_snapshot(repository.folder, Runner())
    found = find_packages(snapshot, Settings())
    for package in found:
        proposals = unregistered(snapshot, package, "", found)
        assert [one.path for one in proposals] == ["versions.ini"]
        assert re.search(r"\.\./versions\.ini", proposals[0].entry)
