"""Going through the members of an sdist that a stranger may have made."""

from __future__ import annotations

import io
import posixpath
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from seatrial.artifacts.archives import MIB, Paths, is_plain, most_unpacked, reading
from seatrial.errors import InspectionFailed

MOST_AT_ONCE: Final = 8 * MIB
"""Bytes that are read at once at most: a header states how long it is."""

_GZIP: Final = 16
"""Added to zlib's bits of the window: the data has a gzip header and checksum."""

_PACKED: Final = MIB // 4


@contextmanager
def opened(path: Path) -> Iterator[tarfile.TarFile]:
    """Open a ``.tar.gz`` for one pass over its members, bounded, its checksum compared at the end.

    Raises:
        InspectionFailed: instead of all that reading a broken or hostile one raises.
    """
    with reading(path.name), path.open("rb") as raw:
        packed = _Unpacked(raw, path.name, most_unpacked(path.stat().st_size))
        with tarfile.TarFile(fileobj=packed, mode="r") as archive:
            yield archive
        # The end of the stream holds its checksum.
        packed.finish()


class _Unpacked(io.RawIOBase):
    """What gzip has packed, read forwards only, that fails when it is more than is honest.

    Reading forwards only, a header with a negative size cannot send the reader back.

    Args:
        raw: the file.
        name: its name, for the errors.
        most: bytes that it may unpack to.
    """

    def __init__(self, raw: BinaryIO, name: str, most: int) -> None:
        super().__init__()
        self._raw = raw
        self._name = name
        self._most = most
        self._unpacked = self._at = self._used = 0
        self._piece = b""
        self._engine = zlib.decompressobj(zlib.MAX_WBITS | _GZIP)

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence != io.SEEK_SET or offset < self._at:
            raise tarfile.StreamError("it leads backwards")
        while self._at < offset and self.read(min(offset - self._at, MIB)):
            pass
        return self._at

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= MOST_AT_ONCE:
            raise tarfile.StreamError(f"a header in it states {size} bytes")
        parts, left = [], size
        while left:
            if self._used == len(self._piece):
                self._piece, self._used = self._next(), 0
                if not self._piece:
                    break
            part = self._piece[self._used : self._used + left]
            self._used += len(part)
            left -= len(part)
            parts.append(part)
        self._at += size - left
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def finish(self) -> None:
        """Read what is left to its end."""
        while self._next():
            pass

    def _next(self) -> bytes:
        while True:
            if self._engine.eof:
                # Another stream may follow, and zeros (RFC 1952, 2.2; tape archives).
                rest = self._engine.unused_data.lstrip(b"\0")
                while not rest and (rest := self._raw.read(_PACKED)):
                    rest = rest.lstrip(b"\0")
                if not rest:
                    return b""
                self._engine = zlib.decompressobj(zlib.MAX_WBITS | _GZIP)
            else:
                rest = self._engine.unconsumed_tail or self._raw.read(_PACKED)
                if not rest:
                    raise EOFError("it breaks off")
            if piece := self._engine.decompress(rest, MIB):
                self._unpacked += len(piece)
                if self._unpacked > self._most:
                    said = f"it unpacks to more than {self._most // MIB} MiB, as a bomb does"
                    raise InspectionFailed(self._name, said)
                return piece


class Walk:
    """The checks that each member of an sdist goes through, in the archive's order.

    Args:
        file: the sdist's name, for the errors.

    Attributes:
        top: the one folder that holds everything; empty before the first member.
        doubles: files that stand there again; the last one is what is unpacked.
    """

    def __init__(self, file: str) -> None:
        self.top = ""
        self.doubles: set[str] = set()
        self._files: set[str] = set()
        self._file = file
        self._paths = Paths(file)
        self._links: set[str] = set()

    def check(self, entry: tarfile.TarInfo) -> None:
        """Take the next member.

        Raises:
            InspectionFailed: it is not a file, folder or link that stays below the top folder.
        """
        path = entry.name
        again = entry.isreg() and path in self._files
        self._paths.add(path, folder=entry.isdir(), again=again)
        if again:
            self.doubles.add(path)
        if entry.isreg():
            self._files.add(path)
        top, _, rest = path.partition("/")
        self.top = self.top or top
        if top != self.top or not (rest or entry.isdir()):
            self._refuse(f"everything is to be in one folder, but {path!r} is not in {self.top!r}")
        if not (entry.isfile() or entry.isdir() or entry.issym() or entry.islnk()):
            self._refuse(f"{path!r} in it is no file, folder or link")
        if self._below_link(path):
            self._refuse(f"{path!r} in it lies below a symbolic link")
        if entry.issym() or entry.islnk():
            self._check_link(entry)
        if entry.issym():
            self._links.add(path)

    def _check_link(self, entry: tarfile.TarInfo) -> None:
        target = entry.linkname
        if entry.issym():
            # ".." only in front, and no member below a link: then what the path says is where
            # it leads.
            parts = [part for part in target.split("/") if part not in {"", "."}]
            while parts and parts[0] == "..":
                parts = parts[1:]
            plain = not target.startswith("/") and (not parts or is_plain("/".join(parts)))
            full = posixpath.normpath(posixpath.join(posixpath.dirname(entry.name), target))
        else:
            plain, full = is_plain(target) and not self._below_link(target + "/"), target
        if not plain or not f"{full}/".startswith(f"{self.top}/"):
            self._refuse(f"the link {entry.name!r} in it leads to {target!r}")

    def _below_link(self, path: str) -> bool:
        return any(path[:i] in self._links for i, letter in enumerate(path) if letter == "/")

    def _refuse(self, said: str) -> None:
        raise InspectionFailed(self._file, said)
