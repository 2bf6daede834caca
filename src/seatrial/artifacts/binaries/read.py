"""Reading a compiled file of any format, from the disk or as it goes by."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, cast

from seatrial.artifacts.archives import MIB, Member
from seatrial.artifacts.binaries import elf, macho, pe
from seatrial.artifacts.binaries.source import Source
from seatrial.artifacts.binaries.values import Binary, BrokenBinaryError, Slice
from seatrial.storage import storage_faults

IN_MEMORY = 8 * MIB
"""Bytes of a file that are kept in memory until it has gone by; what is larger goes to the disk."""

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


def read_binary(path: Path, name: str = "") -> Binary | None:
    """Read a compiled file.

    Args:
        path: the file.
        name: what to call it, where its path says nothing.

    Returns:
        nothing where it is none, and is not named as one.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as stream:
        return _read(stream, name or path.as_posix(), path.stat().st_size, stream.read(HEAD))


def _read(stream: BinaryIO, path: str, size: int, head: bytes) -> Binary | None:
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
    if begins.startswith((b"<!doctype", b"<html", b"<?xml", b"<head")):
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


class BinaryScan:
    """Reads the compiled files of an archive as they go by.

    Those that are too large for the memory are kept on the disk meanwhile; where that is full, a
    StorageFault is raised.
    """

    def __init__(self) -> None:
        self.found: list[Binary] = []
        self._member = Member(path="", size=0)
        self._head = b""
        self._kept: BinaryIO | None = None
        self._size = 0

    def begin(self, member: Member) -> None:
        """A file begins."""
        self._member, self._head, self._kept, self._size = member, b"", None, 0

    def feed(self, data: bytes) -> None:
        """Take its next bytes."""
        if not self._size:
            self._head = data[:HEAD]
            if is_compiled(self._head):
                # It is closed when the file has ended.
                spooled = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115
                self._kept = cast("BinaryIO", spooled)
        self._size += len(data)
        if self._kept is not None:
            with storage_faults(Path(tempfile.gettempdir())):
                self._kept.write(data)

    def close(self) -> None:
        """Give up what is kept of a file, should it not have ended."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def end(self) -> None:
        """It has ended."""
        if self._kept is None:
            if is_named(self._member.path) and not is_compiled(self._head):
                broken = _looks(self._head)
                path = self._member.path
                self.found.append(Binary(path=path, size=self._size, broken=broken))
            return
        read = _read(self._kept, self._member.path, self._size, self._head)
        self.close()
        if read is not None:
            self.found.append(read)
