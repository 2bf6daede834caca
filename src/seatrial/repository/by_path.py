"""Requirements that name a folder, given versions for a build."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from seatrial.errors import InvalidConfiguration
from seatrial.repository.local_paths import ByPath, by_paths
from seatrial.repository.spans import BOM

Bind: TypeAlias = Callable[[ByPath], str | None]

_DROPPED = frozenset({"path", "subdirectory", "develop", "version"})
"""What says of an entry of Poetry's where it lies; all else stays."""

_LONE = re.compile(r"(?<!\r)\n")

_MARK = "seatrial-looks-here"


def with_versions(text: str, path: str, bind: Bind, *, poetry: bool) -> str:
    """Give a manifest's text with versions in the place of folders.

    Extras, markers, comments and the form of all else stay.

    Args:
        text: the whole ``pyproject.toml``.
        path: its path, for the error.
        bind: gives a requirement's specifier (PEP 440); nothing for one that stays.
        poetry: whether Poetry builds the package.

    Raises:
        InvalidConfiguration: the file cannot be written like that.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    bare = text.removeprefix(BOM)
    wanted = tomllib.loads(bare)
    found = [(one, made) for one in by_paths(wanted, poetry=poetry) if (made := bind(one))]
    if not found:
        return text
    made, same = text, False
    try:
        document = tomlkit.parse(bare)
        for one, specifier in found:
            _set(document, one.place, specifier)
            _expect(wanted, one.place, specifier, _at(document, one.place))
        made = _ended_alike(document.as_string(), bare)
        same = tomllib.loads(made) == wanted
    except (TOMLKitError, tomllib.TOMLDecodeError, LookupError, RecursionError):
        pass  # what it would say is not what is wanted
    if not same:
        where = f"{path}:{line_of(bare, found[0][0])}"
        raise InvalidConfiguration(
            where,
            f"{found[0][0].name} is required by its path {found[0][0].path} in a way that cannot "
            "be rewritten for the build",
            doing="writing",
            next_step='Write it on one line: NAME = {path = "…"}, commit, and run this again.',
        )
    return (BOM if bare != text else "") + made


def line_of(text: str, one: ByPath) -> int:
    """Give the line, from 1, that states a requirement's path; the first where that is not told."""
    value = _at(tomllib.loads(text), one.place)
    stated = value["path"] if isinstance(value, Mapping) else value.partition("@")[2].split()[0]
    for found in re.finditer(re.escape(stated), text):
        try:
            tried = tomllib.loads(f"{text[: found.start()]}{_MARK}{text[found.end() :]}")
            there = _at(tried, one.place)
        except (tomllib.TOMLDecodeError, LookupError, TypeError):
            continue
        if _MARK in str(there):
            return text.count("\n", 0, found.start()) + 1
    return 1


def _at(data: Any, place: Sequence[str | int]) -> Any:  # noqa: ANN401 -- what a TOML file holds
    return functools.reduce(lambda holder, key: holder[key], place, data)


def _ended_alike(made: str, model: str) -> str:
    """End the lines that are new as all the others."""
    if "\r\n" not in model or _LONE.search(model):
        return made
    return _LONE.sub("\r\n", made)


def _set(document: Any, place: Sequence[str | int], specifier: str) -> None:  # noqa: ANN401 -- as above
    """Give one requirement its version, in a document that keeps its form."""
    import tomlkit
    from tomlkit.items import Table

    holder, key = _at(document, place[:-1]), place[-1]
    said = holder[key]
    kept = {} if isinstance(said, str) else _kept(said.unwrap())
    if isinstance(said, str):
        holder[key] = _line(said, specifier)
    elif isinstance(said, Table):  # it has a header or dotted keys of its own
        for name in _DROPPED & {*said}:
            del said[name]
        said["version"] = specifier
    elif kept or isinstance(key, int):
        holder[key] = tomlkit.inline_table()
        holder[key].update({"version": specifier, **kept})
    else:
        holder[key] = specifier


def _expect(data: Any, place: Sequence[str | int], specifier: str, made: object) -> None:  # noqa: ANN401 -- as above
    """Give one requirement its version in plain data, which says what the document must."""
    holder, key = _at(data, place[:-1]), place[-1]
    said = holder[key]
    if isinstance(said, str):
        holder[key] = _line(said, specifier)
    else:
        whole = {"version": specifier, **_kept(said)}
        holder[key] = specifier if isinstance(made, str) and len(whole) == 1 else whole


def _kept(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if name not in _DROPPED}


def _line(said: str, specifier: str) -> str:
    """Write a requirement (PEP 508) that names an address with versions in its place."""
    from packaging.requirements import Requirement

    read = Requirement(said)
    extras = f"[{','.join(sorted(read.extras))}]" if read.extras else ""
    marker = f"; {read.marker}" if read.marker else ""
    return f"{read.name}{extras}{specifier}{marker}"
