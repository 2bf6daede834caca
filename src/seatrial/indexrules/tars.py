"""What PyPI looks at in a ``.tar.gz`` (A12 to A17), in one pass and with bounds.

PyPI unpacks the whole stream, however much it is.  Here it is unpacked once, no member is kept, and
it ends where it passes our bounds.
"""

from __future__ import annotations

import gzip
import io
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from seatrial.indexrules import scanner
from seatrial.indexrules.archives import (
    MixedPaths,
    a5_a15_top_level,
    broken,
    common_path,
    invalid,
    join,
)
from seatrial.indexrules.messages import ARCHIVES
from seatrial.indexrules.streams import (
    NO_HEADER,
    BoundedStream,
    TooMuch,
    is_tar,
    open_gzip,
)
from seatrial.indexrules.upload import Upload
from seatrial.indexrules.values import Limits, Refusal

_FALLS: Final = (
    "a header in it, or the compressed data, is broken where nobody expects it; "
    "PyPI answers 500 to this"
)


class Fallen(Exception):
    """The archive is broken in a way that PyPI answers 500 to."""


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """What one pass over a tar found.

    Attributes:
        names: of all members, as ``tarfile`` has them.
        sparse: whether one is sparse.
        encrypted: what the scanner says of the first Python file it refuses.
    """

    names: tuple[str, ...]
    sparse: bool
    encrypted: Refusal | None


def read_listing(path: Path, limits: Limits) -> Listing:
    """Read a gzipped tar once.

    Raises:
        TooMuch: it passes our bounds.
        tarfile.ReadError, EOFError, zlib.error, OSError: it is broken.
        Fallen: it is broken where PyPI does not look for it.
    """
    names: list[str] = []
    sparse = False
    encrypted: Refusal | None = None
    with open_gzip(path) as unpacked:
        stream = BoundedStream(unpacked, limits.unpacked)
        with tarfile.TarFile(fileobj=stream, mode="r") as tar:
            while (member := _next(tar)) is not None:
                # The list of members would grow with the archive.
                tar.members = []  # type: ignore[attr-defined] # typeshed leaves it out
                names.append(member.name)
                if len(names) > limits.members:
                    raise TooMuch(f"it has more than {limits.members} members")
                sparse = sparse or member.issparse()
                if encrypted is None and member.isreg() and not member.issparse():
                    encrypted = _scanned(stream, member)
    return Listing(names=tuple(names), sparse=sparse, encrypted=encrypted)


def _next(tar: tarfile.TarFile) -> tarfile.TarInfo | None:
    """Give the next member; what PyPI answers 500 to is told apart from what it foresees."""
    try:
        return tar.next()
    except (gzip.BadGzipFile, *NO_HEADER) as error:
        if isinstance(error, io.UnsupportedOperation):
            raise
        raise Fallen from error


def _scanned(stream: BoundedStream, member: tarfile.TarInfo) -> Refusal | None:
    if not scanner.is_scanned(member.name) or member.size > scanner.LARGEST:
        return None
    stream.seek(member.offset_data)
    return scanner.y1_y2_encrypted(stream.read(member.size))


def a14_sparse(listing: Listing) -> Iterator[Refusal]:
    """A14: no member is sparse.

    Source: ``forklift/legacy.py::_is_valid_dist_file``.
    """
    if listing.sparse:
        yield invalid(
            "A14", f"tar archive not accepted: Sparse members are not allowed. {ARCHIVES}"
        )


def a16_pkg_info(listing: Listing, top: str) -> Iterator[Refusal]:
    """A16: ``PKG-INFO`` is in the folder that all members share.

    Source: ``forklift/legacy.py::_is_valid_dist_file``.
    """
    target = join(top, "PKG-INFO")
    if target not in listing.names:
        yield invalid("A16", f"PKG-INFO not found at {target}")


def a12_a13_read(upload: Upload, path: Path) -> tuple[Listing | None, tuple[Refusal, ...]]:
    """A12, A13: the file is a tar, gzipped, and whole as far as it is read.

    Source: ``forklift/legacy.py::_is_valid_dist_file``.
    """
    known = is_tar(path)
    if known is None:
        return None, (broken("X500.5", _FALLS),)
    if not known:
        return None, (invalid("A12", "File is not a tarfile"),)
    if (seen := upload.file.seen) is not None:
        return Listing(names=seen.names, sparse=seen.sparse, encrypted=None), ()
    try:
        return read_listing(path, upload.limits), ()
    except TooMuch as error:
        refused = broken("T1", str(error))
    except Fallen:
        refused = broken("X500.5", _FALLS)
    except (tarfile.TarError, EOFError, zlib.error, OSError):
        refused = invalid("A13", "None")
    return None, (refused,)


def tar_rules(listing: Listing) -> Iterator[Refusal]:
    """Judge what one pass over a tar found, in PyPI's order."""
    try:
        top = common_path(listing.names)
    except MixedPaths:
        yield broken("X500.6", "it mixes absolute and relative names; PyPI answers 500 to this")
        return
    yield from a14_sparse(listing)
    wrong = list(a5_a15_top_level(top, "A15"))
    yield from wrong
    if not wrong:
        yield from a16_pkg_info(listing, top)
    if listing.encrypted is not None:
        yield listing.encrypted
