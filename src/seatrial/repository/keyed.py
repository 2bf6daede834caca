"""Where the value of a key stands in TOML, JSON, YAML and INI, to the character."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from seatrial.repository.span import Span

if TYPE_CHECKING:
    import json

    import yaml


def dig(value: object, *path: str) -> Any:  # noqa: ANN401 -- what a TOML or JSON file holds
    """Give what lies under a path of keys in parsed data, or nothing."""
    for key in path:
        # Asked of a plain dict first: what an abstract class says takes longer.
        if type(value) is not dict and not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value


def in_toml(text: str, locator: str) -> Iterator[Span]:
    """Find a key's string by trying: the right place is the one whose change changes that key.

    This needs no grammar of our own, so it cannot read the file otherwise than its parser does.
    """
    yield from _tried(text, locator)


@functools.lru_cache(maxsize=4096)
def _tried(text: str, locator: str) -> tuple[Span, ...]:
    """Find the places of a key; the same file is asked for the same key more than once."""
    return tuple(_try_all(text, locator))


def _try_all(text: str, locator: str) -> Iterator[Span]:
    path = locator.split(".")
    parse: Callable[[str], Any] = tomllib.loads
    try:
        whole = parsed_toml(text)
    except (ValueError, RecursionError):
        return
    stated = dig(whole, *path)
    if not isinstance(stated, str):
        return
    before = rf"(?<![\w-])[\"']?{re.escape(path[-1])}[\"']?[ \t]*=[ \t]*([\"']{{1,3}})"
    mark = "seatrial-looks-here"
    # Most find it by the key alone, whose pattern is compiled once for all files.
    places = [one for one in re.finditer(rf"{before}(.*?)\1", text) if one[2] == stated]
    for found in places or re.finditer(rf"{before}({re.escape(stated)})\1", text):
        start, end = found.span(2)
        try:
            tried = parse(text[:start] + mark + text[end:])
        except (ValueError, RecursionError):
            continue
        if dig(tried, *path) == mark and _restored(tried, path, stated) == whole:
            yield Span(start=start, end=end, stated=stated)


@functools.lru_cache(maxsize=1024)
def parsed_toml(text: str) -> dict[str, Any]:
    """Parse a file, once for all who ask for its keys; what is given is not to be changed.

    Raises:
        tomllib.TOMLDecodeError: it is no TOML.
        RecursionError: its values lie too deep in each other.
    """
    return tomllib.loads(text)


def _restored(value: object, path: list[str], stated: str) -> object:
    parent = dig(value, *path[:-1])
    parent[path[-1]] = stated
    return value


_SPACE = re.compile(r"[ \t\r\n]*")


@functools.cache
def _json() -> json.JSONDecoder:
    import json

    return json.JSONDecoder()


def in_json(text: str, locator: str) -> Iterator[Span]:
    """Find the string under a path of keys; what lies beside the path is skipped unread.

    Of a key that stands twice in one object the last counts, as for every parser.
    """
    found = json_value(text, locator)
    if found is not None:
        at, end, stated = found
        if isinstance(stated, str) and text[at + 1 : end - 1] == stated:
            yield Span(start=at + 1, end=end - 1, stated=stated)


def json_value(text: str, locator: str) -> tuple[int, int, object] | None:
    """Give where the value under a path of keys begins and ends, and the value; or nothing."""
    try:
        at = _value_in_json(text, _space(text, 0), locator.split("."))
        stated, end = _json().raw_decode(text, at) if at >= 0 else (None, 0)
    except (ValueError, IndexError, RecursionError):
        return None
    return (at, end, stated) if at >= 0 else None


def _value_in_json(text: str, at: int, path: list[str]) -> int:
    for key in path:
        if text[at] not in "{[":
            return -1
        places = dict(_members(text, at))
        if key not in places:
            return -1
        at = places[key]
    return at


def _members(text: str, at: int) -> Iterator[tuple[str, int]]:
    """Give each key, or number, of an object or array, and where its value begins."""
    named = text[at] == "{"
    closing = "}" if named else "]"
    at = _space(text, at + 1)
    number = 0
    while text[at] != closing:
        key = str(number)
        if named:
            key, at = _json().raw_decode(text, at)
            at = _space(text, _expect(text, _space(text, at), ":"))
        yield key, at
        at = _space(text, _json().raw_decode(text, at)[1])
        if text[at] != closing:
            at = _space(text, _expect(text, at, ","))
        number += 1


def _space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _expect(text: str, at: int, mark: str) -> int:
    if text[at] != mark:
        raise ValueError(at)
    return at + 1


LONGEST_YAML = 1_000_000
"""Characters of a YAML file that is read at most: its parser takes a second for that many."""


def in_yaml(text: str, locator: str) -> Iterator[Span]:
    """Find the text under a path of keys (and numbers, of list items) in the first document."""
    node = yaml_node(text, locator)
    if node is None:
        return
    start, end = node.start_mark.index, node.end_mark.index
    bare = node.style is None
    if not bare:
        start, end = start + 1, end - 1
    if node.value and text[start:end] == node.value:
        yield Span(start=start, end=end, stated=node.value, bare=bare)


def yaml_node(text: str, locator: str) -> yaml.ScalarNode | None:
    """Give the scalar under a path of keys in the first document, or nothing."""
    # A parser of some size, that only a repository with such files needs.
    import yaml

    if len(text) > LONGEST_YAML:
        return None
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError):
        return None
    for key in locator.split("."):
        if isinstance(node, yaml.MappingNode):
            node = next((v for k, v in reversed(node.value) if k.value == key), None)
        elif isinstance(node, yaml.SequenceNode) and key.isdigit() and int(key) < len(node.value):
            node = node.value[int(key)]
        else:
            return None
    return node if isinstance(node, yaml.ScalarNode) else None


def in_ini(text: str, locator: str) -> Iterator[Span]:
    """Find the value of ``section.key``."""
    section, _, key = locator.rpartition(".")
    import configparser

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
