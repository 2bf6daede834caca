"""How the result of a single action is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape

from seatrial.cli.output import page_console, write_json

if TYPE_CHECKING:
    from seatrial.operations.single import SingleReport


def show_single(report: SingleReport, *, as_json: bool) -> None:
    """Print what was done."""
    if as_json:
        write_json(report)
        return
    console = page_console()
    console.print(
        f"[green]{report.outcome.capitalize()}[/] "
        f"[bold]{escape(report.package)} {escape(report.version)}[/]"
    )
    for file in report.artifacts:
        console.print(f"  {escape(file.name)}  {file.size:,} bytes")
        console.print(f"    [dim]sha256 {file.sha256}[/]")
    for step in report.steps:
        if step.detail and not step.kind.endswith("-file"):
            console.print(f"  [dim]{escape(step.key)}: {escape(step.detail)}[/]")
    for warning in report.warnings:
        console.print(f"[yellow]Note:[/] {escape(warning)}")
