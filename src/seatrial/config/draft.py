"""A configuration that is about to be written: as few lines as say what has to be said."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from seatrial.config.positions import dotted
from seatrial.config.schema import Settings, SiteSettings
from seatrial.config.show import Value


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """One setting to be written.

    Attributes:
        key: dotted, without the tables around ours ("version.zero").
        value: as TOML would hold it.
        why: where it was read, or what it rests on, a clause.
    """

    key: str
    value: Value
    why: str


class WantedPackage(msgspec.Struct, frozen=True, kw_only=True):
    """One package to be named.

    Attributes:
        path: its folder, from the repository's root; empty for the root.
        versions: its further version sites, each as TOML.
    """

    path: str
    versions: tuple[str, ...] = ()


def worth_saying(wanted: Iterable[Wanted]) -> tuple[Wanted, ...]:
    """Leave out what holds anyway, and what was said before under the same key."""
    usual = msgspec.to_builtins(Settings())
    first: dict[str, Wanted] = {}
    for one in wanted:
        if one.value != _dig(usual, one.key):
            first.setdefault(one.key, one)
    return tuple(first.values())


def write_toml(
    wanted: Iterable[Wanted], packages: Iterable[WantedPackage] = (), *, root: str = ""
) -> str:
    """Write settings as TOML; an empty text when there are none.

    Args:
        wanted: the settings, each key once.
        packages: the packages to name; none when they are found by themselves.
        root: the table that is ours ("tool.seatrial"); empty where the whole file is.
    """
    tables: dict[str, list[str]] = {root: []}
    for one in wanted:
        table, _, name = one.key.rpartition(".")
        header = ".".join(part for part in (root, table) if part)
        tables.setdefault(header, []).append(f"{dotted((name,))} = {toml(one.value)}")
    parts = [_table(f"[{root}]" if root else "", tables.pop(root))]
    header = f"{root}.package" if root else "package"
    parts += [_table(f"[[{header}]]", list(_package(package))) for package in packages]
    parts += [_table(f"[{name}]", lines) for name, lines in tables.items()]
    return "\n".join(part for part in parts if part)


def site_toml(site: SiteSettings) -> str:
    """Write a version site as an entry of ``versions``, short where that is enough."""
    said = {
        name: value for name, value in msgspec.to_builtins(site).items() if value and name != "file"
    }
    if set(said) <= {"key"}:
        return toml(":".join([site.file, *said.values()]))
    return toml({"file": site.file, **said})


def toml(value: Value) -> str:
    """Write a value on one line (TOML 1.0.0)."""
    if isinstance(value, Mapping):
        pairs = (f"{dotted((name,))} = {toml(inner)}" for name, inner in value.items())
        return "{ " + ", ".join(pairs) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml, value)) + "]"
    # A basic string takes JSON's escapes, and wants DEL escaped as well.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _table(header: str, lines: list[str]) -> str:
    if not lines and not header.startswith("[["):
        return ""
    return "".join(f"{line}\n" for line in ([header] if header else []) + lines)


def _package(package: WantedPackage) -> Iterator[str]:
    if package.path:
        yield f"path = {toml(package.path)}"
    if len(package.versions) == 1:
        yield f"versions = [{package.versions[0]}]"
    elif package.versions:
        yield "versions = ["
        yield from (f"    {entry}," for entry in package.versions)
        yield "]"


def _dig(values: Any, key: str) -> Any:  # noqa: ANN401 -- plain data
    for name in key.split("."):
        values = values.get(name) if isinstance(values, dict) else None
    return values
