"""``seatrial propose``."""

from __future__ import annotations

import click

from seatrial.cli.options import Asked, example, json_option, release_options


@click.command("propose", epilog=example("seatrial propose", "seatrial propose --bump minor"))
@release_options
@json_option
def command(asked: Asked, *, as_json: bool) -> None:
    """Propose the next release by a pull request, or bring the one that is open up to date.

    Notes that somebody has edited there are kept. When it is merged, seatrial release --merged
    releases what was merged.
    """
    from seatrial.cli.output import page_console, write_json
    from seatrial.cli.progress import Steps
    from seatrial.cli.requests import request_of
    from seatrial.operations.proposing import propose
    from seatrial.operations.running import Watch
    from seatrial.report.planned import show_planning
    from seatrial.report.proposed import Proposal, show_proposal

    with Steps() as steps:
        found = propose(request_of(asked), Watch(progress=steps, tell=steps.tell))
    if as_json:
        write_json(found)
    elif isinstance(found, Proposal):
        show_proposal(page_console(), found)
    else:
        show_planning(page_console(), found)
