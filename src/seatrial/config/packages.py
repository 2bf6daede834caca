"""Which entries of the configuration are about a package."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from seatrial.config.schema import PackageSettings, Settings

_GLOB = re.compile(r"[*?\[]")


def is_glob(path: str) -> bool:
    """Whether a path stands for every folder that it fits."""
    return bool(_GLOB.search(path))


def normal(path: str) -> str:
    """Give a folder as it is spelt in a tree: empty for the root."""
    path = posixpath.normpath(path) if path else ""
    return "" if path == "." else path


def fits(glob: str, folder: str) -> bool:
    """Whether a folder is one that a glob means; ``*`` stays in its folder, ``**`` does not."""
    pieces = re.findall(r"\*\*/|\*\*|\*|\?|\[[^\]/]+\]|.", normal(glob))
    try:
        return re.fullmatch("".join(map(_pattern, pieces)), folder) is not None
    except re.error:
        # A range that ends before it begins holds nothing.
        return False


def _pattern(piece: str) -> str:
    """Give the regular expression of a piece of a glob; a bracket that nothing closes is one."""
    if piece.startswith("[") and piece.endswith("]"):
        return f"[{piece[1:-1].replace('!', '^', 1) if piece[1] == '!' else piece[1:-1]}]"
    wild = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return wild.get(piece, re.escape(piece))


def entries_for(settings: Settings, folder: str) -> Iterator[PackageSettings]:
    """Give the entries that are about the package in a folder: globs first, then its own.

    Args:
        settings: the configuration.
        folder: from the repository's root.
    """
    folder = normal(folder)
    for entry in settings.package:
        if is_glob(entry.path) and fits(entry.path, folder):
            yield entry
    for entry in settings.package:
        if not is_glob(entry.path) and normal(entry.path) == folder:
            yield entry


def entry_for(settings: Settings, folder: str) -> PackageSettings:
    """Give the entry that counts for the package in a folder; an empty one where there is none."""
    return next(reversed([PackageSettings(), *entries_for(settings, folder)]))
