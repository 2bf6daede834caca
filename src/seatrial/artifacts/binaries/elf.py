"""Reading ELF files: what the loader of Linux reads of them, and the names of their sections.

The layout is that of the System V Application Binary Interface (gABI), chapters 4 and 5; symbol
versions are those of the Linux Standard Base, "Symbol Versioning".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal, NamedTuple

from seatrial.artifacts.binaries.elf_levels import SEGMENT, needed_level
from seatrial.artifacts.binaries.policy import is_new_to_musl
from seatrial.artifacts.binaries.source import NAMES, SYMBOLS, Source
from seatrial.artifacts.binaries.values import BrokenBinaryError, Slice
from seatrial.artifacts.binaries.versions import newest

MAGIC: Final = b"\x7fELF"
PROCESSORS: Final = {
    3: "i686",
    8: "mips",
    20: "ppc",
    21: "ppc64",
    22: "s390x",
    40: "armv7l",
    62: "x86_64",
    183: "aarch64",
    243: "riscv64",
    258: "loongarch64",
}
TABLES: Final = 4096
"""Entries of a table of headers or of versions; real files have a few dozen."""

_ET_REL, _ET_EXEC = 1, 2
_NARROW, _WIDE = 1, 2
_LITTLE, _BIG = 1, 2
_PT_LOAD, _PT_DYNAMIC, _PT_INTERP = 1, 2, 3
_SHT_DYNSYM, _SHT_NOBITS = 11, 8
_DT_NEEDED, _DT_HASH, _DT_STRTAB, _DT_SYMTAB, _DT_STRSZ = 1, 4, 5, 6, 10
_DT_SONAME, _DT_RPATH, _DT_RUNPATH, _DT_GNU_HASH = 14, 15, 29, 0x6FFFFEF5
_DT_FLAGS_1, _DT_VERNEED, _DT_VERNEEDNUM = 0x6FFFFFFB, 0x6FFFFFFE, 0x6FFFFFFF
_DF_1_PIE = 0x08000000
_WEAK = 2
_HARD_FLOAT = 0x400
_PYTHON = (b"Py", b"_Py")
_DEBUG = (b".debug_", b".zdebug_", b".stab")


class Layout(NamedTuple):
    """The shapes of an ELF file's tables, by its class and byte order."""

    wide: bool
    order: str

    def form(self, wide: str, narrow: str) -> str:
        """Give the form of a row."""
        return self.order + (wide if self.wide else narrow)


class Head(NamedTuple):
    """What the header says, in its order."""

    type: int
    machine: int
    version: int
    entry: int
    segments: int
    sections: int
    flags: int
    size: int
    segment_size: int
    segment_count: int
    section_size: int
    section_count: int
    section_names: int


class Segment(NamedTuple):
    """One program header: type, place in the file, place in memory, bytes in the file."""

    type: int
    offset: int
    address: int
    size: int


class Section(NamedTuple):
    """One section header: name, type, address, place in the file, bytes."""

    name: int
    type: int
    address: int
    offset: int
    size: int


class Dynamic:
    """The dynamic section: what the loader goes by.

    Args:
        source: the file.
        layout: of its tables.
        segments: its program headers.
    """

    def __init__(self, source: Source, layout: Layout, segments: list[Segment]) -> None:
        self._source = source
        self._segments = segments
        self.entries: dict[int, list[int]] = {}
        for segment in segments:
            if segment.type == _PT_DYNAMIC:
                self._read(layout, segment)
                break
        self._texts = self.place(_DT_STRTAB)
        self._texts_end = self._texts + self.one(_DT_STRSZ)
        if self.entries:
            source.check(self._texts, self.one(_DT_STRSZ), "the table of names")

    def _read(self, layout: Layout, segment: Segment) -> None:
        form = layout.form("qQ", "iI")
        count = segment.size // (16 if layout.wide else 8)
        rows = self._source.rows(form, segment.offset, count, "the dynamic section")
        for number, (tag, value) in enumerate(rows):
            self._source.few(number, NAMES, "dynamic entries")
            if tag == 0:
                return
            self.entries.setdefault(tag, []).append(value)

    def one(self, tag: int) -> int:
        """Give the first value of a tag, or 0."""
        return self.entries.get(tag, [0])[0]

    def place(self, tag: int) -> int:
        """Give the place in the file of what a tag's address leads to; 0 where there is none.

        Raises:
            BrokenBinaryError: no segment holds the address.
        """
        address = self.one(tag)
        if not address:
            return 0
        for segment in self._segments:
            inside = segment.address <= address < segment.address + segment.size
            if segment.type == _PT_LOAD and inside:
                return address - segment.address + segment.offset
        raise BrokenBinaryError(f"its dynamic section leads to {address:#x}, where nothing is")

    def raw(self, offset: int) -> bytes:
        """Give a name by its offset.

        Raises:
            BrokenBinaryError: it is not there.
        """
        return self._source.raw_text(self._texts + offset, self._texts_end, "a name")

    def texts(self, *tags: int) -> tuple[str, ...]:
        """Give the names that tags lead to.

        Raises:
            BrokenBinaryError: one is not there.
        """
        return tuple(
            self.raw(offset).decode("utf-8", "backslashreplace")
            for tag in tags
            for offset in self.entries.get(tag, ())
        )


