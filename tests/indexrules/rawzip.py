"""ZIP archives put together byte by byte, so that every byte can be wrong."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable

import msgspec

STORE = 0
DEFLATE = 8


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One member; what is None follows from the rest.

    Attributes:
        name: in both headers.
        data: not compressed.
        local_name: in the local header, when it is another.
        flags: in the central directory.
        local_flags: in the local header, when they are others.
        extra: of the local header.
        central_extra: of the central directory.
        packed: compressed size the local header states.
        size: uncompressed size the local header states.
        central_packed: compressed size the central directory states.
        central_size: uncompressed size the central directory states.
        after: bytes behind the data (a data descriptor).
        content: compressed bytes, when they are not those of the data.
        comment: of the entry.
        local: whether there is a local header.
        listed: how often the central directory lists it.
    """

    name: bytes
    data: bytes = b""
    method: int = STORE
    local_name: bytes | None = None
    flags: int = 0
    local_flags: int | None = None
    extra: bytes = b""
    central_extra: bytes = b""
    crc: int | None = None
    packed: int | None = None
    size: int | None = None
    central_packed: int | None = None
    central_size: int | None = None
    after: bytes = b""
    content: bytes | None = None
    comment: bytes = b""
    local: bool = True
    listed: int = 1

    @property
    def bytes_inside(self) -> bytes:
        """The data as it is stored."""
        if self.content is not None:
            return self.content
        if self.method != DEFLATE:
            return self.data
        engine = zlib.compressobj(9, zlib.DEFLATED, -15)
        return engine.compress(self.data) + engine.flush()

    def numbers(self, *, central: bool) -> bytes:
        """The checksum and the sizes, as one of the two headers states them."""
        inside = len(self.bytes_inside)
        packed = inside if self.packed is None else self.packed
        size = len(self.data) if self.size is None else self.size
        if central:
            packed = inside if self.central_packed is None else self.central_packed
            size = len(self.data) if self.central_size is None else self.central_size
        crc = zlib.crc32(self.data) if self.crc is None else self.crc
        return struct.pack("<LLL", crc, packed, size)

    def local_header(self) -> bytes:
        """The local header with all that follows it."""
        name = self.name if self.local_name is None else self.local_name
        flags = self.flags if self.local_flags is None else self.local_flags
        head = struct.pack("<4sHHHHH", b"PK\x03\x04", 20, flags, self.method, 0, 33)
        lengths = struct.pack("<HH", len(name), len(self.extra))
        numbers = self.numbers(central=False)
        return head + numbers + lengths + name + self.extra + self.bytes_inside + self.after

    def central_entry(self, offset: int) -> bytes:
        """The entry of the central directory."""
        head = struct.pack("<4sHHHHHH", b"PK\x01\x02", 20, 20, self.flags, self.method, 0, 33)
        lengths = (len(self.name), len(self.central_extra), len(self.comment))
        tail = struct.pack("<HHHHHLL", *lengths, 0, 0, 0, offset)
        numbers = self.numbers(central=True)
        return head + numbers + tail + self.name + self.central_extra + self.comment


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """What stands at the end; what is None is true.

    Attributes:
        entries: in total, as the end record states it.
        on_disk: on this disk.
        size: of the central directory.
        offset: of the central directory.
        comment: of the archive.
        zip64: whether a ZIP64 end record stands before.
        locator: whether its locator does.
        locator_offset: where the locator says the record is, less where it is.
        extensible: extensible data of the ZIP64 end record.
        short: whether the ordinary end record holds only ones beside a ZIP64 record.
        end: whether there is an end record.
    """

    entries: int | None = None
    on_disk: int | None = None
    size: int | None = None
    offset: int | None = None
    comment: bytes = b""
    zip64: bool = False
    locator: bool = True
    locator_offset: int = 0
    extensible: bytes = b""
    short: bool = True
    end: bool = True


def raw_zip(
    entries: Iterable[Entry], ending: Ending | None = None, *, prefix: bytes = b""
) -> bytes:
    """Put an archive together; offsets count from behind the prefix."""
    ending = ending or Ending()
    body, directory = b"", b""
    count = 0
    for entry in entries:
        offset = len(body)
        if entry.local:
            body += entry.local_header()
        directory += entry.central_entry(offset) * entry.listed
        count += entry.listed
    return prefix + body + directory + _end(ending, count, len(directory), len(body))


def _end(ending: Ending, count: int, size: int, offset: int) -> bytes:
    entries = count if ending.entries is None else ending.entries
    on_disk = entries if ending.on_disk is None else ending.on_disk
    size = size if ending.size is None else ending.size
    at = offset + size
    offset = offset if ending.offset is None else ending.offset
    head = b""
    if ending.zip64:
        length = 44 + len(ending.extensible)
        numbers = struct.pack("<QQQQ", on_disk, entries, size, offset)
        head = struct.pack("<4sQHHLL", b"PK\x06\x06", length, 45, 45, 0, 0)
        head += numbers + ending.extensible
        if ending.locator:
            where = at + ending.locator_offset
            head += struct.pack("<4sLQL", b"PK\x06\x07", 0, where, 1)
        if ending.short:
            entries, on_disk, size, offset = 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF
    if not ending.end:
        return head
    tail = struct.pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, on_disk, entries, size, offset, 0)
    tail = tail[:-2] + struct.pack("<H", len(ending.comment))
    return head + tail + ending.comment
