"""Platform wheels from the built one and another repository's binaries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

from seatrial.artifacts.ahead import look_ahead
from seatrial.artifacts.deflating import Libdeflate
from seatrial.artifacts.placing import Target
from seatrial.artifacts.stamping import Stamping, stamping
from seatrial.artifacts.wanted import Place
from seatrial.errors import InspectionFailed, SeatrialError
from seatrial.plan.values import Build
from seatrial.plan.wraps import Ware, Wrap
from seatrial.storage import storage_faults
from seatrial.together import refuse_together
from seatrial.world.ports_wares import Wares

AT_A_TIME = 4
"""Archives of a folder that are digested at a time."""


def begun(wares: Wares, spec: Build, wrap: Wrap, scratch: Path) -> AbstractContextManager[Stamping]:
    """Begin with one wheel for each platform, while the package is built.

    Args:
        wares: where the archives are had.
        spec: the build.
        wrap: what is to be wrapped.
        scratch: a folder for what is made.

    Raises:
        DifferentBytes: an archive's bytes are not those that were planned.
        Unreachable: one did not come.
        StorageFault: there is no room.
    """
    out = scratch / "wrapped"
    with storage_faults(out):
        out.mkdir()
    return stamping(_targets(wares, wrap), out, epoch=spec.epoch)


def wrapped(begun: Stamping, base: Path) -> Iterator[Path]:
    """Make one wheel for each platform, one by one; the built one is no part of the release.

    Args:
        begun: the wheels.
        base: the wheel that was built, for any platform.

    Raises:
        InspectionFailed: the wheel is no base, or an archive is not what it should be.
        StorageFault: there is no room.
    """
    return (one.path for one in begun.make(base))


def looked_into(wares: Wares, wrap: Wrap) -> None:
    """See that every archive is there and holds what is wanted of it; all faults are told at once.

    Args:
        wares: where the archives are had; what is fetched is kept there.
        wrap: what is wanted.

    Raises:
        InspectionFailed: an archive is not what it should be, or lacks a file.
        DifferentBytes: its bytes are not those that were planned.
        Unreachable: one did not come.
    """
    met: list[SeatrialError] = []
    for ware in wrap.wares:
        try:
            look_ahead(_target(wares, wrap, ware))
        except InspectionFailed as error:
            met.append(error)
    refuse_together(met)


def compressed_with() -> str:
    """Say what compresses the wheels: another release of it may make other bytes."""
    return Libdeflate().name


def _targets(wares: Wares, wrap: Wrap) -> Sequence[Target]:
    """Have all archives: downloads one by one, and those of a folder, to be digested, together."""
    if wrap.via != "folder":
        return [_target(wares, wrap, ware) for ware in wrap.wares]
    with ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="digest") as pool:
        return list(pool.map(partial(_target, wares, wrap), wrap.wares))


def _target(wares: Wares, wrap: Wrap, ware: Ware) -> Target:
    return Target(
        name=ware.target,
        platform=ware.platform,
        source=wares.fetch(wrap, ware),
        shown=ware.name,
        places=tuple(Place(pattern=one.pattern, to=one.to) for one in ware.binaries),
    )
