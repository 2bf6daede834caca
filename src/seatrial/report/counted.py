"""A release of many packages in few lines: counts, and one by one only what failed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from seatrial.report.lines import heading, line, safe
from seatrial.report.outcomes import MARKS
from seatrial.report.words import many, size

if TYPE_CHECKING:
    from rich.console import Console

    from seatrial.report.release import ReleaseReport

MANY = 12
"""Packages of which each has lines of its own; of more, what is alike is counted."""


def show_counted(console: Console, report: ReleaseReport) -> None:
    """Show files and installations of many packages; the HTML page lists them all.

    Args:
        console: where.
        report: of the release.
    """
    if report.artifacts:
        total = size(sum(file.size for file in report.artifacts))
        heading(console, f"{many(len(report.artifacts), 'artifact')}, {total}")
    if report.installations:
        heading(console, f"Installed in {many(len(report.installations), 'clean environment')}")
    counts = Counter((one.source, one.python) for one in report.installations)
    for (source, python), count in counts.items():
        line(console, f"  {many(count, 'package')} on Python {python}, from {safe(source)}")


def show_counted_steps(console: Console, report: ReleaseReport) -> None:
    """Show how many steps of each kind came to which end, and each that is not done.

    Args:
        console: where.
        report: of the release.
    """
    heading(console, "Steps")
    counts = Counter((step.kind, step.outcome) for step in report.steps)
    for (kind, outcome), count in counts.items():
        line(console, f"  {MARKS.get(outcome, '·')} {count:>5}  {kind}, {outcome}")
    for step in report.steps:
        if step.outcome == "failed":
            line(console, f"  [red]{MARKS['failed']}[/] {safe(step.key)}")
