"""What the world alone tells of a release that a dead run left behind."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import msgspec
from packaging.utils import canonicalize_name
from packaging.version import Version

from seatrial.actions.marker import read_marker, unmarked
from seatrial.artifacts.filenames import name_of, version_of
from seatrial.config.wrapping import sdist_of
from seatrial.errors import CredentialMissing, CredentialRefused, Unreachable
from seatrial.operations.project import Project
from seatrial.plan.outline import many
from seatrial.repository.facts import TagFact, last_release
from seatrial.world.ports import ForgeRelease, HeldFile

RECENT = 5.0
"""Seconds for which what an index has just been asked for the planning serves."""

AT_ONCE = 8
"""Lines that are looked at at once."""


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """One line's part of a release that is in the history.

    Attributes:
        tag: its tag.
        why: what of it is not done; empty when it is complete.
        notes: its notes, as far as they are known.
    """

    tag: TagFact
    why: str = ""
    notes: str = ""


class Continuation(msgspec.Struct, frozen=True, kw_only=True):
    """The newest release in the history, as the world shows it.

    Attributes:
        begun: its lines, at least one.
        packages: names of its packages.
    """

    begun: tuple[Begun, ...]
    packages: tuple[str, ...]

    @property
    def commit(self) -> str:
        """Its commit."""
        return self.begun[0].tag.commit

    @property
    def version(self) -> str:
        """Its version; that of the first line where there are several."""
        return self.begun[0].tag.version

    @property
    def tag(self) -> str:
        """Its tag, or how many it has."""
        return many(tuple(one.tag.name for one in self.begun), "tag")

    @property
    def title(self) -> str:
        """What it is a release of."""
        return many(self.packages, "package")

    @property
    def incomplete(self) -> bool:
        """Whether something of it is not done."""
        return bool(self.why)

    @property
    def why(self) -> str:
        """What is not done, of the first line that something is missing of."""
        return next((one.why for one in self.begun if one.why), "")


class Shop(NamedTuple):
    """What the index to publish to lacks, and the packages whose sdists do not go there."""

    name: str
    missing: list[str]
    forge_only: set[str]


def find_continuation(lines: Sequence[Project], publish: str) -> Continuation | None:
    """Look whether the newest release in the history is complete.

    Only tags that Seatrial made are looked at: their trailers say so.  Where the outside does not
    answer, nothing is known, and nothing is continued.

    Args:
        lines: of the repository.
        publish: the index that releases are published to.
    """
    newest = _newest(lines)
    if not newest:
        return None
    try:
        with ThreadPoolExecutor(AT_ONCE, "look") as pool:
            begun = tuple(pool.map(lambda one: _looked_at(one[0], one[1], publish), newest))
    except Unreachable:
        return None
    names = (canonicalize_name(one.name) for line, _ in newest for one in line.facts.packages)
    return Continuation(begun=begun, packages=tuple(names))


def _newest(lines: Sequence[Project]) -> list[tuple[Project, TagFact]]:
    """Give the lines that the newest release holds, with their tags of it."""
    last = [(line, tag) for line in lines if (tag := last_release(line.facts.tags)) is not None]
    if not last:
        return []
    made = _made_by_us(lines[0])
    times = {tag.commit: made[tag.name] for _, tag in last if tag.name in made}
    commit = max(times, key=lambda one: times[one], default="")
    return [(line, tag) for line, tag in last if tag.commit == commit and tag.name in made]


def _looked_at(line: Project, tag: TagFact, publish: str) -> Begun:
    """Say what is missing of the release of one line."""
    files: dict[str, HeldFile] = {}
    missing: list[str] = []
    forge_only: set[str] = set()
    for package in line.facts.packages:
        name = canonicalize_name(package.name)
        held = line.index(publish).files(name, asked_after=time.monotonic() - RECENT)
        own = {f.name: f for f in held.values() if version_of(f.name) == Version(tag.version)}
        sdist = sdist_of(line.settings, package.path) == "index"
        if kinds := " and no ".join(_kinds_missing(own, sdist=sdist)):
            missing.append(f"{kinds} of {name if len(line.facts.packages) > 1 else 'it'}")
        files |= own
        forge_only |= {name} if not sdist else set()
    releases = forge_releases(line, tag.name)
    if releases is not None:
        return _with_forge(tag, files, releases, Shop(publish, missing, forge_only))
    return Begun(tag=tag, why=f"{publish} has no {' and no '.join(missing)}" if missing else "")


def begun_on(project: Project, tag: str) -> dt.date | None:
    """Give the date of a release of this very commit that a dead run began, from its draft."""
    try:
        releases = forge_releases(project, tag) or ()
    except Unreachable:
        return None
    for release in releases:
        marker = read_marker(release.notes)
        if marker is not None and release.draft and marker.parent == project.facts.head:
            return dt.date.fromisoformat(marker.date)
    return None


def forge_releases(project: Project, tag: str) -> tuple[ForgeRelease, ...] | None:
    """Ask the forge for the releases of a tag; nothing without a forge or a credential for it."""
    forge = project.forge()
    if forge is None:
        return None
    try:
        return tuple(forge.releases(tag))
    except (CredentialMissing, CredentialRefused):
        return None


def _with_forge(
    tag: TagFact,
    files: dict[str, HeldFile],
    releases: tuple[ForgeRelease, ...],
    shop: Shop,
) -> Begun:
    release = next((r for r in releases if not r.draft), next(iter(releases), None))
    if release is None:
        why = "the forge has no release of it" if shop.missing else ""
        # With every file on the index and no release at all, somebody took the release away.
        return Begun(tag=tag, why=why)
    marker = read_marker(release.notes)
    wanted = marker.files if marker else {}
    missing = [
        name
        for name, digest in wanted.items()
        if (name not in files or files[name].sha256 != digest)
        and (name.endswith(".whl") or name_of(name) not in shop.forge_only)
    ]
    why = ""
    if missing:
        why = f"{shop.name} does not have {', '.join(missing)}"
    elif release.draft:
        why = "its forge release is a draft still"
    return Begun(tag=tag, why=why, notes=unmarked(release.notes).strip())


def _kinds_missing(files: dict[str, HeldFile], *, sdist: bool) -> list[str]:
    kinds = {"wheel": ".whl"} | ({"sdist": ".tar.gz"} if sdist else {})
    return [kind for kind, end in kinds.items() if not any(name.endswith(end) for name in files)]


def _made_by_us(project: Project) -> dict[str, int]:
    """Give the tags that say by a trailer that Seatrial made them, with their times."""
    done = project.snapshot.git(
        "for-each-ref",
        "--format=%(refname:strip=2)%09%(creatordate:unix)%09"
        "%(contents:trailers:key=Seatrial-Parent,valueonly,separator=%2C)",
        "refs/tags",
    )
    found: dict[str, int] = {}
    for line in done.stdout.decode("utf-8", "surrogateescape").split("\n"):
        name, _, rest = line.partition("\t")
        when, _, parent = rest.partition("\t")
        if parent.strip() and when.isdigit():
            found[name] = int(when)
    return found
