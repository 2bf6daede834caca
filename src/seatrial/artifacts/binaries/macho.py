"""Reading Mach-O files, thin and universal: the load commands that dyld goes by.

The layout is that of Apple's headers ``mach-o/loader.h``, ``mach-o/fat.h`` and ``mach-o/nlist.h``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from seatrial.artifacts.binaries.source import MOST, NAMES, SYMBOLS, Source
from seatrial.artifacts.binaries.values import BrokenBinaryError, Slice

THIN: Final = {
    b"\xce\xfa\xed\xfe": ("<", False),
    b"\xcf\xfa\xed\xfe": ("<", True),
    b"\xfe\xed\xfa\xce": (">", False),
    b"\xfe\xed\xfa\xcf": (">", True),
}
FAT: Final = {b"\xca\xfe\xba\xbe": False, b"\xca\xfe\xba\xbf": True}
MOST_SLICES: Final = 30
"""Java's classes begin as universal files do, with a number of at least 45 where slices count."""

PROCESSORS: Final = {
    7: "i386",
    12: "arm",
    18: "ppc",
    0x01000007: "x86_64",
    0x0100000C: "arm64",
    0x01000012: "ppc64",
}
PLATFORMS: Final = {1: "macos", 2: "ios", 6: "maccatalyst", 7: "iossimulator"}
COMMANDS: Final = 8192

_OBJECT, _EXECUTE, _DSYM = 1, 2, 10
_SEGMENT, _SEGMENT_64, _SYMTAB, _DYSYMTAB, _ID_DYLIB, _SIGNATURE = 1, 0x19, 2, 0xB, 0xD, 0x1D
_LOADS = frozenset({0xC, 0x8000001F, 0x20, 0x80000023})
_RPATH, _BUILD_VERSION = 0x8000001C, 0x32
_VERSION_MIN = {0x24: "macos", 0x25: "ios"}
_WEAK_REFERENCE = 0x40
_OWN = 8
"""Bytes of a command's number and size."""


class Command(NamedTuple):
    """A load command: its number, its place, its bytes."""

    number: int
    place: int
    size: int


def is_universal(head: bytes) -> bool:
    """Tell whether a file begins as a universal one, and not as a class of Java."""
    return head[:4] in FAT and 0 < int.from_bytes(head[4:8], "big") <= MOST_SLICES


def read_macho(source: Source) -> tuple[Slice, ...]:
    """Read a Mach-O file.

    Args:
        source: the file.

    Raises:
        BrokenBinaryError: it is cut off, or contradicts itself.
    """
    magic = source.take(0, 4, "its header")
    if magic in THIN:
        return (_read(source),)
    wide = FAT[magic]
    (count,) = source.unpack(">I", 4, "its header")
    rows = source.rows(">IIQQII" if wide else ">IIIII", 8, count, "the table of its processors")
    parts = [source.part(row[2], row[3]) for row in rows]
    if any(part.take(0, 4, "a header") not in THIN for part in parts):
        raise BrokenBinaryError("the program for one of its processors is no Mach-O file")
    return tuple(map(_read, parts))


class Reader:
    """Reads the load commands of one processor's program.

    Args:
        source: the program.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.order, self.wide = THIN[source.take(0, 4, "its header")]
        head = source.unpack(self.order + "IIIIIII", 0, "its header")
        self.processor = PROCESSORS.get(head[1], f"processor {head[1]:#x}")
        self.type, count, size = head[3], head[4], head[5]
        begin = 32 if self.wide else 28
        source.check(begin, source.few(size, MOST, "bytes of load commands"), "its load commands")
        source.few(count, COMMANDS, "load commands")
        self.commands = list(self._commands(begin, begin + size, count))

    def _commands(self, place: int, end: int, count: int) -> Iterator[Command]:
        for _ in range(count):
            number, size = self.source.unpack(self.order + "II", place, "a load command")
            if size < _OWN or place + size > end:
                raise BrokenBinaryError("its load commands reach beyond their end")
            yield Command(number, place, size)
            place += size

    def numbers(self, command: Command, form: str) -> tuple[int, ...]:
        """Give the numbers of a command, after its own two."""
        return self.source.unpack(self.order + form, command.place + 8, "a load command")

    def text(self, command: Command) -> str:
        """Give the text that a command's first number leads to."""
        (offset,) = self.numbers(command, "I")
        end = command.place + command.size
        # The text may fill the command to its end, without a zero byte.
        raw = self.source.take(command.place, command.size, "a load command")[offset:]
        if not raw or offset < _OWN:
            raise BrokenBinaryError(f"the name of a library should lie at {offset}, of {end}")
        return raw.partition(b"\0")[0].decode("utf-8", "backslashreplace")


