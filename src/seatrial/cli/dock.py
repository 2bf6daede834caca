"""``seatrial dock``."""

from __future__ import annotations

from pathlib import Path

import click

from seatrial.cli.options import example


@click.command("dock", epilog=example("seatrial dock --port 8080 --dir dock"))
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="A free one when 0.")
@click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep its state in this folder; a temporary one otherwise.",
)
def command(port: int, folder: Path | None) -> None:
    """Serve the embedded index and forge on this machine, until Ctrl-C.

    Names that it does not hold are redirected to your usual index.
    """
    from seatrial.operations.docking import serve

    serve(port, folder, announce=click.echo)
