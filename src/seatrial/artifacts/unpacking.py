"""Unpacking the files of a wheel once, and parts of the large ones again.

Of a large compiled file a few tables are looked at when it has gone by.  An inflater's state is
copied now and then meanwhile, so that what lies behind such a mark can be had again without
unpacking all that stands before it, and without keeping the file in memory or on the disk.
"""

from __future__ import annotations

import shutil
import struct
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

from seatrial.artifacts.again import PACKED, Again, Inflating, Mark, Place
from seatrial.artifacts.archives import IN_MEMORY, MIB, Member
from seatrial.artifacts.inflating import crc32

MARKS: Final = 128
"""Marks in a file at most: an inflater's state has 42 kB."""

_LOCAL: Final = struct.Struct("<26xHH")
"""A local header (APPNOTE.TXT, 4.3.7), of which the lengths of name and extra field count."""


class Unpacking:
    """The content of a wheel's files, in order; of large ones, parts of it again.

    Args:
        path: the wheel.

    Raises:
        zipfile.BadZipFile: it is no zip archive.
        OSError: it cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._archive = zipfile.ZipFile(path)
        self._raw = path.open("rb")
        self._trails: dict[str, tuple[Place, list[Mark]]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._archive.close()
        self._raw.close()

    def pieces(self, member: Member) -> Iterator[bytes]:
        """Give the content of a member, its checksum compared at the end.

        Args:
            member: a file of the wheel.

        Raises:
            zipfile.BadZipFile: the checksum is wrong; and what unpacking raises otherwise.
        """
        entry = self._archive.getinfo(member.path)
        # Opening it compares its own header with the directory.
        with self._archive.open(entry) as stream:
            if entry.compress_type != zipfile.ZIP_DEFLATED or entry.file_size <= IN_MEMORY:
                while piece := stream.read(MIB):
                    yield piece
                return
        yield from self._inflated(entry)

    def _inflated(self, entry: zipfile.ZipInfo) -> Iterator[bytes]:
        self._raw.seek(entry.header_offset)
        name, extra = _LOCAL.unpack(self._raw.read(_LOCAL.size))
        start = entry.header_offset + _LOCAL.size + name + extra
        place = Place(start, entry.compress_size, entry.file_size)
        marks: list[Mark] = []
        inflating = Inflating(self._raw, place)
        every = max(PACKED, place.packed // MARKS)
        crc, following = 0, every
        while piece := inflating.next():
            crc = crc32(piece, crc)
            yield piece
            mark = inflating.mark() if inflating.packed >= following else None
            if mark is not None:
                marks.append(mark)
                following = mark.packed + every
        if crc != entry.CRC:
            raise zipfile.BadZipFile(f"Bad CRC-32 for file {entry.filename!r}")
        self._trails[entry.filename] = place, marks

    def again(self, path: str) -> Again | BinaryIO:
        """Give a member that was read to its end, to look at parts of it.

        Args:
            path: of the member.

        Raises:
            OSError: the archive cannot be read; or the disk is full, where a member that is not
                deflated is put meanwhile.
        """
        if trail := self._trails.pop(path, None):
            return Again(self._path.open("rb"), *trail)
        kept = tempfile.TemporaryFile()  # noqa: SIM115 - who asked closes it
        with zipfile.ZipFile(self._path) as archive, archive.open(path) as stream:
            shutil.copyfileobj(stream, kept, MIB)
        return kept
