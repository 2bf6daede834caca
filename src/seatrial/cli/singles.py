"""How the result of a single action is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.cli.output import page_console, write_json

if TYPE_CHECKING:
    from seatrial.operations.single import SingleReport


def show_single(report: SingleReport, *, as_json: bool) -> None:
    """Print what was done."""
    if as_json:
        write_json(report)
        return
    from seatrial.report.lines import line, prose, safe
    from seatrial.report.text import show_files

    console = page_console()
    name = f"[bold]{safe(report.package)} {safe(report.version)}[/]"
    line(console, f"[green]✓ {report.outcome.capitalize()}[/] {name}")
    show_files(console, report.artifacts)
    for step in report.steps:
        if step.detail and not step.kind.endswith("-file"):
            line(console, f"  [dim]{safe(step.key)}: {safe(step.detail)}[/]")
    for warning in report.warnings:
        prose(console, f"[yellow]Warning:[/] {safe(warning)}")
