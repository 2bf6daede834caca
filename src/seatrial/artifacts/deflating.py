"""Deflate in blocks that are joined into one stream.

Each block is compressed by itself and ends on a byte (RFC 1951, section 3.2.4: an empty stored
block brings the stream there), so the blocks of one file follow each other as one stream.  Where
the blocks lie depends on the compressor alone, never on the machine: with the same release of the
compressor, the bytes are the same again.
"""

from __future__ import annotations

import zlib
from typing import Final, Protocol

from deflate import __version__, deflate_compress

from seatrial.artifacts.archives import MIB
from seatrial.artifacts.joining import without_end

WINDOW = 32 * 1024
"""Bytes before a block that it may refer to."""

USUAL: Final = 5
"""The fastest level that makes programs smaller than zlib at its usual level does."""


class Compressor(Protocol):
    """What makes a block of a deflate stream."""

    @property
    def name(self) -> str:
        """What a person calls it."""
        ...

    @property
    def block(self) -> int:
        """Bytes that a block holds at most."""
        ...

    def compress(self, data: bytes | bytearray, before: bytes, *, last: bool) -> bytes | bytearray:
        """Compress one block.

        Args:
            data: its bytes.
            before: up to :data:`WINDOW` bytes that stand before it in the file.
            last: whether the stream ends with it.
        """
        ...


class Zlib:
    """The standard library's, at its usual level: what other tools make wheels with."""

    name = "zlib"
    block = MIB

    def compress(self, data: bytes | bytearray, before: bytes, *, last: bool) -> bytes:
        """Compress one block; it may refer to what stands before it."""
        method = (zlib.Z_DEFAULT_COMPRESSION, zlib.DEFLATED, -zlib.MAX_WBITS, 8, 0)
        engine = zlib.compressobj(*method, before) if before else zlib.compressobj(*method)
        return engine.compress(data) + engine.flush(zlib.Z_FINISH if last else zlib.Z_SYNC_FLUSH)


class Libdeflate:
    """libdeflate: 3.6 times as fast as zlib, at wheels a little smaller than zlib's usual ones.

    It compresses whole buffers only, so the end of all blocks but the last is taken off again.

    Args:
        block: bytes that a block holds at most.  As many as memory allows, because the end of a
            block is found by unpacking it; most programs are one block or two.
        level: how hard it tries, from 1 to 12.
    """

    name = f"deflate {__version__}"

    def __init__(self, block: int = 24 * MIB, level: int = USUAL) -> None:
        self.block = block
        self.level = level

    def compress(self, data: bytes | bytearray, before: bytes, *, last: bool) -> bytes | bytearray:
        """Compress one block; it refers to nothing before it."""
        stream = deflate_compress(data, self.level)
        if last:
            return stream
        # Data so even that the table of codes is a few bytes long cost zlib little time.
        return without_end(stream, data) or Zlib().compress(data, before, last=False)
