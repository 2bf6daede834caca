"""The version sites that the configuration names."""

from __future__ import annotations

import itertools
import posixpath
from collections.abc import Callable, Iterator, Mapping

import msgspec

from seatrial.config.schema import SiteSettings
from seatrial.errors import InvalidConfiguration
from seatrial.repository import setup_script
from seatrial.repository.facts import Site
from seatrial.repository.manifest import Folder
from seatrial.repository.origin import NO_ENCODING, Place, site
from seatrial.repository.spans import LIKE, is_version
from seatrial.repository.spelling import DATE

MOST_PLACES = 1000
"""How many places one template may fit."""

_KINDS: Mapping[str, tuple[str, str]] = {
    ".py": ("python", "__version__"),
    ".toml": ("toml", "project.version"),
    ".cfg": ("ini", "metadata.version"),
    ".ini": ("ini", "metadata.version"),
    ".json": ("json", "version"),
    ".cff": ("yaml", "version"),
    ".yaml": ("yaml", "version"),
    ".yml": ("yaml", "version"),
}
"""Ending of a file → how it is read, and what is meant where no name is given."""

_USUAL: Mapping[str, str] = {
    "Cargo.toml": "package.version",
    "setup.py": setup_script.KEYWORD,
}


def configured_sites(
    folder: Folder, wanted: str | SiteSettings, tag_format: Callable[[], str]
) -> Iterator[Site]:
    """Find the places that one entry of ``versions`` names.

    Args:
        folder: the package's folder.
        wanted: the entry, short (``file:name``) or in full.
        tag_format: gives how release tags are spelt, ``{version}`` in it.

    Raises:
        InvalidConfiguration: there is no such place, or it states no version.
    """
    if isinstance(wanted, str):
        path, _, name = wanted.partition(":")
        yield _one(folder, SiteSettings(file=path, key=name), shown=wanted)
        return
    spelling = wanted.spelling
    if "{tag}" in spelling:
        spelling = spelling.replace("{tag}", tag_format())
    settings = msgspec.structs.replace(wanted, spelling=spelling)
    found = list(_fitting(folder, settings)) if wanted.search else []
    if not found:
        found = [_one(folder, settings, shown=wanted.file)]
    if wanted.follows:
        path, _, name = wanted.follows.partition(":")
        leader = _one(folder, SiteSettings(file=path, key=name), shown=wanted.follows)
        found = [msgspec.structs.replace(one, follows=leader) for one in found]
    yield from found


def read_as(path: str, key: str) -> tuple[str, str]:
    """Say how a file is read, and what in it is meant.

    Args:
        path: the file; its name tells.
        key: what the configuration names in it; where that is empty, what is usual in such a file.

    Returns:
        Kind and locator of a site.
    """
    default = ("text" if key else "file", "")
    kind, usual = _KINDS.get(posixpath.splitext(path)[1], default)
    return kind, key or _USUAL.get(posixpath.basename(path), usual)


def _fitting(folder: Folder, wanted: SiteSettings) -> Iterator[Site]:
    for nth in itertools.count(1):
        found = site(folder, Place(wanted.file, "text", LIKE + wanted.search, wanted.spelling, nth))
        if found is None:
            return
        if nth > MOST_PLACES:
            raise InvalidConfiguration(
                f"package.versions search = {wanted.search!r}",
                f"it fits more than {MOST_PLACES} places of {found.path}",
                next_step="Write more of the text around the version.",
            )
        yield found


def _one(folder: Folder, wanted: SiteSettings, *, shown: str) -> Site:
    path = wanted.file
    kind, locator = read_as(path, wanted.key)
    found = None
    if not wanted.search:
        found = site(folder, Place(path, kind, locator, wanted.spelling))
    spelt = bool(wanted.spelling) and (wanted.spelling != DATE or kind != "file")
    if found is not None and (spelt or is_version(found.stated)):
        return found
    where = folder.full(path) or path
    if not folder.has(path):
        said = f"this commit holds no {where}"
    elif folder.snapshot.is_undeclared(where):
        said = f"{where} {NO_ENCODING}"
    elif wanted.search:
        said = f"nothing in {where} is like {wanted.search!r}"
    else:
        said = f"{where} does not state {wanted.key or 'a version'} as a plain text"
    raise InvalidConfiguration(
        f"package.versions = [{shown!r}]",
        said,
        next_step='Write each as "FILE:NAME" or { file = …, key = … }, from the package\'s folder.',
    )
