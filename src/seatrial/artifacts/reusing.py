"""What an archive has compressed already, and a wheel may take over as it stands."""

from __future__ import annotations

import contextlib
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Self

from seatrial.artifacts.archives import MIB
from seatrial.artifacts.deflating import WINDOW
from seatrial.artifacts.inflating import RAW
from seatrial.artifacts.points import Points, points_of
from seatrial.artifacts.splicing import (
    LEAST,
    MOST_SPENT,
    POOR,
    SAMPLES,
    Reused,
    pays,
    spent,
    spliced,
    well_packed,
)
from seatrial.artifacts.supplies import TAR_GZ, ZIP, Supply, promised_kind
from seatrial.artifacts.zipout import DEFLATED, data_begins

PIECE: Final = 128 * 1024
MOST: Final = 8 * MIB
"""Bytes that a piece may unpack to: what unpacks to more is compressed anew."""

ENCRYPTED: Final = 1

POINT: Final = WINDOW
"""Bytes of memory that a point takes."""


class Reuse:
    """Looks for compressed bytes in one archive; to be closed.

    Args:
        source: the archive.
        shown: its name for people; the ending of it says what kind it is.
    """

    def __init__(self, source: Path, shown: str) -> None:
        self._source = source
        self._kind = "" if source.is_dir() else promised_kind(shown)
        self._points: Points | None = None
        self._looked = False
        self._zip: zipfile.ZipFile | None = None
        self._open = contextlib.ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the memory back."""
        self._open.close()

    @property
    def held(self) -> int:
        """Bytes of memory that what was found takes."""
        return POINT * len(self._points.all) if self._points is not None else 0

    def prepare(self) -> None:
        """Look for what can be taken over, before it is asked for.

        Raises:
            OSError: the archive cannot be read.
        """
        if self._kind == TAR_GZ and not self._looked:
            self._looked, self._points = True, self._found()

    def of(self, supply: Supply) -> Reused | None:
        """Give a file's stream, or its beginning, where it can be had and is no larger than ours.

        A broken archive gives nothing: who reads its files tells what is wrong with it.
        """
        if supply.size < LEAST:
            return None
        if self._kind == TAR_GZ and supply.at >= 0:
            self.prepare()
            if self._points is not None:
                return spliced(self._points, self._source, supply.at, supply.size)
        if self._kind == ZIP:
            if self._zip is None:
                # Once: its directory may be long.
                self._zip = self._open.enter_context(zipfile.ZipFile(self._source))
            return _member(self._zip, self._source, supply.path)
        return None

    def _found(self) -> Points | None:
        """Give the archive's points; nothing where it is badly packed, or broken."""
        points = points_of(self._source)
        if points is None:
            return None
        if well_packed(points, POOR):
            points.look()
            if well_packed(points, MOST_SPENT):
                return self._open.enter_context(points)
        points.close()
        return None


def _member(archive: zipfile.ZipFile, source: Path, path: str) -> Reused | None:
    """Give the stream of a ZIP archive's member, when it unpacks to what the archive states."""
    info = archive.getinfo(path)
    if info.compress_type != DEFLATED or info.flag_bits & ENCRYPTED:
        return None
    if info.compress_size > MOST_SPENT * info.file_size:
        return None
    with source.open("rb") as file:
        try:
            start = data_begins(file, info)
        except struct.error:
            return None
        file.seek(start)
        seen = _gone_through(file.read, info.compress_size)
    if seen is None or (seen.size, seen.crc) != (info.file_size, info.CRC):
        return None
    return Reused(source=source, start=start, length=info.compress_size, covers=info.file_size)


class _Seen(NamedTuple):
    """What a stream unpacks to: bytes, and their CRC-32."""

    size: int
    crc: int


def _gone_through(read: Callable[[int], bytes], length: int) -> _Seen | None:
    """Unpack a stream; nothing where it is not exactly one, or spends more than we would.

    It is zlib that unpacks, everywhere: another may give a byte of a piece with the next one, and
    what is taken over must not depend on which is installed.
    """
    engine, size, crc, window = zlib.decompressobj(RAW), 0, 0, b""
    step = max(1, length // PIECE // SAMPLES)
    samples = []
    for number, at in enumerate(range(0, length, PIECE)):
        piece = read(min(PIECE, length - at))
        try:
            out = engine.decompress(piece, MOST)
        except zlib.error:
            return None
        if not piece or engine.unconsumed_tail or engine.unused_data:
            return None
        if number % step == step // 2:
            samples.append(spent(window + out, len(piece)))
        size, crc, window = size + len(out), zlib.crc32(out, crc), out[-WINDOW:]
    return _Seen(size, crc) if engine.eof and pays(samples) else None
