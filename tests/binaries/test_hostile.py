from __future__ import annotations

import io
import random
import struct
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seatrial.artifacts import unpacking
from seatrial.artifacts.binaries import read
from seatrial.artifacts.binaries.truth import judge_wheel
from seatrial.artifacts.binaries.values import Binary
from seatrial.artifacts.inspect import inspect_file
from seatrial.errors import StorageFault
from tests.binaries.wheels import findings, look, told
from tests.support.compiled import module_for, universal
from tests.support.memory import ROOT, UNASKABLE
from tests.support.wheels import make_wheel

TARGETS = [
    *("x86_64-linux-gnu.2.17", "aarch64-macos.11.0", "x86_64-macos.10.13"),
    *("x86_64-windows-gnu", "x86-windows-gnu"),
]
TAG = "demo-1.0-cp39-abi3-manylinux_2_17_x86_64.whl"


def read_bytes(data: bytes, name: str = "demo/core.so") -> Binary | None:
    """Read a file that is only in memory."""
    return read._read(io.BytesIO(data), name, len(data), data[: read.HEAD])


@pytest.mark.parametrize("target", TARGETS)
def test_a_file_that_is_cut_off_is_broken(target: str) -> None:
    """Wherever a download broke off, the file is a finding, and never a crash."""
    whole = module_for(target)
    for length in [*range(0, 512, 7), *range(512, len(whole) - 512, 1 + len(whole) // 200)]:
        found = read_bytes(whole[:length])
        assert found is not None
        assert found.broken, length
        _, findings = judge_wheel(TAG, [found])
        assert [one.code for one in findings] == ["binary-broken"]


SAMPLES = st.sampled_from([*range(len(TARGETS)), -1])
CHANGES = st.lists(
    st.tuples(st.integers(0, 20_000), st.binary(min_size=1, max_size=8)), min_size=1, max_size=12
)


@settings(max_examples=600, deadline=None)
@given(which=SAMPLES, changes=CHANGES)
def test_a_file_that_lies_is_read_to_a_finding(
    which: int, changes: list[tuple[int, bytes]]
) -> None:
    """Whatever stands in its tables, reading and judging a file ends, and raises nothing."""
    one = module_for(TARGETS[which]) if which >= 0 else universal(*map(module_for, TARGETS[1:3]))
    data = bytearray(one)
    for place, piece in changes:
        start = place % len(data)
        data[start : start + len(piece)] = piece
    found = read_bytes(bytes(data))
    if found is not None:
        truth, _ = judge_wheel(TAG, [found])
        assert truth is not None


PAGES = [
    (b"<!DOCTYPE html><html>404</html>", "HTML"),
    (b"version https://git-lfs.github.com/spec/v1\noid sha256:x\n", "Git LFS"),
    (b"", "empty"),
    (b"PK\x03\x04rest", "zip archive"),
    (b"#!/bin/sh\n", "script"),
    (b"print()", "no ELF"),
]


@pytest.mark.parametrize(("content", "said"), PAGES)
@pytest.mark.parametrize("name", ["core.abi3.so", "libx.so.1.2", "x.dylib", "x.dll", "x.exe"])
def test_what_is_not_compiled_and_is_named_so_is_refused(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    """An error page saved as a library is a fault that says what it is."""
    looked = look(tmp_path, "py3-none-manylinux_2_17_x86_64", {f"demo/{name}": content})
    assert told(looked) == [("fault", "binary-broken")]
    assert said in findings(looked)[0].said


def test_samples_of_tests_may_be_broken(tmp_path: Path) -> None:
    """Broken files where tests lie are what those tests read."""
    files = {"demo/tests/data/cut.so": b"\x7fELF", "demo/core.py": b""}
    assert told(look(tmp_path, "py3-none-any", files)) == [("note", "binary-broken")]


def test_a_class_of_java_is_no_universal_file() -> None:
    """Java's classes begin with the same four bytes."""
    assert read_bytes(struct.pack(">IHH", 0xCAFEBABE, 0, 52) + bytes(100), "demo/A.class") is None
    assert read_bytes(b"MZ is how this text begins, and it is no program", "a.txt") is None


def test_an_object_file_is_no_library(tmp_path: Path) -> None:
    """What a linker takes is not what a system loads."""
    library = bytearray(module_for("x86_64-linux-gnu.2.17"))
    struct.pack_into("<H", library, 16, 1)
    looked = look(tmp_path, "py3-none-manylinux_2_17_x86_64", {"demo/libx.so": bytes(library)})
    assert told(looked) == [("fault", "binary-broken")]


def elf_with_many_symbols(count: int) -> bytes:
    """Make an ELF file whose symbols all have long names that begin as Python's do."""
    names = b"".join(b"Py_%05d" % number for number in range(20_200))
    texts, symbols = 0x1000, 0x1000 + len(names)
    dynamic = symbols + 24 * count
    entries = [(5, texts), (10, len(names)), (6, symbols), (4, dynamic + 96), (0, 0)]
    table = b"".join(struct.pack("<qQ", *one) for one in entries).ljust(96, b"\0")
    table += struct.pack("<II", 1, count)
    size = dynamic + len(table)
    head = b"\x7fELF\x02\x01\x01" + bytes(9)
    head += struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 64, 0, 0, 64, 56, 2, 64, 0, 0)
    for kind, start, length in ((1, 0, size), (2, dynamic, len(table))):
        head += struct.pack("<IIQQQQQQ", kind, 4, start, start, start, length, length, 1)
    rows = b"".join(struct.pack("<IBBHQQ", 8 * n + 8, 16, 0, 0, 0, 0) for n in range(count))
    return head.ljust(texts, b"\0") + names + rows + table


def test_names_without_end_are_bounded() -> None:
    """A table of symbols that would fill the memory with names is refused by their number."""
    few = read_bytes(elf_with_many_symbols(100))
    assert few is not None
    assert len(few.slices[0].python) == 100
    assert max(map(len, few.slices[0].python)) <= 1024
    many = read_bytes(elf_with_many_symbols(20_000))
    assert many is not None
    assert "symbols of Python" in many.broken


PEAK = """
import sys
from pathlib import Path
from seatrial.artifacts.inspect import inspect_file
from tests.support.memory import peak
looked = inspect_file(Path(sys.argv[1]), name="demo", version="1.0")
assert looked.truth is not None and len(looked.truth.binaries) == 1, looked
print(peak())
"""


@pytest.mark.skipif(UNASKABLE, reason="this system does not say it")
def test_the_memory_does_not_grow_with_a_file(tmp_path: Path) -> None:
    """A library of 300 MB is inspected in less than 200 MiB."""
    library = module_for("x86_64-linux-gnu.2.17")
    wheel = tmp_path / "demo-1.0-py3-none-manylinux_2_17_x86_64.whl"
    small = make_wheel(tmp_path, modules={"demo.py": b""}, tag="py3-none-manylinux_2_17_x86_64")
    noise = random.Random(1).randbytes(1 << 20)  # noqa: S311 - content
    with (
        zipfile.ZipFile(small, "a", zipfile.ZIP_STORED) as archive,
        archive.open("demo/libx.so", "w") as stream,
    ):
        stream.write(library)
        for _ in range(300):
            stream.write(noise)
    assert small == wheel
    argv = [sys.executable, "-c", PEAK, str(wheel)]
    done = subprocess.run(argv, capture_output=True, text=True, check=True, cwd=ROOT)
    assert int(done.stdout) < 200 << 20


def test_a_disk_without_room_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a large file cannot be kept while it is read, the place is named, not the wheel."""
    wheel = make_wheel(
        tmp_path,
        modules={"demo/libx.so": module_for("aarch64-macos.11.0") * 2},
        tag="py3-none-macosx_11_0_arm64",
    )
    # What is read without marks in it is put on the disk to be looked at.
    monkeypatch.setattr(unpacking, "IN_MEMORY", 100 << 20)
    monkeypatch.setattr(read, "IN_MEMORY", 1000)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(StorageFault, match="gone"):
        inspect_file(wheel, name="demo", version="1.0")
