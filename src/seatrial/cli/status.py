"""``seatrial status``."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from seatrial.cli.options import example, json_option, run_options
from seatrial.cli.output import page_console, write_json

if TYPE_CHECKING:
    from rich.console import Console

    from seatrial.operations.looking import RunStatus

STATES = {
    "done": "[green]released[/]",
    "undone": "[yellow]taken back[/]",
    "running": "[cyan]running[/]",
    "interrupted": "[yellow]interrupted[/]",
    "killed": "[yellow]killed[/]",
    "unreadable": "[red]that cannot be read[/]",
}
"""State of a run → its word; any other is the name of the error that stopped it."""

ENDED = {"done", "undone"}
"""States that nothing comes after."""

SAID = 5
"""Lines of an error that are shown."""


@click.command("status", epilog=example("seatrial status"))
@run_options
@json_option
def command(run: str, *, path: Path, as_json: bool) -> None:
    """Show the releases begun in this repository, and how far each has come."""
    from seatrial.cli.documents import StatusDocument
    from seatrial.operations.looking import statuses

    found = statuses(path, run)
    if as_json:
        write_json(StatusDocument(runs=tuple(found)))
        return
    console = page_console()
    if not found:
        console.print("No release has been begun in this repository.")
        console.print("[bold]Next:[/] seatrial rehearse")
    for number, one in enumerate(found):
        if number:
            console.print()
        _show(console, one)


def _show(console: Console, status: RunStatus) -> None:
    from seatrial.report.lines import line, link, safe

    state = STATES.get(status.state, f"[red]stopped: {safe(status.state)}[/]")
    far = (
        ""
        if status.state == "unreadable"
        else f", {status.done} of {status.actions} actions are done"
    )
    ended = status.state in ENDED
    name = f"[bold]{safe(status.package)} {status.version}[/]" if status.package else "a run"
    line(console, f"{name}  {state}{'' if ended else far}")
    began = ""
    if status.began is not None:
        when = dt.datetime.fromtimestamp(status.began, dt.UTC)
        began = f", begun {when:%Y-%m-%d %H:%M} UTC"
    line(console, f"  run {safe(status.run)}")
    if status.commit:
        line(console, f"  of commit {status.commit[:12]}{began}")
    if status.holder:
        line(console, f"  {safe(status.holder)}")
    for said in [] if ended else status.said.splitlines()[:SAID]:
        line(console, f"  {safe(said)}")
    if status.page:
        line(console, f"  [bold]Page:[/] {link(console, status.page)}")
    if step := _next(status):
        line(console, f"  [bold]Next:[/] {step}")


def _next(status: RunStatus) -> str:
    from seatrial.error import resuming
    from seatrial.report.explained import by_name

    match status.state:
        case "done" | "undone" | "unreadable":
            return ""
        case "running":
            return "seatrial log --follow"
        case "interrupted" | "killed" | "not-confirmed":
            known = None
        case error:
            known = by_name().get(error)
    if known is not None:
        return resuming(known.next_step)
    return "seatrial resume" if status.forever else "seatrial resume, or seatrial undo"
