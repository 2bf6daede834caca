"""Writing ZIP archives: members that are compressed in blocks, and members copied as they stand.

Layout and names of the records: APPNOTE.TXT 6.3.10 of PKWARE.  What zipfile lacks is the copying of
a member without inflating it, and the compression beside the writing.
"""

from __future__ import annotations

import datetime as dt
import struct
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, Protocol

import msgspec

from seatrial.artifacts.archives import MIB
from seatrial.artifacts.crew import Line
from seatrial.artifacts.deflating import WINDOW
from seatrial.artifacts.inflating import crc32
from seatrial.artifacts.splicing import FINER, Reused
from seatrial.errors import InspectionFailed

STORED, DEFLATED = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED
UNIX = 3
UTF_8 = 0x0800
FULL_32, FULL_16 = 0xFFFF_FFFF, 0xFFFF
LARGE = 1 << 31
"""Bytes from which a member's sizes are written in the ZIP64 form, before they are known."""

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s4B4H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64 = struct.Struct("<4sLQL")


class Output(Protocol):
    """A file that is written, and that can go back."""

    def write(self, data: bytes | bytearray, /) -> object:
        """Write bytes."""
        ...

    def seek(self, place: int, /) -> object:
        """Go to a place, from the beginning."""
        ...

    def tell(self) -> int:
        """Say where it is."""
        ...


class Entry(msgspec.Struct, kw_only=True):
    """One member, as the archive's directory tells of it.

    Attributes:
        name: its path.
        when: date and time in the two 16-bit fields of MS-DOS.
        attributes: the external attributes.
        system: what they belong to.
        method: stored or deflated.
        crc: CRC-32 of the content.
        packed: bytes in the archive.
        size: bytes unpacked.
        offset: where its local header begins.
        long: whether its local header has room for large sizes.
    """

    name: str
    when: tuple[int, int]
    attributes: int
    system: int = UNIX
    method: int = DEFLATED
    crc: int = 0
    packed: int = 0
    size: int = 0
    offset: int = 0
    long: bool = False

    def local(self) -> bytes:
        """Give the local header (APPNOTE.TXT, 4.3.7)."""
        name, flags = _encoded(self.name)
        extra, sizes = b"", (self.packed, self.size)
        if self.long:
            extra = struct.pack("<HHQQ", 1, 16, self.size, self.packed)
            sizes = (FULL_32, FULL_32)
        date, time = self.when
        header = _LOCAL.pack(
            b"PK\x03\x04", self._needs, flags, self.method, time, date, self.crc, *sizes,
            len(name), len(extra),
        )  # fmt: skip
        return header + name + extra

    def central(self) -> bytes:
        """Give the directory's entry (APPNOTE.TXT, 4.3.12)."""
        name, flags = _encoded(self.name)
        large = [v for v in (self.size, self.packed, self.offset) if v >= FULL_32]
        extra = struct.pack(f"<HH{len(large)}Q", 1, 8 * len(large), *large) if large else b""
        needs = max(self._needs, 45 if large else 0)
        date, time = self.when
        header = _CENTRAL.pack(
            b"PK\x01\x02", needs, self.system, needs, 0, flags, self.method, time, date, self.crc,
            min(self.packed, FULL_32), min(self.size, FULL_32), len(name), len(extra), 0, 0, 0,
            self.attributes, min(self.offset, FULL_32),
        )  # fmt: skip
        return header + name + extra

    @property
    def _needs(self) -> int:
        return 45 if self.long else 20


class ZipOut:
    """An archive that is being written; everything happens in the line's order.

    Args:
        file: open for writing, empty.
        line: compresses.
    """

    def __init__(self, file: Output, line: Line) -> None:
        self._file = file
        self._line = line
        self._entries: list[Entry] = []

    def copy(self, source: Path, info: zipfile.ZipInfo) -> None:
        """Take a member of another archive over, its compressed bytes as they are.

        Args:
            source: the other archive.
            info: the member, stored or deflated.
        """
        entry = Entry(
            name=info.filename,
            when=dos_time(info.date_time),
            attributes=info.external_attr,
            system=info.create_system,
            method=info.compress_type,
            crc=info.CRC,
            packed=info.compress_size,
            size=info.file_size,
            long=max(info.file_size, info.compress_size) >= LARGE,
        )
        self._line.do(lambda: self._copied(source, info, entry))

    def add(self, name: str, mode: int, when: tuple[int, int], size: int) -> Member:
        """Begin a member; its bytes are fed, and then it is ended.

        Args:
            name: its path.
            mode: the permission bits.
            when: date and time, as :func:`dos_time` gives them.
            size: bytes that it will have.
        """
        entry = Entry(
            name=name,
            when=when,
            attributes=(0o100000 | mode) << 16,
            method=DEFLATED if size else STORED,
            size=size,
            long=size >= LARGE,
        )
        self._line.do(lambda: self._begin(entry))
        return Member(entry, self._line, self._file)

    def check(self) -> None:
        """Go on; raises ``CancelledError`` where that was stopped."""
        self._line.crew.check()

    def close(self) -> None:
        """Write the directory, once everything before is written."""
        self._line.do(self._end)

    def _begin(self, entry: Entry) -> None:
        entry.offset = self._file.tell()
        self._file.write(entry.local())
        self._entries.append(entry)

    def _copied(self, source: Path, info: zipfile.ZipInfo, entry: Entry) -> None:
        self._begin(entry)
        with source.open("rb") as other:
            other.seek(data_begins(other, info))
            _take(other, entry.packed, source, self._file)

    def _end(self) -> None:
        start = self._file.tell()
        for entry in self._entries:
            self._file.write(entry.central())
        size, count = self._file.tell() - start, len(self._entries)
        if max(start, size) >= FULL_32 or count >= FULL_16:
            at = self._file.tell()
            self._file.write(
                _END_64.pack(b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, start)
            )
            self._file.write(_LOCATOR_64.pack(b"PK\x06\x07", 0, at, 1))
        few, length, begin = min(count, FULL_16), min(size, FULL_32), min(start, FULL_32)
        self._file.write(_END.pack(b"PK\x05\x06", 0, 0, few, few, length, begin, 0))


