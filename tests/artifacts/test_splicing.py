"""What an archive has compressed already stands in the wheel as it is, and is no larger for it."""

from __future__ import annotations

import gzip
import io
import random
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import uv
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.tags import platform_tags
from zlib_ng import zlib_ng

from seatrial.artifacts.blocks import Block, Blocks
from seatrial.artifacts.reusing import Reuse
from seatrial.artifacts.splicing import FINER, LEAST, NotSplicedError, Reused, begun
from seatrial.artifacts.supplies import Offered, Supply, opened
from seatrial.errors import InspectionFailed
from tests.artifacts.test_stamped_bytes import packed
from tests.artifacts.test_stamping import stamped, target
from tests.support.wheels import make_wheel

RAW = -zlib.MAX_WBITS
SIZE = 2_500_000


def program(size: int, seed: int = 0) -> bytes:
    """Give a piece of a real program."""
    with Path(uv.find_uv_bin()).open("rb") as file:
        file.seek((8 << 20) + seed * 300_000)
        return file.read(size)


def tar_of(files: Mapping[str, bytes]) -> bytes:
    """Give an archive that is not compressed."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), 0o755
            archive.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def streams(reused: Reused, rest: bytes) -> bytes:
    """Give the whole stream: what is reused, and the rest compressed behind it."""
    with reused.source.open("rb") as file:
        file.seek(reused.start)
        middle = file.read(reused.length)
    tail = FINER.compress(rest, b"", last=True) if rest else b""
    return reused.before + middle + reused.after + tail


def unpacked(stream: bytes) -> list[bytes]:
    """Unpack a stream that has to end, by two libraries."""
    found = []
    for library in (zlib, zlib_ng):
        engine = library.decompressobj(RAW)
        found.append(engine.decompress(stream))
        assert engine.eof
        assert engine.unused_data == b""
    return found


def spliced(path: Path, offered: Offered) -> tuple[bytes, Reused | None]:
    """Read a member, and give its bytes with what is taken over of it."""
    found: list[Reused] = []
    splicing = begun(path, offered)
    if splicing is not None:
        splicing.found = found.append
    content, data = splicing or offered.content, b""
    while piece := content.read(1 << 20):
        data += piece
    return data, found[0] if found else None


def reused(path: Path) -> Iterator[tuple[Supply, bytes, Reused | None]]:
    """Give the files of an archive with what can be reused of it."""
    with opened(path) as files, Reuse(path, path.name) as reuse:
        for offered in files:
            try:
                data, part = spliced(path, offered)
            except NotSplicedError:
                continue
            yield offered.supply, data, part or reuse.of(offered.supply)


def whole(path: Path) -> list[str]:
    """See that everything reused is true, and give the files of which something is."""
    found = []
    for supply, data, part in reused(path):
        if part is not None:
            assert unpacked(streams(part, data[part.covers :])) == [data, data]
            found.append(supply.path)
    return found


@pytest.mark.parametrize("level", [6, 7, 9])
def test_blocks_of_the_archive_stand_in_the_wheel(tmp_path: Path, level: int) -> None:
    """A member is taken over from a .tar.gz as others make them, and the wheel is as small."""
    data = program(SIZE)
    source = tmp_path / "e.tar.gz"
    source.write_bytes(gzip.compress(tar_of({"tool": data}), level))
    base = make_wheel(tmp_path)
    (made,) = stamped(base, [target(source, "tool")], tmp_path / "out")
    stream = packed(made.path, "demo/_bin/tool")
    assert source.read_bytes()[300_000:600_000] in stream
    assert unpacked(stream) == [data, data]
    engine = zlib.compressobj(6, zlib.DEFLATED, RAW)
    assert len(stream) <= len(engine.compress(data) + engine.flush())
    with zipfile.ZipFile(made.path) as archive:
        assert archive.testzip() is None


@pytest.mark.parametrize("level", [0, 1, 4])
def test_what_was_packed_badly_is_compressed_anew(tmp_path: Path, level: int) -> None:
    """An archive that was packed with a fast level makes no larger wheel."""
    data = program(SIZE)
    source = tmp_path / "e.tar.gz"
    source.write_bytes(gzip.compress(tar_of({"tool": data}), level))
    assert whole(source) == []


@pytest.mark.skipif(not shutil.which("gzip"), reason="no gzip is here")
def test_what_gzip_packs_is_taken_over(tmp_path: Path) -> None:
    """Blocks of GNU gzip at its usual level are, too; it has an implementation of its own."""
    plain = tmp_path / "e.tar"
    plain.write_bytes(tar_of({"one": program(SIZE), "two": program(SIZE, 2)}))
    subprocess.run(["gzip", "-n", plain], check=True)
    assert whole(tmp_path / "e.tar.gz") == ["one", "two"]


def test_stored_blocks_are_taken_over(tmp_path: Path) -> None:
    """What does not compress stands there as it is, and stays so."""
    noise = random.Random(3).randbytes(SIZE)  # noqa: S311 -- test data
    source = tmp_path / "e.tar.gz"
    source.write_bytes(gzip.compress(tar_of({"noise": noise}), 6))
    assert whole(source) == ["noise"]


def test_members_at_the_beginning_and_the_end_are_taken_over(tmp_path: Path) -> None:
    """The first and the last of an archive, and those between small ones, are true as well."""
    files = {f"n{one}": program(3_000, one) for one in range(20)}
    files = {"first": program(SIZE), **files, "last": program(SIZE, 5)}
    source = tmp_path / "e.tar.gz"
    source.write_bytes(gzip.compress(tar_of(files), 6))
    assert whole(source) == ["first", "last"]


def test_long_names_and_sparse_files_stand_between(tmp_path: Path) -> None:
    """Headers of several blocks move the members; a file with holes is not in one piece."""
    data, long = program(SIZE), "d" * 90 + "/" + "e" * 120
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, headers in (("tool", {"comment": "x" * 5000}), (long, {})):
            entry = tarfile.TarInfo(name)
            entry.size, entry.pax_headers = len(data), headers
            archive.addfile(entry, io.BytesIO(data))
        entry = tarfile.TarInfo("holes")
        body = f"1\n0\n{len(data)}\n".encode().ljust(512, b"\0") + data
        entry.size = len(body)
        entry.pax_headers = {
            "GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "holes",
            "GNU.sparse.realsize": str(len(data)),
        }  # fmt: skip
        archive.addfile(entry, io.BytesIO(body))
    source = tmp_path / "e.tar.gz"
    source.write_bytes(gzip.compress(out.getvalue(), 6))
    assert whole(source) == ["tool", long]


@pytest.mark.parametrize("cut", [300_000, SIZE // 2, SIZE - 40_000, SIZE + 512])
def test_nothing_is_taken_over_across_the_end_of_a_stream(tmp_path: Path, cut: int) -> None:
    """Where one gzip stream ends and another begins, the member around it stays true."""
    plain = tar_of({"one": program(SIZE), "two": program(SIZE, 2)})
    source = tmp_path / "e.tar.gz"
    source.write_bytes(gzip.compress(plain[:cut], 6) + gzip.compress(plain[cut:], 6))
    assert "two" in whole(source)


@pytest.mark.parametrize("size", [LEAST - 1, LEAST, LEAST + 1, LEAST + 65_536, 400_001, 1_400_001])
def test_sizes_around_the_limits_are_true(tmp_path: Path, size: int) -> None:
    """With blocks enough to take over or too few, the wheel holds what the archive does."""
    source = tmp_path / "e.tar.gz"
    files = {f"f{one}": program(size + one, one) for one in range(4)}
    source.write_bytes(gzip.compress(tar_of(files), 6))
    base = make_wheel(tmp_path)
    (made,) = stamped(base, [target(source, "f*")], tmp_path / "out")
    with zipfile.ZipFile(made.path) as archive:
        assert {name: archive.read(f"demo/_bin/{name}") for name in files} == files


def content(kind: str, size: int, seed: int) -> bytes:
    """Give a stretch of code, of noise, or of zeros."""
    if kind == "z":
        return bytes(size)
    noise = random.Random(seed)  # noqa: S311 -- test data
    return program(size, seed) if kind == "t" else noise.randbytes(size)


@settings(max_examples=40, deadline=None)
@given(
    parts=st.lists(
        st.tuples(st.sampled_from("twz"), st.integers(1, 400_000), st.integers(0, 9)),
        min_size=1,
        max_size=5,
    ),
    before=st.integers(0, 70_000),
    level=st.sampled_from([6, 9]),
    memory=st.integers(1, 9),
)
def test_any_content_comes_out_true(
    parts: list[tuple[str, int, int]], before: int, level: int, memory: int
) -> None:
    """Code, noise and zeros in any order, at any place, in blocks of any size, come out true."""
    data = b"".join(content(kind, size, seed) for kind, size, seed in parts)
    engine = zlib.compressobj(level, zlib.DEFLATED, 31, memory)
    plain = tar_of({"lead": program(before), "tool": data})
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "e.tar.gz")
        source.write_bytes(engine.compress(plain) + engine.flush())
        whole(source)


def test_one_processor_makes_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How many wheels are made at a time is not to be seen in them."""
    base, targets = make_wheel(tmp_path), []
    for number, platform in enumerate(
        ("manylinux_2_17_x86_64", "win_amd64", "musllinux_1_2_x86_64")
    ):
        source = tmp_path / f"{number}.tar.gz"
        source.write_bytes(gzip.compress(tar_of({"tool": program(SIZE, number)}), 6, mtime=0))
        targets.append(target(source, "tool", platform=platform))
    many = stamped(base, targets, tmp_path / "many")
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    few = stamped(base, targets, tmp_path / "few")
    assert [one.path.name for one in many] == [one.path.name for one in few]
    assert [one.path.read_bytes() for one in many] == [one.path.read_bytes() for one in few]


