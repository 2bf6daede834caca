"""``seatrial config``."""

from __future__ import annotations

from pathlib import Path

import click

from seatrial.cli.options import example, json_option, path_argument
from seatrial.cli.output import page_console, write_json


@click.group("config")
def command() -> None:
    """Show the configuration, and where each value comes from."""


@command.command("show", epilog=example("seatrial config show"))
@path_argument
@json_option
def show(path: Path, *, as_json: bool) -> None:
    """Show every key with its value, and the line that says so."""
    import msgspec

    from seatrial.cli.documents import ConfigDocument
    from seatrial.config.show import explain
    from seatrial.operations.project import Project
    from seatrial.report.lines import safe

    explained = explain(Project.open(path).configuration)
    if as_json:
        write_json(ConfigDocument(keys=tuple(explained)))
        return
    console = page_console()
    for one in explained:
        value = msgspec.json.encode(one.value).decode()
        console.print(f"{safe(one.key)} = {safe(value)}  [dim]{safe(one.origin)}[/]")
