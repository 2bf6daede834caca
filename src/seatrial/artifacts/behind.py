"""Looking at content in a thread of its own, so that unpacking goes on beside it.

Inflating, and the digests, leave the interpreter's lock alone: with two processors, one archive is
read in little more time than its unpacking takes.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping, Sequence
from queue import Queue
from types import TracebackType
from typing import Self

from seatrial.artifacts.archives import MIB, Member, Visitor

WAITING = 4
"""Batches that wait to be looked at, at most."""

MOST_AT_ONCE = 256
"""Events of a batch: small files are handed over many at a time."""

Event = Member | bytes | None
"""A file begins, its next bytes come, or it has ended."""


class Digests:
    """Takes the digest of each file, and counts its bytes.

    Args:
        algorithms: path → a name that :func:`hashlib.new` knows; SHA-256 of all others.

    Attributes:
        taken: path → digest and bytes; of several files of one path, the last.
    """

    def __init__(self, algorithms: Mapping[str, str] | None = None) -> None:
        self._algorithms = algorithms or {}
        self.taken: dict[str, tuple[bytes, int]] = {}
        self._path, self._size = "", 0
        self._digest = hashlib.sha256()

    def begin(self, member: Member) -> None:
        """A file begins."""
        self._path, self._size = member.path, 0
        self._digest = hashlib.new(self._algorithms.get(member.path, "sha256"))

    def feed(self, data: bytes) -> None:
        """Take its next bytes."""
        self._digest.update(data)
        self._size += len(data)

    def end(self) -> None:
        """It has ended."""
        self.taken[self._path] = self._digest.digest(), self._size


class Behind:
    """A visitor that lets others look in a thread of its own.

    What they raise is raised here, at the next batch or at the end.

    Args:
        visitors: who looks; each sees everything, in order.
    """

    def __init__(self, visitors: Sequence[Visitor]) -> None:
        self._visitors = visitors
        self._queue: Queue[list[Event] | None] = Queue(WAITING)
        self._batch: list[Event] = []
        self._size = 0
        self._raised: Exception | None = None
        self._abandoned = False
        self._thread = threading.Thread(target=self._work, name="look", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._abandoned = kind is not None
        if not self._abandoned:
            self._queue.put(self._batch)
        self._queue.put(None)
        self._thread.join()
        if kind is None and self._raised is not None:
            raise self._raised

    def begin(self, member: Member) -> None:
        """A file begins."""
        self._batch.append(member)

    def feed(self, data: bytes) -> None:
        """Take its next bytes."""
        self._batch.append(data)
        self._size += len(data)
        if self._size >= MIB:
            self._hand_over()

    def end(self) -> None:
        """It has ended."""
        self._batch.append(None)
        if len(self._batch) >= MOST_AT_ONCE:
            self._hand_over()

    def _hand_over(self) -> None:
        if self._raised is not None:
            raise self._raised
        self._queue.put(self._batch)
        self._batch, self._size = [], 0

    def _work(self) -> None:
        while (batch := self._queue.get()) is not None:
            if self._raised is None and not self._abandoned:
                try:
                    for visitor in self._visitors:
                        _show(visitor, batch)
                except Exception as error:  # noqa: BLE001 - raised again where it was handed over
                    self._raised = error


def _show(visitor: Visitor, batch: list[Event]) -> None:
    for event in batch:
        if isinstance(event, bytes):
            visitor.feed(event)
        elif event is None:
            visitor.end()
        else:
            visitor.begin(event)
