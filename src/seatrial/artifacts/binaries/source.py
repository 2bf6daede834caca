"""Bytes of a file by their place, in bounded memory; what lies outside is an error."""

from __future__ import annotations

import struct
from collections import OrderedDict
from collections.abc import Iterator
from typing import Protocol

from seatrial.artifacts.binaries.values import BrokenBinaryError

PAGE = 1 << 14
PAGES = 128
"""Kept at a time: 2 MiB."""

MOST = 1 << 20
"""Bytes that are taken in one piece."""

TEXT = 1024
"""Bytes of the longest text; mangled names are longer, and of no interest here."""

SYMBOLS = 2_000_000
"""Symbols that are looked at; the largest libraries have a tenth."""

NAMES = 8192
"""Names of a kind that are kept of one file: the whole C API of Python has a fourth."""


class Stream(Protocol):
    """What is read by places."""

    def seek(self, offset: int, /) -> int:
        """Go to a place."""
        ...

    def read(self, size: int, /) -> bytes:
        """Give bytes from there on; fewer at the end."""
        ...


class Held(Stream, Protocol):
    """What is read by places, and given up afterwards."""

    def close(self) -> None:
        """Give it up."""
        ...


class Source:
    """A window on a file.

    Args:
        stream: can be read and sought.
        start: where the window begins.
        size: how far it goes.
    """

    def __init__(self, stream: Stream, start: int, size: int) -> None:
        self._stream = stream
        self._start = start
        self.size = size
        self._pages: OrderedDict[int, bytes] = OrderedDict()

    def part(self, start: int, size: int) -> Source:
        """Give a window within this one.

        Raises:
            BrokenBinaryError: it reaches out of this one.
        """
        self.check(start, size, "a part")
        return Source(self._stream, self._start + start, size)

    def check(self, offset: int, size: int, what: str) -> None:
        """See that something lies within the file.

        Raises:
            BrokenBinaryError: it does not, so that the file is cut off or lies.
        """
        if offset < 0 or size < 0 or offset + size > self.size:
            said = f"{what} should lie at {offset:,} to {offset + size:,}"
            raise BrokenBinaryError(f"{said}, and it has {self.size:,} bytes")

    def take(self, offset: int, size: int, what: str) -> bytes:
        """Give bytes.

        Raises:
            BrokenBinaryError: they are not there, or more than a table of that kind may have.
        """
        self.check(offset, size, what)
        if size > MOST:
            raise BrokenBinaryError(f"{what} has {size:,} bytes, and {MOST:,} are plenty")
        first, last = offset // PAGE, (offset + size - 1) // PAGE
        if size <= 0:
            return b""
        whole = b"".join(self._page(number) for number in range(first, last + 1))
        return whole[offset - first * PAGE :][:size]

    def unpack(self, form: str, offset: int, what: str) -> tuple[int, ...]:
        """Give numbers by a form of ``struct``.

        Raises:
            BrokenBinaryError: they are not there.
        """
        return struct.unpack(form, self.take(offset, struct.calcsize(form), what))

    def rows(self, form: str, offset: int, count: int, what: str) -> Iterator[tuple[int, ...]]:
        """Give the rows of a table, however long, a piece at a time.

        Raises:
            BrokenBinaryError: it is not there.
        """
        size = struct.calcsize(form)
        self.check(offset, count * size, what)
        at_once = MOST // 4 // size
        for done in range(0, count, at_once):
            piece = self.take(offset + done * size, min(at_once, count - done) * size, what)
            yield from struct.iter_unpack(form, piece)

    def text(self, offset: int, end: int, what: str) -> str:
        """Give the text that begins there and ends with a zero byte, or what of it is enough.

        Args:
            offset: where it begins.
            end: where the table of texts ends.
            what: for the error.

        Raises:
            BrokenBinaryError: it is not there, or has no end.
        """
        raw = self.raw_text(offset, end, what)
        return raw.decode("utf-8", "backslashreplace")

    def raw_text(self, offset: int, end: int, what: str) -> bytes:
        """Give the same as bytes, which is all that most symbols are worth.

        Raises:
            BrokenBinaryError: it is not there, or has no end.
        """
        room = min(end, self.size) - offset
        if room <= 0 or offset < 0:
            raise BrokenBinaryError(f"{what} should lie at {offset:,}, outside of its table")
        page, place = divmod(offset, PAGE)
        held = self._page(page)
        stop = held.find(b"\0", place, place + room)
        if stop >= 0:
            return held[place : min(stop, place + TEXT)]
        found, zero, _ = self.take(offset, min(TEXT, room), what).partition(b"\0")
        if not zero and room < TEXT:
            raise BrokenBinaryError(f"{what} has no end")
        return found

    def few(self, count: int, most: int, what: str) -> int:
        """Give a count, when it is one that a real file may have.

        Raises:
            BrokenBinaryError: it is not.
        """
        if count > most:
            raise BrokenBinaryError(f"it states {count:,} {what}, and {most:,} are plenty")
        return count

    def _page(self, number: int) -> bytes:
        held = self._pages.get(number)
        if held is None:
            self._stream.seek(self._start + number * PAGE)
            held = self._stream.read(min(PAGE, self.size - number * PAGE))
            if len(self._pages) >= PAGES:
                self._pages.popitem(last=False)
            self._pages[number] = held
        else:
            self._pages.move_to_end(number)
        return held
