"""``seatrial inspect``."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from seatrial.cli.options import example, json_option
from seatrial.exitcodes import ExitCode


@click.command(
    "inspect",
    epilog=example(
        "seatrial inspect dist/*",
        "seatrial inspect dist/* --index pypi --rebuild --resolve",
        "seatrial inspect dist/* --against previous --html inspection.html",
    ),
)
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@click.option("--index", default="", metavar="NAME", help="Ask this index what it holds already.")
@click.option("--rebuild", is_flag=True, help="Build a wheel from the sdist, and compare.")
@click.option("--resolve", is_flag=True, help="Resolve what the files require.")
@click.option(
    "--against",
    multiple=True,
    metavar="previous|FILE",
    help="Compare with the last release on the index, or with files; may be given several times.",
)
@click.option("--strict", is_flag=True, help="Let a warning refuse as well.")
@click.option(
    "--html",
    "page",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write an HTML page with a map of the sizes.",
)
@click.option("--markdown", is_flag=True, help="Print Markdown.")
@json_option
def command(  # noqa: PLR0913 - one parameter an option, as click hands them over
    files: tuple[Path, ...],
    *,
    index: str,
    rebuild: bool,
    resolve: bool,
    against: tuple[str, ...],
    strict: bool,
    page: Path | None,
    markdown: bool,
    as_json: bool,
) -> int:
    """Say what is wrong with wheels and sdists, whoever made them.

    They are held against PyPI's rules, against their own RECORD and metadata, and against what
    users suffer from. Nothing is uploaded, and nothing is asked of anybody unless it is said.
    """
    from seatrial.cli.output import page_console, write_json
    from seatrial.operations.inspecting import Inspecting, inspect
    from seatrial.report.inspected import render_markdown, show_inspection

    report = inspect(
        Inspecting(
            files=files,
            index=index,
            rebuild=rebuild,
            resolve=resolve,
            against=against,
            strict=strict,
            now=time.time(),
        )
    )
    if page is not None:
        from seatrial.report.inspected_html import render_html
        from seatrial.storage import storage_faults

        with storage_faults(page):
            page.write_text(render_html(report), "utf-8")
    if as_json:
        write_json(report)
    elif markdown:
        sys.stdout.write(render_markdown(report))
    else:
        show_inspection(page_console(), report)
    return ExitCode.REFUSED if report.outcome == "refused" else ExitCode.DONE
