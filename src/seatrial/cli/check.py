"""``seatrial check``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from seatrial.cli.options import example, path_argument
from seatrial.cli.output import page_console, write_json
from seatrial.exitcodes import ExitCode

if TYPE_CHECKING:
    from rich.console import Console

    from seatrial.operations.checking import Checked
    from seatrial.rules.values import Finding

_COLOURS = {"error": "red", "warning": "yellow", "info": "cyan"}


@click.command(
    "check",
    epilog=example(
        "seatrial check", "seatrial check --select ST1,ST402 --fix", "seatrial check --format sarif"
    ),
)
@path_argument
@click.option("--fix", is_flag=True, help="Mend what needs no decision, in the working tree.")
@click.option(
    "--select",
    metavar="CODES",
    multiple=True,
    help="Ask only these rules: codes, families (ST1) or names, with commas between them.",
)
@click.option("--ignore", metavar="CODES", multiple=True, help="Do not ask these rules.")
@click.option("--strict", is_flag=True, help="Let warnings refuse, too.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "sarif", "github"]),
    default="text",
    show_default=True,
    help="How findings are printed.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--list", "listed", is_flag=True, help="List the rules, and check nothing.")
def command(path: Path, *, form: str, listed: bool, as_json: bool, **asked: object) -> int:
    """Check the repository by numbered rules.

    The files of the commit are read, not those of the working tree: what is not committed cannot be
    released. An error refuses (exit code 1); a warning does with --strict.
    """
    if listed:
        _list()
        return ExitCode.DONE
    from seatrial.operations.checking import CheckRequest, check

    request = CheckRequest(
        path=path,
        select=_codes(asked["select"]),
        ignore=_codes(asked["ignore"]),
        fix=bool(asked["fix"]),
        home=Path.home(),
    )
    checked = check(request)
    _show(checked, "json" if as_json else form)
    return ExitCode.REFUSED if checked.refuses(strict=bool(asked["strict"])) else ExitCode.DONE


def _codes(said: object) -> tuple[str, ...]:
    words = said if isinstance(said, tuple) else ()
    return tuple(code.strip() for word in words for code in str(word).split(",") if code.strip())


def _show(checked: Checked, form: str) -> None:
    from seatrial.rules import formats
    from seatrial.rules.registry import all_rules

    if form == "json":
        write_json(checked)
    elif form == "sarif":
        asked = [rule for rule in all_rules() if rule.code in checked.rules]
        write_json(formats.sarif(checked.findings, asked))
    elif form == "github":
        for line in formats.github_lines(checked.findings):
            sys.stdout.write(line + "\n")
    else:
        _text(page_console(), checked)


def _text(console: Console, checked: Checked) -> None:
    from seatrial.report.lines import safe
    from seatrial.rules.formats import summary

    for one in checked.mended:
        console.print(f"[green]Mended[/] {safe(one.where)}: {one.code} {safe(one.message)}")
    for path, why in checked.left.items():
        console.print(f"[yellow]Left alone[/] {safe(path)}: {safe(why)}")
    for one in checked.findings:
        _line(console, one)
    for code, why in checked.unasked.items():
        console.print(f"[dim]{code} was not asked: {safe(why)}[/]")
    console.print(summary(checked.findings))
    if checked.mended:
        console.print("The mended files are not committed yet; a check reads the commit.")
    else:
        count = sum(one.fix is not None for one in checked.findings)
        if count and not checked.left:
            console.print(f"{count} of them can be mended with --fix.")


def _line(console: Console, one: Finding) -> None:
    from seatrial.report.lines import safe

    where = f"[bold]{safe(one.where)}[/]: " if one.where else ""
    console.print(
        f"{where}[{_COLOURS[one.severity]}]{one.code}[/] {safe(one.message)}"
        f" [dim]({one.severity}, {one.name})[/]"
    )


def _list() -> None:
    from seatrial.report.lines import safe
    from seatrial.rules.registry import all_rules

    console = page_console()
    family = ""
    for rule in all_rules():
        if rule.family != family:
            family = rule.family
            console.print(f"[bold]{safe(family)}[/]")
        console.print(
            f"  {rule.code} {safe(rule.name)} [dim]({rule.severity})[/]  {safe(rule.summary)}"
        )