@pytest.mark.parametrize(
    ("which", "moved"),
    [
        ("begin", 1),
        ("begin", 3),
        ("begin", 8),
        ("begin", 800),
        ("end", 3),
        ("end", 8),
        ("end", 800),
    ],
)
def test_a_false_place_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, which: str, moved: int
) -> None:
    """Where a block does not begin or end where it is said to, nothing is taken over."""
    source = tmp_path / "e.tar.gz"
    source.write_bytes(gzip.compress(tar_of({"tool": program(SIZE)}), 6))
    assert whole(source) == ["tool"]
    find = Blocks.find

    def false(self: Blocks, at: int, size: int = 0) -> Block | None:
        found = find(self, at, size)
        if size:
            return found
        assert found is not None
        place = getattr(found, which)
        return found._replace(**{which: place._replace(bit=place.bit + moved)})

    monkeypatch.setattr(Blocks, "find", false)
    with opened(source) as files, pytest.raises(NotSplicedError):
        spliced(source, next(files))


def hurt(packed_up: bytes, how: str) -> bytes:
    """Break a gzip file."""
    middle = len(packed_up) // 2
    return {
        "cut": packed_up[:middle],
        "end": packed_up[:-5],
        "sum": packed_up[:-8] + bytes([packed_up[-8] ^ 1]) + packed_up[-7:],
        "garbage": packed_up + b"garbage",
        "middle": packed_up[:middle] + bytes(40) + packed_up[middle + 40 :],
    }[how]


