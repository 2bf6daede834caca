"""Unpacking wheels once, and parts of their large files again."""

from __future__ import annotations

import random
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, cast

import pytest

from seatrial.artifacts import again
from seatrial.artifacts.archives import IN_MEMORY, MIB, Member
from seatrial.artifacts.unpacking import Unpacking

SIZE = IN_MEMORY + 3 * MIB + 12345
NAME = "demo/_core.so"


def content() -> bytes:
    """Give a large file that packs to about half, and unlike itself everywhere."""
    dice = random.Random(7)  # noqa: S311 - content
    return b"".join(dice.randbytes(600) + bytes([n % 256]) * 600 for n in range(SIZE // 1200 + 1))


def archived(folder: Path, data: bytes, method: int = zipfile.ZIP_DEFLATED) -> Path:
    """Make an archive that holds a file."""
    path = folder / "demo.whl"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr(NAME, data)
        archive.writestr("demo/small.txt", b"small")
    return path


def read(unpacking: Unpacking, name: str = NAME) -> bytes:
    """Read a file once."""
    return b"".join(unpacking.pieces(Member(path=name, size=0)))


def look(unpacking: Unpacking, places: Sequence[int], size: int = 3000) -> list[bytes]:
    """Look at places of the large file again."""
    stream = unpacking.again(NAME)
    try:
        found = []
        for place in places:
            stream.seek(place)
            found.append(stream.read(size))
        return found
    finally:
        stream.close()


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_BZIP2])
def test_every_part_of_a_large_file_is_had_again(tmp_path: Path, method: int) -> None:
    """Wherever it is looked at again, forwards or backwards, a file is what it was."""
    data, dice = content(), random.Random(3)  # noqa: S311 - places
    edges = [0, again.BLOCK - 1, again.BLOCK, len(data) - 3000, len(data) - 1, len(data), 1]
    places = [*edges, *(dice.randrange(len(data)) for _ in range(40)), *edges]
    with Unpacking(archived(tmp_path, data, method)) as unpacking:
        assert read(unpacking) == data
        assert read(unpacking, "demo/small.txt") == b"small"
        assert look(unpacking, places) == [data[place:][:3000] for place in places]


def test_a_place_near_the_end_is_had_without_unpacking_the_beginning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is unpacked again for the last bytes is a small part of the file."""
    data, unpacked = content(), [0]
    following = again.Inflating.next

    def counted(self: again.Inflating) -> bytes:
        piece = following(self)
        unpacked[0] += len(piece)
        return piece

    with Unpacking(archived(tmp_path, data)) as unpacking:
        assert read(unpacking) == data
        monkeypatch.setattr(again.Inflating, "next", counted)
        assert look(unpacking, [len(data) - 100]) == [data[-100:]]
    assert 0 < unpacked[0] < len(data) // 5


@pytest.mark.parametrize("behind", [0, 9 * MIB])
def test_who_jumps_about_is_given_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, behind: int
) -> None:
    """Where much is unpacked again, the file is put on the disk, once, as large as it states."""
    data, dice = content(), random.Random(4)  # noqa: S311 - places
    monkeypatch.setattr(again, "BLOCKS", 1)
    monkeypatch.setattr(again, "MUCH", 0)
    sizes: list[int] = []
    temporary = tempfile.TemporaryFile

    def counted() -> BinaryIO:
        kept = cast("BinaryIO", temporary())
        close = kept.close

        def closed() -> None:
            sizes.append(kept.seek(0, 2))
            close()

        monkeypatch.setattr(kept, "close", closed)
        return kept

    monkeypatch.setattr(tempfile, "TemporaryFile", counted)
    places = [dice.randrange(len(data)) for _ in range(200)]
    path = archived(tmp_path, data + bytes(behind))
    if behind:
        # The directory tells of less than there is: CRC-32 and size of the first entry.
        whole = bytearray(path.read_bytes())
        directory = whole.index(b"PK\x01\x02")
        struct.pack_into("<L", whole, directory + 16, zlib.crc32(data))
        struct.pack_into("<L", whole, directory + 24, len(data))
        path.write_bytes(whole)
    with Unpacking(path) as unpacking:
        assert read(unpacking) == data
        assert look(unpacking, places, 100) == [data[place:][:100] for place in places]
    assert sizes == [len(data)]


def test_a_bomb_is_unpacked_in_small_pieces(tmp_path: Path) -> None:
    """However well a file packs, its pieces are small, and every part of it is had again."""
    data = bytes(5 * IN_MEMORY) + b"end"
    with Unpacking(archived(tmp_path, data)) as unpacking:
        pieces = list(unpacking.pieces(Member(path=NAME, size=0)))
        assert max(map(len, pieces)) <= MIB
        assert b"".join(pieces) == data
        assert look(unpacking, [len(data) - 3, 5]) == [b"end", bytes(3000)]


@pytest.mark.parametrize("lie", ["checksum", "data", "size", "packed"])
def test_a_large_file_that_is_broken_is_refused(tmp_path: Path, lie: str) -> None:
    """A wrong checksum, broken data and wrong sizes of a large file are told as of a small one."""
    path = archived(tmp_path, content())
    whole = bytearray(path.read_bytes())
    directory = whole.index(b"PK\x01\x02")
    # CRC-32, packed and unpacked size of the first entry (APPNOTE.TXT, 4.3.12); then its data.
    places = {"checksum": 16, "packed": 21, "size": 25, "data": 1000 - directory}
    place = directory + places[lie]
    whole[place] -= 1 if lie in {"packed", "size"} else 0
    whole[place] ^= 1 if lie in {"checksum", "data"} else 0
    path.write_bytes(whole)
    with Unpacking(path) as unpacking, pytest.raises((zipfile.BadZipFile, zlib.error)):
        read(unpacking)


def test_a_stream_that_installers_refuse_is_refused(tmp_path: Path) -> None:
    """A block whose codes leave some bits without a meaning is broken, as zlib has it."""
    path = archived(tmp_path, content())
    whole = bytearray(path.read_bytes())
    start = 30 + len(NAME)
    # A last block with a table (RFC 1951, 3.2.7): of the codes for literals there are two, of two
    # bits each, one of them the end of the block, which comes at once.
    fields = [(0b101, 3), (0, 5), (1, 5), (15, 4)]
    order = (16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15)
    fields += [({18: 1, 1: 2, 2: 2}.get(one, 0), 3) for one in order]
    fields += [(0, 1), (138 - 11, 7), (0, 1), (117 - 11, 7), (3, 2), (3, 2), (1, 2), (1, 2), (2, 2)]
    bits = length = 0
    for value, width in fields:
        bits |= value << length
        length += width
    whole[start : start + 24] = bits.to_bytes(24, "little")
    path.write_bytes(whole)
    with Unpacking(path) as unpacking, pytest.raises(zlib.error, match="invalid literal/lengths"):
        read(unpacking)