class Member:
    """A member that is being written.

    Args:
        entry: what is known of it.
        line: compresses.
        file: the archive.
    """

    def __init__(self, entry: Entry, line: Line, file: Output) -> None:
        self._entry = entry
        self._line = line
        self._file = file
        self._by = line.crew.compressor
        self._left = entry.size
        self._skip = self._fed = 0
        self._piece = bytearray()
        self._filled = 0
        self._before = b""
        self._crc = 0

    def wait(self) -> None:
        """Compress nothing until it is said what is taken over; nothing is fed yet."""
        self._skip = self._entry.size

    def take_over(self, reused: Reused) -> None:
        """Take the beginning of its stream over; nothing of it is compressed yet.

        Args:
            reused: the beginning, which covers all that was fed until now.
        """
        self._line.do(lambda: self._reuse(reused))
        self._by = FINER
        self._left = self._entry.size - reused.covers
        self._skip = reused.covers - self._fed

    def feed(self, data: bytes) -> None:
        """Take its next bytes; more than it may have are an error of who feeds."""
        self._crc = crc32(data, self._crc)
        self._fed += len(data)
        fed = memoryview(data)[self._skip :]
        self._skip -= len(data) - len(fed)
        while fed:
            if not self._piece:
                self._piece = self._line.room(first_piece(self._left, self._by.block))
            part = fed[: len(self._piece) - self._filled]
            self._piece[self._filled : self._filled + len(part)] = part
            self._filled += len(part)
            fed = fed[len(part) :]
            if self._filled == len(self._piece):
                self._compress()

    def _compress(self) -> None:
        piece, self._piece, self._filled = self._piece, bytearray(), 0
        self._left -= len(piece)
        last, before = not self._left, self._before
        self._line.compress(piece, before, last=last, then=self._written, by=self._by)
        self._before = bytes(piece[-WINDOW:])

    def end(self) -> None:
        """End it, when all its bytes were fed."""
        if self._left or self._filled or self._skip:
            raise AssertionError(self._entry.name)
        crc = self._crc
        self._line.do(lambda: self._patch(crc))

    def _reuse(self, reused: Reused) -> None:
        self._written(reused.before)
        with reused.source.open("rb") as other:
            other.seek(reused.start)
            _take(other, reused.length, reused.source, self._file)
        self._entry.packed += reused.length
        self._written(reused.after)

    def _written(self, data: bytes | bytearray) -> None:
        self._entry.packed += len(data)
        self._file.write(data)

    def _patch(self, crc: int) -> None:
        """Write the header again, now that the sums are known."""
        self._entry.crc = crc
        at = self._file.tell()
        self._file.seek(self._entry.offset)
        self._file.write(self._entry.local())
        self._file.seek(at)


def _take(other: BinaryIO, left: int, source: Path, file: Output) -> None:
    """Take bytes of another file over."""
    while left:
        piece = other.read(min(left, MIB))
        if not piece:
            raise InspectionFailed(source.name, "it has become shorter while it was read")
        left -= len(piece)
        file.write(piece)


def data_begins(file: BinaryIO, info: zipfile.ZipInfo) -> int:
    """Give where in an archive a member's data begin; raises ``struct.error`` at the file's end."""
    file.seek(info.header_offset)
    *_, name, extra = _LOCAL.unpack(file.read(_LOCAL.size))
    return info.header_offset + _LOCAL.size + int(name) + int(extra)


def first_piece(left: int, block: int) -> int:
    """Give how many of the bytes that are left are compressed next.

    The odd piece comes first, and a whole one last: to make a stream go on costs time that grows
    with what went before, and the last piece ends the stream.

    Args:
        left: bytes of the member that are still to come, at least one.
        block: bytes of a whole piece.
    """
    return left % block or block


def whole(out: ZipOut, name: str, when: tuple[int, int], data: bytes, mode: int = 0o644) -> None:
    """Add a member whose bytes are all there."""
    member = out.add(name, mode, when, len(data))
    member.feed(data)
    member.end()


def dos_time(moment: Iterable[int]) -> tuple[int, int]:
    """Give year, month, day, hour, minute and second in the two fields of MS-DOS, two seconds fine.

    Args:
        moment: the six numbers; before 1980 there is no such time, and its first second is taken.
    """
    year, month, day, hour, minute, second = moment
    if year < 1980:  # noqa: PLR2004 -- the first year of MS-DOS
        year, month, day, hour, minute, second = 1980, 1, 1, 0, 0, 0
    return (year - 1980) << 9 | month << 5 | day, hour << 11 | minute << 5 | second // 2


def dos_time_of(epoch: int) -> tuple[int, int]:
    """Give ``SOURCE_DATE_EPOCH`` (seconds, UTC) in the two fields of MS-DOS."""
    moment = dt.datetime.fromtimestamp(epoch, dt.UTC)
    return dos_time(moment.timetuple()[:6])


def _encoded(name: str) -> tuple[bytes, int]:
    try:
        return name.encode("ascii"), 0
    except UnicodeEncodeError:
        return name.encode(), UTF_8
