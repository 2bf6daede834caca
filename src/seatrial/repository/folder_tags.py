"""Release tags that name a package by the folder it lies in, and not by its name.

``integrations/pgvector-v1.2`` are the tags of pgvector-haystack in ``integrations/pgvector``, and
``agent-v0.8`` those of cua-agent in ``libs/python/agent``.
"""

from __future__ import annotations

import collections
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec
from packaging.version import Version

from seatrial.repository.facts import Package
from seatrial.repository.spans import is_version
from seatrial.versions.tags import TagFormat, families, name_key, prefix_key


class FolderStyle(msgspec.Struct, frozen=True):
    """How tags are spelt that name a folder.

    Attributes:
        before: what stands before the folder.
        depth: how many of its last parts are named.
        after: what stands between the folder and the version.
    """

    before: str
    depth: int
    after: str

    def text(self, path: str) -> str:
        """Give the format of the tags of what lies in a folder."""
        named = "/".join(path.split("/")[-self.depth :])
        return f"{self.before}{named}{self.after}{{version}}"


def by_folder(
    named: Mapping[tuple[str, ...], list[str]], packages: Sequence[Package]
) -> dict[str, list[str]]:
    """Give the tags that name packages by their folders, or by the last parts of these.

    What names a package counts as that package's alone, and a folder's end that two have counts
    for neither.

    Args:
        named: the words that tags name something with → those tags.
        packages: of the repository.

    Returns:
        Folder → tags, of the packages that no tag names otherwise.
    """
    names = {name_key(package.name) for package in packages}
    ends = collections.Counter(end for one in packages for end in dict.fromkeys(_ends(one.path)))
    found = {}
    for package in packages:
        if name_key(package.name) in named:
            continue
        own = (end for end in _ends(package.path) if ends[end] == 1 and end not in names)
        end = next((end for end in own if end in named), None)
        if end is not None:
            found[package.path] = named[end]
    return found


def style_of(tags: Iterable[str], path: str) -> FolderStyle | None:
    """Give how tags that name a folder are spelt, or nothing where none has it as it is.

    Args:
        tags: release tags.
        path: the folder, from the repository's root.
    """
    prefix = _newest_prefix(tags)
    parts = path.split("/")
    for depth in range(len(parts), 0, -1):
        before, there, after = prefix.rpartition("/".join(parts[-depth:]))
        if there:
            return FolderStyle(before, depth, after)
    return None


def newest_form(tags: Iterable[str], name: str) -> TagFormat:
    """Give the format of the tag with the highest version.

    Args:
        tags: release tags, at least one.
        name: the package's name.
    """
    return TagFormat(f"{_newest_prefix(tags)}{{version}}", name)


def states_one(package: Package, tags: Iterable[str], others: Iterable[str]) -> bool:
    """Whether a package states the version of one of some tags.

    Where no file states its version, that is so when no other tag is of a higher one.

    Args:
        package: which.
        tags: that name its folder, at least one.
        others: those that name nothing.
    """
    held = _versions(tags)
    if is_version(package.version):
        return Version(package.version) in held
    return max(held) > max(_versions(others), default=Version("0.dev0"))


def _versions(tags: Iterable[str]) -> list[Version]:
    return [version for family in families(tags).values() for version in family.values()]


def _newest_prefix(tags: Iterable[str]) -> str:
    held = families(tags)
    return max(held, key=lambda prefix: max(held[prefix].values()))


def _ends(path: str) -> Iterator[tuple[str, ...]]:
    """Give the words of a folder's path, then those of its last parts, the longest first."""
    parts = path.split("/") if path else []
    for start in range(len(parts)):
        words = prefix_key("/".join(parts[start:]))
        if words:
            yield words
