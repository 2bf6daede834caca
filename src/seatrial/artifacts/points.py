"""Where the deflate blocks of a gzip file begin, and reading it from there.

The file is gone through once by indexed_gzip, which stops at a block's beginning every so many
bytes and keeps the window before it.  Which of the beginnings it finds depends on the file and on
its release alone.
"""

from __future__ import annotations

import io
import struct
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, NamedTuple, Protocol, Self, cast

LEAST_SPACING: Final = 64 * 1024
MOST_SPACING: Final = 4 << 20
"""Bytes, unpacked, between two points: the finder keeps four times as many in memory."""

PARTS: Final = 128
"""The file's own size, divided by this, is the spacing: so a point more does not cost a window."""

MOST_POINTS: Final = 640
"""Points of an archive; each costs a window of 32 KiB.  One that unpacks to more than they reach
is compressed anew."""

FEW: Final = 6
"""Points by which it is first seen whether the others are worth looking for."""

_HEADER: Final = struct.Struct("=5sBBQQIII")
_POINT: Final = struct.Struct("=QQBB")
_FAULTS: Final = (OSError, ValueError)
"""What the finder raises for a file that is broken; who reads it for its content says more."""


class Point(NamedTuple):
    """A place where a block begins.

    Attributes:
        bit: where, in the archive.
        at: bytes that what stands before it unpacks to.
        opens: whether a gzip stream begins there.
    """

    bit: int
    at: int
    opens: bool


class _Finder(Protocol):
    """The part of indexed_gzip that is used."""

    def seek(self, offset: int, /) -> int: ...

    def tell(self) -> int: ...

    def pread(self, size: int, offset: int, /) -> bytes: ...

    def export_index(self, *, fileobj: io.RawIOBase) -> None: ...

    def close(self) -> None: ...


def found_by() -> str:
    """Say what finds the points, for a person; empty where nothing does."""
    try:
        from indexed_gzip import __version__  # type: ignore[import-untyped]  # it has no types
    except ImportError:
        return ""
    return f"indexed-gzip {__version__}"


def _finder(file: BinaryIO, spacing: int) -> _Finder:
    """Begin to look for points; raises ``ImportError`` where it is not made for this processor."""
    from indexed_gzip import _IndexedGzipFile

    # The checksum is looked at where the content is.
    return cast("_Finder", _IndexedGzipFile(fileobj=file, spacing=spacing, skip_crc_check=True))


class Points:
    """The points of one gzip file, at first a few of its beginning; to be closed.

    Args:
        file: the file, which is closed with it.
        size: its bytes.

    Attributes:
        all: those that were found.

    Raises:
        OSError, ValueError: it is broken.
        ImportError: no finder is there.
    """

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self._spacing = min(max(size // PARTS, LEAST_SPACING), MOST_SPACING)
        self._finder = _finder(file, self._spacing)
        self.all: tuple[Point, ...] = ()
        self._look(FEW)

    def look(self) -> None:
        """Find the others; none are there when there are too many, or the file is broken."""
        try:
            if not self._look(MOST_POINTS):
                self.all = ()
        except _FAULTS:
            self.all = ()

    def _look(self, count: int) -> bool:
        """Find as many points, and say whether the file's end was reached."""
        most = count * self._spacing
        self._finder.seek(most)
        seen = self._finder.tell()
        kept = _Beginning(_HEADER.size + MOST_POINTS * _POINT.size)
        self._finder.export_index(fileobj=kept)
        # At the end stands a point that no block begins at.
        self.all = tuple(point for point in kept.points() if point.at < seen)
        return seen < most

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the memory back."""
        self._finder.close()
        self._file.close()

    def read(self, start: int, end: int) -> bytes:
        """Give a range of what the file unpacks to; empty where it cannot be had."""
        try:
            return self._finder.pread(end - start, start)
        except _FAULTS:
            return b""


def points_of(path: Path) -> Points | None:
    """Look for points in a gzip file; nothing where it is broken or no finder is there.

    What it unpacks to is bounded by what the points reach; nothing of it is kept.
    """
    file = path.open("rb")
    try:
        return Points(file, path.stat().st_size)
    except (*_FAULTS, ImportError):
        file.close()
        return None


class _Beginning(io.RawIOBase):
    """Keeps the beginning of an index, where its points are, and lets the windows go by."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most
        self._kept = bytearray()

    def write(self, data: object) -> int:
        piece = memoryview(cast("bytes", data))
        self._kept += piece[: self._most - len(self._kept)]
        return piece.nbytes

    def points(self) -> tuple[Point, ...]:
        """Read them (``zran_export_index``); none where there are too many."""
        *_, count = _HEADER.unpack_from(self._kept)
        if count > MOST_POINTS:
            return ()
        rows = (
            _POINT.unpack_from(self._kept, _HEADER.size + _POINT.size * n) for n in range(count)
        )
        return tuple(
            Point(bit=8 * byte - bits, at=at, opens=not window) for byte, at, bits, window in rows
        )
