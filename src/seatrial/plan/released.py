"""What a plan releases: packages, and the commits behind them."""

from __future__ import annotations

import msgspec


class ReleasedCommit(msgspec.Struct, frozen=True, kw_only=True):
    """One commit behind the release, as the plan shows it."""

    id: str
    subject: str
    effect: str


class PlannedPackage(msgspec.Struct, frozen=True, kw_only=True):
    """One package of the release.

    Attributes:
        name: its name, normalised.
        path: its folder from the repository's root; empty for the root.
        version: the version to release, normalised (PEP 440).
        previous: its last released version, or empty.
        reason: why this version, in one sentence.
        tag: the name of its release's tag; packages that are released together share one.
        commits: ids of those of the plan's commits that count for it.
        notes: the notes of its release, Markdown; empty where they are those of the plan.
    """

    name: str
    path: str
    version: str
    previous: str
    reason: str
    tag: str
    commits: tuple[str, ...] = ()
    notes: str = ""
