"""Archives of another project's binaries, read once and from front to back.

They come from elsewhere, so nothing in them is believed: no path out of the archive, no link, no
device, no bomb, and no archive that is something else than its name says.
"""

from __future__ import annotations

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
from typing import NamedTuple, Protocol

import msgspec

from seatrial.artifacts.archives import (
    BEGINNING,
    MIB,
    Paths,
    is_page,
    is_plain,
    most_unpacked,
    reading,
)
from seatrial.artifacts.blocks import Blocks
from seatrial.artifacts.inflating import BROKEN
from seatrial.artifacts.packedtar import TAR_BZ2, TAR_GZ, TAR_XZ, Entry, Unpacked
from seatrial.errors import InspectionFailed

ZIP = ".zip"
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
                stream = Unpacked(name, file, (kind, blocks), most_unpacked(path.stat().st_size))
                with contextlib.closing(stream):
                    with tarfile.TarFile(fileobj=stream, mode="r") as archive:
                        yield _tarred(name, archive, (stream, blocks))
                    stream.drain()


def kind_of(path: Path, name: str) -> str:
    """Say which kind of archive a file is; empty for a name that promises none.

    Raises:
        InspectionFailed: its first bytes are not those that its name promises.
    """
    promised = promised_kind(name)
    with path.open("rb") as file:
        first = file.read(BEGINNING)
    found = next((kind for magic, kind in MAGIC if first.startswith(magic)), "")
    if found == promised or not promised:
        return promised
    if not first:
        said = "it is empty"
    elif is_page(first):
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


def _tarred(
    name: str, archive: tarfile.TarFile, behind: tuple[Unpacked, Blocks | None]
) -> Iterator[Offered]:
    stream, blocks = behind
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
            supply = Supply(
                path=path, size=entry.size, mode=entry.mode & 0o777, at=entry.offset_data
            )
            if not entry.issparse():
                yield Offered(supply, Entry(stream, entry), blocks)
                continue
            content = archive.extractfile(entry)
            if content is None:
                raise InspectionFailed(name, f"{path!r} in it cannot be read")
            yield Offered(msgspec.structs.replace(supply, at=-1), content)
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
