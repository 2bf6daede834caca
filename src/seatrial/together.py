"""Several things that are wrong, told by one error."""

from __future__ import annotations

from collections.abc import Iterable

from seatrial.errors import SeatrialError


def refuse_together(met: Iterable[SeatrialError]) -> None:
    """Raise the first of some errors, with the others in its ``others``; nothing without any.

    Args:
        met: in the order in which they are told.

    Raises:
        SeatrialError: the first.
    """
    faults = tuple(met)
    if faults:
        faults[0].others = faults[1:]
        raise faults[0]
