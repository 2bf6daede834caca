"""The bytes of stamped wheels: always the same, copied as they stand, whole at every size."""

from __future__ import annotations

import gzip
import hashlib
import random
import struct
import subprocess
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from seatrial.artifacts.deflating import Libdeflate
from tests.artifacts.test_stamping import EPOCH, PROGRAM, stamped, tarball, target
from tests.support.memory import ROOT, UNASKABLE
from tests.support.wheels import make_wheel


def text_like(size: int, seed: int = 1) -> bytes:
    """Give bytes that compress as programs do."""
    rng = random.Random(seed)  # noqa: S311 -- test data
    words = [rng.randbytes(rng.randint(2, 9)) for _ in range(600)]
    out = bytearray()
    while len(out) < size:
        out += b"".join(rng.choices(words, k=2000))
    return bytes(out[:size])


def packed(wheel: Path, name: str) -> bytes:
    """Give a member's bytes as they stand in the archive."""
    with zipfile.ZipFile(wheel) as archive:
        info = archive.getinfo(name)
    data = wheel.read_bytes()
    names, extra = struct.unpack_from("<2H", data, info.header_offset + 26)
    start = info.header_offset + 30 + int(names) + int(extra)
    return data[start : start + info.compress_size]


def test_the_same_input_makes_the_same_bytes(tmp_path: Path) -> None:
    """Nothing of the machine, the clock or the order of the workers gets into a wheel."""
    base = make_wheel(tmp_path)
    data = text_like(6_000_000)
    source = tarball(tmp_path / "e.tar.gz", {"tool": data})
    ((one,), (two,)) = (stamped(base, [target(source, "tool")], tmp_path / o) for o in ("a", "b"))
    assert one.path.read_bytes() == two.path.read_bytes()


def test_members_of_the_base_are_copied_as_they_stand(tmp_path: Path) -> None:
    """The compressed bytes of the base's members are those of every wheel made of it."""
    noise = text_like(300_000)
    base = make_wheel(tmp_path, modules={"demo/__init__.py": "", "demo/table.bin": noise})
    source = tarball(tmp_path / "e.tar.gz", {"tool": PROGRAM})
    (made,) = stamped(base, [target(source, "tool")], tmp_path / "out")
    for name in ("demo/__init__.py", "demo/table.bin", "demo-1.0.dist-info/METADATA"):
        assert packed(made.path, name) == packed(base, name)


def test_blocks_of_a_large_member_are_one_stream(tmp_path: Path) -> None:
    """A member that was compressed in parallel is one deflate stream that ends where it says."""
    base = make_wheel(tmp_path)
    data = text_like(9_000_001)
    source = tarball(tmp_path / "e.tar.gz", {"tool": data})
    blocks = Libdeflate(block=2 << 20)
    (made,) = stamped(base, [target(source, "tool")], tmp_path / "out", blocks)
    engine = zlib.decompressobj(-zlib.MAX_WBITS)
    raw = packed(made.path, "demo/_bin/tool")
    assert engine.decompress(raw) == data
    assert engine.eof
    assert engine.unused_data == b""


@pytest.mark.parametrize("size", [0, 1, 1 << 20, 4 << 20, (4 << 20) + 1])
def test_every_size_comes_out_as_it_went_in(tmp_path: Path, size: int) -> None:
    """Empty files, and files that end with a block, are whole as well."""
    base = make_wheel(tmp_path)
    data = text_like(size)
    source = tarball(tmp_path / "e.tar.gz", {"tool": data})
    blocks = Libdeflate(block=2 << 20)
    (made,) = stamped(base, [target(source, "tool")], tmp_path / "out", blocks)
    with zipfile.ZipFile(made.path) as archive:
        assert archive.read("demo/_bin/tool") == data


@pytest.mark.slow
@pytest.mark.skipif(UNASKABLE, reason="this system does not say it")
def test_memory_is_bounded_whatever_the_size(tmp_path: Path) -> None:
    """Programs of 300 MB are wrapped within 200 MiB, and come out whole."""
    base = make_wheel(tmp_path)
    piece, times = text_like(1 << 20), 300
    head = tarfile.TarInfo("tool")
    head.size = times * len(piece)
    path, digest = tmp_path / "e.tar.gz", hashlib.sha256()
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(head.tobuf())
        for _ in range(times):
            file.write(piece)
            digest.update(piece)
        file.write(bytes(1024))
    (out := tmp_path / "out").mkdir()
    child = f"""
from pathlib import Path
from seatrial.artifacts.placing import Target
from seatrial.artifacts.stamping import stamp
from seatrial.artifacts.wanted import Place
from tests.support.memory import peak

target = Target(name="t", platform="win_amd64", source=Path({str(path)!r}), shown="e.tar.gz",
                places=(Place(pattern="tool", to="demo/"),))
stamp(Path({str(base)!r}), [target], Path({str(out)!r}), epoch={EPOCH})
print(peak())
"""
    argv = [sys.executable, "-c", child]
    done = subprocess.run(argv, check=True, capture_output=True, text=True, timeout=300, cwd=ROOT)
    assert int(done.stdout) < 200 << 20
    (wheel,) = out.iterdir()
    found = hashlib.sha256()
    with zipfile.ZipFile(wheel) as archive, archive.open("demo/tool") as member:
        while data := member.read(1 << 20):
            found.update(data)
    assert found.digest() == digest.digest()


def stored(path: Path, seed: int) -> Path:
    """Make an archive of bytes that do not compress, and were not compressed."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("tool", random.Random(seed).randbytes(100 << 20))  # noqa: S311
    return path


def with_holes(path: Path, seed: int) -> Path:
    """Make an archive of a program with long stretches of zeros, which become large blocks."""
    rest = random.Random(seed).randbytes(4 << 20)  # noqa: S311
    parts = [text_like(2 << 20), bytes(40 << 20), rest] * 8
    head = tarfile.TarInfo("tool")
    head.size = sum(map(len, parts))
    with gzip.open(path, "wb", compresslevel=6) as file:
        for part in (head.tobuf(), *parts, bytes(1024)):
            file.write(part)
    return path


@pytest.mark.slow
@pytest.mark.skipif(UNASKABLE, reason="this system does not say it")
@pytest.mark.parametrize(("make", "name"), [(stored, "{}.zip"), (with_holes, "{}.tar.gz")])
def test_memory_is_bounded_whatever_the_content(
    tmp_path: Path, make: Callable[[Path, int], Path], name: str
) -> None:
    """Bytes that stay as many, and blocks of thousands of times their size, take no more memory."""
    base = make_wheel(tmp_path)
    sources = [str(make(tmp_path / name.format(number), number)) for number in range(3)]
    (out := tmp_path / "out").mkdir()
    child = f"""
from pathlib import Path
from seatrial.artifacts.placing import Target
from seatrial.artifacts.stamping import stamp
from seatrial.artifacts.wanted import Place
from tests.support.memory import peak

platforms = ("win_amd64", "win_arm64", "win32")
targets = [
    Target(name=platform, platform=platform, source=Path(source), shown=Path(source).name,
           places=(Place(pattern="tool", to="demo/"),))
    for platform, source in zip(platforms, {sources!r}, strict=True)
]
stamp(Path({str(base)!r}), targets, Path({str(out)!r}), epoch={EPOCH})
print(peak())
"""
    argv = [sys.executable, "-c", child]
    done = subprocess.run(argv, check=True, capture_output=True, text=True, timeout=300, cwd=ROOT)
    assert int(done.stdout) < 200 << 20
