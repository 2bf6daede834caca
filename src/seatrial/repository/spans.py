"""Where in a text a version stands, to the character: reading and editing share it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping

from packaging.version import InvalidVersion, Version

from seatrial.repository import patterns, spelling
from seatrial.repository.keyed import dig, in_ini, in_json, in_toml, in_yaml
from seatrial.repository.python_spans import in_python
from seatrial.repository.span import Span

__all__ = ["BOM", "LIKE", "LOCKED", "THEIRS", "dig", "is_version", "line_of", "locate"]

VERSION_TEXT = r"[0-9][0-9A-Za-z.!+_-]*"
"""A version as it may stand in running text; whether it is one is checked after."""

BOM = "\ufeff"

LIKE = "like:"
"""Begins the locator that is a template: ``like:pip install demo=={version}``."""

THEIRS = "pattern:"
"""Begins the locator that is a regular expression of the repository's own."""

OURS = "re:"
"""Begins the locator that is a regular expression of ours."""


def locate(text: str, kind: str, locator: str, *, spelt: str = "", nth: int = 1) -> Span | None:
    """Find the place in a text that states a version.

    Args:
        text: a file's whole content, a BOM and line endings as they stand.
        kind: how the file is read: :attr:`~seatrial.repository.facts.Site.kind`.
        locator: what in it: a dotted key (toml, ini, json, yaml), a name or ``setup(version)``
            (python), ``NAME@KIND`` of a lock's entry (lock), a name, a template or a pattern
            that has a group called version (text), nothing (file).
        spelt: how the place spells the version, where it is not said plainly.
        nth: which of the places that the locator finds, from 1.

    Returns:
        The place, whatever it states (:func:`is_version` tells); nothing when it is not there, or
        when it is not certain.

    Raises:
        InvalidConfiguration: a pattern of the repository's own searches for too long.
    """
    shift = len(BOM) if text.startswith(BOM) else 0
    body = text[shift:]
    if locator.startswith(LIKE):
        found = _like(body, locator.removeprefix(LIKE), spelt)
    else:
        found = _FINDERS[kind](body, locator)
    for span in itertools.islice(found, nth - 1, None):
        # A leading v belongs to the spelling of the place, not to the version.
        plain = not spelt and span.form is None
        skip = 1 if plain and re.match(r"[vV]\d", span.stated) else 0
        return Span(
            start=span.start + shift + skip,
            end=span.end + shift,
            stated=span.stated[skip:],
            form=span.form,
            bare=span.bare,
        )
    return None


def line_of(text: str, span: Span) -> int:
    """Give the line, from 1, that a place begins in."""
    return text.count("\n", 0, span.start) + 1


def is_version(text: str) -> bool:
    """Whether PEP 440 knows a text as a version."""
    try:
        Version(text)
    except (InvalidVersion, ValueError):  # or a number of thousands of digits
        return False
    return True


def _file(text: str, _locator: str) -> Iterator[Span]:
    stated = text.strip()
    if stated and "\n" not in stated:
        start = text.index(stated)
        yield Span(start=start, end=start + len(stated), stated=stated)


def _text(text: str, locator: str) -> Iterator[Span]:
    if locator.startswith(THEIRS):
        found = patterns.search(locator.removeprefix(THEIRS), text)
        if found:
            yield Span(start=found[0], end=found[1], stated=text[slice(*found)])
        return
    if locator.startswith(OURS):
        pattern = re.compile(locator.removeprefix(OURS), re.MULTILINE)
    else:
        name = rf"(?<![\w.-]){re.escape(locator)}"
        pattern = re.compile(
            rf"{name}[\"']?[ \t]*[:=]+[ \t]*[\"']?(?P<version>[vV]?{VERSION_TEXT})"
        )
    for match in pattern.finditer(text):
        yield Span(start=match.start("version"), end=match.end("version"), stated=match["version"])


def _like(text: str, template: str, spelt: str) -> Iterator[Span]:
    """Find each place that a template with ``{version}`` in it fits."""
    before, _, after = template.partition("{version}")
    pattern = rf"{re.escape(before)}(?P<version>{spelling.pattern(spelt)}){re.escape(after)}"
    for match in re.finditer(pattern, text):
        yield Span(start=match.start("version"), end=match.end("version"), stated=match["version"])


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


_FINDERS: Mapping[str, Callable[[str, str], Iterator[Span]]] = {
    "toml": in_toml,
    "json": in_json,
    "yaml": in_yaml,
    "ini": in_ini,
    "file": _file,
    "text": _text,
    "lock": _lock,
    "python": in_python,
}
"""Kind of site → what finds it; a new kind is one function and one line here."""
