"""Packages made for these tests."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from seatrial.config.schema import Settings
from seatrial.process import Runner
from seatrial.repository.facts import Package
from seatrial.repository.packages import find_packages
from seatrial.repository.snapshot import open_snapshot
from tests.support.repositories import make_repository

INIT = '"""A demo."""\n\n__version__ = "1.2.3"\n'
"""A module that states its version."""


def packages(
    folder: Path, files: Mapping[str, str | bytes], settings: Settings | None = None
) -> tuple[Package, ...]:
    """Give the packages that are found in a repository of these files."""
    made = make_repository(folder / "r", files)
    return find_packages(open_snapshot(made.folder, Runner()), settings or Settings())


def only(folder: Path, files: Mapping[str, str | bytes]) -> Package:
    """Give the package of a repository that holds one."""
    (package,) = packages(folder, files)
    return package


def project(backend: str, *lines: str, requires: str = "", dynamic: bool = True) -> str:
    """Write a pyproject.toml for the project demo-kit, with more lines at its end."""
    head = f'[build-system]\nrequires = [{requires}]\nbuild-backend = "{backend}"\n\n'
    head += '[project]\nname = "demo-kit"\n'
    return head + ('dynamic = ["version"]\n' if dynamic else "") + "\n".join(lines) + "\n"
