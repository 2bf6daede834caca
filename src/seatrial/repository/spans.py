"""Where in a text a version stands, to the character: reading and editing share it."""

from __future__ import annotations

import ast
import configparser
import itertools
import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from packaging.version import InvalidVersion, Version

from seatrial.repository import setup_script

VERSION_TEXT = r"[0-9][0-9A-Za-z.!+_-]*"
"""A version as it may stand in running text; whether it is one is checked after."""

BOM = "\ufeff"


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """A piece of a text that states a version.

    Attributes:
        start: its first character, from 0.
        end: the character after its last.
        stated: the version it states.
        joined: for a tuple or a list of numbers, what stands between two of them; else empty.
    """

    start: int
    end: int
    stated: str
    joined: str = ""


def locate(text: str, kind: str, locator: str) -> Span | None:
    """Find the place in a text that states a version.

    Args:
        text: a file's whole content, a BOM and line endings as they stand.
        kind: how the file is read: :attr:`~seatrial.repository.facts.Site.kind`.
        locator: what in it: a dotted key (toml, ini, json), a name or ``setup(version)`` (python),
            ``NAME@KIND`` of a lock's entry (lock), a name or ``re:`` with a pattern that has a
            group called version (text), nothing (file).

    Returns:
        The place, whatever it states (:func:`is_version` tells); nothing when it is not there, or
        when it is not certain.
    """
    shift = len(BOM) if text.startswith(BOM) else 0
    body = text[shift:]
    for span in _FINDERS[kind](body, locator):
        # A leading v belongs to the spelling of the place, not to the version.
        skip = 1 if not span.joined and re.match(r"[vV]\d", span.stated) else 0
        return Span(
            start=span.start + shift + skip,
            end=span.end + shift,
            stated=span.stated[skip:],
            joined=span.joined,
        )
    return None


def line_of(text: str, span: Span) -> int:
    """Give the line, from 1, that a place begins in."""
    return text.count("\n", 0, span.start) + 1


def is_version(text: str) -> bool:
    """Whether PEP 440 knows a text as a version."""
    try:
        Version(text)
    except InvalidVersion:
        return False
    return True


def dig(value: object, *path: str) -> Any:  # noqa: ANN401 -- what a TOML or JSON file holds
    """Give what lies under a path of keys in parsed data, or nothing."""
    for key in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value


def _toml(text: str, locator: str) -> Iterator[Span]:
    yield from _keyed(text, locator, tomllib.loads, r"=")


def _json(text: str, locator: str) -> Iterator[Span]:
    yield from _keyed(text, locator, json.loads, r":")


def _keyed(text: str, locator: str, parse: Callable[[str], object], between: str) -> Iterator[Span]:
    """Find a key's string by trying: the right place is the one whose change changes that key.

    This needs no grammar of our own, so it cannot read the file otherwise than its parser does.
    """
    path = locator.split(".")
    try:
        whole = parse(text)
    except (ValueError, RecursionError):
        return
    stated = dig(whole, *path)
    if not isinstance(stated, str):
        return
    quoted = re.escape(stated)
    key = re.escape(path[-1])
    pattern = rf"(?<![\w-])[\"']?{key}[\"']?[ \t]*{between}[ \t]*([\"']{{1,3}})({quoted})\1"
    mark = "seatrial-looks-here"
    for found in re.finditer(pattern, text):
        start, end = found.span(2)
        try:
            tried = parse(text[:start] + mark + text[end:])
        except (ValueError, RecursionError):
            continue
        if dig(tried, *path) == mark and _restored(tried, path, stated) == whole:
            yield Span(start=start, end=end, stated=stated)


def _restored(value: object, path: list[str], stated: str) -> object:
    parent = dig(value, *path[:-1])
    parent[path[-1]] = stated
    return value


