"""How an error is shown: to people on stderr, to programs as JSON on stdout."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from seatrial.errors import SeatrialError
from seatrial.report.failure import Failure, FailureDocument, describe
from seatrial.report.words import short, visible

if TYPE_CHECKING:
    from seatrial.report.release import ReleaseReport

USAGE = "usage"
"""The name of an error in the command line itself, which has no class of its own."""


def show_failure(error: SeatrialError, *, machine: bool) -> None:
    """Tell the person what failed and what to do, and the program the same as data."""
    tell(describe(error), machine=machine)


def show_stopped(error: SeatrialError, report: ReleaseReport) -> None:
    """Tell what stopped a rehearsal, to a program with all that a real release would need."""
    failure = describe(error)
    write_document(FailureDocument(failure=failure, missing=report.missing, firsts=report.firsts))
    tell(failure, machine=False)


def tell(failure: Failure, *, machine: bool) -> None:
    """Print an error on stderr, and for a program on stdout too."""
    if machine:
        write_document(FailureDocument(failure=failure))
    if sys.stderr.isatty():
        near = msgspec.structs.replace(failure, page=short(failure.page))
        _print_coloured(list(failure_lines(near)))
    else:
        sys.stderr.write("".join(f"{line}\n" for _, line in failure_lines(failure)))


def write_document(document: FailureDocument) -> None:
    """Print a failure as one JSON object on stdout."""
    data = msgspec.json.format(msgspec.json.encode(document, order="deterministic"))
    sys.stdout.write(data.decode() + "\n")


def failure_lines(failure: Failure) -> Iterator[tuple[str, str]]:
    """Give what a person reads of an error, line by line, each with the part it belongs to."""
    yield from _sentence("error", failure)
    for other in failure.others:
        lines = list(_sentence("also", other))
        # What came of the parts of one action is told in its own sentence already.
        if lines[0][1].removeprefix("also: ") not in visible(failure.said):
            yield from lines
    if failure.next_step:
        yield "next", f"  -> {visible(failure.next_step)}"
    if failure.page:
        yield "more", f"  Page: {visible(failure.page)}"
    if failure.error != USAGE:
        yield "more", f"  More about it: seatrial explain {failure.error}"


def _sentence(word: str, failure: Failure) -> Iterator[tuple[str, str]]:
    first, *rest = visible(failure.said).splitlines() or [""]
    yield word, f"{word}: {visible(failure.headline)}" + (f": {first}" if first else "")
    for line in rest:
        yield "said", f"  {line}"


def _print_coloured(lines: list[tuple[str, str]]) -> None:
    from rich.text import Text

    from seatrial.cli.output import side_console

    styles = {"next": "bold", "more": "dim"}
    console = side_console()
    for part, line in lines:
        text = Text(line, style=styles.get(part, ""))
        if part in {"error", "also"}:
            text.stylize("bold red", 0, len(part) + 1)
        console.print(text, soft_wrap=True)
