"""What is sent: a file as it stands, or a few bytes of JSON."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from seatrial.errors import StorageFault

PIECE = 64 * 1024


def pieces(path: Path, size: int) -> Iterator[bytes]:
    """Read a file piece by piece.

    Args:
        path: the file.
        size: how many bytes it must have.

    Raises:
        StorageFault: it cannot be read, or is longer or shorter.
    """
    doing = "reading"
    seen = 0
    try:
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                seen += len(piece)
                if seen > size:
                    break
                yield piece
    except OSError as error:
        raise StorageFault(str(path), error.strerror or str(error), doing=doing) from error
    if seen != size:
        raise StorageFault(str(path), f"it has no longer its {size} bytes", doing=doing)


class FileBody(msgspec.Struct, frozen=True, kw_only=True):
    """A file, read as it is sent.

    Attributes:
        path: the file.
        length: how many bytes it must have.
    """

    path: Path
    length: int

    def chunks(self) -> Iterator[bytes]:
        """Give the pieces from the start.

        Raises:
            StorageFault: the file cannot be read, or is not as long as it was.
        """
        return pieces(self.path, self.length)


class JsonBody(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes that are held already."""

    data: bytes

    @property
    def length(self) -> int:
        """Bytes in all."""
        return len(self.data)

    def chunks(self) -> Iterator[bytes]:
        """Give them as one piece."""
        yield self.data
