"""An error as data: what ``--json`` prints of it, and what the page of a stopped run shows."""

from __future__ import annotations

from typing import Literal

import msgspec

from seatrial.errors import SeatrialError
from seatrial.plan.firsts import FirstUpload

SCHEMA = 1


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """An error, as ``--json`` gives it.

    Attributes:
        error: its stable name, which is also its page in the documentation.
        doing: what was being done.
        thing: what it happened to.
        said: what was found, or what the other side answered.
        next_step: what can be done now.
        exit_code: what the process ends with.
        page: the HTML page of the run that it stopped, if there is one.
        others: what else went wrong in the same run.
    """

    error: str
    doing: str
    thing: str
    said: str
    next_step: str
    exit_code: int
    page: str = ""
    others: tuple[Failure, ...] = ()

    @property
    def headline(self) -> str:
        """What was being done, to what."""
        return f"{self.doing} {self.thing}".strip()


class Missing(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a real release would need and does not have: what, and how to give it."""

    what: str
    how: str


class FailureDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What ``--json`` prints when a command fails.

    Attributes:
        schema: the version of this layout.
        outcome: always "failed".
        failure: the error.
        missing: what a real release would need, where it stopped a rehearsal.
        firsts: the projects that do not exist yet on the indexes, likewise.
    """

    schema: int = SCHEMA
    outcome: Literal["failed"] = "failed"
    failure: Failure
    missing: tuple[Missing, ...] = ()
    firsts: tuple[FirstUpload, ...] = ()


def describe(error: SeatrialError) -> Failure:
    """Give the fields of an error, and of those that it stands for."""
    return Failure(
        error=error.slug,
        doing=error.doing,
        thing=error.thing,
        said=error.said,
        next_step=error.next_step,
        exit_code=int(error.exit_code),
        page=error.page,
        others=tuple(describe(other) for other in error.others),
    )
