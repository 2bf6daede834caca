"""What can be checked of wheels that do not run on this machine: whether theirs would take them.

That their compiled files are for it is seen to by the inspection.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec
from packaging.tags import compatible_tags, cpython_tags, platform_tags
from packaging.utils import parse_wheel_filename

from seatrial.artifacts.binaries.judge import Claim, claim_of
from seatrial.artifacts.binaries.promise import ARM_FIRST, Promise
from seatrial.artifacts.filenames import version_of
from seatrial.errors import InstallCheckFailed
from seatrial.world.ports import Environment, Machine

WITHIN: Final = 60.0
"""Seconds that a resolution without any index may take."""

# The names that ``uv --python-platform`` knows; of manylinux, the versions it has one for.
MANYLINUX: Final = (17, 28, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40)
LINUX: Final = frozenset({"x86_64", "aarch64"})
WINDOWS: Final = {"amd64": "x86_64", "arm64": "aarch64", "x86": "i686"}
APPLE: Final = {"arm64": "aarch64", "x86_64": "x86_64"}

_PYTHON = re.compile(r"cp(\d)(\d+)")


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A machine that uv can be asked to resolve for.

    Attributes:
        name: as ``--python-platform`` has it.
        macos: the macOS that is asked for; empty elsewhere.
    """

    name: str
    macos: str = ""


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


def fitting(files: Sequence[Path], version: str) -> Path:
    """Give the file that a Python of this machine installs; where none fits, the first.

    Args:
        files: wheels or sdists, at least one.
        version: of the Python, three numbers.
    """
    python = (int(version.split(".", maxsplit=1)[0]), int(version.split(".")[1]))
    platforms = list(platform_tags())
    taken = set(cpython_tags(python, platforms=platforms))
    taken |= set(compatible_tags(python, f"cp{python[0]}{python[1]}", platforms))
    for file in files:
        if file.suffix == ".whl" and not taken.isdisjoint(parse_wheel_filename(file.name)[3]):
            return file
    return files[0]


@functools.cache
def _here() -> frozenset[str]:
    return frozenset(platform_tags())


def places_of(promise: Promise) -> Iterator[Place]:
    """Give the oldest machines that a platform tag promises, where uv knows them.

    Args:
        promise: the tag.
    """
    for processor in promise.processors:
        if promise.system == "macos" and processor in APPLE:
            oldest = max(promise.version, ARM_FIRST) if processor == "arm64" else promise.version
            name = f"{APPLE[processor]}-apple-darwin"
            yield Place(name=name, macos=f"{oldest[0]}.{oldest[1]}")
        elif promise.system == "windows" and processor in WINDOWS:
            yield Place(name=f"{WINDOWS[processor]}-pc-windows-msvc")
        elif promise.libc == "musl" and processor in LINUX:
            yield Place(name=f"{processor}-unknown-linux-musl")
        elif promise.libc == "glibc" and processor in LINUX:
            known = [minor for minor in MANYLINUX if (2, minor) >= promise.version]
            yield from (Place(name=f"{processor}-manylinux_2_{minor}") for minor in known[:1])


def check_elsewhere(
    machine: Machine, where: Environment, wheels: Sequence[Path]
) -> tuple[str, ...]:
    """Resolve each wheel for its own machines, without running anything of it.

    Args:
        machine: this one.
        where: an environment of this machine; nothing is installed there.
        wheels: of :func:`elsewhere`.

    Returns:
        the wheels' names, those first that uv resolved; with words where it knows no such machine.

    Raises:
        InstallCheckFailed: a machine that a wheel is for would not take it.
    """
    told: list[str] = []
    for wheel in wheels:
        claim = claim_of(wheel.name)
        places = [place for promise in claim.platforms for place in places_of(promise)]
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
        "--python", str(where.python), "--python-version", python, "--python-platform", place.name,
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
