"""Whole deflate blocks of a gzip file, found and proven while it is read from front to back.

The reader leaves marks behind it: copies of its engine's state.  From one of them the stream is
gone through again, a few bytes at a time.  A block begins with its table of codes, and while that
is read nothing comes out; in the few bytes before such a silence a table is told from anything else
by its form.  What lies between two such places is unpacked by itself, and a block only when it is
exactly what came of it.  Which are found depends on the file alone.
"""

from __future__ import annotations

import contextlib
import zlib
from collections import deque
from collections.abc import Iterator
from itertools import islice, product
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from seatrial.artifacts.archives import MIB
from seatrial.artifacts.inflating import BROKEN, RAW, Inflater
from seatrial.artifacts.joining import is_table

WINDOW: Final = 32 * 1024
MARKS: Final = 6
"""Marks that are kept, of 45 kB each: who looks for a block has just been there."""

PACKED: Final = 128 * 1024
"""Bytes of the file that are read at a time."""

STEP: Final = 24
"""Bytes that are fed at a time; a table that is shorter than two steps may not be seen."""

MOST_ENDS: Final = 3
"""Groups of places that a block is tried to end at."""

AHEAD: Final = 16
"""Bytes behind a place that tell whether a table begins there."""

FAR: Final = 16 * MIB
"""Bytes, unpacked, that are gone through for a block, and before it; they are held in memory.
Blocks of zeros that zlib makes have some 8 MiB; a block can have any number."""

TABLE: Final = 0b100
"""The first three bits of a block with a table that is not the last one; the lowest is first."""

PATIENCE: Final = 1_000_000
"""Steps that are taken in one file at most: some thousand lead to a block."""

TRIED: Final = 50
"""Steps that take the time in which a group of places is tried."""

CLOSED: Final = b"\0\0\xff\xff"
"""The lengths of an empty stored block, and of its complement."""


class Mark(NamedTuple):
    """A state of who reads a gzip file.

    Attributes:
        packed: bytes of the file before it.
        at: bytes that came of them.
        engine: the state; it is copied before it is used.
        stream: the number of the gzip stream that it is in.
    """

    packed: int
    at: int
    engine: Inflater
    stream: int


class Place(NamedTuple):
    """Where a block begins: the bit of the file, and the bytes that come of all before it."""

    bit: int
    at: int


class Block(NamedTuple):
    """One block of a gzip file, or several in a row, none of them the stream's last.

    Attributes:
        begin: where it begins.
        end: where it ends, and another one begins.
        data: up to a window of bytes before it, and what it unpacks to.
        stream: the number of the gzip stream that it is in.
    """

    begin: Place
    end: Place
    data: bytes
    stream: int


