"""Pieces of the next changelog section that wait in files of their own."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

import msgspec

from seatrial.repository.manifest import Folder
from seatrial.repository.snapshot import Snapshot
from seatrial.repository.spans import dig

# towncrier names a fragment ISSUE.TYPE, with a counter and an ending if need be
# (https://towncrier.readthedocs.io/en/stable/tutorial.html, "Creating News Fragments").
_TOWNCRIER = r"[^.][^.]*\.[a-z_]+(?:\.\d+)?(?:\.(?:md|rst|txt))?"
_NO_TYPES = frozenset({"cfg", "in", "j2", "jinja", "md", "rst", "toml", "txt"})


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """Fragments that nobody has collected.

    Attributes:
        tool: which program collects them.
        folder: where they are, from the repository's root.
        count: how many.
    """

    tool: str
    folder: str
    count: int


def waiting(snapshot: Snapshot, path: str) -> Waiting | None:
    """Look for fragments that are to become the section of the next release.

    Args:
        snapshot: the planned commit.
        path: the package's folder.
    """
    folder = Folder(snapshot=snapshot, path=path)
    for tool, place in _places(folder):
        base = f"{posixpath.normpath(folder.full(place))}/"
        names = [name.removeprefix(base) for name in snapshot.files if name.startswith(base)]
        count = sum(_is_fragment(tool, posixpath.basename(name)) for name in names)
        if count:
            return Waiting(tool=tool, folder=base, count=count)
    return None


def fragments_of(snapshot: Snapshot, path: str) -> tuple[str, ...]:
    """Give the fragments of towncrier that wait for a package's release, by path.

    Args:
        snapshot: the planned commit.
        path: the package's folder.
    """
    folder = Folder(snapshot=snapshot, path=path)
    found = []
    for tool, place in _places(folder):
        base = f"{posixpath.normpath(folder.full(place))}/"
        found += [
            name
            for name in snapshot.files
            if tool == "towncrier"
            and name.startswith(base)
            and _is_fragment(tool, posixpath.basename(name))
        ]
    return tuple(sorted(set(found)))


def _places(folder: Folder) -> Iterator[tuple[str, str]]:
    """Give the programs that are configured, and where their fragments are."""
    pyproject = folder.parsed("pyproject.toml")
    for settings in (
        dig(folder.parsed("towncrier.toml"), "tool", "towncrier"),
        dig(pyproject, "tool", "towncrier"),
    ):
        stated = dig(settings, "directory")
        package = str(dig(settings, "package") or "")
        if isinstance(stated, str):
            yield "towncrier", stated
        elif settings is not None:
            inside = package.replace(".", "/")
            root = str(dig(settings, "package_dir") or ".")
            yield "towncrier", posixpath.join(root, inside, "newsfragments")
    scriv = dig(pyproject, "tool", "scriv")
    if scriv is not None:
        yield "scriv", str(dig(scriv, "fragment_directory") or "changelog.d")
    if folder.has("changelogs/config.yaml") and folder.has("changelogs/changelog.yaml"):
        # https://docs.ansible.com/projects/antsibull-changelog/changelogs/
        yield "antsibull-changelog", "changelogs/fragments"


def _is_fragment(tool: str, name: str) -> bool:
    lower = name.lower()
    if lower.startswith((".", "_", "readme", "template", "new_fragment")):
        return False
    if tool != "towncrier":
        return lower.endswith((".md", ".rst") if tool == "scriv" else (".yml", ".yaml"))
    return bool(re.fullmatch(_TOWNCRIER, lower)) and lower.split(".")[1] not in _NO_TYPES
