"""Archives of another project's binaries, read once and from front to back.

They come from elsewhere, so nothing in them is believed: no path out of the archive, no link, no
device, no bomb, and no archive that is something else than its name says.
"""

from __future__ import annotations

import bz2
import contextlib
import io
import lzma
import os
import posixpath
import re
import stat
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol, cast

import msgspec

from seatrial.artifacts.archives import MIB, Paths, is_plain, most_unpacked, reading
from seatrial.artifacts.blocks import Blocks, Mark
from seatrial.artifacts.inflating import BROKEN, GZIP, Inflater, inflater
from seatrial.errors import InspectionFailed

PIECE = 256 * 1024
XZ_MEMORY = 80 * MIB
"""Bytes that xz may use; what ``xz -9`` makes needs 65 MiB (xz(1))."""

ZIP, TAR_GZ, TAR_XZ, TAR_BZ2 = ".zip", ".tar.gz", ".tar.xz", ".tar.bz2"
ENDINGS = {
    ZIP: ZIP,
    TAR_GZ: TAR_GZ,
    ".tgz": TAR_GZ,
    TAR_XZ: TAR_XZ,
    ".txz": TAR_XZ,
    TAR_BZ2: TAR_BZ2,
}
MAGIC = (
    (b"PK\x03\x04", ZIP),
    (b"PK\x05\x06", ZIP),
    (b"\x1f\x8b", TAR_GZ),
    (b"\xfd7zXZ\x00", TAR_XZ),
    (b"BZh", TAR_BZ2),
)
WORDS = {ZIP: "a zip archive", TAR_GZ: "gzip data", TAR_XZ: "xz data", TAR_BZ2: "bzip2 data"}


BROKEN_STREAMS: tuple[type[Exception], ...] = (*BROKEN, lzma.LZMAError)


class Supply(msgspec.Struct, frozen=True, kw_only=True):
    """One file of an archive, or of a folder.

    Attributes:
        path: with forward slashes, from the root.
        size: bytes.
        mode: the permission bits; 0 where none are stated.
        link: where it leads, for a link; else empty.
        at: where its bytes begin in what a tar unpacks to; negative where they lie elsewhere, or
            not in one piece.
    """

    path: str
    size: int
    mode: int = 0
    link: str = ""
    at: int = -1


class Content(Protocol):
    """The bytes of the file that is being looked at."""

    def read(self, size: int, /) -> bytes:
        """Give the next bytes, none at the end."""
        ...


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


class Offered(NamedTuple):
    """A file and its bytes; they can be read until the next file is asked for.

    Attributes:
        supply: the file.
        content: its bytes.
        blocks: looks for blocks of the archive around the place that is being read; nothing where
            its bytes lie in none.
    """

    supply: Supply
    content: Content
    blocks: Blocks | None = None


@contextlib.contextmanager
def opened(path: Path, shown: str = "") -> Iterator[Iterator[Offered]]:
    """Open an archive, a folder or a single file, and give its files one after the other.

    Args:
        path: where it lies.
        shown: its name for people; the ending of it says what it has to be.

    Raises:
        InspectionFailed: it is not what its name says, or it is broken or hostile.
    """
    name = shown or path.name
    with _refusing(name), reading(name):
        if path.is_dir():
            yield _folder(path)
            return
        kind = kind_of(path, name)
        if not kind:
            with path.open("rb") as single:
                size = path.stat().st_size
                yield iter([Offered(Supply(path=name, size=size), single)])
        elif kind == ZIP:
            with zipfile.ZipFile(path) as archive:
                yield _zipped(name, archive, most_unpacked(path.stat().st_size))
        else:
            with path.open("rb") as file:
                blocks = Blocks(path) if kind == TAR_GZ else None
                stream = _Unpacked(name, file, (kind, blocks), most_unpacked(path.stat().st_size))
                with contextlib.closing(stream):
                    with tarfile.open(fileobj=stream, mode="r|", bufsize=PIECE) as archive:
                        yield _tarred(name, archive, blocks)
                    stream.drain()


def kind_of(path: Path, name: str) -> str:
    """Say which kind of archive a file is; empty for a name that promises none.

    Raises:
        InspectionFailed: its first bytes are not those that its name promises.
    """
    promised = promised_kind(name)
    with path.open("rb") as file:
        first = file.read(512)
    found = next((kind for magic, kind in MAGIC if first.startswith(magic)), "")
    if found == promised or not promised:
        return promised
    if not first:
        said = "it is empty"
    elif (
        first.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<!doctype", b"<html", b"<?xml"))
    ):
        said = f"it is a web page, and no archive: it begins with {_beginning(first)}"
    else:
        what = WORDS.get(found) or f"something that begins with {_beginning(first)}"
        said = f"its name ends like that of {WORDS[promised]}, and it holds {what}"
    raise InspectionFailed(
        name, said, next_step="See that the address and the name of the archive are right."
    )


