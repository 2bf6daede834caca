"""Inflating with the fastest engine that is installed: what comes out is the same with any."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Final, Protocol, cast

RAW, GZIP = -zlib.MAX_WBITS, 16 + zlib.MAX_WBITS


class Inflater(Protocol):
    """What unpacks a deflate stream."""

    @property
    def eof(self) -> bool:
        """Whether the end of the stream was seen."""
        ...

    @property
    def unused_data(self) -> bytes:
        """What follows the end."""
        ...

    @property
    def unconsumed_tail(self) -> bytes:
        """What was given, and not looked at because enough came out."""
        ...

    def decompress(self, data: bytes | memoryview, max_length: int = 0, /) -> bytes:
        """Give some of what the data unpacks to; all of it with a ``max_length`` of 0."""
        ...

    def copy(self) -> Inflater:
        """Give another one in the same state."""
        ...


def _fastest() -> tuple[Callable[[int], Inflater], type[Exception], Callable[..., int]]:
    """Give what makes engines, what these raise for a stream that is none, and what checks."""
    try:
        from zlib_ng import zlib_ng
    except ImportError:  # it is not made for this processor
        return zlib.decompressobj, zlib.error, zlib.crc32
    # Its types know neither that the error is a class nor what an engine is.
    make = cast("Callable[[int], Inflater]", zlib_ng.decompressobj)
    return make, cast("type[Exception]", zlib_ng.error), zlib_ng.crc32


inflater, _ERROR, crc32 = _fastest()
"""Makes an engine for one stream, :data:`RAW` or :data:`GZIP`; takes CRC-32 as zlib does."""

BROKEN: Final = (zlib.error, _ERROR)
"""What engines raise."""
