"""Archives of which blocks are taken over that nobody honest makes, and long ones."""

from __future__ import annotations

import gzip
import random
import zipfile
import zlib
from pathlib import Path

import pytest

from seatrial.artifacts.deflating import WINDOW
from seatrial.artifacts.reusing import PIECE, Reuse
from seatrial.artifacts.splicing import NotSplicedError, spent
from seatrial.artifacts.supplies import Supply, opened
from tests.artifacts.test_splicing import RAW, SIZE, program, spliced, tar_of, whole
from tests.artifacts.test_stamped_bytes import packed
from tests.artifacts.test_stamping import stamped, target
from tests.support.wheels import make_wheel


def noise(size: int) -> bytes:
    """Give bytes that do not compress."""
    return random.Random(3).randbytes(size)  # noqa: S311 -- test data


@pytest.mark.parametrize(("most", "taken"), [(16 << 20, ["tool"]), (1 << 20, [])])
def test_blocks_that_unpack_to_too_much_are_not_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int, taken: list[str]
) -> None:
    """What is gone through for a block is held in memory, and one may unpack to any size."""
    data = noise(SIZE) + bytes(10 << 20) + noise(300_000)
    source = tmp_path / "e.tar.gz"
    source.write_bytes(gzip.compress(tar_of({"tool": data}), 6))
    monkeypatch.setattr("seatrial.artifacts.blocks.FAR", most)
    assert whole(source) == taken


EMPTY = b"\0\0\0\xff\xff" * 100_000
"""Blocks of nothing, from a whole byte to a whole byte."""


def padded(data: bytes, bits: int) -> bytes:
    """Compress data, with many blocks of nothing in the middle that no sample sees."""
    engine, half = zlib.compressobj(6, zlib.DEFLATED, bits), len(data) // 2
    front = engine.compress(data[:half]) + engine.flush(zlib.Z_SYNC_FLUSH)
    return front + EMPTY + engine.compress(data[half:]) + engine.flush()


def test_blocks_of_nothing_are_not_taken_over(tmp_path: Path) -> None:
    """An archive that is larger than what it holds makes no such wheel."""
    source = tmp_path / "e.tar.gz"
    source.write_bytes(padded(tar_of({"tool": noise(SIZE)}), 31))
    assert whole(source) == []


def test_blocks_of_nothing_in_a_zip_are_not_taken_over(tmp_path: Path) -> None:
    """Nor does a ZIP archive that is."""
    data, source = noise(SIZE), tmp_path / "e.zip"
    with zipfile.ZipFile(source, "w") as archive:
        archive.writestr("tool", padded(data, RAW))
    raw = bytearray(source.read_bytes())
    for at in (8, raw.rindex(b"PK\x01\x02") + 10):
        raw[at] = zipfile.ZIP_DEFLATED
        raw[at + 6 : at + 10] = zlib.crc32(data).to_bytes(4, "little")
        raw[at + 14 : at + 18] = SIZE.to_bytes(4, "little")
    source.write_bytes(raw)
    assert whole(source) == []


def test_a_long_directory_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many members of a ZIP archive are taken over, it is opened for them once."""
    opens: list[object] = []

    class Counting(zipfile.ZipFile):
        def __init__(self, file: Path) -> None:
            opens.append(file)
            super().__init__(file)

    source = tmp_path / "e.zip"
    with zipfile.ZipFile(source, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in range(4):
            archive.writestr(f"f{one}", program(SIZE, one))
    monkeypatch.setattr("zipfile.ZipFile", Counting)
    with Reuse(source, source.name) as reuse:
        parts = [reuse.of(Supply(path=f"f{one}", size=SIZE)) for one in range(4)]
    assert None not in parts
    assert opens == [source]


def test_samples_of_a_zip_are_the_same_on_any_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are the bytes that zlib gives for each piece, whatever else is there to unpack with."""
    data, source = program(SIZE), tmp_path / "e.zip"
    with zipfile.ZipFile(source, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("tool", data)
    stream, engine, at = packed(source, "tool"), zlib.decompressobj(RAW), 0
    expected = []
    for begin in range(0, len(stream), PIECE):
        out = engine.decompress(stream[begin : begin + PIECE])
        expected.append(data[max(0, at - WINDOW) : at + len(out)])
        at += len(out)
    seen: list[bytes] = []

    def spied(sample: bytes, size: float) -> float:
        seen.append(sample)
        return spent(sample, size)

    monkeypatch.setattr("seatrial.artifacts.reusing.spent", spied)
    assert whole(source) == ["tool"]
    assert seen == expected


def test_where_it_shows_late_that_it_does_not_pay_the_wheel_is_begun_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wheel of which much was written is the same as one of which nothing was taken over."""
    source = tmp_path / "e.tar.gz"
    files = {"tool": program(SIZE), "small": b"x" * 4000, "more": program(SIZE, 2)}
    source.write_bytes(gzip.compress(tar_of(files), 1))
    base, wanted = make_wheel(tmp_path), target(source, "small", "tool", "more")
    (anew,) = stamped(base, [wanted], tmp_path / "anew")
    monkeypatch.setattr("seatrial.artifacts.splicing.POOR", 9.0)
    with opened(source) as offered, pytest.raises(NotSplicedError):
        spliced(source, next(offered))
    (late,) = stamped(base, [wanted], tmp_path / "late")
    assert late.path.read_bytes() == anew.path.read_bytes()