def promised_kind(name: str) -> str:
    """Say which kind of archive a name promises; empty where it promises none."""
    return next((kind for end, kind in ENDINGS.items() if name.endswith(end)), "")


def _beginning(first: bytes) -> str:
    return repr(first[:40].decode("ascii", "replace").strip())


@contextlib.contextmanager
def _refusing(name: str) -> Iterator[None]:
    """Say of a broken or hostile archive what can be done about it."""
    try:
        yield
    except InspectionFailed as error:
        if error.thing == name and error.next_step == InspectionFailed.next_step:
            error.doing = "unpacking"
            error.next_step = "See who made it, and take another one; nothing of it was used."
        raise
    except BROKEN_STREAMS as fault:
        raise InspectionFailed(
            name,
            f"it cannot be read: {fault}",
            doing="unpacking",
            next_step="See who made it, and take another one; nothing of it was used.",
        ) from fault


class _Unpacked(io.RawIOBase):
    """The bytes inside a compressed tar, bounded.

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
        return True

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


def _tarred(name: str, archive: tarfile.TarFile, blocks: Blocks | None) -> Iterator[Offered]:
    paths = Paths(name)
    for entry in archive:
        path = re.sub(r"^(\./)+", "", entry.name)
        if path == ".":
            continue
        paths.add(path, folder=entry.isdir())
        if entry.isdir():
            continue
        if entry.issym() or entry.islnk():
            folder = posixpath.dirname(path) if entry.issym() else ""
            yield _link(name, path, posixpath.join(folder, entry.linkname))
        elif entry.isreg():
            content = archive.extractfile(entry)
            if content is None:
                raise InspectionFailed(name, f"{path!r} in it cannot be read")
            at = -1 if entry.issparse() else entry.offset_data
            supply = Supply(path=path, size=entry.size, mode=entry.mode & 0o777, at=at)
            yield Offered(supply, content, None if at < 0 else blocks)
        else:
            raise InspectionFailed(name, f"{path!r} in it is no file, folder or link")


def _zipped(name: str, archive: zipfile.ZipFile, most: int) -> Iterator[Offered]:
    paths, left = Paths(name), most
    for entry in archive.infolist():
        path = entry.filename
        paths.add(path, folder=entry.is_dir())
        if entry.is_dir():
            continue
        left -= entry.file_size
        if left < 0:
            said = f"it unpacks to more than {most // MIB} MiB, as a bomb does"
            raise InspectionFailed(name, said)
        mode = entry.external_attr >> 16 if entry.create_system == 3 else 0  # noqa: PLR2004 -- Unix
        if stat.S_ISLNK(mode):
            target = archive.read(entry)[:4096].decode("utf-8", "replace")
            yield _link(name, path, posixpath.join(posixpath.dirname(path), target))
        elif stat.S_IFMT(mode) not in {0, stat.S_IFREG}:
            raise InspectionFailed(name, f"{path!r} in it is no file, folder or link")
        else:
            with archive.open(entry) as content:
                supply = Supply(path=path, size=entry.file_size, mode=mode & 0o777)
                yield Offered(supply, content)


def _link(name: str, path: str, target: str) -> Offered:
    """Give a link that stays inside; who wants its content has to name what it leads to."""
    full = posixpath.normpath(target)
    if not is_plain(full):
        raise InspectionFailed(name, f"the link {path!r} in it leads to {target!r}")
    return Offered(Supply(path=path, size=0, link=full), io.BytesIO())


def _folder(root: Path) -> Iterator[Offered]:
    for path in files_in(root):
        info = path.stat()
        supply = Supply(
            path=path.relative_to(root).as_posix(), size=info.st_size, mode=info.st_mode & 0o777
        )
        with path.open("rb") as content:
            yield Offered(supply, content)


def files_in(root: Path) -> Iterator[Path]:
    """Give the files below a folder, links to files among them, in a fixed order."""
    for folder, folders, files in os.walk(root):
        folders.sort()
        yield from (Path(folder, name) for name in sorted(files) if Path(folder, name).is_file())
