"""What the actions of a release are made from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from seatrial.config.schema import Settings
from seatrial.plan.after_build import Text
from seatrial.plan.collects import Collection
from seatrial.plan.edits import FileEdit
from seatrial.plan.values import AnySpec
from seatrial.plan.wraps import Wrap


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One package of the release.

    Attributes:
        name: its name, normalised.
        path: its folder from the repository's root.
        version: the version to release.
        requires_python: which Pythons it allows, or empty.
        roots: folders from which its sources can be imported as they are.
        siblings: names of the packages of this release that it requires.
        builds_with: names of those of them that its build requires.
        computes: whether its build alone knows them: they may be any, then.
        requires: what its files must require of the repository's other packages.
        edits: what is changed on top of the release commit for its build alone.
        collect: where its files come from when they were built elsewhere.
        wrap: the binaries that its wheels are made with.
        sdist: where its sdist goes.
    """

    name: str
    path: str
    version: str
    requires_python: str = ""
    roots: tuple[str, ...] = ()
    siblings: tuple[str, ...] = ()
    builds_with: tuple[str, ...] = ()
    computes: bool = False
    requires: tuple[str, ...] = ()
    edits: tuple[FileEdit, ...] = ()
    collect: Collection | None = None
    wrap: Wrap | None = None
    sdist: Literal["index", "forge-only", "none"] = "index"


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """Packages that are released under one version and one tag.

    Attributes:
        version: the version.
        prerelease: whether it is a pre-release.
        tag: the tag's name.
        notes: the release notes, Markdown, or what they are made from after the build.
        parts: the packages.
        older: whether a higher version is released already.
    """

    version: str
    prerelease: bool
    tag: str
    notes: Text
    parts: tuple[Part, ...]
    older: bool = False


class Outline(msgspec.Struct, frozen=True, kw_only=True):
    """What the actions are made from.

    Attributes:
        settings: the configuration.
        lines: what is released, at least one.
        parent: the planned commit.
        branch: the branch's name.
        remote: the remote's name; empty when there is none.
        remote_tip: where the branch is on the remote; empty when it is not there.
        edits: what the release commit changes.
        when: time of commit and tags, and the build's epoch; seconds since the epoch.
        forge: whether there is a forge release.
        publish: the index's name.
        python: the Pythons to install on.
    """

    settings: Settings
    lines: tuple[Line, ...]
    parent: str
    branch: str
    remote: str
    remote_tip: str
    edits: tuple[FileEdit, ...]
    when: int
    forge: bool
    publish: str
    python: tuple[str, ...]

    @property
    def parts(self) -> tuple[Part, ...]:
        """All packages, each after those of the release that it requires."""
        return in_order([part for line in self.lines for part in line.parts])

    @property
    def tags(self) -> tuple[str, ...]:
        """The names of all tags."""
        return tuple(line.tag for line in self.lines)


def in_order(parts: list[Part]) -> tuple[Part, ...]:
    """Give packages so that each stands after those that it requires, else as they came.

    Of packages that require each other, the one that came first stands first.
    """
    by_name = {part.name: part for part in parts}
    ordered: dict[str, Part] = {}
    for part in parts:
        # Depth first, with a stack of its own: chains may be longer than Python's.
        stack = [(part, iter(part.siblings))]
        under_way = {part.name}
        while stack:
            here, rest = stack[-1]
            found = next(
                (n for n in rest if n in by_name and n not in ordered and n not in under_way), None
            )
            if found is None:
                stack.pop()
                ordered.setdefault(here.name, here)
            else:
                under_way.add(found)
                stack.append((by_name[found], iter(by_name[found].siblings)))
    return tuple(ordered.values())


def built_with(part: Part, parts: Iterable[Part]) -> tuple[str, ...]:
    """Name the packages whose files a build is made with: what it requires, all the way down.

    Args:
        part: the package that is built.
        parts: all packages of the release.
    """
    by_name = {one.name: one for one in parts}
    found: dict[str, None] = {}
    pending = list(part.builds_with)
    while pending:
        name = pending.pop(0)
        if name in by_name and name not in found and name != part.name:
            found[name] = None
            pending += by_name[name].siblings
    return tuple(sorted(found))


def keys(actions: tuple[AnySpec, ...]) -> tuple[str, ...]:
    """Give the keys of actions."""
    return tuple(action.key for action in actions)


def many(things: tuple[str, ...], noun: str) -> str:
    """Name the one thing, or say how many there are ("37 tags")."""
    return things[0] if len(things) == 1 else f"{len(things)} {noun}s"
