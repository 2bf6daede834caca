"""``seatrial next``."""

from __future__ import annotations

from pathlib import Path

import click

from seatrial.cli.options import BUMPS, example, json_option, path_argument


@click.command("next", epilog=example("seatrial next", "seatrial next --bump minor"))
@path_argument
@click.option(
    "--bump",
    type=click.Choice(BUMPS),
    default="auto",
    show_default=True,
    help="Which part of the version to raise.",
)
@json_option
def command(path: Path, *, bump: str, as_json: bool) -> None:
    """Print the version that the next release gets.

    The commit and the tags that are here decide, and nobody outside is asked: plan does, and
    passes over what an index or the remote holds. Where labels of pull requests decide, only plan
    can tell. Packages with versions of their own are given by name and version, one in a line.
    Standard output is empty where there is nothing to release, and standard error says why.
    """
    import msgspec

    from seatrial.cli.quick import tell
    from seatrial.operations.coming import next_version
    from seatrial.versions.decide import Wish

    tell(next_version(path, msgspec.convert({"bump": bump}, Wish)), as_json=as_json)
