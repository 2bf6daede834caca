from __future__ import annotations

import struct
from pathlib import Path

import pytest

from seatrial.artifacts.binaries.libraries import is_outside
from tests.binaries.wheels import best, findings, look, told
from tests.support.compiled import compiled, module_for

LINUX, MACOS = "x86_64-linux-gnu.2.17", "aarch64-macos.11.0"
MANYLINUX, APPLE = "py3-none-manylinux_2_17_x86_64", "py3-none-macosx_11_0_arm64"
USES = "int from_lib1(void); API int run(void) { return from_lib1(); }"
"""Calls what is in the first library that a file is linked to."""


def needing(target: str, name: str) -> bytes:
    """Compile a library that needs another one."""
    return compiled(target, USES, needs=(name,))


NEEDED = [
    (LINUX, MANYLINUX, "libfoo.so.1", True),
    (LINUX, MANYLINUX, "libz.so.1", False),
    (LINUX, "py3-none-linux_x86_64", "libfoo.so.1", False),
    (LINUX, MANYLINUX, "libexpat.so.1", False),
    (LINUX, "py3-none-manylinux_2_5_x86_64", "libexpat.so.1", True),
    (LINUX, MANYLINUX, "libpython3.11.so.1.0", True),
    (MACOS, APPLE, "/usr/lib/libz.1.dylib", False),
    (MACOS, APPLE, "/System/Library/Frameworks/IOKit.framework/IOKit", False),
    (MACOS, APPLE, "/opt/homebrew/lib/libfoo.1.dylib", True),
    (MACOS, APPLE, "@rpath/libfoo.1.dylib", True),
    (MACOS, APPLE, "@loader_path/../libs/libfoo.1.dylib", True),
]


@pytest.mark.parametrize(("target", "tag", "name", "foreign"), NEEDED)
def test_a_library_that_is_nowhere_refuses_the_tag(
    tmp_path: Path, target: str, tag: str, name: str, *, foreign: bool
) -> None:
    """What is neither in the wheel nor promised by the tag's policy is a fault; it can be lent."""
    files = {"demo/core.bin": needing(target, name)}
    looked = look(tmp_path, tag, files)
    assert [one for one in told(looked) if one[0] == "fault"] == (
        [("fault", "foreign-library")] if foreign else []
    )
    lent = look(tmp_path, tag, files, libraries=("libfoo*", "libexpat.so.*", "libpython*"))
    assert [one for one in told(lent) if one[0] == "fault"] == []


def test_a_library_in_the_wheel_is_found(tmp_path: Path) -> None:
    """A library beside the file that needs it is no foreign one."""
    files = {
        "demo/core.bin": needing(LINUX, "libfoo-1234.so.1"),
        "demo.libs/libfoo-1234.so.1": module_for(LINUX),
    }
    assert [one for one in told(look(tmp_path, MANYLINUX, files)) if one[0] == "fault"] == []
    apple = {
        "demo/core.bin": needing(MACOS, "@loader_path/.dylibs/libfoo.1.dylib"),
        "demo/.dylibs/libfoo.1.dylib": module_for(MACOS),
    }
    assert told(look(tmp_path, APPLE, apple)) == []


def test_a_library_that_nothing_leads_to_is_told(tmp_path: Path) -> None:
    """A library in the wheel is of use when a search path leads to it, from one file at least."""
    name, lib = "libfoo-1234.so.1", {"demo.libs/libfoo-1234.so.1": module_for(LINUX)}
    lost = needing(LINUX, name)
    led = compiled(LINUX, USES, needs=(name,), flags=("-Wl,-rpath,$ORIGIN/../demo.libs",))
    found = told(look(tmp_path, MANYLINUX, {"demo/core.bin": lost, **lib}))
    assert ("warning", "search-path") in found
    files = {"demo/core.bin": led, "demo/more.bin": lost, **lib}
    assert ("warning", "search-path") not in told(look(tmp_path, MANYLINUX, files))
    rpath = {"demo/core.bin": needing(MACOS, "@rpath/libfoo.1.dylib")}
    apple = {**rpath, "demo/libfoo.1.dylib": module_for(MACOS)}
    assert told(look(tmp_path, APPLE, apple)) == [("warning", "search-path")]


@pytest.mark.parametrize(
    ("target", "tag", "passes"),
    [
        (LINUX, MANYLINUX, False),
        ("x86_64-linux-musl", "py3-none-musllinux_1_2_x86_64", True),
        (MACOS, APPLE, True),
    ],
)
def test_a_search_path_is_passed_on_where_the_loader_does(
    tmp_path: Path, target: str, tag: str, *, passes: bool
) -> None:
    """A library's own needs are met by the path that led to it: not so with glibc's RUNPATH."""
    apple = target == MACOS
    first, second = ("@rpath/a.dylib", "@rpath/b.dylib") if apple else ("liba.so.1", "libb.so.1")
    to = "@loader_path/../demo.libs" if apple else "$ORIGIN/../demo.libs"
    libc = ("libc.musl-x86_64.so.1",) if "musl" in target else ()
    uses = USES.replace("return", "int from_lib3(void); return from_lib3() +") if libc else USES
    module = compiled(target, uses, needs=(first, *libc), flags=(f"-Wl,-rpath,{to}",))
    files = {
        "demo/core.bin": module,
        f"demo.libs/{first.removeprefix('@rpath/')}": compiled(target, uses, needs=(second, *libc)),
        f"demo.libs/{second.removeprefix('@rpath/')}": module_for(target),
    }
    found = ("warning", "search-path") not in told(look(tmp_path, tag, files))
    assert found == passes
    if target == LINUX:
        files["demo/core.bin"] = with_rpath(module)
        assert ("warning", "search-path") not in told(look(tmp_path, tag, files))


