"""An error as data: what ``--json`` prints of it, and what the page of a stopped run shows."""

from __future__ import annotations

from typing import Literal

import msgspec

from seatrial.errors import SeatrialError

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


class FailureDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What ``--json`` prints when a command fails.

    Attributes:
        schema: the version of this layout.
        outcome: always "failed".
        failure: the error.
    """

    schema: int = SCHEMA
    outcome: Literal["failed"] = "failed"
    failure: Failure


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
