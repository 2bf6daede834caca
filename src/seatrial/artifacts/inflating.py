"""Inflating with the fastest engine that is installed: what comes out is the same with any."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Protocol, cast

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


def _fastest() -> tuple[Callable[[int], Inflater], tuple[type[Exception], ...]]:
    """Give what makes engines, and what these raise for a stream that is none."""
    try:
        from isal import isal_zlib
    except ImportError:  # it is not made for this processor
        return zlib.decompressobj, (zlib.error,)
    return isal_zlib.decompressobj, (zlib.error, cast("type[Exception]", isal_zlib.error))


inflater, BROKEN = _fastest()
"""Makes an engine for one stream, :data:`RAW` or :data:`GZIP`; what engines raise."""
