"""Whether an archive holds what a wheel wants of it, before any wheel is made."""

from __future__ import annotations

from seatrial.artifacts.placing import Target, check_machine
from seatrial.artifacts.supplies import opened
from seatrial.artifacts.wanted import Wanted

HEAD = 4096
"""Bytes of a program that say which machine it is for."""


def look_ahead(target: Target) -> None:
    """See that an archive holds every file that is wanted, for the machine that it should be for.

    The archive is read to its end, and nothing is kept.

    Raises:
        InspectionFailed: it is broken, hostile or for another machine, or it lacks a file; what it
            does hold is told.
    """
    wanted = Wanted(target.places, target.shown)
    with opened(target.source, target.shown) as files:
        for supply, content, _ in files:
            if wanted.take(supply):
                check_machine(target, supply.path, content.read(min(supply.size, HEAD)))
    wanted.complete()
