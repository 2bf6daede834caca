"""How long the engine waits, how often it tries, and by which clock."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass


def wait_for(stop: threading.Event, seconds: float) -> bool:
    """Wait some seconds, or until the run is to stop; say whether it is."""
    return stop.wait(seconds)


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """The engine's patience.

    Attributes:
        first: seconds before the first repetition; each further one waits twice as long.
        longest: seconds that one pause lasts at most.
        patience: seconds to go on asking about an action that states no patience of its own.
        second_look: seconds before a second look at what an earlier process meant to do, cannot
            be taken back, and seems absent: it may be there and not yet shown.
        attempts: how often an act is begun at most, when passing faults end it.
        grace: seconds that running actions get to come to an end when the user stops the run; of
            the machine's own clock, since they are real threads.
        clock: gives seconds that only go forward.
        wait: waits that many seconds, or until the event is set; says whether it is.
    """

    first: float = 0.5
    longest: float = 8.0
    patience: float = 30.0
    second_look: float = 2.0
    attempts: int = 4
    grace: float = 10.0
    clock: Callable[[], float] = time.monotonic
    wait: Callable[[threading.Event, float], bool] = wait_for

    def pause(self, repetition: int) -> float:
        """Give the seconds before a repetition, the first of which is number nought."""
        return min(self.longest, self.first * 2.0 ** min(repetition, 16))
