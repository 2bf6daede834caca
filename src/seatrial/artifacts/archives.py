"""What wheels and sdists have in common: archives that strangers' programs wrote."""

from __future__ import annotations

import lzma
import re
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import msgspec

from seatrial.errors import InspectionFailed

MIB = 1 << 20
MOST_MEMBERS = 500_000
IN_MEMORY = 8 * MIB
"""Bytes of a file that are kept in memory until it has gone by, where it is looked at whole."""

# The index refuses archives above this size that unpack to more than this many times their own
# size (COMPRESSION_RATIO_MIN_SIZE and COMPRESSION_RATIO_THRESHOLD of Warehouse's upload view).
BOMB_SIZE = 64 * MIB
BOMB_RATIO = 50

PAGES = (b"<!doctype", b"<html", b"<?xml", b"<head")
"""How web pages begin, in lower case."""

BEGINNING = 512
"""Bytes that tell what a file is."""

_DRIVE = re.compile(r"[A-Za-z]:")


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A file in an archive.

    Attributes:
        path: with forward slashes, from the archive's root.
        size: bytes, unpacked.
        mode: the permission bits that it is stored with; 0 when the archive states none.
        link: where it leads, for a link; else empty.
        digest: SHA-256 of its content, hexadecimal; empty where the content was not read.
    """

    path: str
    size: int
    mode: int = 0
    link: str = ""
    digest: str = ""


class Visitor(Protocol):
    """Who sees the content of an archive's files while it is read once."""

    def begin(self, member: Member, /) -> None:
        """A file begins."""
        ...

    def feed(self, data: bytes, /) -> None:
        """Its next bytes; never none."""
        ...

    def end(self) -> None:
        """It has ended."""
        ...


class Visitors:
    """Shows several visitors the same bytes.

    Args:
        visitors: in the order in which they see them.
    """

    def __init__(self, *visitors: Visitor) -> None:
        self._visitors = visitors

    def begin(self, member: Member) -> None:
        """A file begins."""
        for visitor in self._visitors:
            visitor.begin(member)

    def feed(self, data: bytes) -> None:
        """Its next bytes."""
        for visitor in self._visitors:
            visitor.feed(data)

    def end(self) -> None:
        """It has ended."""
        for visitor in self._visitors:
            visitor.end()


@contextmanager
def reading(file: str) -> Iterator[None]:
    """Translate what the readers of archives raise on broken or hostile ones.

    Args:
        file: the archive's name, for the error.

    Raises:
        InspectionFailed: instead of any of them.
    """
    try:
        yield
    except (
        zipfile.BadZipFile,
        tarfile.TarError,
        zlib.error,
        lzma.LZMAError,
        struct.error,
        EOFError,
        ValueError,
        OverflowError,
        NotImplementedError,  # a compression that zipfile does not know
        RuntimeError,  # an encrypted member; or headers nested without end
    ) as fault:
        raise InspectionFailed(file, f"it cannot be read: {fault}") from fault
    except OSError as fault:
        raise InspectionFailed(file, f"it cannot be read: {fault.strerror or fault}") from fault


def is_page(first: bytes) -> bool:
    """Tell whether a file begins as a web page does.

    Args:
        first: its first bytes.
    """
    return first.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(PAGES)


def refuse_page(path: Path) -> None:
    """Refuse a file that is a web page, as a server sends in the place of one that it lacks.

    Raises:
        InspectionFailed: it is one, or cannot be read.
    """
    with reading(path.name), path.open("rb") as file:
        if is_page(file.read(BEGINNING)):
            said = "it is a web page, as a server sends in the place of a file that it lacks"
            raise InspectionFailed(path.name, said)


class Paths:
    """The paths of an archive, refused one by one when they are not plain.

    Args:
        file: the archive's name, for the error.
    """

    def __init__(self, file: str) -> None:
        self._file = file
        self._seen: set[str] = set()
        self._count = 0

    def add(self, path: str, *, folder: bool = False, again: bool = False) -> None:
        """Take the next path.

        Args:
            path: as the archive spells it.
            folder: whether it is a folder, which may stand there again.
            again: whether it may stand there again all the same.

        Raises:
            InspectionFailed: it would leave the folder it is unpacked in, or it is there twice, or
                there are too many.
        """
        self._count += 1
        if self._count > MOST_MEMBERS:
            raise InspectionFailed(self._file, f"it has more than {MOST_MEMBERS} members")
        if not is_plain(path.removesuffix("/") if folder else path):
            raise InspectionFailed(self._file, f"the path {path!r} in it is no plain relative one")
        if path in self._seen and not (folder or again):
            raise InspectionFailed(self._file, f"it holds {path!r} twice")
        self._seen.add(path)


def is_plain(path: str) -> bool:
    """Tell whether a path is relative, stays below its root, and means the same everywhere."""
    odd = "\\" in path or "\0" in path or _DRIVE.match(path)
    return not odd and not any(part in {"", ".", ".."} for part in path.split("/"))


def most_unpacked(size: int) -> int:
    """Give the most bytes that an archive of ``size`` bytes may unpack to."""
    return max(BOMB_SIZE, BOMB_RATIO * size)
