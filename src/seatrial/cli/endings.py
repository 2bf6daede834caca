"""How a release or a resumed run is shown when it has ended well."""

from __future__ import annotations

from seatrial.cli.output import page_console, write_json
from seatrial.cli.summary import sum_up
from seatrial.operations.releasing import Ending
from seatrial.report.planned import show_planning
from seatrial.report.text import show_release


def show_ending(ending: Ending, *, steps: bool, as_json: bool) -> None:
    """Print the report of the run, or why there was none.

    Args:
        ending: how it ended.
        steps: whether the steps are shown to a person.
        as_json: whether a program reads it.
    """
    sum_up(ending.planning if ending.report is None else None)
    if as_json:
        write_json(ending.report or ending.planning)
    elif ending.report is not None:
        if ending.report.going_on:
            page_console().print("Incomplete: went on with what was there.")
        show_release(page_console(), ending.report, steps=steps)
    elif ending.planning is not None:
        show_planning(page_console(), ending.planning)
