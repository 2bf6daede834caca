"""What came to be uploaded since the dock was started, and what was said to it."""

from __future__ import annotations

import threading
from collections import deque

import msgspec

KEPT = 1000
"""Uploads that are remembered; the oldest are forgotten."""

LONGEST = 1000
"""Characters that are kept of what a client sent, and of a verdict."""


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """One upload.

    Attributes:
        index: where it was to go.
        file: the file's name, as the client gave it; empty when no file could be read.
        size: of the file, bytes.
        moment: when it was answered, seconds since the epoch.
        status: of the answer; 0 when the client left before there was one.
        message: why it was refused; empty when it was taken.
    """

    index: str
    file: str = ""
    size: int = 0
    moment: float
    status: int
    message: str = ""


class Arrivals:
    """The uploads of this dock's life, safe to use from several threads."""

    def __init__(self) -> None:
        self._kept: deque[Arrival] = deque(maxlen=KEPT)
        self._lock = threading.Lock()
        self._count = 0

    def add(self, arrival: Arrival) -> None:
        """Note one."""
        kept = msgspec.structs.replace(
            arrival, file=arrival.file[:LONGEST], message=arrival.message[:LONGEST]
        )
        with self._lock:
            self._kept.append(kept)
            self._count += 1

    def latest(self) -> list[Arrival]:
        """Give those that are remembered, the last one first."""
        with self._lock:
            return list(reversed(self._kept))

    @property
    def count(self) -> int:
        """How many there were."""
        with self._lock:
            return self._count
