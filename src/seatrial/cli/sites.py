"""``seatrial sites``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from seatrial.cli.options import example, json_option, path_argument
from seatrial.cli.output import page_console, write_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from seatrial.operations.surveying import Surveyed
    from seatrial.repository.facts import Site

_HOW = {
    "toml": "TOML key",
    "python": "name in Python",
    "ini": "INI key",
    "json": "JSON key",
    "yaml": "YAML key",
    "file": "the whole file",
    "lock": "entry of a lock",
    "text": "text",
}


@click.command("sites", epilog=example("seatrial sites", "seatrial sites --find"))
@path_argument
@click.option(
    "--find", is_flag=True, help="Look for the version in all tracked files, and guess what it is."
)
@json_option
def command(path: Path, *, find: bool, as_json: bool) -> None:
    """Show every place that states the version, and how a release edits it."""
    from seatrial.cli.documents import SitesDocument
    from seatrial.operations.surveying import survey

    packages = survey(path, find=find)
    if as_json:
        write_json(SitesDocument(packages=packages))
        return
    console = page_console()
    for package in packages:
        _show(console, package)
        if find:
            _propose(console, package)


def _show(console: Console, package: Surveyed) -> None:
    from rich.markup import escape

    version = package.version or "no version that can be read"
    if package.from_tag:
        version = f"from the tag, by {package.from_tag}"
    console.print(f"[bold]{escape(package.package)}[/] {escape(version)}")
    if package.problem:
        console.print(f"  [yellow]{escape(package.problem)}[/]")
    width = max((len(site.where) for site in package.sites), default=0)
    for site in package.sites:
        wrong = site in package.disagreeing
        colour = "red" if wrong else "green" if site.source else "default"
        place, how = f"{site.where:<{width}}", ", ".join(_words(site, wrong=wrong))
        console.print(f"  {escape(place)}  [{colour}]{escape(site.stated)}[/]  {escape(how)}")


def _words(site: Site, *, wrong: bool) -> Iterator[str]:
    from seatrial.repository.spans import OURS

    shown = site.locator.partition(":")[2] if site.kind == "text" else site.locator
    if site.locator.startswith(OURS):
        shown = "that a pattern finds"
    yield f"{_HOW[site.kind]} {shown or site.locator}".rstrip()
    if site.spelling and site.spelling != "{version}":
        yield f"spelt {site.spelling}"
    if site.source:
        yield "source: the build reads it"
    elif site.follows:
        yield f"follows {site.follows.where}"
    else:
        yield "follower, may lag behind" if site.loose else "follower"
    if wrong:
        yield "which disagrees"


def _propose(console: Console, package: Surveyed) -> None:
    from rich.markup import escape

    if not package.proposals:
        console.print("  No other tracked file states the version.")
        return
    console.print("  Not registered:")
    for one in package.proposals:
        colour = "green" if one.guess == "site" else "dim"
        console.print(
            f"  {escape(f'{one.path}:{one.line}')}  [{colour}]{one.guess}[/]: {escape(one.why)}"
        )
        console.print(f"    {escape(one.text)}")
        if one.guess == "site":
            console.print(f"    [dim]versions = \\[{escape(one.entry)}][/]")
