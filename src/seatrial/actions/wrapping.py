"""Platform wheels from the built one and another repository's binaries."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from seatrial.artifacts.deflating import Libdeflate
from seatrial.artifacts.stamping import Target, stamp
from seatrial.artifacts.wanted import Place
from seatrial.plan.values import Build
from seatrial.plan.wraps import Ware, Wrap
from seatrial.world.ports import World


def wrapped(world: World, spec: Build, base: Path, scratch: Path) -> Sequence[Path]:
    """Make one wheel for each platform; the built one is no part of the release.

    Args:
        world: where the binaries are had.
        spec: the build, with what is to be wrapped.
        base: the wheel that was built, for any platform.
        scratch: a folder for what is made.

    Raises:
        InspectionFailed: the wheel is no base, or an archive is not what it should be.
        DifferentBytes: an archive's bytes are not those that were planned.
        Unreachable: one did not come.
        StorageFault: there is no room.
    """
    wrap = spec.wrap
    if wrap is None:
        return (base,)
    targets = [_target(world, wrap, ware) for ware in wrap.wares]
    out = scratch / "wrapped"
    out.mkdir()
    return [one.path for one in stamp(base, targets, out, epoch=spec.epoch)]


def compressed_with() -> str:
    """Say what compresses the wheels: another release of it may make other bytes."""
    return Libdeflate().name


def _target(world: World, wrap: Wrap, ware: Ware) -> Target:
    return Target(
        name=ware.target,
        platform=ware.platform,
        source=world.wares.fetch(wrap, ware),
        shown=ware.name,
        places=tuple(Place(pattern=one.pattern, to=one.to) for one in ware.binaries),
    )
