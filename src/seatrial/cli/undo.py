"""``seatrial undo``."""

from __future__ import annotations

from pathlib import Path

import click

from seatrial.cli.options import example, json_option, run_options
from seatrial.cli.output import page_console, write_json


@click.command("undo", epilog=example("seatrial undo"))
@run_options
@json_option
def command(run: str, *, path: Path, as_json: bool) -> None:
    """Take back a release that has not passed the point of no return."""
    from seatrial.cli.progress import Steps
    from seatrial.operations.releasing import undo
    from seatrial.operations.running import Watch
    from seatrial.report.text import show_release

    with Steps() as steps:
        report = undo(path, run, Watch(progress=steps, tell=steps.tell))
    if as_json:
        write_json(report)
    else:
        show_release(page_console(), report, steps=not steps.shown)
