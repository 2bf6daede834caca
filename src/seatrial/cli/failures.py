"""How an error is shown: to people on stderr, to programs as JSON on stdout."""

from __future__ import annotations

import sys

import msgspec

from seatrial.errors import SeatrialError
from seatrial.report.failure import FailureDocument, describe


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
