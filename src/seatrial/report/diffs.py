"""Unified diffs, cut into lines that know what they are."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from seatrial.report.release import Edit

LONG = 60
"""Lines from which on a diff is folded."""

LineKind: TypeAlias = Literal["added", "removed", "hunk", "context"]

_KINDS: dict[str, LineKind] = {"+": "added", "-": "removed", "@": "hunk"}


class DiffLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line, with its sign."""

    kind: LineKind
    text: str


class FileDiff(msgspec.Struct, frozen=True, kw_only=True):
    """What changes in one file.

    Attributes:
        path: the file.
        added: how many lines come.
        removed: how many go.
        lines: the hunks.
    """

    path: str
    added: int
    removed: int
    lines: tuple[DiffLine, ...]

    @property
    def long(self) -> bool:
        """Whether it is folded."""
        return len(self.lines) > LONG


def file_diff(edit: Edit) -> FileDiff:
    """Cut the diff of one file into lines; the two lines that only name the file are left out."""
    lines = edit.diff.splitlines()
    if [line[:4] for line in lines[:2]] == ["--- ", "+++ "]:
        del lines[:2]
    cut = tuple(DiffLine(kind=_KINDS.get(line[:1], "context"), text=line) for line in lines)
    return FileDiff(
        path=edit.path,
        added=sum(line.kind == "added" for line in cut),
        removed=sum(line.kind == "removed" for line in cut),
        lines=cut,
    )
