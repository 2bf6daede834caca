"""How pages put lines on a terminal."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.padding import Padding
from rich.text import Text

from seatrial.report.words import short, visible

if TYPE_CHECKING:
    from rich.console import Console


def safe(text: str) -> str:
    """Give foreign text as markup that shows it, and obeys nothing in it."""
    # A backslash before a bracket is taken for an escape, even where no markup follows.
    shown = re.sub(r"(\\+)\[(?![a-z#/@][^\[]*?\])", r"\1\\[", visible(text))
    return escape(shown)


def line(console: Console, markup: str) -> None:
    """Print a line that is never broken by us: a path, a digest, a line of a diff."""
    console.print(markup, soft_wrap=True)


def prose(console: Console, markup: str, indent: int = 0) -> None:
    """Print a sentence; on a terminal its further lines begin where the first does."""
    if console.is_terminal:
        console.print(
            Padding(Text.from_markup(markup, emoji=False), (0, 0, 0, indent), expand=False)
        )
    else:
        line(console, " " * indent + markup)


def heading(console: Console, text: str) -> None:
    """Print the heading of a section, after an empty line."""
    console.print()
    line(console, f"[bold]{safe(text)}[/]")


def link(console: Console, path: str) -> str:
    """Give a path as markup: on a terminal short, and opened by a click where that is known."""
    place = Path(path)
    if not console.is_terminal or not place.is_absolute():
        return safe(path)
    return f"[link={place.as_uri()}]{safe(short(path))}[/link]"
