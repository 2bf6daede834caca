"""A ZIP archive as CPython 3.14's ``zipfile`` reads it, with bounds.

PyPI asks ``zipfile`` first, and some of its answers are that module's.  The one of the Python that
runs us may answer otherwise (checks were added in 3.11.8, 3.12, 3.13 and 3.14), and it reads a
central directory of any length into memory.  So this is a reader of our own, for reading only.

Layout and names of the records: APPNOTE.TXT 6.3.10 of PKWARE.
"""

from __future__ import annotations

import io
import os
import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Final

import msgspec

from seatrial.indexrules.zipends import BadZip, ending_of, read_at

LARGEST_READ: Final = 64 * 1024**2
"""Bytes of one member that are taken into memory at most."""

STORED: Final = 0
DEFLATED: Final = 8

LOCAL: Final = b"PK\x03\x04"
CENTRAL: Final = b"PK\x01\x02"

_CENTRAL: Final = struct.Struct("<4s4B4HL2L5H2L")
_LOCAL: Final = struct.Struct("<4s2B4HL2L2H")
_EXTRA: Final = struct.Struct("<HH")
_PATH: Final = struct.Struct("<BL")
_LARGE: Final = struct.Struct("<Q")

_FULL_32: Final = 0xFFFF_FFFF
_FULL_64: Final = 0xFFFF_FFFF_FFFF_FFFF
_EXTRA_ZIP64: Final = 0x0001
_EXTRA_UNICODE_PATH: Final = 0x7075
_UTF_8: Final = 0x0800
_ENCRYPTED: Final = 0x01
_PATCHED: Final = 0x20
_STRONG: Final = 0x40
_NEWEST: Final = 63
_CHUNK: Final = 1 << 18


class UnreadableMember(Exception):
    """What ``zipfile`` raises otherwise when a member is read, or what passes our bounds."""


