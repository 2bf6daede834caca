"""Edits that serve the build alone: a place is given another value, and nothing is committed."""

from __future__ import annotations

import ast
import configparser
import json
import posixpath
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from seatrial.config.packages import entries_for
from seatrial.config.schema import Settings
from seatrial.errors import InvalidConfiguration
from seatrial.plan.edits import FileEdit
from seatrial.repository import keyed, python_spans, setup_script
from seatrial.repository.edit import second_edit
from seatrial.repository.manifest import Folder
from seatrial.repository.snapshot import Snapshot
from seatrial.repository.spans import BOM

Scalar: TypeAlias = "bool | int | float | str"


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """A value that stands in a file.

    Attributes:
        start: its first character, from 0, quotes included.
        end: the character after its last; ``start`` when it is no plain value.
        value: what it is.
    """

    start: int
    end: int
    value: object


def build_edits(
    snapshot: Snapshot, settings: Settings, folder: str, committed: Sequence[FileEdit] = ()
) -> tuple[FileEdit, ...]:
    """Make the edits that are on top of the release commit while a package is built.

    Args:
        snapshot: the planned commit.
        settings: the configuration, which names them.
        folder: the package's folder, from the repository's root.
        committed: what the release commit changes.

    Raises:
        InvalidConfiguration: a place is not there, or there is more than one.
    """
    texts: dict[str, str] = {}
    before = {edit.path: edit.after for edit in committed}
    for wanted, value in wanted_edits(settings, folder).items():
        path = path_of(snapshot, folder, wanted)
        if path not in before:
            before[path] = snapshot.text(path)
        text = texts.get(path, before[path])
        texts[path] = with_value(text, path, wanted, value)
    return tuple(
        second_edit(path, before[path] or "", after, snapshot.encoding(path))
        for path, after in sorted(texts.items())
        if after != before[path]
    )


def wanted_edits(settings: Settings, folder: str) -> Mapping[str, Scalar]:
    """Give place → value of what the configuration says of a package's build."""
    wanted: dict[str, Scalar] = {}
    for package in entries_for(settings, folder):
        wanted |= package.build_edits
    return wanted


def path_of(snapshot: Snapshot, folder: str, wanted: str) -> str:
    """Give the path, from the root, of the file that a place is in; symbolic links are followed."""
    return snapshot.resolve(Folder(snapshot=snapshot, path=folder).full(wanted.partition(":")[0]))


def with_value(text: str | None, path: str, wanted: str, value: Scalar) -> str:
    """Give a file's text with another value at one place.

    Quotes, comments, line endings and all else stay as they are.

    Args:
        text: the whole file; nothing where there is none.
        path: its path, for its kind and for the error.
        wanted: the place as the configuration names it, ``file:name``.
        value: what it is given.

    Raises:
        InvalidConfiguration: the place is not there once.
    """
    held = held_value(text, path, wanted)
    if held.value == value and type(held.value) is type(value):
        return text or ""
    _, spell = _KINDS[posixpath.splitext(path)[1]]
    made = f"{(text or '')[: held.start]}{spell(value)}{(text or '')[held.end :]}"
    again = held_value(made, path, wanted).value
    if again != value and not path.endswith((".cfg", ".ini")):
        raise _unusable(wanted, f"{path} cannot state {value!r} there")
    return made


def held_value(text: str | None, path: str, wanted: str) -> Held:
    """Find the one value that a place states.

    Args:
        text: the whole file; nothing where there is none.
        path: its path, for its kind and for the error.
        wanted: the place as the configuration names it, ``file:name``.

    Raises:
        InvalidConfiguration: the place is not there once.
    """
    name = wanted.partition(":")[2]
    kind = posixpath.splitext(path)[1]
    if text is None:
        raise _unusable(wanted, f"this commit holds no text {path or wanted.partition(':')[0]}")
    if kind not in _KINDS:
        raise _unusable(wanted, f"{path} is of no kind that can be edited for a build")
    shift = len(BOM) if text.startswith(BOM) else 0
    found = list(_KINDS[kind][0](text[shift:], name))
    if len(found) > 1:
        raise _unusable(wanted, f"{path} gives {name} a value {len(found)} times")
    if not found or found[0].start == found[0].end:
        raise _unusable(wanted, f"{path} does not give {name} a plain value")
    return Held(start=found[0].start + shift, end=found[0].end + shift, value=found[0].value)


