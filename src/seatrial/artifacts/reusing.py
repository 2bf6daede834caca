"""What a ZIP archive has compressed already, and a wheel may take over as it stands."""

from __future__ import annotations

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
from seatrial.artifacts.splicing import MOST_SPENT, Reused, pays, spent
from seatrial.artifacts.supplies import ZIP, Supply, promised_kind
from seatrial.artifacts.zipout import DEFLATED, data_begins

LEAST: Final = 256 * 1024
"""Bytes of a member from which it pays."""

SAMPLES: Final = 7
"""Pieces that are compressed, to see how well a member was packed."""

PIECE: Final = 128 * 1024
MOST: Final = 8 * MIB
"""Bytes that a piece may unpack to: what unpacks to more is compressed anew."""

ENCRYPTED: Final = 1


class Reuse:
    """Looks for compressed bytes in one ZIP archive; to be closed.

    Args:
        source: the archive.
        shown: its name for people; the ending of it says what kind it is.
    """

    def __init__(self, source: Path, shown: str) -> None:
        self._source = source
        self._kind = "" if source.is_dir() else promised_kind(shown)
        self._zip: zipfile.ZipFile | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._zip is not None:
            self._zip.close()

    def of(self, supply: Supply) -> Reused | None:
        """Give a file's stream, where it can be had and is no larger than ours.

        A broken archive gives nothing: who reads its files tells what is wrong with it.
        """
        if self._kind != ZIP or supply.size < LEAST:
            return None
        if self._zip is None:
            # Once: its directory may be long.
            self._zip = zipfile.ZipFile(self._source)
        return _member(self._zip, self._source, supply.path)


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
