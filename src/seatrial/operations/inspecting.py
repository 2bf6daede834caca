"""The inspection of files that are there already, made by anything."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from packaging.utils import canonicalize_name

from seatrial.addresses import INDEXES
from seatrial.artifacts.findings import Finding
from seatrial.artifacts.inspect import Looked
from seatrial.errors import InvalidConfiguration, NoRepository
from seatrial.indexrules.judge import RULES_OF
from seatrial.inspection.inspect import Question, inspect_release
from seatrial.inspection.verdict import Asked
from seatrial.operations.project import Outside, Project
from seatrial.operations.releasefiles import Release, by_release
from seatrial.operations.single import surroundings
from seatrial.operations.trying import Trial
from seatrial.plan.contents import contents_of
from seatrial.plan.values import Contents
from seatrial.report.inspected import InspectedFile, InspectReport, by_gravity
from seatrial.world.ports import StoredFile


class Inspecting(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for.

    Attributes:
        files: wheels and sdists, of one release or several.
        index: the index to ask what it holds; none is asked when empty.
        rebuild: whether a wheel is built from each sdist and compared.
        resolve: whether the requirements are resolved.
        strict: whether a warning refuses as well.
        now: seconds since the epoch, UTC.
    """

    files: tuple[Path, ...]
    index: str = ""
    rebuild: bool = False
    resolve: bool = False
    strict: bool = False
    now: float


def inspect(asked: Inspecting) -> InspectReport:
    """Inspect files.

    Args:
        asked: which, and how far.

    Raises:
        InvalidConfiguration: one of the names is not that of a wheel or sdist.
        UnknownIndex: nobody has described the index.
        Unreachable: the index did not answer.
        StorageFault: a file cannot be read.
    """
    began = time.monotonic()
    outside = surroundings()
    releases = by_release(asked.files)
    if not releases:
        raise InvalidConfiguration("no file", "there is nothing to inspect", doing="reading")
    looked: list[Looked] = []
    found: list[Finding] = []
    for release in releases:
        question = Question(
            name=release.name,
            version=release.version,
            now=asked.now,
            indexes=_asked(outside, release, asked.index),
            contents=_wanted(release),
        )
        inspected = inspect_release(release.files, question)
        looked += inspected.looked
        found += inspected.findings
        found += _tried(outside, release, inspected.looked, asked)
    refusing = {"fault", "warning"} if asked.strict else {"fault"}
    refused = any(one.severity in refusing for one in found)
    files = [file for release in releases for file in release.files]
    return InspectReport(
        outcome="refused" if refused else "sound",
        rules=RULES_OF,
        files=tuple(_described(files, looked)),
        findings=by_gravity(found),
        seconds=time.monotonic() - began,
    )


def _asked(outside: Outside, release: Release, index: str) -> tuple[Asked, ...]:
    if not index:
        return ()
    held = outside.index(index).files(release.name)
    return (Asked(name=index, strict=index in INDEXES, files=held),)


def _wanted(release: Release) -> Contents:
    """Give the policy of the package of that name, if this folder's repository holds it."""
    try:
        project = Project.open(Path())
        packages = project.facts.packages
    except NoRepository:
        return Contents()
    for package in packages:
        if canonicalize_name(package.name) == release.name:
            return contents_of(project.settings, package.path)
    return Contents()


def _tried(
    outside: Outside, release: Release, looked: Sequence[Looked], asked: Inspecting
) -> Iterator[Finding]:
    """Build and resolve, where that was asked for."""
    if not (asked.rebuild or asked.resolve):
        return
    with tempfile.TemporaryDirectory(prefix="seatrial-", ignore_cleanup_errors=True) as folder:
        trial = Trial(outside, release, looked, Path(folder).resolve())
        if asked.rebuild:
            yield from trial.rebuild()
        if asked.resolve:
            yield from trial.resolve()


def _described(files: Sequence[StoredFile], looked: Sequence[Looked]) -> Iterator[InspectedFile]:
    for file, one in zip(files, looked, strict=True):
        members = one.facts.members if one.facts else ()
        yield InspectedFile(
            name=file.name,
            path=str(file.path),
            size=file.size,
            sha256=file.sha256,
            unpacked=sum(member.size for member in members),
            members=len(members),
        )
