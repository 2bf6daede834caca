"""Requirements that name a folder instead of versions: how each tool spells it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from seatrial.repository.keyed import dig
from seatrial.repository.names import normalised

_ROOTED = re.compile(
    r"(?:file:/{0,3})?(?:\$\{PROJECT_ROOT\}|\{root(?P<up>(?::parent)*)(?::uri|:real)*\})"
    r"(?P<path>/[^#?]*)?"
)
"""A path from the project's folder, as PDM and Hatch write it."""

_PLAIN = re.compile(r"(?:file:(?://)?)?(?P<path>\.{0,2}/[^#?]*)")


class ByPath(msgspec.Struct, frozen=True, kw_only=True):
    """A requirement that names a folder.

    Attributes:
        name: as stated.
        path: from the package's folder; one that begins with a slash is the machine's own.
        place: the keys that lead to it in ``pyproject.toml``; a number is an item of a list.
        published: whether the package's files tell it to its users.
    """

    name: str
    path: str
    place: tuple[str | int, ...]
    published: bool = True


def local_path(address: str) -> str | None:
    """Give the path that the address of a requirement (PEP 508) names, or nothing.

    Args:
        address: what stands behind the ``@``: ``file:///${PROJECT_ROOT}/../lib`` (PDM),
            ``{root:uri}/../lib`` (Hatch), ``../lib`` (Poetry), ``file:///home/me/lib``.

    Returns:
        The path from the package's folder, or from the machine's root where it begins with a slash;
        nothing for an address elsewhere.
    """
    if rooted := _ROOTED.fullmatch(address):
        return "../" * (rooted["up"] or "").count(":") + (rooted["path"] or "/").lstrip("/")
    plain = _PLAIN.fullmatch(address)
    return plain["path"] if plain else None


def poetry_counts(pyproject: Mapping[str, Any]) -> bool:
    """Whether what ``[tool.poetry.dependencies]`` says goes into the package's files.

    Where ``[project]`` lists dependencies, Poetry takes those, and the table says for its own use
    where they come from; unless ``dynamic`` leaves a part to it (``poetry.core.factory``).
    """
    project = pyproject.get("project")
    listed = dig(project, "dependencies") or dig(project, "optional-dependencies")
    dynamic = dig(project, "dynamic")
    left = isinstance(dynamic, list) and {"dependencies", "optional-dependencies"} & {*dynamic}
    return not listed or bool(left)


def poetry_path(said: object) -> str | None:
    """Give the path that an entry of Poetry's dependencies names, or nothing."""
    if not isinstance(said, Mapping) or "git" in said or "file" in said:
        return None
    path, below = said.get("path"), said.get("subdirectory")
    if not isinstance(path, str):
        return None
    return f"{path}/{below}" if isinstance(below, str) and below else path


def by_paths(pyproject: Mapping[str, Any], *, poetry: bool) -> Iterator[ByPath]:
    """Give the requirements of a manifest that name a folder; those of groups are nobody else's.

    Args:
        pyproject: the parsed file.
        poetry: whether Poetry builds the package.
    """
    yield from _lines(pyproject, "project", "dependencies")
    extras = dig(pyproject, "project", "optional-dependencies")
    for extra in extras if isinstance(extras, Mapping) else ():
        yield from _lines(pyproject, "project", "optional-dependencies", extra)
    if poetry and poetry_counts(pyproject):
        yield from _poetry(pyproject)


def _lines(pyproject: Mapping[str, Any], *keys: str) -> Iterator[ByPath]:
    lines = dig(pyproject, *keys)
    for number, line in enumerate(lines if isinstance(lines, list) else ()):
        if not isinstance(line, str) or "@" not in line:
            continue
        from packaging.requirements import InvalidRequirement, Requirement

        try:
            read = Requirement(line)
        except InvalidRequirement:
            continue
        path = local_path(read.url) if read.url else None
        if path is not None:
            yield ByPath(name=read.name, path=path, place=(*keys, number))


def _poetry(pyproject: Mapping[str, Any]) -> Iterator[ByPath]:
    keys = ("tool", "poetry", "dependencies")
    table, extras = dig(pyproject, *keys), dig(pyproject, "tool", "poetry", "extras")
    told = {
        normalised(name)
        for names in (extras.values() if isinstance(extras, Mapping) else ())
        for name in (names if isinstance(names, list) else ())
        if isinstance(name, str)
    }
    for name, said in table.items() if isinstance(table, Mapping) else ():
        several = isinstance(said, list)
        for number, one in enumerate(said if several else [said]):
            path = poetry_path(one)
            if path is not None:
                place = (*keys, name, number) if several else (*keys, name)
                # What is optional and in no extra, Poetry tells nobody.
                published = not one.get("optional") or normalised(name) in told
                yield ByPath(name=name, path=path, place=place, published=published)
