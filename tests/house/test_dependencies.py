"""What the project is built on is explained, and pinned."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


def requirements() -> list[Requirement]:
    """Give every dependency: the project's own, its extras', its developers'."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    extras = settings["project"]["optional-dependencies"].values()
    groups = settings["dependency-groups"].values()
    written = [settings["project"]["dependencies"], *extras, *groups]
    return [Requirement(line) for lines in written for line in lines]


def pins() -> dict[str, set[Version]]:
    """Give the versions that the locks pin for each name."""
    pinned: dict[str, set[Version]] = {}
    text = "\n".join(lock.read_text("utf-8") for lock in LOCKS)
    for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", text, re.MULTILINE):
        pinned.setdefault(canonicalize_name(name), set()).add(Version(version))
    return pinned


@pytest.mark.parametrize("requirement", requirements(), ids=str)
def test_a_dependency_is_explained_and_pinned(requirement: Requirement) -> None:
    """A dependency has its row in docs/dependencies.md and fits its pin; else run make lock."""
    rows = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    assert f"`{requirement.name}`" in rows
    versions = pins().get(canonicalize_name(requirement.name), set())
    assert versions
    assert all(requirement.specifier.contains(version, prereleases=True) for version in versions)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_holds_digests_and_no_address(lock: Path) -> None:
    """Each pin has digests, and no address of an index or path of a machine is recorded."""
    text = lock.read_text("utf-8")
    assert "://" not in text
    assert not re.search(r"^ *--(?!hash=sha256:)", text, re.MULTILINE)
    entries = re.split(r"^(?=\S)", text, flags=re.MULTILINE)[1:]
    assert entries
    assert all("--hash=sha256:" in entry for entry in entries)
