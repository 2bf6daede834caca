"""What was said about wrapping: whether it makes sense, and which of it holds for a package."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Literal

from seatrial.config.check import Fault, nearest, shown
from seatrial.config.positions import Path
from seatrial.config.schema import PackageSettings, Settings, TargetSettings, WrapSettings
from seatrial.config.urls import url_fault

HOLES = ("version", "engine_version", "target", "platform", "exe", "ext")
AUTO = "auto"
GITHUB = re.compile(
    r"github:(?P<owner>[A-Za-z0-9][A-Za-z0-9_-]*)/(?P<name>[A-Za-z0-9._-]+)@(?P<tag>\S+)"
)

_HOLE = re.compile(r"\{([^{}]*)\}")
_PLATFORM = re.compile(r"[a-z0-9]+_\w+(\.[a-z0-9]+_\w+)*|win32")
_DIGEST = re.compile(r"(sha256:)?[0-9a-fA-F]{64}")


def wrap_of(settings: Settings, path: str) -> WrapSettings | None:
    """Give what a package is wrapped with, or nothing.

    Args:
        settings: the configuration.
        path: the package's folder, from the repository's root.
    """
    own = _own(settings, path)
    found = own.wrap if own is not None and own.wrap != WrapSettings() else settings.wrap
    return None if found == WrapSettings() else found


def sdist_of(settings: Settings, path: str) -> Literal["index", "forge-only", "none"]:
    """Say where a package's sdist goes.

    Args:
        settings: the configuration.
        path: the package's folder, from the repository's root.
    """
    own = _own(settings, path)
    return (own.sdist if own is not None else "") or settings.sdist


def in_full(target: str | TargetSettings) -> TargetSettings:
    """Give a target with all its settings, however short it was said."""
    return TargetSettings(platform=target) if isinstance(target, str) else target


def wrap_faults(wrap: WrapSettings, path: Path) -> Iterator[Fault]:
    """Find what cannot be meant."""
    if wrap == WrapSettings():
        return
    for key, value in (("from", wrap.source), ("place", wrap.place), ("targets", wrap.targets)):
        if not value:
            yield Fault(path, f"{key} is missing")
    yield from _source(wrap, path)
    if wrap.api and (said := url_fault(wrap.api, logs_in=True)):
        yield Fault((*path, "api"), said)
    for key, text in (("from", wrap.source), ("asset", wrap.asset)):
        yield from _holes(text, (*path, key))
    for pattern, to in wrap.place.items():
        where = (*path, "place", pattern)
        yield from _holes(pattern, where)
        yield from _holes(to, where)
        if not _plain(to):
            said = f'a place in the wheel is wanted here, as "demo/_bin/", not {shown(to)}'
            yield Fault(where, said)
    yield from _targets(wrap, path)
    for name, digest in wrap.digests.items():
        if not _DIGEST.fullmatch(digest):
            yield Fault((*path, "digests", name), "a SHA-256 of 64 hexadecimal digits is wanted")


def _source(wrap: WrapSettings, path: Path) -> Iterator[Fault]:
    if wrap.source.startswith("github:"):
        if not GITHUB.fullmatch(wrap.source):
            said = f'"github:OWNER/NAME@TAG" is wanted here, not {shown(wrap.source)}'
            yield Fault((*path, "from"), said)
        elif not wrap.asset:
            yield Fault((*path, "asset"), "which of the release's assets is meant has to be said")
    elif "://" in wrap.source and (said := url_fault(wrap.source, logs_in=False)):
        yield Fault((*path, "from"), said)
    if "/" in wrap.asset or "\\" in wrap.asset:
        yield Fault((*path, "asset"), "the name of a file is wanted here, without a folder")


def _targets(wrap: WrapSettings, path: Path) -> Iterator[Fault]:
    tags: dict[str, str] = {}
    for name, said in wrap.targets.items():
        where, target = (*path, "targets", name), in_full(said)
        if target.platform != AUTO and not _PLATFORM.fullmatch(target.platform):
            wanted = 'a platform tag is wanted here, as "manylinux_2_17_x86_64", or "auto"'
            yield Fault(where, f"{wanted}, not {shown(target.platform)}")
        for tag in target.platform.split(".") if target.platform != AUTO else ():
            if tag in tags:
                yield Fault(where, f"{tag} is the platform of {tags[tag]} already")
            tags[tag] = name
        for key in target.without:
            if key not in wrap.place:
                said_of = f"place has no {shown(key)}; {nearest(key, wrap.place)}"
                yield Fault((*where, "without"), said_of)
        if set(wrap.place) and set(wrap.place) <= set(target.without):
            yield Fault((*where, "without"), "nothing would be left for this target")


def _holes(text: str, path: Path) -> Iterator[Fault]:
    for name in _HOLE.findall(text):
        if name not in HOLES:
            yield Fault(path, f"{{{name}}} is no placeholder; {nearest(name, HOLES)}")


def _plain(to: str) -> bool:
    pure = PurePosixPath(to)
    return bool(to.strip("/")) and not (pure.is_absolute() or ".." in pure.parts or "\\" in to)


def _own(settings: Settings, path: str) -> PackageSettings | None:
    folder = PurePosixPath(path)
    return next((one for one in settings.package if PurePosixPath(one.path) == folder), None)
