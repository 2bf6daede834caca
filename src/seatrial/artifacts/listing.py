"""The names of a ZIP archive's members, from its end alone.

Source: APPNOTE.TXT, section 4.3.6: the central directory stands at the end.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

TAIL = 128 * 1024
"""Bytes from the end in which the directory of a small number of files lies."""


class _End(io.RawIOBase):
    """An archive of which only the last bytes are here."""

    def __init__(self, tail: bytes, size: int) -> None:
        super().__init__()
        self._tail = tail
        self._size = size
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise OSError("before the beginning")
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def read(self, size: int = -1) -> bytes:
        start = self._at - (self._size - len(self._tail))
        if start < 0:
            raise OSError("only the end is here")
        data = self._tail[start:] if size < 0 else self._tail[start : start + size]
        self._at += len(data)
        return data


def members_at_end(tail: bytes, size: int) -> tuple[str, ...] | None:
    """Give the names of an archive's members, the last part of each path.

    Args:
        tail: its last bytes, or all.
        size: its bytes in all.

    Returns:
        Nothing where it is no ZIP archive, or its directory begins before what is here.
    """
    return _names(_End(tail, size))


def members_of(path: Path) -> tuple[str, ...] | None:
    """Give the names of the members of an archive that is here; nothing where it is none.

    Args:
        path: the archive.
    """
    return _names(path)


def _names(source: Path | _End) -> tuple[str, ...] | None:
    try:
        with zipfile.ZipFile(source) as archive:
            names = [one.filename for one in archive.infolist() if not one.is_dir()]
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OSError):
        return None
    return tuple(name.rpartition("/")[2] for name in names)