def read_elf(source: Source) -> Slice:
    """Read an ELF file.

    Args:
        source: the file.

    Raises:
        BrokenBinaryError: it is cut off, or contradicts itself.
    """
    layout, head = _head(source)
    segments = _segments(source, layout, head)
    sections = _sections(source, layout, head)
    dynamic = Dynamic(source, layout, segments)
    interpreter = _interpreter(source, segments)
    needs = dynamic.texts(_DT_NEEDED)
    symbols = _versions(source, layout, dynamic)
    undefined = _undefined(source, layout, dynamic, sections)
    python = {name for name in undefined if name.startswith(_PYTHON)}
    processor = PROCESSORS.get(head.machine, f"machine {head.machine}")
    if processor == "ppc64" and layout.order == "<":
        processor = "ppc64le"
    elif processor == "armv7l" and not head.flags & _HARD_FLOAT and interpreter.endswith(".so.3"):
        processor = "armel"  # soft floats, which no wheel may have
    is_pie = dynamic.one(_DT_FLAGS_1) & _DF_1_PIE
    program = head.type == _ET_EXEC or interpreter or is_pie
    return Slice(
        form="ELF",
        processor=processor,
        system=_system(source, interpreter, needs),
        kind="object" if head.type == _ET_REL else "program" if program else "library",
        libc=_libc(interpreter, needs, symbols),
        symbols=symbols,
        needs=needs,
        lends=_names(undefined - python),
        name="".join(dynamic.texts(_DT_SONAME)[:1]),
        search=tuple(
            part
            for text in dynamic.texts(_DT_RUNPATH) or dynamic.texts(_DT_RPATH)
            for part in text.split(":")
        ),
        passes=not dynamic.one(_DT_RUNPATH) and bool(dynamic.one(_DT_RPATH)),
        python=_names(python),
        level=_level(source, layout, segments) if processor == "x86_64" else 0,
        debug=_debug(source, head, sections),
    )


def _names(raw: Iterable[bytes]) -> tuple[str, ...]:
    return tuple(sorted(name.decode("utf-8", "backslashreplace") for name in raw))


def _head(source: Source) -> tuple[Layout, Head]:
    ident = source.take(0, 16, "its header")
    if ident[4] not in {_NARROW, _WIDE} or ident[5] not in {_LITTLE, _BIG}:
        raise BrokenBinaryError("its header states no class or byte order that there is")
    layout = Layout(wide=ident[4] == _WIDE, order="<" if ident[5] == _LITTLE else ">")
    form = layout.form("HHIQQQIHHHHHH", "HHIIIIIHHHHHH")
    return layout, Head(*source.unpack(form, 16, "its header"))


def _segments(source: Source, layout: Layout, head: Head) -> list[Segment]:
    """Read the program headers, and see that what they load is there."""
    size = 56 if layout.wide else 32
    if not head.segment_count:
        return []
    if head.segment_size != size or head.segment_count > TABLES:
        raise BrokenBinaryError("its program headers are of no size that there is")
    found = []
    form = layout.form("IIQQQQQQ", "IIIIIIII")
    for row in source.rows(form, head.segments, head.segment_count, "its program headers"):
        one = (
            Segment(row[0], row[2], row[3], row[5])
            if layout.wide
            else Segment(row[0], row[1], row[2], row[4])
        )
        if one.type in {_PT_LOAD, _PT_DYNAMIC, _PT_INTERP, SEGMENT}:
            source.check(one.offset, one.size, "a segment")
            found.append(one)
    return found


def _sections(source: Source, layout: Layout, head: Head) -> list[Section]:
    """Read the section headers, which the loader does not need, and a strip may take away."""
    size = 64 if layout.wide else 40
    if not head.sections or not head.section_count:
        return []
    if head.section_size != size:
        raise BrokenBinaryError("its section headers are of no size that there is")
    form = layout.form("IIQQQQIIQQ", "IIIIIIIIII")
    rows = source.rows(form, head.sections, head.section_count, "its section headers")
    return [Section(row[0], row[1], row[3], row[4], row[5]) for row in rows]


def _level(source: Source, layout: Layout, segments: list[Segment]) -> int:
    parts = [one for one in segments if one.type == SEGMENT]
    return max((needed_level(source, p.offset, p.size, layout.order) for p in parts), default=0)


