"""Parts of a large member of a zip archive, had again without unpacking all of it.

An inflater's state that was copied while the member went by is a mark: inflating can begin there.
"""

from __future__ import annotations

import tempfile
import zlib
from bisect import bisect_right
from collections import OrderedDict
from typing import BinaryIO, Final, NamedTuple

from seatrial.artifacts.archives import MIB
from seatrial.artifacts.inflating import BROKEN, RAW, Inflater, inflater

PACKED: Final = MIB // 4
"""Bytes that are inflated at a time; between two such pieces a mark can be set."""

BLOCK: Final = MIB // 4
BLOCKS: Final = 64
"""Blocks that are kept of what was inflated again: 16 MiB."""

MUCH: Final = 64 * MIB
"""Bytes that are inflated again before, with half of the member, it is put on the disk instead: who
jumps about in it like that has no end otherwise."""


class Place(NamedTuple):
    """Where the data of a member lies in the archive."""

    start: int
    packed: int
    size: int


class Mark(NamedTuple):
    """Where inflating can begin: bytes packed and unpacked before it, and the inflater's state."""

    packed: int
    unpacked: int
    engine: Inflater


class Inflating:
    """Inflates a member forwards.

    Args:
        raw: the archive.
        place: of the member.
        mark: where to begin; at its beginning when left out.

    Attributes:
        packed: bytes of the archive that were taken so far.
        unpacked: bytes that came of them.
    """

    def __init__(self, raw: BinaryIO, place: Place, mark: Mark | None = None) -> None:
        self._raw = raw
        self._place = place
        self._engine = mark.engine.copy() if mark else inflater(RAW)
        self.packed = mark.packed if mark else 0
        self.unpacked = mark.unpacked if mark else 0

    def next(self) -> bytes:
        """Give what comes next, or nothing at the end; no more in all than the member states.

        Raises:
            EOFError: the archive ends within the member.
            zlib.error: it is broken.
        """
        while self.unpacked < self._place.size and not self._engine.eof:
            waiting = self._engine.unconsumed_tail or self._more()
            most = min(MIB, self._place.size - self.unpacked)
            try:
                data = self._engine.decompress(waiting, most)
            except BROKEN as fault:
                raise zlib.error(str(fault)) from fault
            self.unpacked += len(data)
            if data or not waiting:
                return data
        return b""

    def _more(self) -> bytes:
        wanted = min(PACKED, self._place.packed - self.packed)
        self._raw.seek(self._place.start + self.packed)
        piece = self._raw.read(wanted)
        if wanted and not piece:
            raise EOFError("it breaks off")
        self.packed += len(piece)
        return piece

    def mark(self) -> Mark | None:
        """Give a mark, where one can be set: between two pieces of what is packed."""
        if self._engine.unconsumed_tail or self._engine.eof:
            return None
        return Mark(self.packed, self.unpacked, self._engine.copy())


class Again:
    """A member to be looked at again; as a file, it can be read and sought.

    Args:
        raw: the archive, opened for this; it is closed with it.
        place: of the member.
        marks: in the order of their places.
    """

    def __init__(self, raw: BinaryIO, place: Place, marks: list[Mark]) -> None:
        self._raw = raw
        self._place = place
        self._marks = marks
        self._at = 0
        self._blocks: OrderedDict[int, bytes] = OrderedDict()
        self._inflating = Inflating(raw, place)
        self._ahead = b""
        self._left = place.size // 2 + MUCH
        self._kept: BinaryIO | None = None

    def close(self) -> None:
        """Close the archive, and give up what is on the disk."""
        self._raw.close()
        if self._kept is not None:
            self._kept.close()

    def seek(self, offset: int, /) -> int:
        """Go to a place, counted from the member's beginning."""
        self._at = offset
        return offset

    def read(self, size: int, /) -> bytes:
        """Give bytes; fewer at the end.

        Raises:
            OSError: the archive cannot be read, or the disk is full.
            zlib.error: the member is broken.
        """
        parts: list[bytes] = []
        end = self._at + size
        while self._at < end:
            number, begin = divmod(self._at, BLOCK)
            part = self._block(number)[begin : begin + end - self._at]
            if not part:
                break
            parts.append(part)
            self._at += len(part)
        return b"".join(parts)

    def _block(self, number: int) -> bytes:
        if number in self._blocks:
            self._blocks.move_to_end(number)
            return self._blocks[number]
        if self._left < 0:
            kept = self._kept = self._kept or self._on_disk()
            kept.seek(number * BLOCK)
            return kept.read(BLOCK)
        self._go_near(number * BLOCK)
        return self._inflate_to(number)

    def _go_near(self, offset: int) -> None:
        """Begin at the last mark before a place, unless what is inflated already is nearer."""
        found = bisect_right(self._marks, offset, key=lambda mark: mark.unpacked)
        mark = self._marks[found - 1] if found else None
        here = self._inflating.unpacked - len(self._ahead)
        if here > offset or (mark is not None and here < mark.unpacked):
            self._inflating, self._ahead = Inflating(self._raw, self._place, mark), b""

    def _inflate_to(self, number: int) -> bytes:
        """Inflate from here to a block, and keep the last of the blocks that are met."""
        found = b""
        while not found:
            data = self._inflating.next()
            self._left -= len(data)
            begin = self._inflating.unpacked - len(data) - len(self._ahead)
            held = self._ahead + data
            first = -(-begin // BLOCK)
            last = (begin + len(held)) // BLOCK if data else number + 1
            for each in range(first, last):
                block = held[each * BLOCK - begin :][:BLOCK]
                self._keep(each, block)
                found = block if each == number else found
            self._ahead = held[max(0, max(first, last) * BLOCK - begin) :] if data else b""
            if not data:
                break
        return found

    def _keep(self, number: int, block: bytes) -> None:
        self._blocks[number] = block
        if len(self._blocks) > BLOCKS:
            self._blocks.popitem(last=False)

    def _on_disk(self) -> BinaryIO:
        """Inflate all of it into a file that goes with it."""
        kept = tempfile.TemporaryFile()  # noqa: SIM115 - it is closed with this
        inflating = Inflating(self._raw, self._place)
        while data := inflating.next():
            kept.write(data)
        self._blocks.clear()
        return kept
