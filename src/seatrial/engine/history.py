"""What a journal's lines come to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

import msgspec

from seatrial.engine.journal import (
    DONE,
    UNDONE,
    Attempt,
    Begun,
    Done,
    Ended,
    Entry,
    Expanded,
    Intend,
    Skipped,
    Undone,
)
from seatrial.plan.state import Receipt

Status: TypeAlias = Literal["intended", "done", "failed", "skipped", "undone"]


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one action.

    Attributes:
        key: the action's key.
        status: what came of it last.
        how: for what is done: "acted" or "found".
        receipt: what is there, or what was taken back.
        why: what went wrong, or why it was skipped.
        error: the slug of the last error.
        attempts: how often something went wrong.
        seconds: how long it took, all attempts together.
    """

    key: str
    status: Status
    how: str = ""
    receipt: Receipt = msgspec.field(default_factory=Receipt)
    why: str = ""
    error: str = ""
    attempts: int = 0
    seconds: float = 0.0


class History(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a run.

    Attributes:
        outcome: how the last process left it; empty when it did not say, or is still at it.
        began: seconds since the epoch; nothing when it never began.
        last: when the last line was written.
        actions: by key, in the order in which they were first heard of.
    """

    outcome: str
    began: float | None
    last: float | None
    actions: dict[str, Past]

    @property
    def finished(self) -> bool:
        """Whether nothing is left to do: all is done, or all is undone."""
        return self.outcome in {DONE, UNDONE}


def history(entries: Sequence[Entry]) -> History:
    """Read the lines of a journal from first to last."""
    outcome = ""
    pasts: dict[str, Past] = {}
    for entry in entries:
        if isinstance(entry, Ended):
            outcome = entry.outcome
        elif isinstance(entry, Begun):
            outcome = ""
        elif not isinstance(entry, Expanded):
            before = pasts.get(entry.key, Past(key=entry.key, status="intended"))
            pasts[entry.key] = _after(before, entry)
    return History(
        outcome=outcome,
        began=entries[0].at if entries else None,
        last=entries[-1].at if entries else None,
        actions=pasts,
    )


def _after(past: Past, entry: Intend | Done | Attempt | Skipped | Undone) -> Past:
    match entry:
        case Intend():
            return msgspec.structs.replace(past, status="intended", why="", error="")
        case Done():
            return msgspec.structs.replace(
                past,
                status="done",
                how="acted" if past.how == "acted" else entry.how,
                receipt=entry.receipt,
                why="",
                error="",
                seconds=past.seconds + entry.seconds,
            )
        case Attempt():
            return msgspec.structs.replace(
                past,
                status="failed",
                why=entry.said,
                error=entry.error,
                attempts=past.attempts + 1,
                seconds=past.seconds + entry.seconds,
            )
        case Skipped():
            return msgspec.structs.replace(past, status="skipped", why=entry.why)
        case Undone():
            return msgspec.structs.replace(past, status="undone", receipt=entry.receipt)


def open_intents(entries: Sequence[Entry]) -> frozenset[str]:
    """Give the keys whose act was begun and never seen to be done: of these, nobody knows."""
    still_open: set[str] = set()
    for entry in entries:
        if isinstance(entry, Intend):
            still_open.add(entry.key)
        elif isinstance(entry, Done | Undone):
            still_open.discard(entry.key)
    return frozenset(still_open)


def touched(entries: Sequence[Entry]) -> list[str]:
    """Give the keys that may have left something in the world, in the order of their last line.

    What is undone is left out.
    """
    keys: dict[str, None] = {}
    for entry in entries:
        if isinstance(entry, Intend | Done | Undone):
            keys.pop(entry.key, None)
            if not isinstance(entry, Undone):
                keys[entry.key] = None
    return list(keys)
