"""The inspection of files that are there already, made by anything."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from packaging.utils import canonicalize_name

from seatrial.addresses import INDEXES
from seatrial.artifacts.differ import Comparison
from seatrial.artifacts.findings import Finding
from seatrial.artifacts.inspect import Looked
from seatrial.artifacts.sdist import SdistFacts
from seatrial.artifacts.surprises import surprises
from seatrial.errors import InvalidConfiguration, NoPackage, NoRepository
from seatrial.indexrules.judge import RULES_OF
from seatrial.inspection.against import against, against_previous
from seatrial.inspection.inspect import Question, inspect_release
from seatrial.inspection.verdict import Asked
from seatrial.operations.releasefiles import Release, by_release
from seatrial.plan.values import Contents
from seatrial.report.inspected import Held, InspectedFile, InspectReport, by_gravity
from seatrial.world.ports import StoredFile

if TYPE_CHECKING:
    # What talks to others takes long to import, and most inspections ask nobody.
    from seatrial.operations.indexes import Outside

PREVIOUS = "previous"
"""What is said to compare with the last release."""

USUAL = "pypi"
"""The index that the last release is looked for on, unless another is named."""


class Inspecting(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for.

    Attributes:
        files: wheels and sdists, of one release or several.
        index: the index to ask what it holds; none is asked when empty.
        rebuild: whether a wheel is built from each sdist and compared.
        resolve: whether the requirements are resolved.
        against: what to compare with: files, or "previous" alone for the last release on the index.
        strict: whether a warning refuses as well.
        now: seconds since the epoch, UTC.
    """

    files: tuple[Path, ...]
    index: str = ""
    rebuild: bool = False
    resolve: bool = False
    against: tuple[str, ...] = ()
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
        InspectionFailed: a file to compare with cannot be read.
        StorageFault: a file cannot be read.
    """
    began = time.monotonic()
    outside, policies = _around()
    releases = by_release(asked.files)
    if not releases:
        raise InvalidConfiguration("no file", "there is nothing to inspect", doing="reading")
    looked: list[Looked] = []
    found: list[Finding] = []
    comparisons: list[Comparison] = []
    for release in releases:
        question = Question(
            name=release.name,
            version=release.version,
            now=asked.now,
            indexes=_asked(outside, release, asked.index),
            contents=policies.get(release.name, Contents()),
        )
        inspected = inspect_release(release.files, question)
        looked += inspected.looked
        found += inspected.findings
        found += _tried(outside, release, inspected.looked, asked)
        comparison = _compared(outside, release, inspected.looked, asked)
        if comparison is not None:
            comparisons.append(comparison)
            found += surprises(comparison)
    refusing = {"fault", "warning"} if asked.strict else {"fault"}
    refused = any(one.severity in refusing for one in found)
    files = [file for release in releases for file in release.files]
    return InspectReport(
        outcome="refused" if refused else "sound",
        rules=RULES_OF,
        files=tuple(_described(files, looked)),
        findings=by_gravity(found),
        comparisons=tuple(comparisons),
        seconds=time.monotonic() - began,
    )


def _asked(outside: Callable[[], Outside], release: Release, index: str) -> tuple[Asked, ...]:
    if not index:
        return ()
    held = outside().index(index).files(release.name)
    return (Asked(name=index, strict=index in INDEXES, files=held),)


def _around() -> tuple[Callable[[], Outside], dict[str, Contents]]:
    """Give the repository's indexes, and the policy of each of its packages by name."""
    here = Path.cwd()
    if "GIT_DIR" not in os.environ and not any(
        (p / ".git").exists() for p in (here, *here.parents)
    ):
        # Without a repository, what reads one need not be imported, nor git be asked.
        return _usual, {}
    from seatrial.operations.project import Project
    from seatrial.plan.contents import contents_of

    try:
        project = Project.open(Path())
    except NoRepository:
        return _usual, {}
    try:
        packages = project.facts.packages
    except NoPackage:
        packages = ()
    return lambda: project.outside, {
        canonicalize_name(package.name): contents_of(project.settings, package.path)
        for package in packages
    }


def _usual() -> Outside:
    from seatrial.operations.indexes import Outside

    return Outside.usual()


def _tried(
    outside: Callable[[], Outside], release: Release, looked: Sequence[Looked], asked: Inspecting
) -> Iterator[Finding]:
    """Build and resolve, where that was asked for."""
    if not (asked.rebuild or asked.resolve):
        return
    from seatrial.operations.trying import Trial

    with tempfile.TemporaryDirectory(prefix="seatrial-", ignore_cleanup_errors=True) as folder:
        trial = Trial(outside(), release, looked, Path(folder).resolve())
        if asked.rebuild:
            yield from trial.rebuild()
        if asked.resolve:
            yield from trial.resolve()


def _compared(
    outside: Callable[[], Outside], release: Release, looked: Sequence[Looked], asked: Inspecting
) -> Comparison | None:
    """Compare with what was named; nothing where the project has no release before this one."""
    if not asked.against:
        return None
    if asked.against != (PREVIOUS,):
        given = by_release([Path(name) for name in asked.against])
        old = [file for one in given if one.name == release.name for file in one.files]
        return against(looked, [file.path for file in old])
    from seatrial.operations.rehearsed import cache_folder

    index = outside().index(asked.index or USUAL)
    return against_previous(
        looked, index, (release.name, release.version), cache_folder() / "released"
    )


def _described(files: Sequence[StoredFile], looked: Sequence[Looked]) -> Iterator[InspectedFile]:
    for file, one in zip(files, looked, strict=True):
        members = one.facts.members if one.facts else ()
        top = f"{one.facts.top}/" if isinstance(one.facts, SdistFacts) else ""
        yield InspectedFile(
            name=file.name,
            path=str(file.path),
            size=file.size,
            sha256=file.sha256,
            unpacked=sum(member.size for member in members),
            contents=tuple(
                Held(path=member.path.removeprefix(top), size=member.size) for member in members
            ),
            truth=one.truth,
        )