def with_rpath(library: bytes) -> bytes:
    """Make the RUNPATH (29) of a library for Linux an RPATH (15), as auditwheel writes it."""
    old, new = struct.pack("<Q", 29), struct.pack("<Q", 15)
    places = [at for at in range(0, len(library), 8) if library[at : at + 8] == old]
    (dynamic,) = (at for at in places if 0 < struct.unpack_from("<Q", library, at + 8)[0] < 5000)
    return library[:dynamic] + new + library[dynamic + 8 :]


def test_a_foreign_library_leaves_no_portable_tag(tmp_path: Path) -> None:
    """The best tag of a wheel with a foreign library is that of the machine alone."""
    looked = look(tmp_path, MANYLINUX, {"demo/core.bin": needing(LINUX, "libfoo.so.1")})
    assert best(looked) == "py3-none-linux_x86_64"


def test_many_foreign_libraries_are_told_at_once(tmp_path: Path) -> None:
    """A wheel with dozens of foreign libraries has one finding for all."""
    files = {
        f"demo/core{number}.dll": compiled(
            "x86_64-windows-gnu", imports={f"other{number}.dll": ("PyModule_Create2",)}
        )
        for number in range(13)
    }
    looked = look(tmp_path, "py3-none-win_amd64", files)
    assert told(looked) == [("warning", "foreign-library")]
    assert "and 9 more" in findings(looked)[0].said


def test_the_runtime_of_the_compiler_is_noted(tmp_path: Path) -> None:
    """What Visual C++'s redistributable brings is on most machines, and worth a note."""
    imports = {"msvcp140.dll": ("PyModule_Create2",)}
    files = {"demo/core.dll": compiled("x86_64-windows-gnu", imports=imports)}
    assert told(look(tmp_path, "py3-none-win_amd64", files)) == [("note", "foreign-library")]


SEARCHED = [
    ("demo/core.so", "$ORIGIN/../demo.libs", False),
    ("demo/core.so", "$ORIGIN", False),
    ("demo/core.so", "${ORIGIN}/lib", False),
    ("demo/core.so", "$ORIGIN/../../lib", True),
    ("demo/core.so", "/home/ada/lib", True),
    ("demo/core.so", "", True),
    ("demo/core.so", "lib", True),
    ("demo/core.so", "@loader_path/.dylibs", False),
    ("demo/core.so", "/usr/lib/swift", False),
    ("demo/core.so", "/opt/homebrew/lib", True),
    ("demo-1.0.data/scripts/demo", "$ORIGIN/../lib", False),
]


@pytest.mark.parametrize(("path", "place", "outside"), SEARCHED)
def test_a_search_path_stays_in_what_is_installed(path: str, place: str, *, outside: bool) -> None:
    """Only places below the folder of packages are the same on every machine."""
    assert is_outside(path, place) is outside


@pytest.mark.parametrize(("target", "tag"), [(LINUX, MANYLINUX), (MACOS, APPLE)])
def test_a_search_path_of_the_building_machine_is_told(
    tmp_path: Path, target: str, tag: str
) -> None:
    """A library is not to be looked for where only one machine has it."""
    library = compiled(target, flags=("-Wl,-rpath,/home/ada/lib",))
    looked = look(tmp_path, tag, {"demo/core.bin": library})
    assert ("warning", "search-path") in told(looked)
    assert "/home/ada/lib" in "".join(one.said for one in findings(looked))


def test_debug_information_is_told(tmp_path: Path) -> None:
    """A library that was not stripped is a note, and a warning when it is much."""
    library = compiled(LINUX, debug=True)
    looked = look(tmp_path, MANYLINUX, {"demo/core.bin": library})
    assert ("note", "debug-information") in told(looked)
    much = look(tmp_path, MANYLINUX, {f"demo/{n}.bin": library for n in range(3000)})
    assert ("warning", "debug-information") in told(much)


def test_a_file_for_apple_without_a_signature_is_refused(tmp_path: Path) -> None:
    """What is not signed is ended by macOS on Apple's processors, and only there."""
    files = {"demo/core.bin": unsigned(module_for(MACOS))}
    assert told(look(tmp_path, APPLE, files)) == [("fault", "unsigned")]
    intel = {"demo/core.bin": unsigned(module_for("x86_64-macos.10.13"))}
    assert told(look(tmp_path, "py3-none-macosx_10_13_x86_64", intel)) == []


def unsigned(program: bytes) -> bytes:
    """Turn the command that leads to the signature into another one."""
    changed = bytearray(program)
    place = 32
    for _ in range(struct.unpack_from("<I", program, 16)[0]):
        number, size = struct.unpack_from("<II", program, place)
        if number == 0x1D:
            struct.pack_into("<I", changed, place, 0x29)
        place += size
    return bytes(changed)
