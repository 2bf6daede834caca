"""Work that is begun before its result is needed, beside what goes on meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

MOMENT, MOMENTS = 0.05, 200
"""Seconds that work which was given up gets to end, and how often."""


class Ahead(Generic[T]):
    """A result that another thread is working on.

    Args:
        work: what makes it.
        begin: whether it begins at once; :meth:`begin` does it else.
    """

    def __init__(self, work: Callable[[], T], *, begin: bool = True) -> None:
        self._work = work
        self._made: list[T] = []
        self._fault: BaseException | None = None
        # A daemon: nothing of it outlives a program that does not want the result any more.
        self._thread = threading.Thread(target=self._run, name="ahead", daemon=True)
        if begin:
            self.begin()

    def begin(self) -> None:
        """Begin the work."""
        self._thread.start()

    def give_up(self, stop: Callable[[], None]) -> None:
        """Have the work end early, and wait a moment for it.

        Args:
            stop: ends what it waits for; asked again while it goes on, for it may begin more.
        """
        for _ in range(MOMENTS):
            stop()
            if not self._thread.is_alive():
                return
            self._thread.join(MOMENT)

    def _run(self) -> None:
        try:
            self._made.append(self._work())
        except BaseException as fault:  # noqa: BLE001 - raised again, where the result is wanted
            self._fault = fault

    def result(self) -> T:
        """Wait for the result.

        Raises:
            BaseException: what the work raised.
        """
        self._thread.join()
        if self._fault is not None:
            raise self._fault
        return self._made[0]
