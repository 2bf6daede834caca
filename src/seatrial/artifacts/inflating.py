"""Inflating, by the faster library where it is there."""

from __future__ import annotations

import importlib
import zlib
from typing import Any


class Inflater:
    """What :func:`zlib.decompressobj` gives; zlib-ng's where it is installed, else zlib's.

    Both give the same bytes.

    Args:
        wbits: the kind of stream, as zlib has it.
    """

    def __init__(self, wbits: int) -> None:
        try:
            module: Any = importlib.import_module("zlib_ng.zlib_ng")
        except ImportError:
            module = zlib
        self._engine = module.decompressobj(wbits)
        self._fault: type[Exception] = module.error

    @property
    def eof(self) -> bool:
        """Whether the end of the stream was seen."""
        return bool(self._engine.eof)

    @property
    def unused_data(self) -> bytes:
        """What follows the end."""
        return bytes(self._engine.unused_data)

    @property
    def unconsumed_tail(self) -> bytes:
        """What was given and not looked at yet."""
        return bytes(self._engine.unconsumed_tail)

    def copy(self) -> Inflater:
        """Give another one in the same state."""
        made = Inflater.__new__(Inflater)
        made._engine, made._fault = self._engine.copy(), self._fault  # noqa: SLF001 -- our own
        return made

    def decompress(self, data: bytes, most: int = 0) -> bytes:
        """Give what the data unpacks to.

        Args:
            data: the next bytes.
            most: bytes to give at most; all when 0.

        Raises:
            zlib.error: the stream is broken.
        """
        try:
            return bytes(self._engine.decompress(data, most))
        except self._fault as fault:
            raise zlib.error(str(fault)) from fault
