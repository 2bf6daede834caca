"""Entries for the next release that stand above the last one without a heading of their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

_ENTRY = re.compile(r"[-*+]\s+\S")


def headed(path: str, text: str, earlier: Callable[[], str]) -> str:
    """Give a changelog with a heading over the entries above its last release that have none.

    Only entries that are new since the last release are such: a list above the releases may also
    say how to read the page.

    Args:
        path: the changelog's path.
        text: its whole content, a BOM and line endings as they stand.
        earlier: gives its content at the last release, or an empty text.

    Returns:
        The text as it is where there are none.
    """
    from seatrial.repository.changelog_page import Page

    plain = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if "\r" in plain:
        return text
    page = Page(path, plain)
    at = _first_entry(page.lines, *page.above_releases())
    then = earlier().removeprefix("\ufeff").replace("\r\n", "\n") if at is not None else ""
    if at is None or not then or page.lines[at] in then.split("\n"):
        return text
    first = page.releases[0].heading
    if not first.retitles:
        return text
    lines = [*page.lines[:at], *first.retitled("Unreleased"), "", *page.lines[at:]]
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    return mark + "\n".join(lines).replace("\n", "\r\n" if "\r\n" in text else "\n")


def _first_entry(lines: Sequence[str], start: int, end: int) -> int | None:
    """Give the line where a list begins that goes on to the end; nothing if none does."""
    first = None
    for at in range(start, end):
        if _ENTRY.match(lines[at]):
            first = at if first is None else first
        elif lines[at].strip() and not lines[at][0].isspace():
            first = None
    return first
