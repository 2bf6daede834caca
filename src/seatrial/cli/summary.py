"""What a job's summary says where there is no report: the error, or that nothing was to be done."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from seatrial.errors import SeatrialError

if TYPE_CHECKING:
    from seatrial.plan.planning import Planning


@contextlib.contextmanager
def summed_up() -> Iterator[None]:
    """Add an error that came before there was a report to the summary of a CI job."""
    try:
        yield
    except SeatrialError as error:
        # An error that stopped a run has a page, and the run's report is in the summary already.
        if not error.page:
            from seatrial.operations.summary import add_to_summary
            from seatrial.report.failure import describe
            from seatrial.report.markdown import failure_markdown

            failure = describe(error)
            add_to_summary(lambda: failure_markdown(failure))
        raise


def sum_up(planning: Planning | None) -> None:
    """Add why there was nothing to be done to the summary of a CI job."""
    from seatrial.operations.summary import add_to_summary
    from seatrial.plan.planning import Complete, Nothing

    if isinstance(planning, (Nothing, Complete)):
        from seatrial.report.markdown import planning_markdown

        add_to_summary(lambda: planning_markdown(planning))
