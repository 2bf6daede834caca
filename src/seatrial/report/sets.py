"""Where the files of a release come from, as pages show it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from seatrial.plan.filesets import FileSet
from seatrial.report.lines import heading, line, safe
from seatrial.report.words import many

if TYPE_CHECKING:
    from rich.console import Console

SOURCES: Mapping[str, str] = {
    "here": "built here",
    "collected": "built by CI",
    "wrapped": "wrapped here",
    "missing": "missing",
    "unknown": "seen when it is fetched",
    "extra": "there, and not expected",
}
CHECKS: Mapping[str, str] = {
    "": "inspected",
    "run": "installed and run here",
    "resolved": "not run here: inspected, and resolved for its own machine",
}
COLOURS: Mapping[str, str] = {"missing": "red", "unknown": "yellow", "extra": "yellow"}


class ShownFile(msgspec.Struct, frozen=True, kw_only=True):
    """A row: which file, where it comes from, and how it is checked, in words."""

    said: str
    source: str
    kind: str
    check: str


def title_of(one: FileSet) -> str:
    """Give the heading of a set ("6 files of demo, 1 missing")."""
    there = sum(file.count for file in one.files)
    missing = sum(file.count for file in one.files if file.source == "missing")
    return f"{many(there, 'file')} of {one.package}" + (f", {missing} missing" if missing else "")


def shown_files(one: FileSet) -> tuple[ShownFile, ...]:
    """Give the rows of a set."""
    return tuple(
        ShownFile(
            said=file.said,
            source=SOURCES[file.source],
            kind=file.source,
            check="" if file.source == "missing" else CHECKS[file.check],
        )
        for file in one.files
    )


def show_sets(console: Console, sets: Sequence[FileSet]) -> None:
    """Show them on a terminal.

    Args:
        console: where.
        sets: a package each.
    """
    for one in sets:
        heading(console, title_of(one))
        rows = shown_files(one)
        wide, narrow = (max(len(getattr(row, name)) for row in rows) for name in ("said", "source"))
        for row in rows:
            colour = COLOURS.get(row.kind, "default")
            source = f"[{colour}]{row.source:<{narrow}}[/]"
            line(console, f"  {safe(row.said):<{wide}}  {source}  [dim]{row.check}[/]".rstrip())


def sets_markdown(sets: Sequence[FileSet]) -> Iterator[str]:
    """Give them as tables of Markdown.

    Args:
        sets: a package each.
    """
    from seatrial.report.markdown import plain

    for one in sets:
        yield from (f"### {plain(title_of(one))}", "", "| file | from | check |", "|---|---|---|")
        for row in shown_files(one):
            yield f"| {plain(row.said)} | {row.source} | {row.check} |"
        yield ""
