"""``seatrial status``."""

from __future__ import annotations

from pathlib import Path

import click

from seatrial.cli.options import example, json_option, run_options
from seatrial.cli.output import page_console, write_json


@click.command("status", epilog=example("seatrial status"))
@run_options
@json_option
def command(run: str, *, path: Path, as_json: bool) -> None:
    """Show the releases begun in this repository, and how far each has come."""
    from rich.markup import escape

    from seatrial.operations.looking import statuses

    found = statuses(path, run)
    if as_json:
        write_json({"runs": found})
        return
    console = page_console()
    if not found:
        console.print("No release has been begun in this repository.")
    for one in found:
        console.print(
            f"[bold]{escape(one.package)} {one.version}[/]  {one.state}  "
            f"{one.done} of {one.actions} actions  [dim]{one.run}[/]"
        )
        if one.holder:
            console.print(f"  {escape(one.holder)}")
        for line in one.said.splitlines()[:5]:
            console.print(f"  {escape(line)}")
