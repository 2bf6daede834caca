"""``seatrial release``."""

from __future__ import annotations

from pathlib import Path

import click

from seatrial.cli.options import Asked, example, json_option, merged_option, release_options


@click.command(
    "release",
    epilog=example("seatrial release --bump minor", "seatrial release --plan plan.json --yes"),
)
@release_options
@merged_option
@click.option(
    "--plan",
    "plan_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Carry out this plan, and no other.",
)
@click.option("--yes", is_flag=True, help="Do not ask before the point of no return.")
@json_option
def command(
    asked: Asked,
    *,
    merged: bool,
    plan_file: Path | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Release, for real: from the commit to what users install.

    Run it again when it was stopped: it goes on where it was.
    """
    from seatrial.cli.confirm import confirmation, refuse_unasked
    from seatrial.cli.endings import show_ending
    from seatrial.cli.progress import Steps
    from seatrial.cli.requests import request_of
    from seatrial.cli.summary import summed_up
    from seatrial.operations.releasing import release
    from seatrial.operations.running import Watch

    request = request_of(asked, merged=merged)
    refuse_unasked(yes=yes)
    with summed_up(), Steps() as steps:
        watch = Watch(progress=steps, tell=steps.tell, confirm=confirmation(steps, yes=yes))
        ending = release(request, plan_file, watch)
    show_ending(ending, steps=not steps.shown, as_json=as_json)
