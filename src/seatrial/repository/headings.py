"""The headings of a changelog, Markdown or reStructuredText, and the lines they stand on."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from markdown_it import MarkdownIt

_UNDERLINES = "=-~^\"'`#*+.:_"


@dataclass(frozen=True, kw_only=True, slots=True)
class Heading:
    """One heading.

    Attributes:
        first: its first line, from 0.
        end: the line after its last.
        level: 1 is the highest.
        title: its text as written, markup and all.
        lines: its lines as written, without line ends.
    """

    first: int
    end: int
    level: int
    title: str
    lines: tuple[str, ...]

    @property
    def retitles(self) -> bool:
        """Whether the title stands on one line, and so can be replaced."""
        return any(self.title in line for line in self.lines)

    def retitled(self, title: str) -> tuple[str, ...]:
        """Give the lines of the heading with another title, underlines as long as it."""
        if not self.retitles:
            if len(self.lines) == 1:
                return (f"{'#' * self.level} {title}",)
            # Markdown underlines a paragraph of several lines.
            return (*title.split("\n"), self.lines[-1].strip()[0] * max(len(title), 3))
        at = next(at for at, line in enumerate(self.lines) if self.title in line)
        return tuple(
            line.replace(self.title, title, 1)
            if number == at
            else line.strip()[0] * max(len(title), 3)
            for number, line in enumerate(self.lines)
        )


def is_markdown(path: str, lines: Sequence[str]) -> bool:
    """Whether a changelog is Markdown: its name says, else whether a line begins with ``# ``."""
    name = path.lower()
    if name.endswith((".md", ".markdown")):
        return True
    if name.endswith(".rst"):
        return False
    return any(re.match(r"#{1,6} \S", line) for line in lines)


def read_headings(path: str, lines: Sequence[str]) -> list[Heading]:
    """Give the headings of a changelog in order.

    Args:
        path: its path; the ending tells the markup.
        lines: its lines without line ends.
    """
    return list(_markdown(lines) if is_markdown(path, lines) else _underlined(lines))


def _markdown(lines: Sequence[str]) -> Iterator[Heading]:
    tokens = MarkdownIt("commonmark").parse("\n".join(lines))
    for token, inline in itertools.pairwise(tokens):
        if token.type == "heading_open" and token.level == 0 and token.map:
            first, end = token.map
            while end > first + 1 and not lines[end - 1].strip():
                end -= 1
            yield Heading(
                first=first,
                end=end,
                level=int(token.tag[1:]),
                title=inline.content,
                lines=tuple(lines[first:end]),
            )


def _underlined(lines: Sequence[str]) -> Iterator[Heading]:
    """Read section titles as docutils does: a style's level is the order of its first use."""
    styles: list[tuple[str, bool]] = []
    for at in range(1, len(lines)):
        title = lines[at - 1].strip()
        if not _underlines(lines[at], title):
            continue
        mark = lines[at][0]
        over = at > 1 and lines[at - 2].rstrip() == lines[at].rstrip()
        if not over and at > 1 and lines[at - 2].strip():
            # A line of text above: a table or a paragraph, no title.
            continue
        style = (mark, over)
        if style not in styles:
            styles.append(style)
        first = at - 2 if over else at - 1
        heading = Heading(first=first, end=at + 1, level=0, title=title, lines=())
        yield replace(heading, level=styles.index(style) + 1, lines=tuple(lines[first : at + 1]))


def _underlines(line: str, title: str) -> bool:
    line = line.rstrip()
    return (
        len(line) > 1
        and line[0] in _UNDERLINES
        and line == line[0] * len(line)
        and bool(title)
        and not _is_rule(title)
        and len(line) >= len(title)
    )


def _is_rule(text: str) -> bool:
    return len(text) > 1 and text[0] in _UNDERLINES and text == text[0] * len(text)
