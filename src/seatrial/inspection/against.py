"""A release against the one before it, or against any files."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from packaging.version import Version

from seatrial.artifacts.archives import Member
from seatrial.artifacts.differ import Comparison, Facts, compare, counterparts
from seatrial.artifacts.filenames import version_of
from seatrial.artifacts.inspect import Looked
from seatrial.artifacts.sdist import read_sdist
from seatrial.artifacts.wheel import read_wheel
from seatrial.storage import storage_faults
from seatrial.world.ports import HeldFile, Index


class _Blind:
    """Looks at nothing: reading alone gives the digests."""

    def begin(self, member: Member) -> None:
        """A file begins."""

    def feed(self, data: bytes) -> None:
        """Its next bytes."""

    def end(self) -> None:
        """It has ended."""


def previous(held: Mapping[str, HeldFile], version: str) -> tuple[HeldFile, ...]:
    """Give the files of the release before a version: the last final one, else the last one.

    Args:
        held: what the index holds of the project.
        version: the version that they come before.
    """
    releases: dict[Version, list[HeldFile]] = {}
    for file in held.values():
        found = version_of(file.name)
        if found is not None and found < Version(version) and file.yanked is False:
            releases.setdefault(found, []).append(file)
    final = [one for one in releases if not one.is_prerelease]
    last = max(final or releases, default=None)
    return tuple(releases[last]) if last is not None else ()


def fetch(
    index: Index, old: Sequence[HeldFile], new: Sequence[str], folder: Path
) -> tuple[Path, ...]:
    """Fetch those files of an old release that new files take the place of.

    Args:
        index: where they are.
        old: the old release's files.
        new: names of the new ones.
        folder: where to, each in a folder named by its digest; what is there already is taken.

    Raises:
        CannotTell: a file is not what the index states.
        Unreachable: the index did not answer.
        StorageFault: a file cannot be written.
    """
    wanted = set(counterparts(new, [file.name for file in old]).values())
    found = []
    for file in old:
        if file.name not in wanted:
            continue
        place = folder / (file.sha256 or "unstated")
        path = place / file.name
        if not (file.sha256 and path.exists()):
            with storage_faults(place):
                place.mkdir(parents=True, exist_ok=True)
            index.fetch(file, path)
        found.append(path)
    return tuple(found)


def against(
    looked: Iterable[Looked],
    old: Sequence[Path],
    *,
    names: Collection[str] = (),
    earlier: Collection[str] = (),
) -> Comparison | None:
    """Compare files with older ones.

    Args:
        looked: the new files; those that cannot be read are left out.
        old: the old ones.
        names: of further files of the new release.
        earlier: of further files of the old release.

    Raises:
        InspectionFailed: an old file cannot be read.
    """
    new = [one.facts for one in looked if one.facts is not None]
    before: list[Facts] = [
        read_wheel(path) if path.name.endswith(".whl") else read_sdist(path, _Blind())
        for path in old
    ]
    if not (new and before):
        return None
    return compare(new, before, names=names, earlier=earlier)


def against_previous(
    looked: Sequence[Looked], index: Index, release: tuple[str, str], folder: Path
) -> Comparison | None:
    """Compare files with those of the release before that an index holds.

    Args:
        looked: the new files.
        index: where the old ones are, and maybe more of the new ones.
        release: name and version of the new release.
        folder: where the old ones are kept.

    Returns:
        nothing where there is no release before.

    Raises:
        CannotTell: an old file is not what the index states.
        InspectionFailed: an old file cannot be read.
        Unreachable: the index did not answer.
        StorageFault: a file cannot be written.
    """
    name, version = release
    held = index.files(name)
    before = previous(held, version)
    own = [file for file in held if version_of(file) == Version(version)]
    old = fetch(index, before, [one.path.name for one in looked], folder)
    return against(looked, old, names=own, earlier=[file.name for file in before])
