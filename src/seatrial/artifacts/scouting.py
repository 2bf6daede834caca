"""Looking into archives before it is their turn, while something else leaves a processor free.

What is found costs memory until it is used, so only some of it is held at a time.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from seatrial.artifacts.archives import MIB
from seatrial.artifacts.points import MOST_POINTS
from seatrial.artifacts.reusing import POINT, Reuse

ROOM: Final = 64 * MIB
"""Bytes that may be held for archives that were looked into."""

MOST: Final = MOST_POINTS * POINT
"""Bytes that one of them can need."""


class Scout:
    """Looks into archives, one after the other, in a thread of its own.

    Args:
        archives: each with its name for people, in the order in which they are needed.
    """

    def __init__(self, archives: Sequence[tuple[Path, str]]) -> None:
        self._archives = archives
        self._left = list(range(len(archives)))
        self._found: dict[int, Reuse] = {}
        self._held: dict[int, int] = {}
        self._at: int | None = None
        self._ended = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._look, name="scout", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        self._thread.join()
        for reuse in self._found.values():
            reuse.close()

    @contextlib.contextmanager
    def taken(self, number: int) -> Iterator[Reuse]:
        """Give what there is of an archive, and wait for it where it is being looked into.

        When it is left, its memory is free again.

        Args:
            number: of the archive.  Each is taken once.
        """
        with self._changed:
            while self._at == number:
                self._changed.wait()
            if number in self._left:
                self._left.remove(number)
            found = self._found.pop(number, None)
        try:
            with found or Reuse(*self._archives[number]) as reuse:
                yield reuse
        finally:
            with self._changed:
                self._held.pop(number, None)
                self._changed.notify_all()

    def _look(self) -> None:
        while (number := self._next()) is not None:
            reuse = Reuse(*self._archives[number])
            try:
                # A broken archive is told by who reads it.
                with contextlib.suppress(OSError):
                    reuse.prepare()
            finally:
                with self._changed:
                    self._at = None
                    self._found[number] = reuse
                    self._held[number] = reuse.held
                    self._changed.notify_all()

    def _next(self) -> int | None:
        with self._changed:
            while self._left and not self._ended and sum(self._held.values()) + MOST > ROOM:
                self._changed.wait()
            if self._ended or not self._left:
                return None
            self._at = self._left.pop(0)
            return self._at
