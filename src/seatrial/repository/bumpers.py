"""The files that a project told another tool to set the version in.

Sources: https://github.com/c4urself/bump2version (README, "File specific configuration"),
https://callowayproject.github.io/bump-my-version/reference/configuration/file/,
https://github.com/your-tools/tbump (README, "Create a tbump.toml file"),
https://python-semantic-release.readthedocs.io/en/latest/configuration/configuration.html
(``version_toml``, ``version_variables``),
https://commitizen-tools.github.io/commitizen/config/bump/ (``version_files``).
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping

from seatrial.errors import InvalidConfiguration
from seatrial.repository.keyed import dig
from seatrial.repository.manifest import Folder, Manifest

_CURRENT = "{current_version}"
_BETWEEN = "\0"
"""Stands for what is between a name and its value."""

_SECTION = re.compile(r"bumpversion:file(?:\s*\([^)]*\))?:\s*(?P<path>.+?)\s*")


def told_files(manifest: Manifest) -> Iterator[tuple[str, str, str]]:
    """Give each place that a bumper was told of: file, kind and locator of a site.

    Args:
        manifest: what the package's files say.
    """
    folder = manifest.folder
    for name in (".bumpversion.cfg", "setup.cfg"):
        yield from _from_ini(folder, name)
    bumped = _data(folder, ".bumpversion.toml")
    for table in (manifest.tool("bumpversion"), dig(bumped, "tool", "bumpversion")):
        yield from _tables(dig(table, "files"), "filename", table, dig(table, "current_version"))
    for table in (manifest.tool("tbump"), _data(folder, "tbump.toml")):
        yield from _tables(dig(table, "file"), "src", {}, dig(table, "version", "current"))
    for line in _lines(manifest.tool("semantic_release", "version_toml")):
        path, _, key = line.partition(":")
        yield path, "toml", key.partition(":")[0]
    for line in _lines(manifest.tool("semantic_release", "version_variables")):
        path, _, name = line.partition(":")
        yield path, "python" if path.endswith(".py") else "text", name.partition(":")[0]
    current = manifest.tool("commitizen", "version")
    for line in _lines(manifest.tool("commitizen", "version_files")):
        path, colon, words = line.partition(":")
        # What stands after the colon is a pattern; one that is plain words finds what they begin.
        if isinstance(current, str) and re.fullmatch(r"[\w.-]+", words if colon else "x"):
            yield from _place(path, f"{words}{_BETWEEN if colon else ''}{_CURRENT}", current)


def _tables(
    files: object, path_key: str, usual: object, current: object
) -> Iterator[tuple[str, str, str]]:
    """Read an array of tables that name a file, and what is searched for in it."""
    search = dig(usual, "search") or _CURRENT
    for table in files if isinstance(files, list) and isinstance(current, str) else []:
        path = dig(table, path_key)
        if isinstance(path, str):
            yield from _place(path, str(dig(table, "search") or search), str(current))


def _data(folder: Folder, name: str) -> Mapping[str, object]:
    """Give what a tool's own file holds; a broken one is that tool's concern."""
    with contextlib.suppress(InvalidConfiguration):
        return folder.parsed(name)
    return {}


def _lines(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _from_ini(folder: Folder, name: str) -> Iterator[tuple[str, str, str]]:
    text = folder.text(name)
    if not text:
        return
    import configparser

    read = configparser.RawConfigParser(strict=False)
    try:
        read.read_string(text)
    except configparser.Error:
        return
    current = read.get("bumpversion", "current_version", fallback="")
    usual = read.get("bumpversion", "search", fallback=_CURRENT)
    for section in read.sections() if current else ():
        found = _SECTION.fullmatch(section)
        if found:
            yield from _place(found["path"], read.get(section, "search", fallback=usual), current)


def _place(path: str, search: str, current: str) -> Iterator[tuple[str, str, str]]:
    """Give the place; what is searched for by a pattern, or twice, is the other tool's alone."""
    before, found, after = search.partition(_CURRENT)
    if found and _CURRENT not in after and "{" not in before + after:
        number = rf"(?<![\w.])(?P<version>{re.escape(current)})(?![\w]|\.\d)"
        words, between, _ = before.partition(_BETWEEN)
        start = re.escape(words) + (r"\b[^\n]{0,80}?" if between else "")
        yield path, "text", f"re:{start}{number}{re.escape(after)}"
