"""``seatrial log``."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from seatrial.cli.options import example, json_option, run_options

if TYPE_CHECKING:
    from seatrial.engine.journal import Entry


@click.command("log", epilog=example("seatrial log --follow"))
@run_options
@click.option("--follow", is_flag=True, help="Go on showing until the run has ended.")
@json_option
def command(run: str, *, path: Path, follow: bool, as_json: bool) -> None:
    """Show what a release did, step by step, as its journal has it.

    With --json, one JSON object a line.
    """
    import msgspec

    from seatrial.operations import looking

    entries = looking.follow(path, run) if follow else looking.entries_of(path, run)
    for entry in entries:
        click.echo(msgspec.json.encode(entry).decode() if as_json else _line(entry))


def _line(entry: Entry) -> str:
    from seatrial.engine import journal
    from seatrial.report.words import visible

    when = dt.datetime.fromtimestamp(entry.at, dt.UTC).strftime("%Y-%m-%d %H:%M:%S")
    word = str(type(entry).__struct_config__.tag)
    match entry:
        case journal.Begun():
            text = f"by pid {entry.pid} on {entry.host}, Seatrial {entry.tool}"
        case journal.Done():
            there = " was there" if entry.how == "found" else ""
            detail = f": {entry.receipt.detail}" if entry.receipt.detail else ""
            text = f"{entry.key}{there}{detail}"
        case journal.Attempt():
            text = f"{entry.key}: {entry.error}: {entry.said}"
        case journal.Skipped():
            text = f"{entry.key}: {entry.why}"
        case journal.Undone():
            text = f"{entry.key}: {entry.receipt.detail}"
        case journal.Expanded():
            text = f"{entry.key}: {len(entry.parts)} parts"
        case journal.Ended():
            text = entry.outcome
        case _:
            text = entry.key
    text = visible(text).replace("\n", "\n" + " " * 30)
    return f"{when}  {word:<8} {text}".rstrip()
