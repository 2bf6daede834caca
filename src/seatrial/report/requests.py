"""The pull requests of a release as they read: on a terminal, and as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from seatrial.report.beyond import Beyond
from seatrial.report.changes import show_edits
from seatrial.report.diffs import FileDiff, file_diff
from seatrial.report.lines import heading, line, prose, safe
from seatrial.report.outcomes import MARKS
from seatrial.report.release import Edit
from seatrial.report.words import visible

if TYPE_CHECKING:
    from rich.console import Console

_HEADER = re.compile(r"^diff --git ", re.MULTILINE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_SUMMARY = re.compile(r"<summary>(.*?)</summary>")
_FOLD = re.compile(r"</?details>")
_PATH = re.compile(r"^(?:\+\+\+ b/|--- a/)(.+)$", re.MULTILINE)


def differences(one: Beyond) -> list[FileDiff]:
    """Cut what is changed in a repository into its files."""
    found = []
    for piece in _HEADER.split(one.diff)[1:]:
        paths = _PATH.findall(piece)
        path = paths[-1] if paths else piece.partition("\n")[0]
        start = re.search(r"^--- ", piece, re.MULTILINE)
        found.append(file_diff(Edit(path=path, diff=piece[start.start() :] if start else "")))
    return found


def readable(body: str) -> str:
    """Give the text of a pull request as its page shows it: without comments, folds opened.

    Args:
        body: Markdown, with the HTML that forges know.
    """
    shown = _COMMENT.sub("", body)
    shown = _SUMMARY.sub(r"**\1**", shown)
    return re.sub(r"\n{3,}", "\n\n", _FOLD.sub("", shown)).strip()


def show_requests(console: Console, requests: Sequence[Beyond]) -> None:
    """Show each repository, the pull request as it would read, and what it changes.

    Args:
        console: where.
        requests: one for each repository.
    """
    for one in requests:
        heading(console, f"{MARKS.get(one.outcome, '·')} {one.repository}: {_what(one)}")
        if one.url:
            line(console, f"  {safe(one.url)}")
        if one.title:
            into = f" into {one.base}" if one.base else ""
            line(console, f"  [bold]{safe(one.title)}[/]  [dim]{safe(one.branch + into)}[/]")
        for text in readable(one.body).splitlines():
            prose(console, safe(text), 4)
        show_edits(console, differences(one), f" in {one.repository}")


def requests_markdown(requests: Sequence[Beyond]) -> Iterator[str]:
    """Give each repository and what it was asked to take, as Markdown.

    Args:
        requests: one for each repository.
    """
    if not requests:
        return
    yield from ("### Pull requests", "")
    for one in requests:
        where = f" {one.url}" if one.url else ""
        yield f"- {MARKS.get(one.outcome, '·')} `{visible(one.repository)}`: {_what(one)}{where}"
    yield ""


def _what(one: Beyond) -> str:
    return visible(" ".join(one.detail.split()[:40])) or one.outcome
