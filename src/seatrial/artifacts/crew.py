"""Workers that compress blocks for several files at a time, each file's blocks in their order."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from types import TracebackType
from typing import Final, Self

from seatrial.artifacts.archives import MIB
from seatrial.artifacts.deflating import Compressor

HELD: Final = 48 * MIB
"""Bytes that are gathered, wait or are compressed at a time: they and what they become bound the
memory."""

MOST_WORKERS: Final = 6


class Crew:
    """The workers, and the memory that all files share.

    Args:
        compressor: makes the blocks.
        workers: how many at a time; as many as there are processors when absent.
    """

    def __init__(self, compressor: Compressor, workers: int | None = None) -> None:
        self.compressor = compressor
        count = workers or min(MOST_WORKERS, os.cpu_count() or 1)
        self.pool = ThreadPoolExecutor(count, thread_name_prefix="deflate")
        self._room = threading.Condition()
        self._held = 0
        self._stopped = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.pool.shutdown(wait=True, cancel_futures=True)

    def stop(self) -> None:
        """Have all files broken off: what they need next raises ``CancelledError``."""
        with self._room:
            self._stopped = True
            self._room.notify_all()

    def check(self) -> None:
        """Go on; raises ``CancelledError`` where it was stopped."""
        if self._stopped:
            raise CancelledError

    def reserve(self, size: int, *, wait: bool) -> bool:
        """Take memory; say whether there was some.

        Who waits holds none, so there is always somebody who gives some back.

        Args:
            size: bytes.
            wait: whether to wait until there is.
        """
        with self._room:
            while self._held and self._held + size > HELD:
                self.check()
                if not wait:
                    return False
                self._room.wait()
            self.check()
            self._held += size
            return True

    def release(self, size: int) -> None:
        """Give memory back."""
        with self._room:
            self._held -= size
            self._room.notify_all()


class Line:
    """What is compressed for one file; what becomes of the blocks happens in their order.

    It belongs to one thread, and is left when the file is written or given up.

    Args:
        crew: compresses.
    """

    def __init__(self, crew: Crew) -> None:
        self.crew = crew
        self._held = 0
        self._waiting: deque[
            tuple[Future[bytes | bytearray] | None, int, Callable[[bytes | bytearray], object]]
        ] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for job, _, _ in self._waiting:
            if job is not None:
                job.cancel()
        self._waiting.clear()
        self.crew.release(self._held)
        self._held = 0

    def room(self, size: int) -> bytearray:
        """Give room for a block, which has to be compressed; waits where too much is under way."""
        while not self.crew.reserve(size, wait=not self._waiting):
            self._next()
        self._held += size
        return bytearray(size)

    def compress(
        self,
        block: bytearray,
        before: bytes,
        *,
        last: bool,
        then: Callable[[bytes | bytearray], object],
        by: Compressor | None = None,
    ) -> None:
        """Have a block compressed, and its result taken after all that came before.

        Args:
            block: filled; from :meth:`room`.
            before: what stands before it in its member.
            last: whether its stream ends with it.
            then: takes the result.
            by: what compresses it; the crew's when absent.
        """
        made = by or self.crew.compressor
        job = self.crew.pool.submit(made.compress, block, before, last=last)
        self._waiting.append((job, len(block), then))
        while self._waiting and ((head := self._waiting[0][0]) is None or head.done()):
            self._next()

    def do(self, what: Callable[[], object]) -> None:
        """Have something done after all that came before."""
        self._waiting.append((None, 0, lambda _: what()))

    def finish(self) -> None:
        """Wait until everything is done."""
        while self._waiting:
            self._next()

    def _next(self) -> None:
        job, size, then = self._waiting.popleft()
        then(b"" if job is None else job.result())
        self._held -= size
        self.crew.release(size)
