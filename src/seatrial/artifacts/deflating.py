"""Deflate in blocks, several at a time, joined into one stream.

Each block is compressed by itself and ends on a byte (RFC 1951, section 3.2.4: an empty stored
block brings the stream there), so the blocks of one file follow each other as one stream.  Where
the blocks lie depends on the compressor alone, never on the machine: with the same release of the
compressor, the bytes are the same again.
"""

from __future__ import annotations

import os
import zlib
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Final, Protocol, Self

from deflate import __version__, deflate_compress

from seatrial.artifacts.joining import without_end

MIB = 1 << 20
WINDOW = 32 * 1024
"""Bytes before a block that it may refer to."""

IN_FLIGHT = 48 * MIB
"""Bytes that wait, or are compressed, at a time: they and what they become bound the memory."""

MOST_WORKERS = 6


class Compressor(Protocol):
    """What makes a block of a deflate stream."""

    @property
    def name(self) -> str:
        """What a person calls it."""
        ...

    @property
    def block(self) -> int:
        """Bytes that a block holds at most."""
        ...

    def compress(self, data: bytes | bytearray, before: bytes, *, last: bool) -> bytes | bytearray:
        """Compress one block.

        Args:
            data: its bytes.
            before: up to :data:`WINDOW` bytes that stand before it in the file.
            last: whether the stream ends with it.
        """
        ...


class Zlib:
    """The standard library's, at its usual level: what other tools make wheels with."""

    name = "zlib"
    block = MIB

    def compress(self, data: bytes | bytearray, before: bytes, *, last: bool) -> bytes:
        """Compress one block; it may refer to what stands before it."""
        method = (zlib.Z_DEFAULT_COMPRESSION, zlib.DEFLATED, -zlib.MAX_WBITS, 8, 0)
        engine = zlib.compressobj(*method, before) if before else zlib.compressobj(*method)
        return engine.compress(data) + engine.flush(zlib.Z_FINISH if last else zlib.Z_SYNC_FLUSH)


class Libdeflate:
    """libdeflate: 3.6 times as fast as zlib, at wheels a little smaller than zlib's usual ones.

    It compresses whole buffers only, so the end of all blocks but the last is taken off again.

    Args:
        block: bytes that a block holds at most.  As many as memory allows, because the end of a
            block is found by unpacking it; most programs are one block or two.
    """

    name = f"deflate {__version__}"
    level: Final = 5
    """The fastest that makes programs smaller than zlib at its usual level does."""

    def __init__(self, block: int = 24 * MIB) -> None:
        self.block = block

    def compress(self, data: bytes | bytearray, before: bytes, *, last: bool) -> bytes | bytearray:
        """Compress one block; it refers to nothing before it."""
        stream = deflate_compress(data, self.level)
        if last:
            return stream
        # Data so even that the table of codes is a few bytes long cost zlib little time.
        return without_end(stream, data) or Zlib().compress(data, before, last=False)


class Crew:
    """Workers that compress blocks; what becomes of the blocks happens in their order.

    Args:
        compressor: makes the blocks.
        workers: how many at a time; as many as there are processors when absent.
    """

    def __init__(self, compressor: Compressor, workers: int | None = None) -> None:
        self.compressor = compressor
        count = workers or min(MOST_WORKERS, os.cpu_count() or 1)
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="deflate")
        self._waiting: deque[
            tuple[Future[bytes | bytearray] | None, int, Callable[[bytes | bytearray], object]]
        ] = deque()
        self._flying = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._waiting.clear()

    def compress(
        self,
        data: bytes | bytearray,
        before: bytes,
        *,
        last: bool,
        then: Callable[[bytes | bytearray], object],
    ) -> None:
        """Have a block compressed, and its result taken after all that came before.

        Waits where too much is under way already.
        """
        job = self._pool.submit(self.compressor.compress, data, before, last=last)
        self._waiting.append((job, len(data), then))
        self._flying += len(data)
        while self._flying > IN_FLIGHT:
            self._next()
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
        self._flying -= size
        then(b"" if job is None else job.result())
