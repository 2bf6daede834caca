"""Deflate streams whose end is taken off, so that others follow."""

from __future__ import annotations

import random
import zlib
from pathlib import Path

import pytest
import uv
from deflate import deflate_compress
from hypothesis import given, settings
from hypothesis import strategies as st

from seatrial.artifacts.crew import Crew, Line
from seatrial.artifacts.deflating import USUAL, Libdeflate
from seatrial.artifacts.inflating import RAW
from seatrial.artifacts.joining import without_end

EMPTY_END = b"\x03\x00"
"""A last block that holds nothing (RFC 1951, section 3.2.6)."""


def words(size: int, seed: int = 1) -> bytes:
    """Give bytes that compress as programs do."""
    rng = random.Random(seed)  # noqa: S311 -- test data
    known = [rng.randbytes(rng.randint(2, 9)) for _ in range(600)]
    return b"".join(rng.choices(known, k=size // 2))[:size]


def noise(size: int) -> bytes:
    """Give bytes that do not compress at all."""
    return random.Random(size).randbytes(size)  # noqa: S311 -- test data


def unpacked(stream: bytes | bytearray) -> bytes:
    """Unpack a whole stream, behind which nothing may stand."""
    engine = zlib.decompressobj(RAW)
    data = engine.decompress(stream)
    assert engine.eof
    assert not engine.unused_data
    return data


@pytest.mark.parametrize(
    "data",
    [
        b"a",
        words(400_000),
        words(3_000_001),
        noise(5000),
        noise(0xFFFF),
        noise(3 * 0xFFFF),
        noise(3 * 0xFFFF + 1),
        words(700_000) + noise(700_000),
        noise(700_000) + words(700_000),
        words(700_000) + noise(300),
        noise(300) + b"\0\0\xff\xff",
        noise(300) + b"\x04\0\xfb\xff\0\0\xff\xff",
        noise(300) + b"\x01\x03\0\xfc\xffabc",
    ],
    ids=lambda data: f"{len(data)}-{data[:3].hex()}",
)
def test_another_stream_follows_where_the_end_was(data: bytes) -> None:
    """A stream without its end and any whole stream are one stream, of both contents."""
    opened = without_end(deflate_compress(data, USUAL), data)
    assert opened is not None
    assert unpacked(opened + EMPTY_END) == data
    assert unpacked(opened + deflate_compress(b"more" * 99)) == data + b"more" * 99


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 1000), size=st.integers(1, 30_000), even=st.integers(0, 400_000),
    level=st.integers(0, 12),
)  # fmt: skip
def test_what_comes_back_is_right_or_nothing(seed: int, size: int, even: int, level: int) -> None:
    """Whatever the data and the level, an opened stream holds exactly them, or none is given."""
    data = words(size, seed) + bytes(even) + words(size, seed)[: size // 2]
    opened = without_end(deflate_compress(data, level), data)
    assert opened is None or unpacked(opened + EMPTY_END) == data


def test_a_stream_of_other_data_is_not_opened() -> None:
    """Where the last block is not what it should be, nothing is given."""
    data = words(500_000)
    assert without_end(deflate_compress(data, 5), data[:-1] + b"?") is None


@pytest.mark.parametrize("even", [bytes(9 << 20), b"ab" * (9 << 19), words(17 << 20)])
def test_files_of_any_content_are_one_stream(even: bytes) -> None:
    """Blocks that cannot be opened are compressed in another way, and all follow each other."""
    block, out = 8 << 20, bytearray()
    with Crew(Libdeflate(block)) as crew, Line(crew) as line:
        for start in range(0, len(even), block):
            before = even[max(0, start - 32768) : start]
            piece = line.room(min(block, len(even) - start))
            piece[:] = even[start : start + block]
            line.compress(piece, before, last=start + block >= len(even), then=out.extend)
        line.finish()
    assert unpacked(bytes(out)) == even


def test_a_program_becomes_no_larger_than_by_zlib() -> None:
    """The level makes a real program no larger than zlib at its usual level does."""
    with Path(uv.find_uv_bin()).open("rb") as file:
        program = file.read(6 << 20)
    ours = Libdeflate().compress(program, b"", last=True)
    assert len(ours) <= len(zlib.compress(program, -1, RAW))
