"""What an installation needs of the other packages of the same release."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from seatrial.actions.files import files_of
from seatrial.artifacts.sdist import read_sdist
from seatrial.artifacts.wheel import read_wheel
from seatrial.plan.values import Plan
from seatrial.storage import make_folder, storage_faults
from seatrial.world.ports import World


def siblings_of(world: World, plan: Plan, package: str, extra: str = "") -> tuple[str, ...]:
    """Give what a package requires of the same release, all the way down, as exact requirements.

    An installer takes only what is required by name from where it is told to; so what a sibling
    requires of another one has to be said, too.

    Args:
        world: its store holds the built files, whose metadata counts.
        plan: the whole plan.
        package: its name, normalised.
        extra: an extra that is installed with it.
    """
    if len(plan.names) == 1:
        return ()
    versions = {one.name: one.version for one in plan.packages}
    found: dict[str, set[str]] = {}
    pending = [(package, extra)]
    seen = set(pending)
    while pending:
        name, chosen = pending.pop()
        for requirement in required(world, plan, name, chosen):
            sibling = canonicalize_name(requirement.name)
            if sibling not in versions or sibling == package:
                continue
            found.setdefault(sibling, set()).update(requirement.extras)
            more = [(sibling, one) for one in ("", *sorted(requirement.extras))]
            pending += [one for one in more if one not in seen]
            seen.update(more)
    return tuple(
        f"{name}{_bracketed(found[name])}=={versions[name]}"
        for name in sorted(found)
        if files_of(world, plan, name)
    )


def required(world: World, plan: Plan, package: str, extra: str = "") -> Iterator[Requirement]:
    """Give what the built files of a package require on this machine, as their metadata says.

    Args:
        world: its store holds the built files.
        plan: the whole plan.
        package: its name, normalised.
        extra: an extra that is asked for.
    """
    for file in files_of(world, plan, package)[:1]:
        read = read_wheel if file.name.endswith(".whl") else read_sdist
        for line in read(file.path).metadata.every("Requires-Dist"):
            try:
                requirement = Requirement(line)
            except InvalidRequirement:
                continue  # The inspection tells of it.
            if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
                yield requirement


def own_folder(world: World, plan: Plan, folder: Path) -> Mapping[str, str]:
    """Put the built files of all packages into one folder, and say that they come from there.

    Args:
        world: its store holds them.
        plan: the whole plan.
        folder: where to; it is made.

    Returns:
        Name → the folder, of each package.
    """
    make_folder(folder)
    for file in files_of(world, plan, *plan.names):
        place = folder / file.name
        with storage_faults(place):
            place.unlink(missing_ok=True)
            try:
                os.link(file.path, place)
            except OSError:  # another disk, or one that knows no links
                shutil.copyfile(file.path, place)
    return dict.fromkeys(plan.names, str(folder))


def _bracketed(extras: set[str]) -> str:
    return f"[{','.join(sorted(extras))}]" if extras else ""
