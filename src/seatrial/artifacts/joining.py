"""Taking the end off a deflate stream, so that another one can follow it.

A deflate stream is a row of blocks, and the header of the last one says that it is the last (RFC
1951, section 3.2.3).  What compresses whole buffers only, and fast, always says so.  Here that
header is found and its mark is taken away, and the stream is brought to a whole byte (section
3.2.4): what was a stream of its own is then the beginning of any other.

A block begins with its table of codes, and while that is read, nothing comes out: so the place is
known to a few bytes, and in them a table is told from anything else by its form.  What is found is
unpacked and compared with what it should be before it is believed.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from itertools import islice

from seatrial.artifacts.inflating import BROKEN, RAW, inflater

FAR = 320_000
"""Bytes, unpacked, before the end that the last block may have; libdeflate's have at most 305,000
(``SOFT_MAX_BLOCK_LENGTH`` and ``MIN_BLOCK_LENGTH``)."""

COARSE = 64 * 1024
MOST_OUT = 1 << 20
"""Bytes that come of it at a time at most: of zeros it would be a thousand times as many."""

STEP = 16
"""Bytes that are fed at a time near the end; nearly all tables are longer."""

AROUND = 20
"""Bytes before a step without a result where a block may begin: an engine reads ahead."""

WINDOW = 32 * 1024
HEADER = 10
"""Bytes that hold the beginning of a table, up to the lengths of the codes for lengths."""

STORED = b"\0\0\xff\xff"
"""The lengths of an empty stored block, and of its complement."""

MOST_STORED = 0xFFFF
MOST_TRIED = 8
"""Places where a stored block may begin that are tried; nearly always the first is the one."""

LAST_WITH_TABLE = 0b101
"""The first three bits of a last block with a table; the first bit is the lowest."""

MOST_LITERALS, MOST_DISTANCES = 286 - 257, 30 - 1


def without_end(stream: bytearray, data: bytes | bytearray) -> bytearray | None:
    """Take the end off a deflate stream, and give it; nothing where the last block is not found.

    Args:
        stream: a whole one, with nothing behind it.  It is changed where it lies: a block has
            dozens of megabytes, and another copy of it would be as much memory again.
        data: what it unpacks to.
    """
    for place in islice(_stored(stream, data), MOST_TRIED):
        _flip_mark(stream, place)
        if _unpacks_to(stream, data):
            return stream
        _flip_mark(stream, place)
    return _with_table(stream, data)


def _stored(stream: bytes | bytearray, data: bytes | bytearray) -> Iterator[int]:
    """Find where a last block that is stored may begin: the stream ends with the data, as it is.

    Before the lengths stand zeros up to the whole byte, two more that say "stored", and the mark.
    What looks like lengths may be data as well.
    """
    alike = stream[-8:] == data[-8:]
    for size in range(MOST_STORED + 1 if alike else 8):
        at = len(stream) - size - len(STORED)
        if at < 1:
            return
        lengths = int.from_bytes(stream[at : at + 4], "little")
        if lengths != size | (~size & 0xFFFF) << 16 or stream[at + 4 :] != data[len(data) - size :]:
            continue
        byte = at - 1 if stream[at - 1] else at - 2
        bit = stream[byte].bit_length() - 1 if byte >= 0 else -1
        if bit >= 0 and (bit < 6) == (byte == at - 1):  # noqa: PLR2004 -- two bits follow the mark
            yield 8 * byte + bit


def _unpacks_to(opened: bytearray, data: bytes | bytearray) -> bool:
    """Say whether a stream unpacks to all of the data, and goes on."""
    engine, at, came = inflater(RAW), 0, 0
    with memoryview(opened) as view, memoryview(data) as wanted:
        while True:
            with view[at : at + COARSE] as piece:
                try:
                    out = engine.decompress(piece, MOST_OUT)
                except BROKEN:
                    return False
                at += len(piece) - len(engine.unconsumed_tail)
                if not out and not piece:
                    return came == len(data) and not engine.eof
            if out != wanted[came : came + len(out)]:
                return False
            came += len(out)


def _with_table(stream: bytearray, data: bytes | bytearray) -> bytearray | None:
    for place, begin in _tables(stream, len(data)):
        end = _end(stream, place, data[max(0, begin - WINDOW) : begin], data[begin:])
        if end:
            # An empty stored block: its three bits, zeros up to the whole byte, and its lengths.
            more = b"" if 8 * len(stream) - end >= 3 else b"\0"  # noqa: PLR2004 -- three bits
            _flip_mark(stream, place)
            stream += more + STORED
            return stream
    return None


def _flip_mark(stream: bytearray, place: int) -> None:
    """Take the mark of the last block from the one that begins at a bit, or give it back."""
    stream[place >> 3] ^= 1 << (place & 7)


def _tables(stream: bytearray, size: int) -> Iterator[tuple[int, int]]:
    """Find where the last block may begin: bits of the stream, and bytes of what it unpacks to."""
    engine, at, came = inflater(RAW), 0, 0
    silent: list[tuple[int, int]] = []
    # Nothing is grown that somebody has a view of.
    with memoryview(stream) as view:
        while came < size - FAR:
            with view[at : at + COARSE] as piece:
                out = engine.decompress(piece, min(size - FAR - came, MOST_OUT))
                came += len(out)
                at += len(piece) - len(engine.unconsumed_tail)
                if not out and not piece:
                    return
        inflate = engine.decompress
        for place in range(at, len(stream), STEP):
            out = inflate(view[place : place + STEP])
            if out:
                came += len(out)
            else:
                silent.append((place, came))
    for place, begin in reversed(silent):
        first = max(0, place - AROUND)
        bits = int.from_bytes(stream[first : place + STEP + HEADER], "little")
        for bit in range(8 * (place + STEP - first)):
            if bits >> bit & 7 == LAST_WITH_TABLE and is_table(bits >> bit):
                yield 8 * first + bit, begin


def is_table(bits: int) -> bool:
    """Tell whether a table of codes begins there: its codes for lengths use up all there are.

    Args:
        bits: a block's, from its three bits of header on, the first one the lowest.
    """
    if bits >> 3 & 31 > MOST_LITERALS or bits >> 8 & 31 > MOST_DISTANCES:
        return False
    lengths = (bits >> 17 + 3 * number & 7 for number in range((bits >> 13 & 15) + 4))
    return sum(128 >> length for length in lengths if length) == 128  # noqa: PLR2004 -- 2 to the 7th


def _end(
    stream: bytes | bytearray,
    place: int,
    before: bytes | bytearray,
    data: bytes | bytearray,
) -> int:
    """Give the bit where a block ends that unpacks to these data; 0 where it does not.

    Another block, empty and the last (the bits 1, 1 and eight zeros), is tried where it may end.
    """
    bits = int.from_bytes(stream[place >> 3 :], "little") >> (place & 7) & ~1
    length = 8 * len(stream) - place
    whole = max(0, (length >> 3) - 3)
    block = bits.to_bytes((length + 7) // 8, "little")
    try:
        engine = zlib.decompressobj(RAW, before) if before else zlib.decompressobj(RAW)
        most = engine.decompress(block[:whole])
    except zlib.error:
        return 0
    rest, end = int.from_bytes(block[whole:], "little"), length - 8 * whole
    for bit in range(end - 7, end + 1):
        probe = engine.copy()
        try:
            out = probe.decompress((rest | 3 << bit).to_bytes(8, "little"))
        except zlib.error:
            continue
        if probe.eof and most + out == data:
            return place + 8 * whole + bit
    return 0
