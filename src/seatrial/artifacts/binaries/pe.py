"""Reading PE files: what the loader of Windows reads of them.

The layout is that of Microsoft's "PE Format" specification.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from seatrial.artifacts.binaries.source import NAMES, Source
from seatrial.artifacts.binaries.values import BrokenBinaryError, Slice

MAGIC: Final = b"MZ"
PROCESSORS: Final = {
    0x14C: "x86",
    0x1C4: "arm32",
    0x8664: "amd64",
    0xAA64: "arm64",
    0x200: "ia64",
}
PYTHON: Final = re.compile(r"python3\d*t?\.dll", re.IGNORECASE)
"""The libraries whose functions are Python's."""

TABLES: Final = 4096
_NARROW, _WIDE = 0x10B, 0x20B
_I386 = 0x14C
_DLL = 0x2000
_IMPORTS, _RUNTIME, _DELAYED = 1, 14, 13
_MANAGED, _NARROW_ONLY = 0x1, 0x2
_DEBUG = (b".debug_", b".zdebug_", b".stab")


class Section(NamedTuple):
    """A section: name, address, place in the file, bytes in the file."""

    name: bytes
    address: int
    offset: int
    size: int


class Reader:
    """Reads the headers.

    Args:
        source: the file.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        (begin,) = source.unpack("<I", 0x3C, "its header")
        if source.take(begin, 4, "its header") != b"PE\0\0":
            raise BrokenBinaryError("it begins as a program of MS-DOS, and is none of Windows")
        head = source.unpack("<HHIIIHH", begin + 4, "its header")
        self.machine, count, _, self.symbols, self.symbol_count, size, self.flags = head
        self.optional = begin + 24
        (magic,) = source.unpack("<H", self.optional, "its optional header")
        if magic not in {_NARROW, _WIDE}:
            raise BrokenBinaryError("its optional header is of no kind that there is")
        self.wide = magic == _WIDE
        source.few(count, TABLES, "sections")
        place = self.optional + size
        rows = source.rows("<QIIIIIIHHI", place, count, "its sections")
        self.sections = [
            Section(row[0].to_bytes(8, "little").rstrip(b"\0"), row[2], row[4], row[3])
            for row in rows
        ]
        for one in self.sections:
            source.check(one.offset, one.size, "a section")

    def entry(self, number: int) -> tuple[int, int]:
        """Give address and size of a data directory; zeros where there is none."""
        begin = self.optional + (108 if self.wide else 92)
        (count,) = self.source.unpack("<I", begin, "its directories")
        if number >= count:
            return 0, 0
        address, size = self.source.unpack("<II", begin + 4 + 8 * number, "its directories")
        return address, size

    def place(self, address: int) -> int:
        """Give the place in the file of an address.

        Raises:
            BrokenBinaryError: no section holds it.
        """
        for one in self.sections:
            if one.address <= address < one.address + one.size:
                return address - one.address + one.offset
        raise BrokenBinaryError(f"its headers lead to {address:#x}, where nothing is")

    def text(self, address: int) -> str:
        """Give the text at an address.

        Raises:
            BrokenBinaryError: there is none.
        """
        return self.source.text(self.place(address), self.source.size, "a name")


def read_pe(source: Source) -> Slice:
    """Read a PE file.

    Args:
        source: the file.

    Raises:
        BrokenBinaryError: it is cut off, or contradicts itself.
    """
    reader = Reader(source)
    major, minor = source.unpack("<HH", reader.optional + 48, "its optional header")
    managed = _is_managed(reader)
    loads = list(_loads(reader))
    python: set[str] = set()
    for library, names in loads:
        if names and PYTHON.fullmatch(library):
            python.update(_names(reader, names))
            source.few(len(python), NAMES, "functions of Python")
    return Slice(
        form="PE",
        processor="" if managed else PROCESSORS.get(reader.machine, f"{reader.machine:#x}"),
        system="any" if managed else "windows",
        kind="library" if reader.flags & _DLL else "program",
        minimum=f"{major}.{minor}",
        needs=tuple(library for library, _ in loads),
        python=tuple(sorted(python)),
        debug=sum(
            one.size for one in reader.sections if _long_name(reader, one).startswith(_DEBUG)
        ),
    )


def _is_managed(reader: Reader) -> bool:
    """Tell whether it is code of .NET that runs on any processor (ECMA-335, II.25.3.3)."""
    address, size = reader.entry(_RUNTIME)
    if not address or not size:
        return False
    (flags,) = reader.source.unpack("<I", reader.place(address) + 16, "its header of .NET")
    return reader.machine == _I386 and flags & (_MANAGED | _NARROW_ONLY) == _MANAGED


def _loads(reader: Reader) -> Iterator[tuple[str, int]]:
    """Give each library, and where the names of its functions are listed."""
    for number, form, name_at, names_at, spare in (
        (_IMPORTS, "<IIIII", 3, 0, 4),
        (_DELAYED, "<IIIIIIII", 1, 4, 3),
    ):
        address, _ = reader.entry(number)
        if not address:
            continue
        place = reader.place(address)
        for row in reader.source.rows(form, place, _room(reader, place, form), "its imports"):
            if not row[name_at] or (number == _DELAYED and not row[0] & 1):
                break  # before 2000, delayed ones stated addresses of another kind
            yield reader.text(row[name_at]), row[names_at] or row[spare]
        else:
            raise BrokenBinaryError("the list of what it imports has no end")


def _room(reader: Reader, place: int, form: str) -> int:
    size = 20 if form == "<IIIII" else 32
    return min(TABLES, (reader.source.size - place) // size)


def _names(reader: Reader, address: int) -> Iterator[str]:
    """Give the functions that are imported by name from one library."""
    form, by_number = ("<Q", 1 << 63) if reader.wide else ("<I", 1 << 31)
    place = reader.place(address)
    room = min(NAMES, (reader.source.size - place) // (8 if reader.wide else 4))
    for (entry,) in reader.source.rows(form, place, room, "what it imports"):
        if not entry:
            return
        if not entry & by_number:
            yield reader.text(entry + 2)
    raise BrokenBinaryError("the list of what it imports has no end")


def _long_name(reader: Reader, section: Section) -> bytes:
    """Give a section's name, which may stand in the table of texts ("/123")."""
    number = section.name[1:]
    if not section.name.startswith(b"/") or not number.isdigit() or not reader.symbols:
        return section.name
    place = reader.symbols + 18 * reader.symbol_count + int(number)
    return reader.source.raw_text(place, reader.source.size, "a section's name")
