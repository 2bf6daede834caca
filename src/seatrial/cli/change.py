"""``seatrial change``."""

from __future__ import annotations

from pathlib import Path

import click

from seatrial.cli.options import example


@click.command(
    "change", epilog=example('seatrial change --kind fix "Read files that begin with a BOM"')
)
@click.argument("text")
@click.option(
    "--kind",
    type=click.Choice(["breaking", "feature", "fix", "other"]),
    required=True,
    help="What it changes for users; it decides the next version.",
)
@click.option(
    "--package", multiple=True, metavar="NAME", help="Whom it concerns; may be given several times."
)
@click.option(
    "--path",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="A folder in the repository.",
)
def command(text: str, kind: str, package: tuple[str, ...], path: Path) -> None:
    """Write a change file: one change, told for the changelog of the next release.

    The file goes into .changes; commit it with the change. The next release takes all of them for
    its version and its notes, and removes them.
    """
    from seatrial.operations.changing import write_change

    click.echo(write_change(path, text, kind, package))
