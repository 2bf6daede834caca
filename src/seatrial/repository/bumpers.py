"""The files that a project told another tool to set the version in: bump2version, bump-my-version.

Sources: https://github.com/c4urself/bump2version (README, "File specific configuration"),
https://callowayproject.github.io/bump-my-version/reference/configuration/file/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from seatrial.repository.manifest import Folder, Manifest

_CURRENT = "{current_version}"
_SECTION = re.compile(r"bumpversion:file(?:\s*\([^)]*\))?:\s*(?P<path>.+?)\s*")


def told_files(manifest: Manifest) -> Iterator[tuple[str, str, str]]:
    """Give each place that a bumper was told of: file, kind and locator of a site.

    Args:
        manifest: what the package's files say.
    """
    folder = manifest.folder
    for name in (".bumpversion.cfg", "setup.cfg"):
        yield from _from_ini(folder, name)
    current = manifest.tool("bumpversion", "current_version")
    files = manifest.tool("bumpversion", "files")
    usual = manifest.tool("bumpversion", "search") or _CURRENT
    for table in files if isinstance(files, list) and isinstance(current, str) else []:
        path = table.get("filename") if isinstance(table, dict) else None
        if isinstance(path, str):
            yield from _place(path, str(table.get("search") or usual), str(current))


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
        yield path, "text", f"re:{re.escape(before)}{number}{re.escape(after)}"
