"""``seatrial collect``."""

from __future__ import annotations

from pathlib import Path

import click

from seatrial.cli.options import example, json_option, path_argument


@click.command(
    "collect",
    epilog=example(
        "seatrial collect --out dist", "seatrial collect --workflow wheels.yml --commit v1.2.0"
    ),
)
@path_argument
@click.option(
    "--commit", default="HEAD", metavar="REV", show_default=True, help="The commit that was built."
)
@click.option(
    "--from",
    "source",
    default="",
    metavar="PLACE",
    help="github, gitlab, a folder, or an address.",
)
@click.option("--workflow", default="", metavar="FILE", help="The workflow that built it.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("dist"),
    show_default=True,
    help="The folder for the files.",
)
@json_option
def command(  # noqa: PLR0913 - an option each
    path: Path, *, commit: str, source: str, workflow: str, out: Path, as_json: bool
) -> None:
    """Fetch the wheels and sdists that CI built from a commit, and inspect them.

    Nothing is taken from a run of another commit, or from one that did not end well.
    """
    from seatrial.cli.progress import Steps
    from seatrial.cli.singles import show_single
    from seatrial.operations.gathering import Gathering, gather
    from seatrial.operations.running import Watch

    asked = Gathering(path=path, commit=commit, source=source, workflow=workflow, out=out)
    with Steps() as steps:
        report = gather(asked, Watch(progress=steps, tell=steps.tell))
    show_single(report, as_json=as_json)
