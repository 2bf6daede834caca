"""``seatrial init``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from seatrial.cli.options import example, json_option, path_argument
from seatrial.cli.output import page_console, write_json
from seatrial.config.others.registry import names

if TYPE_CHECKING:
    from rich.console import Console

    from seatrial.operations.beginning import Beginning


@click.command("init", epilog=example("seatrial init", "seatrial init --from auto --print"))
@path_argument
@click.option(
    "--from",
    "tool",
    metavar="TOOL",
    type=click.Choice(names()),
    help=f"Read what another release tool was told: {', '.join(names())}.",
)
@click.option("--print", "only_show", is_flag=True, help="Show what would be written, no more.")
@json_option
def command(path: Path, *, tool: str | None, only_show: bool, as_json: bool) -> None:
    """Write the shortest configuration: what detection could not know.

    It goes to the end of pyproject.toml, or into a new seatrial.toml. A configuration that is there
    already is never changed, and where the repository speaks for itself nothing is written.
    """
    from seatrial.cli.documents import InitDocument
    from seatrial.operations.beginning import begin

    beginning = begin(path, write=not only_show, tool=tool or "")
    if as_json:
        write_json(InitDocument(beginning=beginning))
        return
    _show(page_console(), beginning)


def _show(console: Console, beginning: Beginning) -> None:
    from seatrial.report.lines import line, safe

    line(console, "[bold]Found, and need not be said[/]")
    width = max((len(one.topic) for one in beginning.found), default=0)
    for one in beginning.found:
        line(console, f"  {one.topic:<{width}}  {safe(one.said)}")
    _show_imported(console, beginning)
    if beginning.unknown:
        line(console, "\n[bold]Only you can say[/]")
    for sentence in beginning.unknown:
        line(console, f"  {safe(sentence)}")
    if not beginning.text:
        line(console, "\nNothing has to be written: the repository speaks for itself.")
        return
    where = "Written to" if beginning.written else "Would be written to"
    line(console, f"\n[bold]{where} {safe(beginning.file)}[/]")
    for text in beginning.text.splitlines():
        line(console, f"  {safe(text)}" if text else "")
    if beginning.written:
        line(console, "\nCommit it: the configuration is read from the planned commit.")


def _show_imported(console: Console, beginning: Beginning) -> None:
    from seatrial.report.lines import line, safe

    if beginning.imported:
        line(console, "\n[bold]Read[/]")
    for tool in beginning.imported:
        line(console, f"  {safe(tool.tool)}, in {safe(tool.file)}")
    if beginning.settings:
        line(console, "\n[bold]Taken[/]")
    for setting in beginning.settings:
        line(console, f"  {safe(setting.key)}, from {safe(setting.why)}")
    if beginning.lost:
        line(console, "\n[bold]Without a counterpart[/]")
    for one in beginning.lost:
        line(console, f"  {safe(one.key)}: {safe(one.why)}")
