"""Where a name of a Python module, or ``setup()``'s keyword, states a version."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from seatrial.repository import setup_script, tuples
from seatrial.repository.span import Span


def in_python(text: str, locator: str) -> Iterator[Span]:
    """Find a name's text or tuple by the syntax tree; nothing is run.

    Args:
        text: the module.
        locator: the name, or ``setup(version)``.
    """
    tree = setup_script.parse(text)
    if tree is None:
        yield from _unparsed(text, locator)
        return
    if locator == setup_script.KEYWORD:
        call = setup_script.keywords(tree)
        value = call.get("version") if call else None
    else:
        value = setup_script.assigned(tree, locator)
    if value is None:
        return
    lines = _line_starts(text)
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        start, end = _position(text, lines, value)
        literal = re.fullmatch(r"([uUrR]{0,2})(\"\"\"|'''|\"|')(.*)\2", text[start:end], re.DOTALL)
        # An empty text holds the place of what the script computes.
        if literal and literal[3] == value.value != "":
            start += literal.start(3)
            yield Span(start=start, end=start + len(value.value), stated=value.value)
    elif isinstance(value, ast.Tuple | ast.List) and value.elts:
        yield from _members(text, lines, value.elts)


def place(text: str, node: ast.expr) -> tuple[int, int]:
    """Give where an expression of a module begins and ends, in characters from 0."""
    return _position(text, _line_starts(text), node)


def _members(text: str, lines: list[int], elements: Sequence[ast.expr]) -> Iterator[Span]:
    members: list[int | str] = []
    for element in elements:
        if not isinstance(element, ast.Constant) or type(element.value) not in {int, str}:
            return
        members.append(element.value)  # type: ignore[arg-type]  # int or str, by the line above
    read = tuples.stated(members)
    if read is None:
        return
    version, form = read
    places = [_position(text, lines, element) for element in elements]
    between = {text[a[1] : b[0]] for a, b in itertools.pairwise(places)}
    joined = between.pop() if len(between) == 1 else ", "
    quote = "'" if any(text[start] == "'" for start, _ in places) else '"'
    yield Span(
        start=places[0][0],
        end=places[-1][1],
        stated=version,
        form=replace(form, joined=joined, quote=quote),
    )


def _unparsed(text: str, name: str) -> Iterator[Span]:
    """Read a module in a dialect of Python that this interpreter does not parse."""
    pattern = rf"^{re.escape(name)}[ \t]*(?::[^=\n]+)?=[ \t]*([\"'])([^\"'\n]+)\1[ \t]*(?:#.*)?\r?$"
    found = list(re.finditer(pattern, text, re.MULTILINE))
    if len(found) == 1:
        start, end = found[0].span(2)
        yield Span(start=start, end=end, stated=found[0][2])


def _line_starts(text: str) -> list[int]:
    # Python's own line ends: not those that str.splitlines adds.
    return [0, *(found.end() for found in re.finditer(r"\r\n|\r|\n", text))]


def _position(text: str, lines: list[int], node: ast.expr) -> tuple[int, int]:
    """Turn a node's place (line from 1, offset in UTF-8 bytes) into two character offsets."""

    def offset(line: int, column: int) -> int:
        start = lines[line - 1]
        stop = lines[line] if line < len(lines) else len(text)
        return start + len(text[start:stop].encode()[:column].decode())

    last_line, last_column = node.end_lineno or node.lineno, node.end_col_offset or 0
    return offset(node.lineno, node.col_offset), offset(last_line, last_column)
