"""One process at a time, where several would write to the same file of a cache."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

from seatrial.storage import lock_file
from seatrial.world.folders import storing

WAIT = 0.2
"""Seconds between two looks whether another run has fetched the same archive."""


@contextlib.contextmanager
def alone(
    lock: Path, name: str, tell: Callable[[str], None], pause: Callable[[float], None]
) -> Iterator[None]:
    """Let one process at a time write to what has come of a file so far.

    Args:
        lock: the file that is locked; it is made, and stays.
        name: what is fetched, for people.
        tell: told once that another run is waited for.
        pause: waits for seconds.

    Raises:
        StorageFault: the lock cannot be made.
    """
    with storing(lock):
        file = lock.open("a")
    with file:
        told = False
        while True:
            try:
                lock_file(file.fileno())
                break
            except BlockingIOError:
                if not told:
                    tell(f"waiting for another run that fetches {name}")
                told = True
                pause(WAIT)
            except OSError:
                break  # a file system without locks
        yield
