"""A release as the page that a person reads at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape

from seatrial.report.planned import SHOWN_COMMITS, commit_line, count_commits, show_diff
from seatrial.report.release import ReleaseReport

if TYPE_CHECKING:
    from rich.console import Console

HEADS = {
    "rehearsed": "[green]Rehearsed[/]",
    "released": "[green]Released[/]",
    "undone": "[yellow]Undone[/]",
}
MARKS = {
    "done": "[green]✓[/]",
    "found": "[blue]=[/]",
    "failed": "[red]✗[/]",
    "undone": "[yellow]↩[/]",
}


def show_release(console: Console, report: ReleaseReport) -> None:
    """Show the page.

    Args:
        console: where.
        report: of the release.
    """
    head = HEADS.get(report.outcome, report.outcome)
    console.print(
        f"\n{head} [bold]{escape(report.package)} {report.version}[/] in {report.seconds:.1f} s"
    )
    console.print(f"  {escape(report.reason)}\n")
    if report.outcome != "undone":
        _show_changes(console, report)
        _show_files(console, report)
        _show_places(console, report)
    _show_steps(console, report)
    for remark in report.remarks:
        console.print(f"[yellow]Note:[/] {escape(remark.text)}")
    for warning in report.warnings:
        console.print(f"[yellow]Warning:[/] {escape(warning)}")
    _show_rest(console, report)


def _show_changes(console: Console, report: ReleaseReport) -> None:
    since = f" since {report.previous}" if report.previous else ""
    if report.commits:
        console.print(f"[bold]{count_commits(report.commits)}{since}[/]")
    for commit in report.commits[:SHOWN_COMMITS]:
        console.print(commit_line(commit))
    if len(report.commits) > SHOWN_COMMITS:
        console.print(f"  … and {len(report.commits) - SHOWN_COMMITS} more")
    if report.edits:
        console.print("\n[bold]Edits[/]")
        for edit in report.edits:
            show_diff(console, edit.diff)


def _show_files(console: Console, report: ReleaseReport) -> None:
    origin = f", taken from {report.origin}, byte for byte" if report.origin else ""
    console.print(f"\n[bold]Artifacts[/]{origin}")
    for file in report.artifacts:
        console.print(f"  {escape(file.name)}  {file.size:,} bytes")
        console.print(f"    [dim]sha256 {file.sha256}[/]")


def _show_places(console: Console, report: ReleaseReport) -> None:
    console.print("\n[bold]Where they went[/]")
    for place in report.places:
        verb = "staged on" if place.staging else "published on"
        console.print(f"  {verb} {escape(place.index)} ({escape(place.url)})")
    for installation in report.installations:
        console.print(
            f"  installed from {escape(installation.source)} on Python {installation.python}"
        )
        for command in installation.ran:
            console.print(f"    [dim]ran {escape(command)}[/]")
    if report.commit:
        target = f", pushed with {report.branch} to {report.remote}" if report.remote else ""
        console.print(f"  tag {escape(report.tag)} on {report.commit[:12]}{escape(target)}")
    if report.forge_release:
        console.print(f"  forge release {escape(report.forge_release)}")


def _show_steps(console: Console, report: ReleaseReport) -> None:
    console.print("\n[bold]Steps[/]")
    for step in report.steps:
        mark = MARKS.get(step.outcome, "[dim]·[/]")
        part = "  " if step.kind.endswith("-file") else ""
        again = f" [yellow]({step.attempts} failed before)[/]" if step.attempts else ""
        console.print(f"  {mark} {step.seconds:6.2f} s  {part}{escape(step.key)}{again}")
    console.print()


def _show_rest(console: Console, report: ReleaseReport) -> None:
    for missing in report.missing:
        console.print(
            f"[yellow]A real release would need[/] {escape(missing.what)}: {escape(missing.how)}"
        )
    if report.outcome == "rehearsed" and not report.missing:
        console.print("A real release has all it needs: [bold]seatrial release[/]")
    if report.outcome == "released":
        console.print(f"Your checkout is as it was; git pull brings it to {escape(report.tag)}.")
    if report.folder:
        console.print(f"[dim]Everything about it is in {escape(report.folder)}[/]")
