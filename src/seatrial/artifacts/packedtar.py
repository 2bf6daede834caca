"""What is inside a compressed tar, read forwards only, and bounded."""

from __future__ import annotations

import bz2
import io
import lzma
import tarfile
from typing import BinaryIO, Final, Protocol, cast

from seatrial.artifacts.archives import MIB
from seatrial.artifacts.blocks import Blocks, Mark
from seatrial.artifacts.inflating import GZIP, Inflater, inflater
from seatrial.errors import InspectionFailed

PIECE: Final = 256 * 1024
XZ_MEMORY: Final = 80 * MIB
"""Bytes that xz may use; what ``xz -9`` makes needs 65 MiB (xz(1))."""

TAR_GZ, TAR_XZ, TAR_BZ2 = ".tar.gz", ".tar.xz", ".tar.bz2"


class Engine(Protocol):
    """What unpacks a stream."""

    @property
    def eof(self) -> bool:
        """Whether the end of the stream was seen."""
        ...

    @property
    def unused_data(self) -> bytes:
        """What follows the end."""
        ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        """Give some of what the data unpacks to."""
        ...


class Unpacked(io.RawIOBase):
    """The bytes inside a compressed tar, read forwards only, and bounded.

    Args:
        name: the archive's.
        file: the archive.
        form: how it is compressed, and who looks for its blocks and is closed with this.
        most: bytes that it may unpack to.
    """

    def __init__(
        self, name: str, file: BinaryIO, form: tuple[str, Blocks | None], most: int
    ) -> None:
        super().__init__()
        self._name = name
        self._file = file
        self._kind, self._blocks = form
        self._most = self._left = most
        self._rest = b""
        self._packed = self._stream = 0
        self._begun = False
        self._engine = self._fresh()

    def close(self) -> None:
        """Look for no more blocks; the archive is closed by who has opened it."""
        if self._blocks is not None:
            self._blocks.close()
        super().close()

    def readable(self) -> bool:
        """It can be read."""
        return True

    def tell(self) -> int:
        """Give the bytes that were read."""
        return self._most - self._left

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go forwards."""
        if whence != io.SEEK_SET or offset < self.tell():
            raise tarfile.StreamError("it leads backwards")
        while (left := offset - self.tell()) > 0 and self.read(min(left, PIECE)):
            pass
        return self.tell()

    def read(self, size: int = -1) -> bytes:
        """Give up to ``size`` bytes, and fewer only at the end."""
        parts, wanted = [], size if size >= 0 else 1 << 62
        while wanted and (part := self._some(min(wanted, PIECE * 4))):
            parts.append(part)
            wanted -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def drain(self) -> None:
        """Read to the end: it holds the checksum."""
        while self.read(PIECE):
            pass

    def _some(self, size: int) -> bytes:
        while True:
            if self._engine.eof:
                self._rest = self._engine.unused_data or self._more()
                if not self._rest.strip(b"\0"):
                    return b""
                self._stream += 1
                self._engine, self._begun = self._fresh(), False
            data = self._rest or (b"" if self._pending() else self._more())
            if not data and not self._pending():
                if self._begun:
                    raise EOFError("it ends too early")
                return b""
            self._begun = True
            out = self._engine.decompress(data, size)
            self._rest = getattr(self._engine, "unconsumed_tail", b"")
            if out:
                self._left -= len(out)
                if self._left < 0:
                    said = f"it unpacks to more than {self._most // MIB} MiB, as a bomb does"
                    raise InspectionFailed(self._name, said)
                return out

    def _more(self) -> bytes:
        """Read on, once all is unpacked that was read."""
        if not self._engine.eof:
            self._mark(self._engine)
        piece = self._file.read(PIECE)
        self._packed += len(piece)
        return piece

    def _mark(self, engine: Engine) -> None:
        """Leave a mark before what is given to an engine next."""
        if self._blocks is not None:
            packed, at = self._packed - len(self._rest), self._most - self._left
            self._blocks.mark(Mark(packed, at, cast("Inflater", engine).copy(), self._stream))

    def _pending(self) -> bool:
        """Whether the engine can give bytes without being given any."""
        return not getattr(self._engine, "needs_input", True)

    def _fresh(self) -> Engine:
        if self._kind == TAR_XZ:
            return lzma.LZMADecompressor(memlimit=XZ_MEMORY)
        if self._kind == TAR_BZ2:
            return bz2.BZ2Decompressor()
        engine = inflater(GZIP)
        self._mark(engine)
        return engine


class Entry:
    """The bytes of a file in a tar, straight from where it is being read.

    Args:
        stream: what is inside the archive.
        entry: the file, in one piece.
    """

    def __init__(self, stream: Unpacked, entry: tarfile.TarInfo) -> None:
        self._stream = stream
        self._begin, self._end = entry.offset_data, entry.offset_data + entry.size

    def read(self, size: int, /) -> bytes:
        """Give the next bytes, none at the end, nor when another file was asked for."""
        at = self._stream.tell()
        return (
            self._stream.read(min(size, self._end - at)) if self._begin <= at < self._end else b""
        )
