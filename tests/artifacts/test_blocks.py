"""Blocks of gzip files, found while they are read."""

from __future__ import annotations

import contextlib
import gzip
import random
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from seatrial.artifacts import blocks as looking
from seatrial.artifacts.blocks import WINDOW, Block, Blocks, Mark
from seatrial.artifacts.inflating import GZIP, Inflater, inflater
from tests.artifacts.test_splicing import SIZE, program


@contextlib.contextmanager
def marked(path: Path, make: Callable[[int], Inflater] = inflater) -> Iterator[Blocks]:
    """Go through a file, and leave a mark at its beginning and one in its middle."""
    engine, raw = make(GZIP), path.read_bytes()
    half = len(raw) // 2
    with contextlib.closing(Blocks(path)) as blocks:
        blocks.mark(Mark(0, 0, engine.copy(), 0))
        blocks.mark(Mark(half, len(engine.decompress(raw[:half])), engine.copy(), 0))
        yield blocks


def archived(folder: Path, data: bytes, level: int = 6) -> Path:
    """Pack data."""
    path = folder / "e.gz"
    path.write_bytes(gzip.compress(data, level))
    return path


def alone(path: Path, block: Block) -> bytes:
    """Unpack a block by itself, with the window before it, and see that it ends there."""
    raw = int.from_bytes(path.read_bytes(), "little") >> block.begin.bit
    length = block.end.bit - block.begin.bit
    bits = raw & (1 << length) - 1 | 3 << length
    engine = zlib.decompressobj(-15, block.data[: -(block.end.at - block.begin.at)])
    out = engine.decompress(bits.to_bytes((length + 17) // 8, "little"))
    assert engine.eof
    return out


@pytest.mark.parametrize("level", [1, 6, 9])
@pytest.mark.parametrize("at", [WINDOW, 70_001, 1_000_000, 1_900_000])
def test_a_block_is_where_it_is_said_to_be(tmp_path: Path, level: int, at: int) -> None:
    """What lies between its two places unpacks by itself to the data that stand there."""
    data = program(SIZE)
    path = archived(tmp_path, data, level)
    with marked(path) as blocks:
        found = blocks.find(at)
        assert found is not None
        assert blocks.read(found.begin.at, found.end.at) == data[found.begin.at : found.end.at]
    assert at <= found.begin.at < found.end.at < at + 400_000
    assert alone(path, found) == data[found.begin.at : found.end.at]


def test_the_same_blocks_are_found_by_any_engine(tmp_path: Path) -> None:
    """What is found depends on the file: not on the engine, and not on where a mark was left."""
    path = archived(tmp_path, program(SIZE))
    with contextlib.ExitStack() as stack:
        several = [
            stack.enter_context(marked(path, make)) for make in (inflater, zlib.decompressobj)
        ]
        several.append(stack.enter_context(contextlib.closing(Blocks(path))))
        several[-1].mark(Mark(0, 0, inflater(GZIP), 0))
        for at in range(WINDOW, 2_000_000, 190_000):
            first, *others = [blocks.find(at) for blocks in several]
            assert first is not None
            assert others == [first, first]


def test_stored_blocks_are_found_at_whole_bytes(tmp_path: Path) -> None:
    """Blocks that were not compressed have no table, and are known by their lengths."""
    data = random.Random(3).randbytes(SIZE)  # noqa: S311 -- test data
    path = archived(tmp_path, data)
    with marked(path) as blocks:
        found = blocks.find(1_000_000)
    assert found is not None
    assert not found.begin.bit & 7
    assert alone(path, found) == data[found.begin.at : found.end.at]


def test_several_blocks_in_a_row_are_taken_for_one(tmp_path: Path) -> None:
    """They have as many bytes as were asked for, and come with the window before them."""
    data = program(SIZE)
    path = archived(tmp_path, data)
    with marked(path) as blocks:
        found = blocks.find(500_000, 200_000)
    assert found is not None
    assert found.end.at - found.begin.at >= 200_000
    assert found.data == data[found.begin.at - WINDOW : found.end.at]
    assert alone(path, found) == data[found.begin.at : found.end.at]


def test_nothing_is_found_behind_the_end(tmp_path: Path) -> None:
    """Where no whole block follows before the stream's last one, there is none."""
    with marked(archived(tmp_path, program(SIZE))) as blocks:
        assert blocks.find(SIZE - 1000) is None
        assert blocks.find(SIZE + 1000) is None
        assert blocks.read(SIZE - 10, SIZE + 10) == b""


def test_who_has_looked_long_enough_looks_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file whose blocks hide themselves costs a bounded number of steps."""
    monkeypatch.setattr(looking, "PATIENCE", 3000)
    with marked(archived(tmp_path, program(SIZE))) as blocks:
        found = [blocks.find(at) for at in range(WINDOW, 1_900_000, 190_000)]
    assert isinstance(found[0], Block)
    assert found[-1] is None


@pytest.mark.parametrize("how", ["cut", "spoilt"])
def test_a_broken_file_gives_nothing(tmp_path: Path, how: str) -> None:
    """It is who reads the content that says what is wrong with it."""
    path = archived(tmp_path, program(SIZE))
    raw = path.read_bytes()
    path.write_bytes(raw[: len(raw) // 3] if how == "cut" else raw[:40] + bytes([255]) + raw[41:])
    with contextlib.closing(Blocks(path)) as blocks:
        blocks.mark(Mark(0, 0, inflater(GZIP), 0))
        assert blocks.find(1_500_000) is None
