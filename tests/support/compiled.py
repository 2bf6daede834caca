"""Compiled files for every system, made here by a compiler that comes as a package."""

from __future__ import annotations

import fcntl
import hashlib
import os
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

CACHE = Path(__file__).parents[2] / ".pytest_cache" / "compiled"
"""What was compiled, by the digest of all that went into it; shared by workers and by runs."""

ENTRY = """
#ifdef _WIN32
#define API __declspec(dllexport)
#define FROM __declspec(dllimport)
int __stdcall DllMainCRTStartup(void *a, unsigned b, void *c) { return 1; }
int wWinMainCRTStartup(void) { return 0; }
#else
#define API __attribute__((visibility("default")))
#define FROM
#endif
"""

MODULE = """
FROM extern void *PyModule_Create2(void *, int);
API void *PyInit_core(void) { return PyModule_Create2(0, 3); }
"""
"""An extension module that uses the stable ABI and no C library."""

PROGRAM = """
#ifndef _WIN32
int main(void) { return 0; }
#endif
"""

WITHIN = 300


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be compiled.

    Attributes:
        target: the machine, as zig names it ("x86_64-linux-gnu.2.17", "aarch64-macos").
        source: C; an entry for Windows stands before it.
        program: whether it is a program, and no library.
        flags: further arguments of the compiler.
        imports: of Windows: library → its functions.
        needs: of the others: names of libraries that it is linked to.
        debug: whether debug information stays.
    """

    target: str
    source: str = MODULE
    program: bool = False
    flags: tuple[str, ...] = ()
    imports: dict[str, tuple[str, ...]] = {}
    needs: tuple[str, ...] = ()
    debug: bool = False


def compiled(target: str, source: str = MODULE, **more: object) -> bytes:
    """Compile a file, once for all tests.

    Args:
        target: the machine, as zig names it.
        source: C.
        more: of :class:`Wanted`.
    """
    wanted = msgspec.convert({"target": target, "source": source, **more}, Wanted)
    key = hashlib.sha256(msgspec.json.encode(wanted)).hexdigest()[:24]
    place = CACHE / key
    if not place.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        with _locked(CACHE / f"{key}.lock"):
            if not place.exists():
                _compile(wanted, place)
    return place.read_bytes()


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def _compile(wanted: Wanted, place: Path) -> None:
    with tempfile.TemporaryDirectory(dir=CACHE) as name:
        folder = Path(name)
        (folder / "core.c").write_text(ENTRY + wanted.source)
        windows = "windows" in wanted.target
        libraries = [_library(folder, wanted.target, *pair) for pair in wanted.imports.items()]
        libraries += [_stub(folder, wanted.target, name) for name in wanted.needs]
        argv = ["cc", "-target", wanted.target, "-O1", "-o", "core.out", "core.c"]
        argv += ["-g"] if wanted.debug else ["-s"]
        argv += ["-fvisibility=hidden", *wanted.flags, *libraries]
        argv += [] if wanted.program else ["-shared", "-fPIC"]
        argv += ["-nostdlib"] if windows else []
        argv += ["-Wl,-undefined,dynamic_lookup"] if "macos" in wanted.target else []
        _zig(folder, argv)
        (folder / "core.out").rename(place)


def _library(folder: Path, target: str, name: str, functions: tuple[str, ...]) -> str:
    """Make what a linker needs to know of a library of Windows."""
    machine = {"x86_64": "i386:x86-64", "aarch64": "arm64", "x86": "i386"}[
        target.split("-", maxsplit=1)[0]
    ]
    (folder / "core.def").write_text("\n".join([f"LIBRARY {name}", "EXPORTS", *functions]))
    _zig(folder, ["dlltool", "-m", machine, "-d", "core.def", "-l", f"{name}.lib"])
    return f"{name}.lib"


def _stub(folder: Path, target: str, name: str) -> str:
    """Make a library that others need by a name."""
    file = f"lib{len(list(folder.iterdir()))}.so"
    (folder / "stub.c").write_text(f"int from_{file[:-3]}(void) {{ return 0; }}")
    named = ["-install_name", name] if "macos" in target else [f"-Wl,-soname,{name}"]
    # The same settings as those of the file itself, for which zig has its own library made already.
    argv = ["cc", "-target", target, "-O1", "-s", "-shared", "-fPIC", "-o", file, "stub.c"]
    _zig(folder, [*argv, *named])
    return file


def _zig(folder: Path, argv: list[str]) -> None:
    cache = str(CACHE / "zig")
    done = subprocess.run(
        [sys.executable, "-m", "ziglang", *argv],
        cwd=folder,
        env={**os.environ, "ZIG_GLOBAL_CACHE_DIR": cache, "ZIG_LOCAL_CACHE_DIR": cache},
        capture_output=True,
        text=True,
        timeout=WITHIN,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def universal(*programs: bytes) -> bytes:
    """Put Mach-O files for several processors into one (``mach-o/fat.h``)."""
    align = 14
    rows, bodies, place = b"", b"", 1 << align
    for one in programs:
        processor, kind = struct.unpack("<II", one[4:12])
        rows += struct.pack(">IIIII", processor, kind, place, len(one), align)
        padded = one + bytes(-len(one) % (1 << align))
        bodies, place = bodies + padded, place + len(padded)
    head = struct.pack(">4sI", b"\xca\xfe\xba\xbe", len(programs)) + rows
    return head + bytes((1 << align) - len(head)) + bodies


PYTHON3 = {"python3.dll": ("PyModule_Create2",)}


def module_for(target: str) -> bytes:
    """Give an extension module with the stable ABI."""
    if "windows" in target:
        return compiled(target, imports=PYTHON3)
    return compiled(target)
