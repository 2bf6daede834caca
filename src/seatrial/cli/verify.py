"""``seatrial verify``."""

from __future__ import annotations

import click

from seatrial.cli.completing import complete_indexes
from seatrial.cli.options import example, json_option


@click.command(
    "verify", epilog=example("seatrial verify demo==1.2.0 --from testpypi --python 3.12")
)
@click.argument("requirement", metavar="NAME==VERSION")
@click.option(
    "--from",
    "index",
    required=True,
    metavar="INDEX",
    shell_complete=complete_indexes,
    help="The index's name.",
)
@click.option(
    "--python", multiple=True, metavar="3.X", help="On this Python; may be given several times."
)
@json_option
def command(requirement: str, *, index: str, python: tuple[str, ...], as_json: bool) -> None:
    """Install a released version in clean environments, import it and run its scripts.

    This name comes from that index only, every other from your usual index only.
    """
    from seatrial.cli.progress import Steps
    from seatrial.cli.singles import show_single
    from seatrial.operations.running import Watch
    from seatrial.operations.single import verify

    with Steps() as steps:
        report = verify(requirement, index, python, Watch(progress=steps))
    show_single(report, as_json=as_json)
