"""``seatrial publish``."""

from __future__ import annotations

from pathlib import Path

import click

from seatrial.cli.completing import complete_indexes
from seatrial.cli.options import example, json_option


@click.command("publish", epilog=example("seatrial publish dist/* --to testpypi"))
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@click.option(
    "--to",
    "index",
    required=True,
    metavar="INDEX",
    shell_complete=complete_indexes,
    help="The index's name.",
)
@click.option("--yes", is_flag=True, help="Do not ask before the upload.")
@json_option
def command(files: tuple[Path, ...], *, index: str, yes: bool, as_json: bool) -> None:
    """Upload files of one release to an index, and see them on its page.

    A file that is there already with the same bytes is left alone; with other bytes it is refused.
    """
    from seatrial.operations.publishing import beginning, publish

    if not yes:
        from seatrial.cli.confirm import refuse_unasked

        refuse_unasked(yes=yes)
    # The rest is imported while the files are read and the index is asked.
    with beginning(files, index) as begun:
        from seatrial.cli.confirm import confirmation
        from seatrial.cli.progress import Steps
        from seatrial.cli.singles import show_single
        from seatrial.operations.running import Watch

        with Steps() as steps:
            watch = Watch(progress=steps, confirm=confirmation(steps, yes=yes))
            report = publish(begun, watch)
    show_single(report, as_json=as_json)