def _interpreter(source: Source, segments: list[Segment]) -> str:
    for one in segments:
        if one.type == _PT_INTERP:
            return source.text(one.offset, one.offset + one.size, "the loader's name")
    return ""


def _system(source: Source, interpreter: str, needs: tuple[str, ...]) -> str:
    known = {0: "linux", 3: "linux", 2: "netbsd", 6: "solaris", 9: "freebsd", 12: "openbsd"}
    system = known.get(source.take(7, 1, "its header")[0], "linux")
    android = interpreter.startswith("/system/bin/") or (
        not interpreter and "libc.so" in needs and {"libdl.so", "liblog.so"} & set(needs)
    )
    return "android" if android else system


def _libc(
    interpreter: str, needs: tuple[str, ...], symbols: Mapping[str, tuple[str, ...]]
) -> Literal["", "glibc", "musl"]:
    """Tell the C library by the loader, the library's name, or the versions that are needed."""
    names = (interpreter.rpartition("/")[2], *needs)
    if any(name.startswith(("ld-musl-", "libc.musl-")) or name == "libc.so" for name in names):
        return "musl"
    versions = [version for each in symbols.values() for version in each]
    if "libc.so.6" in names or any(version.startswith("GLIBC_") for version in versions):
        return "glibc"
    return "glibc" if interpreter.startswith("/lib") else ""


def _versions(source: Source, layout: Layout, dynamic: Dynamic) -> dict[str, tuple[str, ...]]:
    """Walk the versions that are needed of other libraries, as many as are stated."""
    place, count = dynamic.place(_DT_VERNEED), dynamic.one(_DT_VERNEEDNUM)
    found: dict[str, set[str]] = {}
    what = "the versions that it needs"
    source.few(count, TABLES, "libraries with versions")
    met = 0
    for _ in range(count if place else 0):
        row = source.unpack(layout.order + "HHIII", place, what)
        _, aux_count, library, aux, following = row
        wanted = found.setdefault(_text(dynamic, library), set())
        at = place + aux
        met = source.few(met + aux_count, NAMES, "versions")
        for _ in range(aux_count):
            _, flags, _, name, further = source.unpack(layout.order + "IHHII", at, what)
            # A version that is needed weakly may be missing.
            if not flags & _WEAK:
                wanted.add(_text(dynamic, name))
            at += further
            if not further:
                break
        place += following
        if not following:
            break
    return {library: newest(wanted) for library, wanted in found.items() if wanted}


def _text(dynamic: Dynamic, offset: int) -> str:
    return dynamic.raw(offset).decode("utf-8", "backslashreplace")


def _undefined(
    source: Source, layout: Layout, dynamic: Dynamic, sections: list[Section]
) -> frozenset[bytes]:
    """Give the symbols that others have to define: Python's, and those that date a musl."""
    place = dynamic.place(_DT_SYMTAB)
    if not place:
        return frozenset()
    count = source.few(_symbol_count(source, layout, dynamic, sections), SYMBOLS, "symbols")
    form = layout.form("IBBHQQ", "IIIBBH")
    name_at, info_at, index_at = (0, 1, 3) if layout.wide else (0, 3, 5)
    found = set()
    for row in source.rows(form, place, count, "its symbols"):
        if row[index_at] == 0 and row[name_at] and row[info_at] >> 4 != _WEAK:
            name = dynamic.raw(row[name_at])
            if name.startswith(_PYTHON) or is_new_to_musl(name):
                found.add(name)
                source.few(len(found), NAMES, "symbols of Python")
    return frozenset(found)


def _symbol_count(source: Source, layout: Layout, dynamic: Dynamic, sections: list[Section]) -> int:
    """Give how many symbols there are, which only the sections and the old hash table state.

    The new hash table states the first symbol that is in it, and those that others define are
    all before that.
    """
    size = 24 if layout.wide else 16
    for section in sections:
        if section.type == _SHT_DYNSYM and section.address == dynamic.one(_DT_SYMTAB):
            return section.size // size
    if place := dynamic.place(_DT_HASH):
        return source.unpack(layout.order + "II", place, "its hash table")[1]
    if place := dynamic.place(_DT_GNU_HASH):
        return source.unpack(layout.order + "II", place, "its hash table")[1]
    return 0


def _debug(source: Source, head: Head, sections: list[Section]) -> int:
    """Give the bytes of debug information, by the names of the sections."""
    if not 0 < head.section_names < len(sections):
        return 0
    names = sections[head.section_names]
    found = 0
    for one in sections:
        if one.type == _SHT_NOBITS or not one.size or not one.type:
            continue
        source.check(one.offset, one.size, "a section")
        name = source.raw_text(names.offset + one.name, names.offset + names.size, "a name")
        if name.startswith(_DEBUG):
            found += one.size
    return found
