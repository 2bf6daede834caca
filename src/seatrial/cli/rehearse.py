"""``seatrial rehearse``."""

from __future__ import annotations

from pathlib import Path

import click

from seatrial.cli.options import Asked, example, json_option, merged_option, release_options
from seatrial.cli.output import page_console, write_json


@click.command(
    "rehearse",
    epilog=example(
        "seatrial rehearse", "seatrial rehearse --python 3.12 --python 3.13 --fault 503@upload:1"
    ),
)
@release_options
@merged_option
@click.option(
    "--fault",
    multiple=True,
    metavar="KIND@ACTION[:N]",
    help="Let something go wrong: 503@upload:2, drop@upload, stale@simple:10s, burnt, kill@tag.",
)
@click.option(
    "--keep",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Leave the whole rehearsal in this folder.",
)
@json_option
def command(
    asked: Asked,
    *,
    merged: bool,
    fault: tuple[str, ...],
    keep: Path | None,
    as_json: bool,
) -> int:
    """Run the whole release in a world of its own: a bare clone, an index, a forge.

    Nothing of yours is changed: not the repository, not its refs, not its working tree.
    """
    from seatrial.cli.progress import Steps
    from seatrial.cli.summary import sum_up, summed_up
    from seatrial.operations.hurrying import hurried

    with summed_up(), Steps() as steps:
        steps.tell("reading the repository")
        opening = hurried(asked.path, asked.index)
        # The rest is imported while the remote and the index answer.
        import msgspec

        from seatrial.cli.requests import request_of
        from seatrial.operations.rehearsing import Rehearsal, rehearse
        from seatrial.operations.running import Watch

        rehearsal = Rehearsal(
            request=msgspec.structs.replace(
                request_of(asked, merged=merged), strict=False, patient=True
            ),
            faults=fault,
            keep=keep,
        )
        watch = Watch(progress=steps, tell=steps.tell)
        done = rehearse(rehearsal, watch, opening())
    if done.error is not None:
        if not as_json or done.report is None:
            with summed_up():
                raise done.error
        from seatrial.cli.failures import show_stopped

        show_stopped(done.error, done.report)
        return int(done.error.exit_code)
    from seatrial.report.planned import show_planning
    from seatrial.report.text import show_release

    sum_up(done.planning if done.report is None else None)
    if as_json:
        write_json(done.report or done.planning)
    elif done.report is None:
        show_planning(page_console(), done.planning)
    else:
        show_release(page_console(), done.report, steps=not steps.shown)
    return 0
