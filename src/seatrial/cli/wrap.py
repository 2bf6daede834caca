"""``seatrial wrap``."""

from __future__ import annotations

from pathlib import Path

import click

from seatrial.cli.options import example, json_option, path_argument


@click.command("wrap", epilog=example("seatrial wrap --out dist"))
@path_argument
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("dist"),
    show_default=True,
    help="The folder for the wheels.",
)
@click.option(
    "--from",
    "source",
    metavar="SOURCE",
    default="",
    help="Where the binaries come from, in the place of what is configured.",
)
@json_option
def command(path: Path, *, out: Path, source: str, as_json: bool) -> None:
    """Make platform wheels of this package and another repository's binaries, and inspect them.

    The package is built once, from the commit that HEAD is at; what is wrapped for which platform
    is said in [wrap] of the configuration.
    """
    from seatrial.cli.progress import Steps
    from seatrial.cli.singles import show_single
    from seatrial.operations.running import Watch
    from seatrial.operations.single import wrap

    with Steps() as steps:
        report = wrap(path, out, source, Watch(progress=steps))
    show_single(report, as_json=as_json)