def _ini(text: str, locator: str) -> Iterator[Span]:
    section, _, key = locator.rpartition(".")
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
        stated = parser.get(section, key, fallback=None)
    except configparser.Error:
        return
    if not stated:
        return
    inside = False
    at = 0
    for line in text.splitlines(keepends=True):
        header = re.match(r"\[([^\]]+)\]", line)
        if header:
            inside = header[1] == section
        found = re.match(rf"(?i:{re.escape(key)})[ \t]*[=:][ \t]*({re.escape(stated)})\s*$", line)
        if inside and found:
            yield Span(start=at + found.start(1), end=at + found.end(1), stated=stated)
        at += len(line)


def _file(text: str, _locator: str) -> Iterator[Span]:
    stated = text.strip()
    if stated and "\n" not in stated:
        start = text.index(stated)
        yield Span(start=start, end=start + len(stated), stated=stated)


def _text(text: str, locator: str) -> Iterator[Span]:
    if locator.startswith("re:"):
        try:
            pattern = re.compile(locator[3:], re.MULTILINE)
        except re.error:
            return
    else:
        name = rf"(?<![\w.-]){re.escape(locator)}"
        pattern = re.compile(
            rf"{name}[\"']?[ \t]*[:=]+[ \t]*[\"']?(?P<version>[vV]?{VERSION_TEXT})"
        )
    group = "version" if "version" in pattern.groupindex else min(pattern.groups, 1)
    for found in pattern.finditer(text):
        yield Span(start=found.start(group), end=found.end(group), stated=found[group] or "")


LOCKED = {
    # The project's own entry in a lock of uv has a source in this repository.
    "uv": r"^source = \{ (?:editable|virtual|directory) = ",
    # In a lock of poetry or pdm only a package from this repository has such a path.
    "poetry": r"^type = \"directory\"$",
    "pdm": r"^path = \"\./",
    # A crate of this workspace has no source.
    "cargo": r"\A(?!.*^source = )",
}
"""Kind of lock → a pattern that the entry of a package of this repository matches."""


def _lock(text: str, locator: str) -> Iterator[Span]:
    """Find a package's entry in a generated TOML lock, whose layout is always the same.

    Parsing a large lock takes a second; its entries stand line by line, so they are searched.
    """
    name, _, kind = locator.partition("@")
    entry = re.compile(
        rf"^\[\[package\]\]\r?\nname = \"{re.escape(name)}\"\r?\nversion = \"([^\"\r\n]+)\"\r?$",
        re.MULTILINE,
    )
    for found in entry.finditer(text):
        end = text.find("\n[[", found.end())
        rest = text[found.end() : len(text) if end < 0 else end]
        if re.search(LOCKED[kind], rest.replace("\r\n", "\n"), re.MULTILINE | re.DOTALL):
            yield Span(start=found.start(1), end=found.end(1), stated=found[1])


def _python(text: str, locator: str) -> Iterator[Span]:
    tree = setup_script.parse(text)
    if tree is None:
        yield from _unparsed_python(text, locator)
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
        if literal and literal[3] == value.value:
            start += literal.start(3)
            yield Span(start=start, end=start + len(value.value), stated=value.value)
    elif isinstance(value, ast.Tuple | ast.List) and value.elts:
        yield from _numbers(text, lines, value.elts)


def _numbers(text: str, lines: list[int], elements: Iterable[ast.expr]) -> Iterator[Span]:
    """Read a tuple of numbers; one that also holds words is left to people."""
    places = []
    numbers = []
    for element in elements:
        if not isinstance(element, ast.Constant) or type(element.value) is not int:
            return
        numbers.append(str(element.value))
        places.append(_position(text, lines, element))
    between = {text[a[1] : b[0]] for a, b in itertools.pairwise(places)}
    joined = between.pop() if len(between) == 1 else ", "
    yield Span(
        start=places[0][0], end=places[-1][1], stated=".".join(numbers), joined=joined or ", "
    )


def _unparsed_python(text: str, name: str) -> Iterator[Span]:
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


_FINDERS: Mapping[str, Callable[[str, str], Iterator[Span]]] = {
    "toml": _toml,
    "json": _json,
    "ini": _ini,
    "file": _file,
    "text": _text,
    "lock": _lock,
    "python": _python,
}