@pytest.mark.parametrize("how", ["cut", "end", "sum", "garbage", "middle"])
def test_a_broken_archive_is_refused_as_ever(tmp_path: Path, how: str) -> None:
    """Whatever was taken over of it before its end, nothing is left."""
    source = tmp_path / "e.tar.gz"
    source.write_bytes(hurt(gzip.compress(tar_of({"tool": program(SIZE)}), 6), how))
    base = make_wheel(tmp_path)
    with pytest.raises(InspectionFailed, match=r"it cannot be read|a file in it has"):
        stamped(base, [target(source, "tool")], tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_the_first_fault_is_told_and_nothing_left(tmp_path: Path) -> None:
    """Wheels that are made beside each other fail in the order of their targets."""
    base, targets = make_wheel(tmp_path), []
    for number, platform in enumerate(
        ("manylinux_2_17_x86_64", "win_amd64", "musllinux_1_2_x86_64")
    ):
        source = tmp_path / f"{number}.tar.gz"
        files = {"tool": program(SIZE)} if not number else {"other": b"x"}
        source.write_bytes(gzip.compress(tar_of(files), 6))
        targets.append(target(source, "tool", platform=platform))
    with pytest.raises(InspectionFailed, match="holds no tool") as refused:
        stamped(base, targets, tmp_path / "out")
    assert refused.value.thing == "1.tar.gz"
    assert list((tmp_path / "out").iterdir()) == []


def test_a_member_of_a_zip_is_taken_over_whole(tmp_path: Path) -> None:
    """Its stream is the wheel's, byte for byte."""
    data, source = program(SIZE), tmp_path / "e.zip"
    with zipfile.ZipFile(source, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        archive.writestr("tool", data)
    base = make_wheel(tmp_path)
    (made,) = stamped(base, [target(source, "tool")], tmp_path / "out")
    assert packed(made.path, "demo/_bin/tool") == packed(source, "tool")
    with zipfile.ZipFile(made.path) as archive:
        assert archive.read("demo/_bin/tool") == data


@pytest.mark.parametrize("form", ["stored", "fast"])
def test_a_member_of_a_zip_that_would_be_larger_is_compressed(tmp_path: Path, form: str) -> None:
    """What is stored, or packed with the fastest level, is compressed as we would."""
    method = zipfile.ZIP_STORED if form == "stored" else zipfile.ZIP_DEFLATED
    source = tmp_path / "e.zip"
    with zipfile.ZipFile(source, "w", method, compresslevel=1) as archive:
        archive.writestr("tool", program(SIZE))
    assert whole(source) == []


@pytest.mark.parametrize("field", ["crc", "behind"])
def test_a_member_of_a_zip_that_is_not_as_stated_is_not_taken_over(
    tmp_path: Path, field: str
) -> None:
    """Its sums have to be true, and nothing may stand behind its stream."""
    source, data = tmp_path / "e.zip", program(SIZE)
    with zipfile.ZipFile(source, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("tool", data)
    stream = packed(source, "tool")
    raw = bytearray(source.read_bytes())
    at = raw.index(b"PK\x01\x02")
    if field == "crc":
        raw[at + 16] ^= 1
    else:
        more = bytearray(raw[at:])
        more[20:24] = (len(stream) + 1).to_bytes(4, "little")
        end = more.index(b"PK\x05\x06")
        more[end + 16 : end + 20] = (at + 1).to_bytes(4, "little")
        raw[at:] = b"\0" + more
    source.write_bytes(raw)
    with Reuse(source, source.name) as reuse:
        assert reuse.of(Supply(path="tool", size=SIZE)) is None


@pytest.mark.parametrize("installer", ["pip", "uv"])
def test_installers_unpack_what_was_taken_over(tmp_path: Path, installer: str) -> None:
    """Other programs unpack such a wheel to the file that the archive held."""
    data = program(SIZE)
    source = tmp_path / "e.tar.gz"
    source.write_bytes(gzip.compress(tar_of({"tool": data}), 6))
    assert whole(source) == ["tool"]
    tag = next(iter(platform_tags()))
    (made,) = stamped(
        make_wheel(tmp_path), [target(source, "tool", platform=tag)], tmp_path / "out"
    )
    lead = {"pip": [sys.executable, "-m", "pip"], "uv": [uv.find_uv_bin(), "pip"]}[installer]
    where = tmp_path / "site"
    argv = [*lead, "install", "--no-index", "--no-deps", "--target", str(where), str(made.path)]
    subprocess.run(argv, check=True, capture_output=True, timeout=60)
    assert (where / "demo" / "_bin" / "tool").read_bytes() == data
