"""Compressed streams read forward and within bounds, and what is a tar."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, Final, cast

LARGEST_PIECE: Final = 8 * 1024**2
"""Bytes that are read at once at most: a header of a tar states how long it is."""

NO_HEADER: Final = (ArithmeticError, LookupError, ValueError)
"""What ``tarfile`` raises besides its own errors where an extended header is no such thing."""

_CHUNK: Final = 1 << 18


class TooMuch(Exception):
    """The archive passes one of our bounds."""


class BoundedStream(io.RawIOBase):
    """A stream that is read forward, and ends in :class:`TooMuch` behind a bound.

    One step back is possible: ``tarfile`` looks at the byte before each header.

    Args:
        stream: what is read.
        limit: how many bytes of it.
    """

    def __init__(self, stream: IO[bytes], limit: int) -> None:
        super().__init__()
        self._stream = stream
        self._limit = limit
        self._at = 0
        self._before = b""
        self._again = b""

    def tell(self) -> int:
        """Give the position."""
        return self._at

    def read(self, size: int = -1) -> bytes:
        """Read ``size`` bytes, or what is left.

        Raises:
            TooMuch: that is too much at once, or behind the bound.
        """
        if size < 0 or size > LARGEST_PIECE:
            raise TooMuch(f"one piece of it has more than {LARGEST_PIECE} bytes")
        again, self._again = self._again[:size], self._again[size:]
        data = again + self._stream.read(size - len(again))
        self._at += len(data)
        self._before = data[-1:] or self._before
        if self._at > self._limit:
            raise TooMuch(f"it unpacks to more than {self._limit} bytes")
        return data

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go forward to ``offset``, or one byte back.

        Raises:
            io.UnsupportedOperation: it is farther back.
        """
        if whence == io.SEEK_SET and offset == self._at - 1 and self._before:
            self._again, self._at = self._before + self._again, offset
            return offset
        if whence != io.SEEK_SET or offset < self._at:
            raise io.UnsupportedOperation("only forward")
        while self._at < offset and self.read(min(offset - self._at, _CHUNK)):
            pass
        return self._at


def is_tar(path: Path) -> bool | None:
    """Say whether ``tarfile.is_tarfile`` says yes; None where that function falls (X500.5).

    It falls where the data breaks off, and where a header holds numbers that are none.

    What passes our bounds in its first member is taken for one.
    """
    openers: tuple[Callable[[Path], IO[bytes]], ...] = (_plain, open_gzip, _bzip2, _lzma)
    for opener in openers:
        try:
            with opener(path) as raw, tarfile.TarFile(fileobj=BoundedStream(raw, LARGEST_PIECE)):
                return True
        except TooMuch:
            return True
        except EOFError:
            if opener is open_gzip:
                return None
        except (tarfile.TarError, OSError, zlib.error, lzma.LZMAError):
            continue
        except NO_HEADER:
            return None
    return False


def _plain(path: Path) -> IO[bytes]:
    return path.open("rb")


def open_gzip(path: Path) -> IO[bytes]:
    """Open what gzip has compressed, for reading."""
    return cast("IO[bytes]", gzip.GzipFile(path))


def _bzip2(path: Path) -> IO[bytes]:
    return bz2.BZ2File(path)


def _lzma(path: Path) -> IO[bytes]:
    return lzma.LZMAFile(path)
