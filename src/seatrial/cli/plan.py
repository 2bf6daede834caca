"""``seatrial plan``."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from seatrial.cli.options import Asked, example, json_option, merged_option, release_options
from seatrial.cli.output import page_console, write_json


@click.command(
    "plan",
    epilog=example(
        "seatrial plan --bump minor --out plan.json", "seatrial release --plan plan.json"
    ),
)
@release_options
@merged_option
@click.option("--out", type=click.Path(path_type=Path), help="Write the plan to this file.")
@json_option
def command(
    asked: Asked,
    *,
    merged: bool,
    out: Path | None,
    as_json: bool,
) -> None:
    """Show everything that a release would do, in order, and do nothing."""
    from seatrial.cli.progress import Steps
    from seatrial.operations.hurrying import hurried

    with Steps() as steps:
        steps.tell("reading the repository")
        opening = hurried(asked.path, asked.index)
        # The rest is imported while git, the remote and the index answer.
        import msgspec

        from seatrial.cli.requests import request_of
        from seatrial.operations.planning import opened, plan_release
        from seatrial.plan.planning import Planned
        from seatrial.report.planned import show_planning
        from seatrial.storage import chosen_place

        request = msgspec.structs.replace(request_of(asked, merged=merged), patient=True)
        project, request = opened(request, opening())
        planning = plan_release(project, request, steps.tell)
    if out is not None and isinstance(planning, Planned):
        with chosen_place(out):
            out.write_bytes(planning.plan.encode())
    if as_json:
        write_json(planning)
    else:
        then = f"seatrial rehearse{' --merged' * merged}"
        if out:
            then = f"seatrial release --plan {shlex.quote(str(out))}"
        show_planning(page_console(), planning, then)