def _unusable(wanted: str, said: str) -> InvalidConfiguration:
    return InvalidConfiguration(
        f"package.build-edits {wanted!r}",
        said,
        next_step='Write it as "FILE:NAME" = VALUE, for a name that is given one value there.',
    )


def _in_python(text: str, name: str) -> Iterator[Held]:
    tree = setup_script.parse(text)
    for statement in setup_script.bindings(tree, name) if tree else ():
        # An import or a function of that name gives it a value, too, and no plain one.
        value = statement.value if isinstance(statement, ast.Assign | ast.AnnAssign) else None
        try:
            stated = ast.literal_eval(value) if value is not None else None
        except (ValueError, TypeError, SyntaxError, RecursionError):
            value = stated = None
        start, end = python_spans.place(text, value) if value is not None else (0, 0)
        yield Held(start=start, end=end, value=stated)


_TOML_SCALAR = r"(?:\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'|[^\s\"'\[\]{},#][^\s,\]}#]*)"
_MARK = "seatrial-looks-here"


def _in_toml(text: str, name: str) -> Iterator[Held]:
    """Find a key's value by trying, as its version is found."""
    path = name.split(".")
    try:
        stated = keyed.dig(tomllib.loads(text), *path)
    except (ValueError, RecursionError):
        return
    if not isinstance(stated, bool | int | float | str):
        return
    pattern = rf"(?<![\w-])[\"']?{re.escape(path[-1])}[\"']?[ \t]*=[ \t]*({_TOML_SCALAR})"
    for found in re.finditer(pattern, text):
        start, end = found.span(1)
        try:
            tried = tomllib.loads(f'{text[:start]}"{_MARK}"{text[end:]}')
        except (ValueError, RecursionError):
            continue
        if keyed.dig(tried, *path) == _MARK:
            yield Held(start=start, end=end, value=stated)


def _in_json(text: str, name: str) -> Iterator[Held]:
    found = keyed.json_value(text, name)
    if found is not None and isinstance(found[2], bool | int | float | str):
        yield Held(start=found[0], end=found[1], value=found[2])


def _in_yaml(text: str, name: str) -> Iterator[Held]:
    import yaml

    node = keyed.yaml_node(text, name)
    if node is not None and "\n" not in text[node.start_mark.index : node.end_mark.index]:
        start, end = node.start_mark.index, node.end_mark.index
        yield Held(start=start, end=end, value=yaml.safe_load(text[start:end]))


def _in_ini(text: str, name: str) -> Iterator[Held]:
    section, _, key = name.rpartition(".")
    parser = configparser.ConfigParser(interpolation=None, strict=True)
    try:
        parser.read_string(text)
    except configparser.Error:
        return
    for span in keyed.in_ini(text, name):
        yield Held(start=span.start, end=span.end, value=parser.get(section, key))


def _python(value: Scalar) -> str:
    return repr(value)


def _json(value: Scalar) -> str:
    return json.dumps(value, ensure_ascii=False)


def _toml(value: Scalar) -> str:
    # A basic string of TOML 1.0 is one of JSON, but that U+007F has to be escaped in it.
    return _json(value).replace("\x7f", "\\u007f")


def _plain(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else " ".join(str(value).split())


_KINDS: Mapping[str, tuple[Callable[[str, str], Iterator[Held]], Callable[[Any], str]]] = {
    ".py": (_in_python, _python),
    ".toml": (_in_toml, _toml),
    ".json": (_in_json, _json),
    ".yaml": (_in_yaml, _json),
    ".yml": (_in_yaml, _json),
    ".cfg": (_in_ini, _plain),
    ".ini": (_in_ini, _plain),
}
"""Ending of a file → what finds a value in it, and how one is spelt."""
