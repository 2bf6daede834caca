"""A member's deflate stream from the blocks that its archive holds already.

In a ``.tar.gz``, the bytes of all members are one deflate stream.  A block that begins a window or
more behind a member's first byte refers to nothing before the member, so it may stand in the
member's own stream as it is.  What is before the first such block is compressed anew, and so is the
last part.  Blocks begin at any bit: the stream before is brought to the same bit by empty blocks
(RFC 1951, section 3.2), so that no byte of what is taken over changes but the first and the last.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Final

import msgspec
from deflate import deflate_compress

from seatrial.artifacts.archives import MIB
from seatrial.artifacts.deflating import USUAL, WINDOW, Libdeflate
from seatrial.artifacts.inflating import BROKEN, RAW, inflater
from seatrial.artifacts.points import Point, Points

KIB = 1 << 10
LEAST = 256 * KIB
"""Bytes of a member from which it pays."""

MOST_HEAD = 8 * MIB
"""Bytes before the first block that can be taken over: they are held in memory."""

MOST_STRETCH = 16 * MIB
"""Bytes between two points that are looked at, likewise.  Blocks of zeros that zlib makes have some
8 MiB; a block can have any number."""

ANEW = 12
"""One part in so many is compressed anew at the least.  GNU gzip packs programs some 0.1 % worse
than zlib does at the same level; this part, at a finer level, makes up for it."""

FINER: Final = Libdeflate(block=8 * MIB, level=7)
"""Compresses it; few members have more than a block of it, and those blocks are to be small."""

SAMPLES = 7
"""Stretches between two points that are compressed, to see how well an archive was packed."""

MOST_SPENT: Final = 1.0075
"""Times that an archive may spend on the same bytes what we would.  On programs, gzip and zlib at
their usual level spend 0.995 to 1.007 times, at the one below 1.007 to 1.018, at their fastest
1.09.  zlib itself, which wheels are packed with by others, is not asked: there are several."""

POOR: Final = 1.03
"""Times that it spends when it was packed for speed, so that it need not be looked at further."""

SEAM = 64 * KIB
CLOSED: Final = b"\0\0\xff\xff"
"""The lengths of an empty stored block, and of its complement."""

LAST: Final = b"\x03\0"
"""An empty block with the mark of the last one."""


class Reused(msgspec.Struct, frozen=True, kw_only=True):
    """A deflate stream, or the beginning of one, that ends on a byte and mostly lies in a file.

    Attributes:
        source: the file.
        start: where in it the bytes begin that are taken over.
        length: how many.
        before: bytes that stand before them.
        after: bytes that stand behind them.
        covers: bytes of the member that all this unpacks to.
    """

    source: Path
    start: int
    length: int
    before: bytes = b""
    after: bytes = b""
    covers: int


def spliced(points: Points, source: Path, begin: int, size: int) -> Reused | None:
    """Make the beginning of a member's stream from blocks of its archive, and prove its seams.

    Args:
        points: of the archive.
        source: the archive, a ``.tar.gz``.
        begin: where in what it unpacks to the member begins.
        size: bytes of the member.

    Returns:
        Nothing where it does not pay: the member is small, or few blocks of its own are found.
    """
    inside = _own(points, begin, size)
    if inside is None:
        return None
    first, last = inside[0], inside[-1]
    head = points.read(begin, first.at)
    with source.open("rb") as file:
        ends = []
        for bit in (inside[-2].bit, first.bit, last.bit):
            file.seek(bit >> 3)
            ends.append((file.read(1) or b"\0")[0])
        byte, opening = _opening(first.bit, ends[1])
        made = Reused(
            source=source,
            start=byte,
            length=(last.bit >> 3) - byte,
            before=bytes(FINER.compress(head, b"", last=False)) + opening,
            after=_closing(last.bit, ends[2]),
            covers=last.at - begin,
        )
        file.seek(made.start)
        front = file.read(min(SEAM, made.length))
        byte, opening = _opening(inside[-2].bit, ends[0])
        file.seek(byte)
        back = opening + file.read((last.bit >> 3) - byte) + made.after + LAST
    data = points.read(begin, first.at + SEAM)
    proven = _goes_on(made.before + front, data, first.at - begin) and _ends(
        back, points.read(inside[-2].at - WINDOW, last.at)
    )
    return made if proven else None


def _own(points: Points, begin: int, size: int) -> tuple[Point, ...] | None:
    """Give the points between which blocks are the member's own; nothing where that is too little.

    A block with the mark of the last one ends a gzip stream, and another begins behind it.
    """
    if size < LEAST:
        return None
    lowest, highest = begin + WINDOW, begin + size - size // ANEW
    inside = tuple(one for one in points.all if lowest <= one.at <= highest)
    if len(inside) < 2 or any(one.opens for one in inside):  # noqa: PLR2004 -- a beginning and an end
        return None
    first, last = inside[0], inside[-1]
    if first.at - begin > MOST_HEAD or 2 * (last.at - first.at) < size:
        return None
    if last.at - inside[-2].at > MOST_STRETCH:
        return None
    # Samples do not see what is between them: empty blocks without number.
    return inside if last.bit - first.bit <= 8 * MOST_SPENT * (last.at - first.at) else None


def well_packed(points: Points, most: float) -> bool:
    """Tell whether an archive spends at most so many times what we would, by samples.

    Those of an archive of which there are no more than two points tell nothing.
    """
    inside = tuple(one for one in points.all if one.at >= WINDOW)
    stretches = [
        (one, other)
        for one, other in pairwise(inside)
        if not other.opens and other.at - one.at <= MOST_STRETCH
    ]
    step = max(1, len(stretches) // SAMPLES)
    samples = [
        spent(points.read(one.at - WINDOW, other.at), (other.bit - one.bit) / 8)
        for one, other in stretches[step // 2 :: step][:SAMPLES]
    ]
    return not samples or pays(samples, most)


def spent(data: bytes, packed: float) -> float:
    """Give how many times what we would spend on some bytes an archive spends.

    Args:
        data: the window before them, and the bytes.
        packed: bytes that the archive spends on them.
    """
    before = len(deflate_compress(data[:WINDOW], USUAL))
    return packed / max(1, len(deflate_compress(data, USUAL)) - before)


def pays(samples: Iterable[float], most: float = MOST_SPENT) -> bool:
    """Tell whether an archive spends about as much as we would."""
    given = list(samples)
    return bool(given) and median(given) <= most


def _opening(bit: int, byte: int) -> tuple[int, bytes]:
    """Give what brings a stream from a whole byte to the bit in its byte where a block begins.

    Args:
        bit: where the block begins.
        byte: the byte that the bit is in.

    Returns:
        Where the block's next whole byte is, and what stands before it.
    """
    phase = bit & 7
    bits, length = _empty_blocks(phase)
    opening = bytearray(bits.to_bytes((length + 7) // 8, "little"))
    if not phase:
        return bit >> 3, bytes(opening)
    opening[-1] |= byte & (0xFF << phase & 0xFF)
    return (bit >> 3) + 1, bytes(opening)


def _closing(bit: int, byte: int) -> bytes:
    """Give what brings a stream from where a block ends to a whole byte: an empty stored block."""
    phase = bit & 7
    rest = bytes([byte & (1 << phase) - 1]) if phase else b"\0"
    more = b"\0" if phase > 5 else b""  # noqa: PLR2004 -- its header has three bits
    return rest + more + CLOSED


def _empty_blocks(phase: int) -> tuple[int, int]:
    """Give empty blocks whose bits, divided by eight, leave ``phase``: the bits, and their number.

    An empty block of fixed codes has ten; one with a table, as small as it may be, has 95.
    """
    bits, length = _EMPTY_TABLE if phase & 1 else (0, 0)
    while length & 7 != phase:
        bits |= 0b010 << length
        length += 10
    return bits, length


def _empty_table() -> tuple[int, int]:
    """Make an empty block with a table (section 3.2.7): two codes of each kind, so all are used."""
    order = (16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15)
    fields = [(0b100, 3), (0, 5), (1, 5), (15, 4)]
    fields += [(int(one in {1, 18}), 3) for one in order]
    # The code of 18 is a one: 255 lengths of zero; and that of 1 a zero: those of the literal 255,
    # of the block's end, and of two distances.
    fields += [(1, 1), (138 - 11, 7), (1, 1), (117 - 11, 7), (0, 4), (1, 1)]
    bits = length = 0
    for value, width in fields:
        bits |= value << length
        length += width
    return bits, length


_EMPTY_TABLE: Final = _empty_table()


def _goes_on(stream: bytes, data: bytes, seam: int) -> bool:
    """Say whether a stream unpacks to these data, to beyond the seam."""
    try:
        out = inflater(RAW).decompress(stream, len(data))
    except BROKEN:
        return False
    return len(out) > seam and data.startswith(out)


def _ends(stream: bytes, data: bytes) -> bool:
    """Say whether a stream unpacks to what follows the first window of data, and ends there."""
    engine = zlib.decompressobj(RAW, data[:WINDOW])
    try:
        out = engine.decompress(stream)
    except zlib.error:
        return False
    return engine.eof and not engine.unused_data and out == data[WINDOW:]