class Blocks:
    """Looks for blocks around the place that a gzip file is being read at; to be closed.

    Args:
        path: the file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO | None = None
        self._marks: deque[Mark] = deque(maxlen=MARKS)
        self._patience = PATIENCE

    def close(self) -> None:
        """Close the file, where it was opened."""
        self._marks.clear()
        if self._file is not None:
            self._file.close()

    def mark(self, mark: Mark) -> None:
        """Take a mark of who reads the file."""
        self._marks.append(mark)

    def find(self, at: int, size: int = 0) -> Block | None:
        """Give the first block that begins at a place or behind it, where one is found.

        Args:
            at: bytes that come of all before it.  What is being read is not far from there.
            size: bytes that it unpacks to at least; so many blocks are taken for one.

        Raises:
            OSError: the file cannot be read.
        """
        with self._going(at - WINDOW) as going:
            return going.block(at, size)

    def read(self, start: int, end: int) -> bytes:
        """Give a range of what the file unpacks to; less where it cannot be had.

        Raises:
            OSError: the file cannot be read.
        """
        with self._going(start) as going:
            return going.part(start, end) if going.to(end) else b""

    def bytes_at(self, start: int, end: int) -> bytes:
        """Give bytes of the file as they stand; fewer at its end."""
        file = self._opened()
        file.seek(start)
        return file.read(end - start)

    def _opened(self) -> BinaryIO:
        # Another one than the reader's, which is somewhere else.
        self._file = self._file or self._path.open("rb")
        return self._file

    @contextlib.contextmanager
    def _going(self, start: int) -> Iterator[_Going]:
        """Begin at the last mark before a place."""
        before = [one for one in self._marks if one.at <= max(0, start)]
        mark = before[-1] if before else self._marks[0]
        going = _Going(self._opened(), mark, self._patience if before else 0)
        try:
            yield going
        finally:
            self._patience = max(0, self._patience - going.steps)


class _Going:
    """Goes on from a mark, and keeps what comes.

    Args:
        file: the file.
        mark: where to begin.
        patience: steps that may be taken.

    Attributes:
        steps: how many were taken; a group of places that were tried counts as several.
    """

    def __init__(self, file: BinaryIO, mark: Mark, patience: int) -> None:
        self._file = file
        self._engine = mark.engine.copy()
        self._stream = mark.stream
        self._packed = mark.packed
        self._from = mark.at
        self._came = bytearray()
        self._held, self._held_from = b"", 0
        self._patience = patience
        self.steps = 0

    def part(self, start: int, end: int) -> bytes:
        """Give a range of what came; what is before it is left out."""
        begin = max(0, start - self._from)
        return bytes(memoryview(self._came)[begin : end - self._from])

    def to(self, at: int) -> bool:
        """Go to a place, and say whether that could be done."""
        if not self._patience or at - self._from > FAR:
            return False
        try:
            while (left := at - self._from - len(self._came)) > 0:
                piece = self._bytes(self._packed, PACKED)
                if not piece or self._engine.eof:
                    return False
                self._came += self._engine.decompress(piece, left)
                self._packed += len(piece) - len(self._engine.unconsumed_tail)
        except BROKEN:
            return False  # who reads the content tells it
        return True

    def block(self, at: int, size: int) -> Block | None:
        """Find the first block that begins at a place or behind it, with so many bytes at least."""
        groups = filter(None, self._places())
        if not self.to(at):
            return None
        self._forget(at - WINDOW)
        starts = next(groups, None)
        if starts is None or not self.to(starts[0].at + size):
            return None
        for ends in islice(groups, MOST_ENDS):
            for begin, end in product(starts, ends):
                data = self._unpacked(begin, end)
                if data:
                    return Block(begin, end, data, self._stream)
        return None

    def _forget(self, before: int) -> None:
        """Hold no more of what came before a place."""
        length = max(0, before - self._from)
        self._came = self._came[length:]
        self._from += length

    def _places(self) -> Iterator[list[Place]]:
        """Give the places where a block may begin, in groups of which one is true or none.

        Whoever takes them may go further meanwhile.
        """
        silent, most = -1, len(self._came) + FAR
        while self.steps < self._patience and len(self._came) < most and not self._engine.eof:
            step, at = self._packed, self._from + len(self._came)
            piece = self._bytes(step, STEP)
            try:
                out = self._engine.decompress(piece)
            except BROKEN:
                return
            if not piece:
                return
            self._came += out
            self._packed += len(piece)
            self.steps += 1
            if not out:
                silent = step if silent < 0 else silent
            elif silent >= 0:
                self.steps += TRIED
                group, silent = self._with_table(silent, at), -1
                yield group
            elif STEP - 1 - len(CLOSED) <= len(out) < STEP:
                yield self._stored(step, at)

    def _with_table(self, silent: int, at: int) -> list[Place]:
        """Find where a table may begin in the step before the first of which nothing came."""
        first = max(0, silent - STEP)
        bits = int.from_bytes(self._bytes(first, silent + AHEAD - first), "little")
        return [
            Place(8 * first + bit, at)
            for bit in range(8 * (silent + 1 - first))
            if bits >> bit & 7 == TABLE and is_table(bits >> bit)
        ]

    def _stored(self, step: int, at: int) -> list[Place]:
        """Find where a stored block may begin behind another one, and so at a whole byte.

        Its bytes stand there as they are, so that fewer came of a step by its header.
        """
        first = max(0, step - len(CLOSED))
        raw = self._bytes(first, step + STEP + len(CLOSED) - first)
        return [
            Place(8 * (first + place), at + max(0, first + place - step))
            for place in range(len(raw) - len(CLOSED))
            if not raw[place] and _is_length(raw[place + 1 :][: len(CLOSED)])
        ]

    def _unpacked(self, begin: Place, end: Place) -> bytes:
        """Give what came between two places, and the window before, where it can be proven.

        The bits between them, unpacked by themselves, have to give just that.
        """
        first, last = begin.bit >> 3, end.bit >> 3
        length, size = end.bit - begin.bit, end.at - begin.at
        if length <= 0 or size <= 0:
            return b""
        bits = int.from_bytes(self._bytes(first, last + 1 - first), "little") >> (begin.bit & 7)
        # The last block is an empty one with fixed codes: the bits 1, 1, 0 and seven zeros.
        stream = bits & (1 << length) - 1 | 3 << length
        data = self.part(begin.at - WINDOW, end.at)
        engine = zlib.decompressobj(RAW, data[:-size])
        try:
            out = engine.decompress(stream.to_bytes((length + 17) // 8, "little"), size + 1)
        except zlib.error:
            return b""
        return data if engine.eof and out == memoryview(data)[-size:] else b""

    def _bytes(self, start: int, size: int) -> bytes:
        """Give bytes of the file as they stand, mostly from what was read of it last."""
        begin = start - self._held_from
        if begin < 0 or begin + size > len(self._held):
            self._file.seek(start)
            self._held, self._held_from, begin = self._file.read(max(size, PACKED)), start, 0
        return self._held[begin : begin + size]


def _is_length(raw: bytes) -> bool:
    """Tell whether bytes are the length of a stored block and its complement."""
    size, other = int.from_bytes(raw[:2], "little"), int.from_bytes(raw[2:], "little")
    return size > 0 and size ^ other == 0xFFFF  # noqa: PLR2004 -- a complement
