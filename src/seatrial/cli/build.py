"""``seatrial build``."""

from __future__ import annotations

from pathlib import Path

import click

from seatrial.cli.options import example, json_option, path_argument


@click.command("build", epilog=example("seatrial build --out dist"))
@path_argument
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("dist"),
    show_default=True,
    help="The folder for the files.",
)
@json_option
def command(path: Path, *, out: Path, as_json: bool) -> None:
    """Build sdist and wheel from the commit that HEAD is at, and inspect them.

    The wheel is built from the sdist; what is not committed cannot get in.
    """
    from seatrial.cli.progress import Steps
    from seatrial.cli.singles import show_single
    from seatrial.operations.running import Watch
    from seatrial.operations.single import build

    with Steps() as steps:
        report = build(path, out, Watch(progress=steps))
    show_single(report, as_json=as_json)
