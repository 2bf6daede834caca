"""How an error is shown: to people on stderr, to programs as JSON on stdout."""

from __future__ import annotations

import sys

import msgspec

from seatrial.errors import SeatrialError

DOCUMENTATION = "docs/errors/{slug}.md"


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """An error, as ``--json`` gives it.

    Attributes:
        error: its stable name, which is also its page in the documentation.
        doing: what was being done.
        thing: what it happened to.
        said: what was found, or what the other side answered.
        next_step: what can be done now.
        exit_code: what the process ends with.
    """

    error: str
    doing: str
    thing: str
    said: str
    next_step: str
    exit_code: int


class FailureDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What ``--json`` prints when a command fails.

    Attributes:
        outcome: always "failed".
        failure: the error.
    """

    failure: Failure
    outcome: str = "failed"


def describe(error: SeatrialError) -> Failure:
    """Give the error's fields."""
    return Failure(
        error=error.slug,
        doing=error.doing,
        thing=error.thing,
        said=error.said,
        next_step=error.next_step,
        exit_code=int(error.exit_code),
    )


def show_failure(error: SeatrialError, *, machine: bool) -> None:
    """Tell the person what failed and what to do, and the program the same as data."""
    failure = describe(error)
    if machine:
        sys.stdout.write(msgspec.json.encode(FailureDocument(failure=failure)).decode() + "\n")
    head = f"{failure.doing} {failure.thing}".strip()
    lines = failure.said.splitlines()
    text = f"error: {head}" + (f": {lines[0]}" if lines else "") + "\n"
    text += "".join(f"  {line}\n" for line in lines[1:])
    if failure.next_step:
        text += f"  -> {failure.next_step}\n"
    sys.stderr.write(text)
