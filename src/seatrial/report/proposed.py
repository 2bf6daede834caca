"""A proposed release as a person reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from seatrial.plan.values import Note
from seatrial.report.lines import line, prose, safe

if TYPE_CHECKING:
    from rich.console import Console


class Proposal(msgspec.Struct, frozen=True, kw_only=True, tag="proposed", tag_field="outcome"):
    """A pull request that proposes a release.

    Attributes:
        package: the package's name; of several, that of the first.
        version: the version that it proposes for it.
        what: all that it proposes, in a few words ("demo 1.2.0", "37 packages").
        tag: the tag that the release will have.
        how: whether this command has "acted", or "found" all as it is wanted.
        url: the pull request's page.
        number: its number.
        branch: the branch that it comes from.
        base: the branch that it shall be merged into.
        commit: the commit that is proposed.
        title: its title.
        body: its text, Markdown.
        edited: the packages whose notes somebody has edited there; they are kept.
        remarks: what a person should know.
    """

    schema: int = 1
    package: str
    version: str
    what: str
    tag: str
    how: Literal["acted", "found"]
    url: str
    number: int
    branch: str
    base: str
    commit: str
    title: str
    body: str
    edited: tuple[str, ...] = ()
    remarks: tuple[Note, ...] = ()


def show_proposal(console: Console, proposal: Proposal) -> None:
    """Show where the pull request is, and what it says.

    Args:
        console: where.
        proposal: the pull request.
    """
    word = "Proposed" if proposal.how == "acted" else "Proposed already"
    line(console, f"[green]✓ {word}[/] [bold]{safe(proposal.what)}[/]")
    line(console, f"  {safe(proposal.url)}")
    line(
        console, f"  [bold]{safe(proposal.title)}[/]  {safe(proposal.branch)} into {proposal.base}"
    )
    for package in proposal.edited:
        prose(console, f"The notes of {safe(package)} are kept as they were edited there.", 2)
    console.print()
    prose(console, "[bold]Next:[/] have it merged, then seatrial release --merged")