def _read(source: Source) -> Slice:
    reader = Reader(source)
    system, minimum = _system(reader)
    commands = reader.commands
    search = tuple(reader.text(one) for one in commands if one.number == _RPATH)
    return Slice(
        form="Mach-O",
        processor=reader.processor,
        system=system,
        kind=_kind(reader.type),
        minimum=minimum,
        needs=tuple(reader.text(one) for one in commands if one.number in _LOADS),
        name="".join([reader.text(one) for one in commands if one.number == _ID_DYLIB][:1]),
        search=search,
        passes=bool(search),
        python=_undefined(reader),
        debug=_debug(reader),
        signed=_is_signed(reader),
    )


def _kind(type_: int) -> Literal["program", "library", "object"]:
    if type_ in {_OBJECT, _DSYM}:
        return "object"
    return "program" if type_ == _EXECUTE else "library"


def _system(reader: Reader) -> tuple[str, str]:
    """Give the system and the oldest version of it that runs the program."""
    for one in reader.commands:
        if one.number == _BUILD_VERSION:
            platform, version, _, _ = reader.numbers(one, "IIII")
            system = PLATFORMS.get(platform, f"Apple's platform {platform}")
        elif one.number in _VERSION_MIN:
            version, _ = reader.numbers(one, "II")
            system = _VERSION_MIN[one.number]
        else:
            continue
        return system, f"{version >> 16}.{version >> 8 & 0xFF}"
    return "macos", ""


def _debug(reader: Reader) -> int:
    """Give the bytes of debug information, and see that every segment is there."""
    found = 0
    for one in reader.commands:
        if one.number not in {_SEGMENT, _SEGMENT_64}:
            continue
        name = reader.source.take(one.place + 8, 16, "a segment's name").rstrip(b"\0")
        form = "QQQQ" if one.number == _SEGMENT_64 else "IIII"
        _, _, offset, size = reader.source.unpack(reader.order + form, one.place + 24, "a segment")
        if reader.type != _DSYM:
            reader.source.check(offset, size, "a segment")
        if name == b"__DWARF":
            found += size
    return found


def _is_signed(reader: Reader) -> bool:
    for one in reader.commands:
        if one.number == _SIGNATURE:
            offset, size = reader.numbers(one, "II")
            reader.source.check(offset, size, "its signature")
            return size > 0
    return False


def _undefined(reader: Reader) -> tuple[str, ...]:
    """Give the symbols of Python that others have to define."""
    tables = {one.number: one for one in reader.commands}
    if _SYMTAB not in tables or _DYSYMTAB not in tables:
        return ()
    symbols, _, texts, texts_size = reader.numbers(tables[_SYMTAB], "IIII")
    *_, first, count = reader.numbers(tables[_DYSYMTAB], "IIIIII")
    reader.source.check(texts, texts_size, "the table of names")
    reader.source.few(count, SYMBOLS, "symbols")
    form = reader.order + ("IBBHQ" if reader.wide else "IBBHI")
    place = symbols + first * (16 if reader.wide else 12)
    found = set()
    for name, _, _, described, _ in reader.source.rows(form, place, count, "its symbols"):
        if name and not described & _WEAK_REFERENCE:
            raw = reader.source.raw_text(texts + name, texts + texts_size, "a name")
            if raw.startswith((b"_Py", b"__Py")):
                found.add(raw[1:].decode("utf-8", "backslashreplace"))
                reader.source.few(len(found), NAMES, "symbols of Python")
    return tuple(sorted(found))
