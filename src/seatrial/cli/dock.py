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
@click.option(
    "--publisher",
    multiple=True,
    metavar="NAME=github:OWNER/REPO:WORKFLOW[:ENV]",
    help="Let this workflow publish NAME by its identity; also gitlab:.",
)
@click.option(
    "--pending-publisher",
    "pending",
    multiple=True,
    metavar="NAME=…",
    help="The same for a NAME that is not there yet.",
)
@click.option(
    "--fault",
    multiple=True,
    metavar="KIND@ACTION[:N]",
    help="Let something go wrong: 503@upload:2, drop@upload, stale@simple:10m, burnt.",
)
@click.option("--tls", is_flag=True, help="Serve over HTTPS; trusted publishing by uv needs it.")
def command(port: int, folder: Path | None, tls: bool, **many: tuple[str, ...]) -> None:  # noqa: FBT001 - a flag is a bool
    """Serve the embedded index and forge on this machine, until Ctrl-C.

    Names that it does not hold are redirected to your usual index.
    """
    from seatrial.operations.docking import Berth, serve

    berth = Berth(
        port=port,
        folder=folder,
        publishers=many["publisher"],
        pending=many["pending"],
        faults=many["fault"],
        tls=tls,
    )
    serve(berth, announce=click.echo)
