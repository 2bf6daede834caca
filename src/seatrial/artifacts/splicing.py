"""A member's deflate stream from the blocks that its archive holds already.

In a ``.tar.gz``, the bytes of all members are one deflate stream.  A block that begins a window or
more behind a member's first byte refers to nothing before the member, so it may stand in the
member's own stream as it is.  What is before the first such block is compressed anew, and so is the
last part.  Blocks begin at any bit: the stream before is brought to the same bit by empty blocks
(RFC 1951, section 3.2), so that no byte of what is taken over changes but the first and the last.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median
from typing import Final

import msgspec
from deflate import deflate_compress

from seatrial.artifacts.archives import MIB
from seatrial.artifacts.blocks import CLOSED, Block, Blocks
from seatrial.artifacts.deflating import USUAL, WINDOW, Libdeflate
from seatrial.artifacts.inflating import BROKEN, RAW, inflater
from seatrial.artifacts.supplies import Content, Offered

KIB = 1 << 10
LEAST = MIB
"""Bytes of a member from which it pays."""

MOST_HEAD = MIB
"""Bytes before the first block that can be taken over: they are held in memory."""

ANEW = 12
"""One part in so many is compressed anew at the least.  GNU gzip packs programs some 0.1 % worse
than zlib does at the same level; this part, at a finer level, makes up for it."""

ROOM = 128 * KIB
"""Bytes before that part in which the last block is looked for, which may end in it."""

FINER: Final = Libdeflate(block=8 * MIB, level=7)
"""Compresses it; few members have more than a block of it, and those blocks are to be small."""

SAMPLE = 192 * KIB
"""Bytes between two blocks that are compressed, to see how well an archive was packed."""

EVERY = 16 * MIB
FEWEST, MOST = 2, 7
"""Of so many bytes of a member there is a sample, but so many at least and at most, beside the one
that it begins with."""

MOST_SPENT: Final = 1.0075
"""Times that an archive may spend on the same bytes what we would.  On programs, gzip and zlib at
their usual level spend 0.995 to 1.007 times, at the one below 1.007 to 1.018, at their fastest
1.09.  zlib itself, which wheels are packed with by others, is not asked: there are several."""

POOR: Final = 1.03
"""Times that it spends when it was packed for speed, so that it need not be looked at further."""

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


class NotSplicedError(Exception):
    """What was promised of a member cannot be had; its archive has to be read again without."""


def begun(source: Path, offered: Offered) -> Splicing | None:
    """Begin to read a member of which blocks can be taken over; nothing where it seems not to pay.

    Args:
        source: the archive.
        offered: the member, of which nothing is read yet.

    Raises:
        OSError: the archive cannot be read.
    """
    supply, content, blocks = offered
    if blocks is None or supply.size < LEAST:
        return None
    first = blocks.find(supply.at + WINDOW, SAMPLE)
    if first is None or first.begin.at - supply.at > MOST_HEAD:
        return None
    sample = _spent_on(first)
    if sample > POOR:
        return None
    head = blocks.read(supply.at, first.begin.at)
    return Splicing(_Member(source, supply.at, supply.size, head, first), content, blocks, sample)


class _Member(msgspec.Struct, frozen=True):
    """A member of an archive.

    Attributes:
        source: the archive.
        begin: where in what it unpacks to the member begins.
        size: its bytes.
        head: those before the first blocks.
        first: the first blocks that can be taken over.
    """

    source: Path
    begin: int
    size: int
    head: bytes
    first: Block


class Splicing:
    """Reads a member, and looks meanwhile for what of it can be taken over.

    Args:
        member: the member.
        content: its bytes.
        blocks: looks for blocks.
        sample: what its first sample was.

    Attributes:
        found: told what can be taken over, before the first byte behind it is read.
    """

    def __init__(self, member: _Member, content: Content, blocks: Blocks, sample: float) -> None:
        self.found: Callable[[Reused], object] = _untold
        self._member = member
        self._content = content
        self._blocks = blocks
        self._samples = [sample]
        self._at = 0
        count = min(max(FEWEST, member.size // EVERY), MOST)
        last = member.size - member.size // ANEW - ROOM
        self._stops = [last * number // (count + 1) for number in range(1, count + 2)]

    def read(self, size: int, /) -> bytes:
        """Give the next bytes, none at the end.

        Raises:
            NotSplicedError: it does not pay, or not enough can be proven.
            OSError: the archive cannot be read.
        """
        if self._stops and self._at == self._stops[0]:
            self._stops.pop(0)
            if self._stops:
                self._look()
            else:
                self._end()
        piece = self._content.read(min(size, self._stops[0] - self._at) if self._stops else size)
        self._at += len(piece)
        return piece

    def _look(self) -> None:
        """Take a sample here; where no blocks are found, there is none."""
        found = self._blocks.find(self._member.begin + self._at, SAMPLE)
        if found is not None:
            self._samples.append(_spent_on(found))

    def _end(self) -> None:
        """Tell what is taken over, up to a block that begins about here."""
        member = self._member
        last = self._blocks.find(member.begin + self._at)
        if last is None or not pays(self._samples) or not _fits(member, last):
            raise NotSplicedError
        reused = spliced(self._blocks, member, last)
        if reused is None:
            raise NotSplicedError
        self.found(reused)


def _untold(reused: Reused) -> None:
    """Tell nobody."""


def _fits(member: _Member, last: Block) -> bool:
    """Tell whether what lies between a member's first block and another one is to be taken over.

    A block with the mark of the last one ends a gzip stream, and another begins behind it.
    """
    begin, end = member.first.begin, last.end
    return (
        last.stream == member.first.stream
        and end.at <= member.begin + member.size
        and 2 * (end.at - begin.at) >= member.size
        # Samples do not see what is between them: empty blocks without number.
        and end.bit - begin.bit <= 8 * MOST_SPENT * (end.at - begin.at)
    )


def spliced(blocks: Blocks, member: _Member, last: Block) -> Reused | None:
    """Make the beginning of a member's stream from blocks of its archive, and prove its seams.

    Args:
        blocks: gives bytes of the archive.
        member: the member.
        last: the last block that is taken over.

    Returns:
        Nothing where a block is not where it is said to be.
    """
    first = member.first
    byte, opening = _opening(first.begin.bit, _byte(blocks, first.begin.bit))
    made = Reused(
        source=member.source,
        start=byte,
        length=(last.end.bit >> 3) - byte,
        before=bytes(FINER.compress(member.head, b"", last=False)) + opening,
        after=_closing(last.end.bit, _byte(blocks, last.end.bit)),
        covers=last.end.at - member.begin,
    )
    front = made.before + blocks.bytes_at(byte, (first.end.bit >> 3) + 1)
    data = member.head + first.data[-(first.end.at - first.begin.at) :]
    byte, opening = _opening(last.begin.bit, _byte(blocks, last.begin.bit))
    back = opening + blocks.bytes_at(byte, last.end.bit >> 3) + made.after + LAST
    proven = _goes_on(front, data) and _ends(back, last)
    return made if proven else None


def _byte(blocks: Blocks, bit: int) -> int:
    return (blocks.bytes_at(bit >> 3, (bit >> 3) + 1) or b"\0")[0]


def _spent_on(block: Block) -> float:
    return spent(block.data, (block.end.bit - block.begin.bit) / 8)


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


def _goes_on(stream: bytes, data: bytes) -> bool:
    """Say whether a stream begins with these data."""
    try:
        return inflater(RAW).decompress(stream, len(data)) == data
    except BROKEN:
        return False


def _ends(stream: bytes, block: Block) -> bool:
    """Say whether a stream unpacks to a block, and ends there."""
    size = block.end.at - block.begin.at
    engine = zlib.decompressobj(RAW, block.data[:-size])
    try:
        out = engine.decompress(stream)
    except zlib.error:
        return False
    return engine.eof and not engine.unused_data and out == block.data[-size:]
