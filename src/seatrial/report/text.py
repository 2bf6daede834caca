"""A release as the page that a person reads at its end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from seatrial.report.changes import show_commits, show_edits
from seatrial.report.counted import MANY, show_counted, show_counted_steps
from seatrial.report.diffs import file_diff
from seatrial.report.firsts import show_firsts
from seatrial.report.lines import heading, line, link, prose, safe
from seatrial.report.outcomes import MARKS, head_of
from seatrial.report.packages import show_packages
from seatrial.report.places import places_of
from seatrial.report.release import Artifact, ReleaseReport, Step
from seatrial.report.requests import show_requests
from seatrial.report.sets import show_sets
from seatrial.report.words import FOR_THE_BUILD, duration, many, size

if TYPE_CHECKING:
    from rich.console import Console

MOODS = {"good": "green", "bad": "red", "back": "yellow"}
COLOURS = {"done": "green", "found": "blue", "failed": "red", "undone": "yellow"}
"""Outcome of a step → the colour of its sign."""


def show_release(console: Console, report: ReleaseReport, *, steps: bool = True) -> None:
    """Show the page.

    Args:
        console: where.
        report: of the release.
        steps: whether the steps are shown; people who saw them pass need them no more.
    """
    head = head_of(report)
    name = f"[bold]{safe(report.name)}[/]"
    console.print()
    line(
        console,
        f"[{MOODS[head.mood]}]{head.mark} {head.word}[/] {name} in {duration(report.seconds)}",
    )
    if report.outcome != "undone":
        if not show_packages(console, report.packages):
            prose(console, safe(report.reason), 2)
        show_commits(console, report.commits, report.previous)
        show_edits(console, [file_diff(edit) for edit in report.edits])
        show_edits(console, [file_diff(edit) for edit in report.build_edits], FOR_THE_BUILD)
        _show_files_and_places(console, report)
    if steps and len(report.packages) > MANY:
        show_counted_steps(console, report)
    elif steps:
        heading(console, "Steps")
        for step in report.steps:
            _show_step(console, step)
    _show_rest(console, report)


def _show_files_and_places(console: Console, report: ReleaseReport) -> None:
    counted = len(report.packages) > MANY
    if not counted:
        show_sets(console, report.sets)
    if counted:
        show_counted(console, report)
    elif report.artifacts:
        heading(console, many(len(report.artifacts), "artifact"))
    if report.origin:
        prose(console, f"Taken from {safe(report.origin)}, byte for byte.", 2)
    if not counted:
        show_files(console, report.artifacts)
    _show_places(console, report)
    if not counted:
        _show_installations(console, report)
    show_requests(console, report.downstream)


def show_files(console: Console, files: Sequence[Artifact]) -> None:
    """Show built files with sizes and digests.

    Args:
        console: where.
        files: all of them.
    """
    width = max((len(file.name) for file in files), default=0)
    for file in files:
        line(console, f"  {safe(file.name):<{width}}  {size(file.size):>9}")
        line(console, f"    [dim]sha256 {file.sha256}[/]")


def _show_places(console: Console, report: ReleaseReport) -> None:
    places = list(places_of(report))
    if not places:
        return
    heading(console, "Where it went")
    width = max(len(label) for label, _, _ in places)
    for label, value, more in places:
        line(console, f"  {label:<{width}}  {safe(value)}" + (f" ({safe(more)})" if more else ""))


def _show_installations(console: Console, report: ReleaseReport) -> None:
    if not report.installations:
        return
    heading(console, f"Installed in {many(len(report.installations), 'clean environment')}")
    for one in report.installations:
        what = f"{safe(one.package)}: " if len(report.packages) > 1 else ""
        line(console, f"  {what}Python {one.python}, from {safe(one.source)}")
        for command in one.ran:
            line(console, f"    [dim]ran {safe(command)}[/]")


def _show_step(console: Console, step: Step) -> None:
    mark = f"[{COLOURS.get(step.outcome, 'dim')}]{MARKS.get(step.outcome, '·')}[/]"
    part = "  " if step.kind.endswith("-file") else ""
    again = f" [yellow](after {many(step.attempts, 'failure')})[/]" if step.attempts else ""
    line(console, f"  {mark} {duration(step.seconds):>8}  {part}{safe(step.key)}{again}")


def _show_rest(console: Console, report: ReleaseReport) -> None:
    show_firsts(console, report.firsts)
    console.print()
    for remark in report.remarks:
        prose(console, f"[yellow]Note:[/] {safe(remark.text)}")
    for warning in report.warnings:
        prose(console, f"[yellow]Warning:[/] {safe(warning)}")
    for missing in report.missing:
        need = f"[yellow]A real release needs[/] {safe(missing.what)}: {safe(missing.how)}"
        prose(console, need)
    if report.page:
        line(console, f"[bold]Page:[/] {link(console, report.page)}")
    prose(console, f"[bold]Next:[/] {_next(report)}")


def _next(report: ReleaseReport) -> str:
    """Say what comes after it."""
    match report.outcome:
        case "rehearsed" if report.missing:
            return f"see to what is missing, then {safe(report.then)}"
        case "rehearsed":
            return safe(report.then)
        case "undone":
            return "mend what was wrong, commit, and seatrial release"
        case "released" if report.remote:
            return f"your checkout is as it was; git pull brings it to {safe(report.tag)}"
        case _:
            return "nothing is left to do"
