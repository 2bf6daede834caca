"""What a release came to, in the words and signs that every page uses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

import msgspec

from seatrial.plan.released import ReleasedCommit
from seatrial.report.release import ReleaseReport

Mood: TypeAlias = Literal["good", "bad", "back"]

MARKS = {"done": "✓", "found": "=", "failed": "✗", "undone": "↩", "skipped": "-"}
"""Outcome of a step → its sign."""


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """How a page begins.

    Attributes:
        word: what it came to.
        mark: a sign for it.
        mood: whether it is good.
    """

    word: str
    mark: str
    mood: Mood


def head_of(report: ReleaseReport) -> Head:
    """Give the head of a report's page."""
    if report.outcome == "undone":
        return Head(word="Taken back", mark="↩", mood="back")
    if report.outcome == "incomplete":
        return Head(word=f"{kind_of(report)} stopped", mark="✗", mood="bad")
    return Head(word="Rehearsed" if report.rehearsal else "Released", mark="✓", mood="good")


def kind_of(report: ReleaseReport) -> str:
    """Say whether it was a rehearsal or a release."""
    return "Rehearsal" if report.rehearsal else "Release"


def telling_first(commits: Sequence[ReleasedCommit]) -> list[ReleasedCommit]:
    """Give the commits that raise the version before those that do not, else in their order."""
    return sorted(commits, key=lambda commit: commit.effect == "other")
