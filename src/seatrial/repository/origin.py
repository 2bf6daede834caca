"""What is known of the place a build takes a version from."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from seatrial.repository.facts import Site
from seatrial.repository.manifest import Folder
from seatrial.repository.spans import THEIRS, line_of, locate

_SEMVER_FILES = ("Cargo.toml", "Cargo.lock", "package.json", "package-lock.json", "Chart.yaml")
"""Files whose own tools know Semantic Versioning alone."""


NO_ENCODING = "is not UTF-8, and does not say how it is encoded"
"""What is said of a file that cannot be read for that."""


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Where a version comes from: exactly one of the three is there.

    Attributes:
        site: a place in a file.
        tool: what takes it from the tag ("setuptools-scm").
        problem: why it cannot be read without running code.
    """

    site: Site | None = None
    tool: str = ""
    problem: str = ""


class Place(NamedTuple):
    """Where a version may stand: file, kind and locator of a site, and how it is spelt there."""

    path: str
    kind: str
    locator: str
    spelling: str = ""
    nth: int = 1


def from_tag(tool: str) -> Origin:
    """Say that a tool takes the version from the tag."""
    return Origin(tool=tool)


def unread(problem: str) -> Origin:
    """Say why the version cannot be read."""
    return Origin(problem=problem)


def site(folder: Folder, place: Place) -> Site | None:
    """Make a site of a place in a file, symbolic links followed; nothing when it is not there."""
    path, kind, locator, spelling, nth = place
    real = folder.snapshot.resolve(folder.full(path))
    text = folder.snapshot.text(real)
    if not spelling and path.rpartition("/")[2] in _SEMVER_FILES:
        spelling = "{semver}"
    span = None if text is None else locate(text, kind, locator, spelt=spelling, nth=nth)
    if text is None or span is None:
        return None
    return Site(
        path=real,
        line=line_of(text, span),
        column=span.start - text.rfind("\n", 0, span.start),
        kind=kind,
        locator=locator,
        stated=span.stated,
        spelling=spelling,
        nth=nth,
    )


def at(folder: Folder, path: str, kind: str, locator: str) -> Origin:
    """Say that the version stands at a place, or that it does not."""
    found = site(folder, Place(path, kind, locator))
    if found:
        return Origin(site=found)
    shown = locator.removeprefix("re:").removeprefix(THEIRS) or "a version"
    if not folder.has(path):
        return unread(f"{folder.full(path) or path} is not there")
    if folder.snapshot.is_undeclared(folder.full(path)):
        return unread(f"{folder.full(path)} {NO_ENCODING}")
    return unread(f"{folder.full(path)} does not state {shown} as one plain text")
