"""What the world alone tells of a release that a dead run left behind."""

from __future__ import annotations

import datetime as dt
import time

import msgspec
from packaging.utils import canonicalize_name
from packaging.version import Version

from seatrial.actions.marker import read_marker, unmarked
from seatrial.artifacts.filenames import version_of
from seatrial.errors import CredentialMissing, CredentialRefused, Unreachable
from seatrial.operations.project import Project
from seatrial.repository.facts import Package, TagFact, last_release
from seatrial.world.ports import ForgeRelease, HeldFile


class Continuation(msgspec.Struct, frozen=True, kw_only=True):
    """The newest release in the history, as the world shows it.

    Attributes:
        tag: its tag.
        incomplete: whether something of it is not done.
        why: what is not done.
        notes: its notes, as far as they are known.
    """

    tag: TagFact
    incomplete: bool
    why: str = ""
    notes: str = ""


def find_continuation(project: Project, package: Package, publish: str) -> Continuation | None:
    """Look whether the newest release in the history is complete.

    Only a tag that Seatrial made is looked at: its trailers say so.  Where the outside does not
    answer, nothing is known, and nothing is continued.

    Args:
        project: the repository.
        package: the package.
        publish: the index that releases are published to.
    """
    last = last_release(project.facts.tags)
    if last is None or not _parent(project, last):
        return None
    name = canonicalize_name(package.name)
    try:
        held = project.index(publish).files(name, asked_after=time.monotonic())
        releases = forge_releases(project, last.name)
    except Unreachable:
        return None
    files = {
        file.name: file for file in held.values() if version_of(file.name) == Version(last.version)
    }
    if releases is None:
        missing = _kinds_missing(files)
        why = f"{publish} has no {' and no '.join(missing)} of it" if missing else ""
        return Continuation(tag=last, incomplete=bool(missing), why=why)
    return _with_forge(last, files, releases, publish)


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
    tag: TagFact, files: dict[str, HeldFile], releases: tuple[ForgeRelease, ...], publish: str
) -> Continuation:
    release = next((r for r in releases if not r.draft), next(iter(releases), None))
    if release is None:
        missing = _kinds_missing(files)
        why = "the forge has no release of it" if missing else ""
        # With every file on the index and no release at all, somebody took the release away.
        return Continuation(tag=tag, incomplete=bool(missing), why=why)
    marker = read_marker(release.notes)
    wanted = marker.files if marker else {}
    missing = [
        name for name, digest in wanted.items() if name not in files or files[name].sha256 != digest
    ]
    why = ""
    if missing:
        why = f"{publish} does not have {', '.join(missing)}"
    elif release.draft:
        why = "its forge release is a draft still"
    return Continuation(
        tag=tag, incomplete=bool(why), why=why, notes=unmarked(release.notes).strip()
    )


def _kinds_missing(files: dict[str, HeldFile]) -> list[str]:
    kinds = {"wheel": ".whl", "sdist": ".tar.gz"}
    return [kind for kind, end in kinds.items() if not any(name.endswith(end) for name in files)]


def _parent(project: Project, tag: TagFact) -> str:
    """Read the trailer by which a tag says that Seatrial made it."""
    done = project.snapshot.git(
        "for-each-ref",
        "--format=%(contents:trailers:key=Seatrial-Parent,valueonly)",
        f"refs/tags/{tag.name}",
    )
    return done.text.strip()
