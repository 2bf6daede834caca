"""Where a ZIP archive ends, as CPython 3.14's ``zipfile`` finds it.

Layout and names of the records: APPNOTE.TXT 6.3.10 of PKWARE.
"""

from __future__ import annotations

import os
import struct
from typing import BinaryIO, Final

import msgspec

END: Final = b"PK\x05\x06"
END_64: Final = b"PK\x06\x06"
LOCATOR_64: Final = b"PK\x06\x07"

_END: Final = struct.Struct("<4s4H2LH")
_END_64: Final = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64: Final = struct.Struct("<4sLQL")


class BadZip(Exception):
    """What ``zipfile`` calls ``BadZipFile``."""


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """What the end records say: where they begin, and where the directory is."""

    at: int
    disk: int
    directory_disk: int
    entries: int
    size: int
    offset: int

    @property
    def prepended(self) -> int:
        """Bytes before the archive proper."""
        return self.at - self.size - self.offset


def read_at(stream: BinaryIO, offset: int, size: int) -> bytes:
    """Read bytes from a place; none where there is no such place."""
    if offset < 0:
        return b""
    stream.seek(offset)
    return stream.read(size)


def _find_end(stream: BinaryIO) -> tuple[int, bytes] | None:
    """Find the end record: at the very end without a comment, else the last one in reach."""
    length = stream.seek(0, os.SEEK_END)
    if length < _END.size:
        return None
    last = read_at(stream, length - _END.size, _END.size)
    if last.startswith(END) and last.endswith(b"\0\0"):
        return length - _END.size, last
    start = max(length - (1 << 16) - _END.size, 0)
    tail = read_at(stream, start, length - start)
    found = tail.rfind(END)
    record = tail[found : found + _END.size]
    if found < 0 or len(record) < _END.size:
        return None
    return start + found, record


def ending_of(stream: BinaryIO) -> Ending | None:
    """Give what the end records say; nothing where there is none.

    Raises:
        BadZip: they contradict each other.
    """
    found = _find_end(stream)
    if found is None:
        return None
    at, record = found
    _, disk, start_disk, _, entries, size, offset, _ = _END.unpack(record)
    short = Ending(
        at=at, disk=disk, directory_disk=start_disk, entries=entries, size=size, offset=offset
    )
    return _in_64_bits(stream, short)


def _in_64_bits(stream: BinaryIO, short: Ending) -> Ending:
    """Take the ZIP64 end record where a locator before the end record points to one."""
    locator_at = short.at - _LOCATOR_64.size
    locator = read_at(stream, locator_at, _LOCATOR_64.size)
    if len(locator) < _LOCATOR_64.size or not locator.startswith(LOCATOR_64):
        return short
    _, disk, offset, disks = _LOCATOR_64.unpack(locator)
    if disk != 0 or disks > 1:
        raise BadZip("several disks")
    expected = locator_at - _END_64.size
    if offset > expected:
        raise BadZip("the locator points behind the record")
    between, at = expected - offset, offset
    record = read_at(stream, offset, _END_64.size)
    if not record.startswith(END_64) and offset != expected:
        between, at = 0, expected
        record = read_at(stream, expected, _END_64.size)
    if len(record) < _END_64.size or not record.startswith(END_64):
        raise BadZip("no ZIP64 end record")
    _, length, _, _, disk, start_disk, _, entries, size, start = _END_64.unpack(record)
    if start + size != offset or length + 12 != _END_64.size + between:
        raise BadZip("a ZIP64 end record of another length, or elsewhere than it says")
    return Ending(
        at=at, disk=disk, directory_disk=start_disk, entries=entries, size=size, offset=start
    )
