"""What can be checked of wheels that do not run on this machine: whether theirs would take them.

That their compiled files are for it is seen to by the inspection.
"""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from packaging.tags import platform_tags
from packaging.utils import parse_wheel_filename

from seatrial.artifacts.binaries.judge import Claim, claim_of
from seatrial.artifacts.filenames import version_of
from seatrial.errors import InstallCheckFailed
from seatrial.world.ports import Environment, Machine
from seatrial.world.takers import Place, is_asked_for, places_of, taken_here

WITHIN: Final = 60.0
"""Seconds that a resolution without any index may take."""

_PYTHON = re.compile(r"(?:cp|py)(3)(\d+)")


def elsewhere(wheels: Sequence[Path]) -> tuple[Path, ...]:
    """Give the wheels that no Python of this machine installs, by their platform tags.

    Args:
        wheels: of one release.
    """
    here = _here()
    return tuple(
        wheel
        for wheel in wheels
        if not any(one.tag in here or one.system == "any" for one in claim_of(wheel.name).platforms)
    )


def untaken(wheels: Sequence[Path], pythons: Sequence[str]) -> tuple[Path, ...]:
    """Give the wheels that none of some Pythons installs on this machine.

    Args:
        wheels: of one release.
        pythons: as :func:`~seatrial.world.takers.taken_here` has them.
    """
    taken = {tag for python in pythons for tag in taken_here(python)}
    return tuple(w for w in wheels if taken.isdisjoint(parse_wheel_filename(w.name)[3]))


def fitting(files: Sequence[Path], python: str) -> Path:
    """Give the file that a Python of this machine installs; where none fits, the first.

    Args:
        files: wheels or sdists, at least one.
        python: as :func:`~seatrial.world.takers.taken_here` has it.
    """
    wheels = [file for file in files if file.suffix == ".whl"]
    others = untaken(wheels, [python])
    return next((wheel for wheel in wheels if wheel not in others), files[0])


@functools.cache
def _here() -> frozenset[str]:
    return frozenset(platform_tags())


def check_elsewhere(
    machine: Machine, where: Environment, wheels: Sequence[Path]
) -> tuple[str, ...]:
    """Resolve each wheel for its own machines, without running anything of it.

    Args:
        machine: this one.
        where: an environment of this machine; nothing is installed there.
        wheels: that do not run here.

    Returns:
        the wheels' names; with words where uv knows no such machine, or no such Python.

    Raises:
        InstallCheckFailed: a machine that a wheel is for would not take it.
    """
    told: list[str] = []
    for wheel in wheels:
        claim = claim_of(wheel.name)
        asked = claim.platforms if is_asked_for(claim.pythons, claim.abis) else ()
        places = [place for promise in asked for place in places_of(promise)]
        for place in dict.fromkeys(places):
            _resolve(machine, where, wheel, place)
        told.append(wheel.name if places else f"{wheel.name} (its name alone)")
    return tuple(told)


def _resolve(machine: Machine, where: Environment, wheel: Path, place: Place) -> None:
    from uv import find_uv_bin

    name = wheel.name.partition("-")[0]
    python = _python(claim_of(wheel.name), where)
    argv = [
        find_uv_bin(), "pip", "install", "--dry-run", "--offline", "--no-config", "--no-deps",
        "--no-index", "--no-build", "--find-links", str(wheel.parent),
        "--python", sys.executable, "--python-version", python, "--python-platform", place.name,
        "--target", str(where.folder / "elsewhere"), f"{name}=={version_of(wheel.name)}",
    ]  # fmt: skip
    env = {"MACOSX_DEPLOYMENT_TARGET": place.macos} if place.macos else {}
    done = machine.run(f"elsewhere-{place.name}", argv, cwd=where.folder, env=env, timeout=WITHIN)
    if done.code:
        raise InstallCheckFailed(
            f"{wheel.name} on {place.name} {place.macos}".rstrip() + f" with Python {python}",
            done.account,
            next_step="Give the wheel the tag of the machines that it is for, and release again.",
        )


def _python(claim: Claim, where: Environment) -> str:
    """Give the oldest Python that a wheel names, or else the one of this machine."""
    found = [_PYTHON.fullmatch(python) for python in claim.pythons]
    named = sorted((int(one[1]), int(one[2])) for one in found if one)
    return f"{named[0][0]}.{named[0][1]}" if named else where.version
