"""``seatrial resume``."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from seatrial.cli.options import example, json_option, run_options


@click.command("resume", epilog=example("seatrial resume", "seatrial resume 20261121T004512Z"))
@run_options
@click.option("--yes", is_flag=True, help="Do not ask before the point of no return.")
@json_option
def command(run: str, *, path: Path, yes: bool, as_json: bool) -> None:
    """Finish a release that was stopped; nothing is done twice."""
    from seatrial.cli.confirm import confirmation, refuse_unasked
    from seatrial.cli.endings import show_ending
    from seatrial.cli.progress import Steps
    from seatrial.cli.summary import summed_up
    from seatrial.operations.releasing import resume
    from seatrial.operations.running import Watch

    with summed_up(), Steps() as steps:
        watch = Watch(
            progress=steps,
            tell=steps.tell,
            confirm=confirmation(steps, yes=yes),
            ready=partial(refuse_unasked, yes=yes),
        )
        ending = resume(path, run, watch)
    show_ending(ending, steps=not steps.shown, as_json=as_json)