class TooMuch(UnreadableMember):
    """What passes our bounds; PyPI looks at it."""


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the central directory.

    Attributes:
        name: as readers see it (a Unicode path in the extra field counts).
        original: as the entry itself has it.
        method: of compression.
        flags: the general-purpose bits.
        crc: CRC-32 of the content, as stated.
        packed: bytes as stored, as stated.
        size: bytes unpacked, as stated.
        offset: where its local header begins.
        limit: where the next thing in the file begins.
    """

    name: str
    original: str
    method: int
    flags: int
    crc: int
    packed: int
    size: int
    offset: int
    limit: int

    @property
    def is_folder(self) -> bool:
        """Whether it is an entry for a folder."""
        return self.name.endswith("/")


def is_zip(stream: BinaryIO) -> bool:
    """Say whether ``zipfile.is_zipfile`` says yes."""
    try:
        ending = ending_of(stream)
    except BadZip:
        return False
    if ending is None:
        return False
    if (ending.entries, ending.size, ending.offset) == (0, 0, 0):
        return True
    if ending.disk != ending.directory_disk or ending.size < _CENTRAL.size:
        return False
    first = read_at(stream, ending.offset + ending.prepended, _CENTRAL.size)
    return len(first) == _CENTRAL.size and first.startswith(CENTRAL)


class Zip:
    """An open archive: its members, and their bytes on demand.

    Args:
        stream: open for reading, and left open.
        members: how many members are looked at.

    Raises:
        BadZip: the central directory cannot be read.
        UnreadableMember: it holds what ``zipfile`` raises something else for, or too much.
    """

    def __init__(self, stream: BinaryIO, *, members: int) -> None:
        self._stream = stream
        ending = ending_of(stream)
        if ending is None:
            raise BadZip("no end record")
        start = ending.offset + ending.prepended
        if start < 0:
            raise BadZip("the directory begins before the file")
        if ending.size > members * _CENTRAL.size * 2:
            raise TooMuch(f"its central directory has {ending.size} bytes")
        data = read_at(stream, start, ending.size)
        found = list(_entries(data, size=ending.size, prepended=ending.prepended))
        self.members: tuple[Member, ...] = tuple(_with_limits(found, start))
        self._by_name = {member.name: member for member in self.members}

    @property
    def names(self) -> list[str]:
        """The names of all members, in the order of the directory."""
        return [member.name for member in self.members]

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def read(self, name: str) -> bytes:
        """Give the content of a member; of several with one name, the last.

        Raises:
            KeyError: there is none.
            BadZip: its local header or its checksum is wrong.
            UnreadableMember: it is encrypted, or its compressed data is broken.
        """
        member = self._by_name[name]
        if member.size > LARGEST_READ:
            raise TooMuch(f"{name!r} has {member.size} bytes, too many to be looked at")
        return b"".join(self.chunks(member))

    def pass_through(self, name: str) -> None:
        """Read a member to its end and keep nothing; the errors are those of :meth:`read`."""
        for _ in self.chunks(self._by_name[name]):
            pass

    def chunks(self, member: Member) -> Iterator[bytes]:
        """Give the content of a member piece by piece; the errors are those of :meth:`read`."""
        self.reach(member)
        crc, left = 0, member.size
        unpacked = self._stored(member) if member.method == STORED else self._inflated(member)
        for piece in unpacked:
            kept = piece[:left]
            left -= len(kept)
            crc = zlib.crc32(kept, crc)
            yield kept
            if left <= 0:
                break
        if crc != member.crc:
            raise BadZip(f"the checksum of {member.name!r} is wrong")

    def reach(self, member: Member) -> None:
        """Go to where the content begins, past its own header; the errors are those of `read`."""
        if member.offset < 0:
            raise UnreadableMember(f"{member.name!r} begins before the file")
        header = read_at(self._stream, member.offset, _LOCAL.size)
        if len(header) < _LOCAL.size or not header.startswith(LOCAL):
            raise BadZip(f"no local header of {member.name!r}")
        *_, name_length, extra_length = _LOCAL.unpack(header)
        name = self._stream.read(name_length)
        self._stream.seek(extra_length, os.SEEK_CUR)
        if member.flags & (_PATCHED | _STRONG):
            raise UnreadableMember(f"{member.name!r} is patched or encrypted")
        if _decoded(name, member.flags) != member.original:
            raise BadZip(f"the local name of {member.name!r} is another")
        if self._stream.tell() + member.packed > member.limit:
            raise BadZip(f"{member.name!r} runs into what follows it")
        if member.flags & _ENCRYPTED:
            raise UnreadableMember(f"{member.name!r} is encrypted")

    def _packed(self, member: Member) -> Iterator[bytes]:
        left = member.packed
        while left > 0 and (piece := self._stream.read(min(left, _CHUNK))):
            left -= len(piece)
            yield piece
        if left:
            raise UnreadableMember(f"the file ends inside {member.name!r}")

    def _stored(self, member: Member) -> Iterator[bytes]:
        yield from self._packed(member)

    def _inflated(self, member: Member) -> Iterator[bytes]:
        engine = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            for piece in self._packed(member):
                waiting = piece
                while waiting and not engine.eof:
                    yield engine.decompress(waiting, _CHUNK)
                    waiting = engine.unconsumed_tail
            while not engine.eof and (rest := engine.decompress(b"", _CHUNK)):
                yield rest
        except zlib.error as error:
            raise UnreadableMember(f"the data of {member.name!r} is broken: {error}") from error


def _decoded(name: bytes, flags: int) -> str:
    try:
        return name.decode("utf-8" if flags & _UTF_8 else "cp437")
    except UnicodeDecodeError as error:
        raise UnreadableMember("a name is marked as UTF-8 and is not") from error


def _entries(data: bytes, *, size: int, prepended: int) -> Iterator[Member]:
    """Read the central directory, entry by entry."""
    stream = io.BytesIO(data)
    done = 0
    while done < size:
        record = stream.read(_CENTRAL.size)
        if len(record) < _CENTRAL.size:
            raise BadZip("the directory ends too early")
        if not record.startswith(CENTRAL):
            raise BadZip("no directory entry where one should be")
        entry = _CENTRAL.unpack(record)
        flags, method, crc, packed, unpacked = entry[5], entry[6], entry[9], entry[10], entry[11]
        lengths, offset = entry[12:15], entry[18]
        name, extra, _ = (stream.read(length) for length in lengths)
        if entry[3] > _NEWEST:
            raise UnreadableMember("a member needs a newer version of the format")
        original = _decoded(name, flags)
        sizes, path = _extras(extra, name, (unpacked, packed, offset))
        yield Member(
            name=_sanitised(path or original),
            original=original,
            method=method,
            flags=flags,
            crc=crc,
            packed=sizes[1],
            size=sizes[0],
            offset=sizes[2] + prepended,
            limit=0,
        )
        done += _CENTRAL.size + sum(lengths)


def _sanitised(name: str) -> str:
    """Cut a name at NUL, as ``zipfile`` does."""
    return name.partition("\0")[0]


def _extras(
    extra: bytes, name: bytes, given: tuple[int, int, int]
) -> tuple[tuple[int, int, int], str]:
    """Read the ZIP64 sizes and the Unicode path of an entry's extra field.

    Args:
        extra: the field.
        name: the entry's name as it stands.
        given: size, packed size and offset, as the entry itself states them.
    """
    sizes, path = given, ""
    while len(extra) >= _EXTRA.size:
        kind, length = _EXTRA.unpack_from(extra)
        if length + 4 > len(extra):
            raise BadZip("an extra field does not fit")
        body = extra[4 : length + 4]
        if kind == _EXTRA_ZIP64:
            sizes = _zip64_sizes(body, sizes)
        elif kind == _EXTRA_UNICODE_PATH:
            path = _unicode_path(body, name) or path
        extra = extra[length + 4 :]
    return sizes, path


def _zip64_sizes(body: bytes, given: tuple[int, int, int]) -> tuple[int, int, int]:
    found: list[int] = []
    for value, full in zip(given, ((_FULL_32, _FULL_64), (_FULL_32,), (_FULL_32,)), strict=True):
        if value not in full:
            found.append(value)
            continue
        if len(body) < _LARGE.size:
            raise BadZip("the ZIP64 field is too short")
        found.append(_LARGE.unpack_from(body)[0])
        body = body[_LARGE.size :]
    return found[0], found[1], found[2]


def _unicode_path(body: bytes, name: bytes) -> str:
    if len(body) < _PATH.size:
        raise BadZip("the Unicode path is too short")
    version, crc = _PATH.unpack_from(body)
    if version != 1 or crc != zlib.crc32(name):
        return ""
    try:
        return body[_PATH.size :].decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadZip("the Unicode path is not UTF-8") from error


def _with_limits(members: list[Member], directory: int) -> Iterator[Member]:
    """Say of each member where the next one, or the directory, begins."""
    after: dict[int, int] = {}
    following = directory
    for offset in sorted({member.offset for member in members}, reverse=True):
        after[offset] = following
        following = offset
    for member in members:
        yield msgspec.structs.replace(member, limit=after[member.offset])
