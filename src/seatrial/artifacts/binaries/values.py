"""What a compiled file says of itself."""

from __future__ import annotations

from typing import Literal

import msgspec

Form = Literal["ELF", "Mach-O", "PE"]


class Slice(msgspec.Struct, frozen=True, kw_only=True):
    """The program for one processor; only universal Mach-O files have several.

    Attributes:
        form: its format.
        processor: as ``uname -m`` has it on Linux ("x86_64", "aarch64", "i686"), whatever the
            format; empty where it runs on all of them (managed code).
        system: "linux", "macos", "windows"; "any" for code that a runtime of its own runs on
            every system; another word for a system that no wheel of ours is for.
        kind: what the system does with it; "object" is input of a linker, and never run.
        libc: of Linux: "glibc", "musl", or empty where it needs neither.
        minimum: the oldest system that runs it, as the file states it: macOS 10.12, Windows 6.0.
        symbols: of Linux: library → the newest version of each family of its symbols
            ("GLIBC_2.17"), and those versions that are no numbers ("CXXABI_TM_1").
        needs: the libraries that the loader has to find.
        lends: of Linux: symbols that a C library is asked for and that only a new musl has.
        name: what others call it by (the SONAME, the install name); empty where it states none.
        search: where the loader is to look for libraries (RUNPATH, RPATH, LC_RPATH).
        passes: whether it looks there for what those libraries need, too (RPATH, LC_RPATH).
        python: symbols of Python that it takes from the interpreter.
        level: of x86-64 on Linux: the level that it states to need (3 for x86-64-v3); 0 where it
            states none.
        debug: bytes of debug information.
        signed: of macOS: whether it is signed, be it ad hoc.
    """

    form: Form
    processor: str
    system: str
    kind: Literal["program", "library", "object"]
    libc: Literal["", "glibc", "musl"] = ""
    minimum: str = ""
    symbols: dict[str, tuple[str, ...]] = {}
    needs: tuple[str, ...] = ()
    lends: tuple[str, ...] = ()
    name: str = ""
    search: tuple[str, ...] = ()
    passes: bool = False
    python: tuple[str, ...] = ()
    level: int = 0
    debug: int = 0
    signed: bool = False


class Binary(msgspec.Struct, frozen=True, kw_only=True):
    """A compiled file.

    Attributes:
        path: where it is.
        size: bytes.
        slices: one for each processor.
        broken: why it cannot be what it should be; then there are no slices.
    """

    path: str
    size: int
    slices: tuple[Slice, ...] = ()
    broken: str = ""


class BrokenBinaryError(ValueError):
    """A compiled file contradicts itself; the text says where."""
