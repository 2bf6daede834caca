"""Reading a compiled file of any format, from the disk or as it goes by."""

from __future__ import annotations

import re
import tempfile
from bisect import bisect_right
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

from seatrial.artifacts.archives import IN_MEMORY, MIB, Member, is_page
from seatrial.artifacts.binaries import elf, macho, pe
from seatrial.artifacts.binaries.source import Held, Source, Stream
from seatrial.artifacts.binaries.values import Binary, BrokenBinaryError, Slice
from seatrial.storage import storage_faults

HEAD = 64
"""Bytes that tell the format."""

_NAMED = re.compile(r"\.(?:so(?:\.\d[\w.]*)?|pyd|dll|dylib|exe)", re.IGNORECASE)
"""What the names of compiled files end with, however many words stand before."""


def is_named(path: str) -> bool:
    """Tell whether a file is named as a compiled one."""
    name = path.rpartition("/")[2]
    found = _NAMED.search(name)
    return bool(found and found.start() and found.end() == len(name))


def is_compiled(head: bytes) -> bool:
    """Tell whether a file begins as ELF, Mach-O or PE files do."""
    return head.startswith((elf.MAGIC, *macho.THIN)) or macho.is_universal(head) or is_windows(head)


def is_windows(head: bytes) -> bool:
    """Tell whether a file begins as a program of Windows, whose header leads to another one."""
    return head.startswith(pe.MAGIC) and 0 < int.from_bytes(head[60:64], "little") < MIB


def _read(stream: Stream, path: str, size: int, head: bytes) -> Binary | None:
    if not is_compiled(head):
        return Binary(path=path, size=size, broken=_looks(head)) if is_named(path) else None
    source = Source(stream, 0, size)
    try:
        read = Binary(path=path, size=size, slices=_reader(head)(source))
    except BrokenBinaryError as fault:
        return Binary(path=path, size=size, broken=str(fault))
    if is_named(path) and any(each.kind == "object" for each in read.slices):
        said = "it is the input of a linker (an object file), which no system loads"
        return Binary(path=path, size=size, broken=said)
    return read


def _reader(head: bytes) -> Callable[[Source], tuple[Slice, ...]]:
    if head.startswith(elf.MAGIC):
        return lambda source: (elf.read_elf(source),)
    if head.startswith(pe.MAGIC):
        return lambda source: (pe.read_pe(source),)
    return macho.read_macho


def _looks(head: bytes) -> str:
    """Say what a file is that should be compiled and is not."""
    begins = head.lstrip()[:32].lower()
    if not head:
        return "it is empty"
    if is_page(head):
        return "it is a page (HTML), as a server sends instead of a file that it does not have"
    if begins.startswith(b"version https://git-lfs"):
        return "it is a pointer of Git LFS: the file itself was not fetched"
    for magic, what in (
        (b"PK\x03\x04", "a zip archive"),
        (b"\x1f\x8b", "a gzip file"),
        (b"#!", "a script"),
    ):
        if head.startswith(magic):
            return f"it is {what}"
    return "it is no ELF, Mach-O or PE file"


class Pieces:
    """A file in the pieces that it came in, none of them copied."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._ends: list[int] = []
        self._at = 0

    def write(self, data: bytes) -> None:
        """Take the next piece."""
        self._pieces.append(data)
        self._ends.append(len(data) + (self._ends[-1] if self._ends else 0))

    def seek(self, offset: int, /) -> int:
        """Go to a place."""
        self._at = offset
        return offset

    def read(self, size: int, /) -> bytes:
        """Give bytes from there on; fewer at the end."""
        parts: list[bytes] = []
        end = self._at + size
        while self._at < end:
            number = bisect_right(self._ends, self._at)
            if number == len(self._ends):
                break
            piece = self._pieces[number]
            begin = self._at - self._ends[number] + len(piece)
            parts.append(piece[begin : begin + end - self._at])
            self._at += len(parts[-1])
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def close(self) -> None:
        """Give them up."""
        self._pieces.clear()
        self._ends.clear()


class BinaryScan:
    """Reads the compiled files of an archive as they go by.

    Those that are too large for the memory are had again from the archive; where nobody gives them
    again, they are kept on the disk meanwhile.  Where that is full, a StorageFault is raised.

    Args:
        again: gives a large file of the archive that has gone by, by its path.
    """

    def __init__(self, again: Callable[[str], Held] | None = None) -> None:
        self.found: list[Binary] = []
        self._again = again
        self._member = Member(path="", size=0)
        self._head = b""
        self._kept: Pieces | BinaryIO | None = None
        self._size = 0

    def begin(self, member: Member) -> None:
        """A file begins."""
        self._member, self._head, self._kept, self._size = member, b"", None, 0

    def feed(self, data: bytes) -> None:
        """Take its next bytes."""
        if not self._size:
            self._head = data[:HEAD]
            self._kept = self._begun()
        self._size += len(data)
        if self._kept is not None:
            with storage_faults(Path(tempfile.gettempdir())):
                self._kept.write(data)

    def _begun(self) -> Pieces | BinaryIO | None:
        """Give what keeps the file that begins; nothing where it need not be kept."""
        if not is_compiled(self._head):
            return None
        if self._member.size <= IN_MEMORY:
            return Pieces()
        if self._again is not None:
            return None
        with storage_faults(Path(tempfile.gettempdir())):
            # It is closed when the file has ended.
            return tempfile.TemporaryFile()

    def close(self) -> None:
        """Give up what is kept of a file, should it not have ended."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def end(self) -> None:
        """It has ended."""
        path = self._member.path
        if not is_compiled(self._head):
            if is_named(path):
                self.found.append(Binary(path=path, size=self._size, broken=_looks(self._head)))
            return
        with storage_faults(Path(tempfile.gettempdir())):
            kept: Held = self._kept or Pieces()
            if self._kept is None and self._again is not None:
                kept = self._again(path)
            with closing(kept):
                read = _read(kept, path, self._size, self._head)
        self._kept = None
        if read is not None:
            self.found.append(read)
