"""The files of a release from where they were built."""

from __future__ import annotations

import filecmp
from collections.abc import Sequence
from pathlib import Path

from seatrial.artifacts.bundles import is_of, unbundle
from seatrial.errors import InspectionFailed, NotBuilt
from seatrial.plan.collects import Collection
from seatrial.plan.values import Build
from seatrial.world.ports import World

AGAIN = "Let CI build this very commit, then release again."
"""What was planned names the run that CI made of it, so that to resume asks the same again."""

ONCE = "Let one job alone build each file, or name the right ones in [collect]; then build anew."


def collected(world: World, spec: Build, collection: Collection, scratch: Path) -> tuple[Path, ...]:
    """Give the files of a package that were built elsewhere, from the release commit.

    Args:
        world: where they are had.
        spec: the build that they stand for.
        collection: what is taken.
        scratch: a folder for what is unpacked.

    Raises:
        NotBuilt: they were built from another commit, or none is of this release.
        InspectionFailed: an archive cannot be read, or two files of a name have other bytes.
        DifferentBytes: an archive's bytes are not those that were planned.
        Unreachable: one did not come.
        StorageFault: there is no room.
    """
    commit = world.git.release_commit()
    if collection.commit and collection.commit != commit:
        said = f"it built {collection.commit[:12]}, and {commit[:12]} is released"
        raise NotBuilt(collection.origin, said, next_step=AGAIN)
    found: dict[str, Path] = {}
    for number, bundle in enumerate(collection.bundles):
        path = world.collected.fetch(collection, bundle)
        for file in _files(path, spec, scratch / f"bundle-{number}"):
            there = found.setdefault(file.name, file)
            if there is not file and not filecmp.cmp(there, file, shallow=False):
                said = f"{collection.origin} has two of that name, with other bytes"
                raise InspectionFailed(file.name, said, doing="collecting", next_step=ONCE)
    if not found:
        names = ", ".join(bundle.name for bundle in collection.bundles)
        said = f"no file of {spec.package} {spec.version} is in {names}"
        raise NotBuilt(collection.origin, said, next_step=AGAIN)
    return tuple(found.values())


def _files(path: Path, spec: Build, folder: Path) -> Sequence[Path]:
    if path.suffix == ".zip":
        folder.mkdir()
        return unbundle(path, folder, spec.package, spec.version)
    return [path] if is_of(path.name, spec.package, spec.version) else []
