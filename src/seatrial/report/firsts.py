"""Names that an index does not know yet, as one list for a person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from seatrial.plan.firsts import FirstUpload
from seatrial.report.lines import heading, line, prose, safe
from seatrial.report.words import many

if TYPE_CHECKING:
    from rich.console import Console

NOT_SEEN = "the file that runs the release"
NO_ENVIRONMENT = "none"

Row = tuple[str, str, str, str, str, str]
COLUMNS: Row = ("project", "index", "owner", "repository", "workflow", "environment")


def title(firsts: Sequence[FirstUpload]) -> str:
    """Say how many there are."""
    return f"{many(len({one.package for one in firsts}), 'project')} made by the first upload"


def rows(firsts: Sequence[FirstUpload]) -> list[Row]:
    """Give the cells of the list: what each form for a pending publisher asks for.

    Args:
        firsts: of a plan.
    """
    return [
        (
            one.package,
            one.index,
            one.publisher.owner if one.publisher else "",
            one.publisher.repository if one.publisher else "",
            (one.publisher.workflow or NOT_SEEN) if one.publisher else "",
            (one.publisher.environment or NO_ENVIRONMENT) if one.publisher else "",
        )
        for one in firsts
    ]


def advice(firsts: Sequence[FirstUpload]) -> Iterator[str]:
    """Say what can be set up, and who owns the projects then: a sentence or two each.

    Args:
        firsts: of a plan.
    """
    forms = tuple(dict.fromkeys(one.form for one in firsts if one.form))
    known = any(one.publisher for one in firsts)
    if known:
        where = f" at {', '.join(forms)}" if forms else ", where the index takes them"
        yield (
            f"With trusted publishing: add a pending publisher with these values{where}. Whoever "
            "adds it owns the project, or the organisation that it is added for."
        )
    if known and len({one.package for one in firsts}) > 1:
        yield (
            "An index keeps one pending publisher for one workflow and environment. For several "
            "names, give each an environment of its own, or make the first uploads with a token."
        )
    yield (
        "With a token: it has to be one for the whole account, for one that is for a project "
        "cannot make another. The account of the token owns the project."
    )


def show_firsts(console: Console, firsts: Sequence[FirstUpload]) -> None:
    """Show the list.

    Args:
        console: where.
        firsts: of a plan; nothing is shown without any.
    """
    if not firsts:
        return
    heading(console, title(firsts))
    cells = [COLUMNS, *rows(firsts)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for number, row in enumerate(cells):
        text = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        shown = safe(text.rstrip())
        line(console, f"  [dim]{shown}[/]" if not number else f"  {shown}")
    for sentence in advice(firsts):
        prose(console, safe(sentence), 2)


def firsts_markdown(firsts: Sequence[FirstUpload]) -> Iterator[str]:
    """Give the list as Markdown, line by line.

    Args:
        firsts: of a plan; nothing is given without any.
    """
    if not firsts:
        return
    from seatrial.report.markdown import plain

    yield from (f"### {title(firsts)}", "")
    yield f"| {' | '.join(COLUMNS)} |"
    yield "|---" * len(COLUMNS) + "|"
    for row in rows(firsts):
        yield f"| {' | '.join(map(plain, row))} |"
    yield ""
    for sentence in advice(firsts):
        yield f"- {plain(sentence)}"
    yield ""
