"""Reading sdists.

The specification is https://packaging.python.org/specifications/source-distribution-format/.
"""

from __future__ import annotations

import tarfile
from pathlib import Path

import msgspec
from packaging.utils import canonicalize_name, parse_sdist_filename
from packaging.version import InvalidVersion, Version

from seatrial.artifacts.archives import MIB, Member, Visitor
from seatrial.artifacts.behind import Behind, Digests
from seatrial.artifacts.metadata import CoreMetadata, parse_metadata
from seatrial.artifacts.tarballs import Walk, opened
from seatrial.errors import InspectionFailed

SUFFIX = ".tar.gz"
MOST_PKG_INFO = 16 * MIB


class SdistFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What an sdist says of itself.

    Attributes:
        file: the file's name.
        size: of the file, bytes.
        name: by the file's name, normalised.
        version: by the file's name, normalised.
        top: the one folder that holds everything.
        metadata: PKG-INFO.
        members: every file in it, with the top folder in its path.
        doubles: paths of files that it holds more than once; the last one is what is unpacked.
        names: of all members, folders too, in the archive's order.
        sparse: whether one of them is sparse.
        project: its pyproject.toml; nothing where it has none.
    """

    file: str
    size: int
    name: str
    version: str
    top: str
    metadata: CoreMetadata
    members: tuple[Member, ...]
    doubles: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    sparse: bool = False
    project: bytes | None = None


def read_sdist(path: Path, visitor: Visitor | None = None) -> SdistFacts:
    """Read what an sdist says of itself, in one bounded pass that writes nothing.

    Args:
        path: the sdist.
        visitor: sees the content of its files, PKG-INFO left out.

    Raises:
        InspectionFailed: it is no sdist, or one that no installer should be given.
    """
    file = path.name
    members: dict[str, Member] = {}
    names: list[str] = []
    info: bytes | None = None
    project: bytes | None = None
    digests, sparse = Digests(), False
    with opened(path) as archive, Behind(() if visitor is None else (digests, visitor)) as behind:
        name, version = _named(file)
        walk = Walk(file)
        for entry in archive:
            walk.check(entry)
            names.append(entry.name)
            sparse = sparse or entry.issparse()
            if not entry.isdir():
                members[entry.name] = member_of(entry)
            if entry.name == f"{walk.top}/PKG-INFO" and entry.isreg():
                info = _info(file, archive, entry)
            elif entry.isreg() and visitor is not None:
                data = _show(archive, entry, behind)
                project = data if entry.name == f"{walk.top}/pyproject.toml" else project
        _check_top(file, walk.top, name, version)
        if info is None:
            raise InspectionFailed(file, f"it has no {walk.top}/PKG-INFO")
        metadata = parse_metadata(info)
    for shown, (digest, _) in digests.taken.items():
        members[shown] = msgspec.structs.replace(members[shown], digest=digest.hex())
    return SdistFacts(
        file=file,
        size=path.stat().st_size,
        name=name,
        version=str(version),
        top=walk.top,
        metadata=metadata,
        members=tuple(members.values()),
        doubles=tuple(sorted(walk.doubles)),
        names=tuple(names),
        sparse=sparse,
        project=project,
    )


def member_of(entry: tarfile.TarInfo) -> Member:
    """Describe a file or link of a tar archive."""
    link = entry.linkname if entry.issym() or entry.islnk() else ""
    return Member(path=entry.name, size=entry.size, mode=entry.mode & 0o7777, link=link)


def _info(file: str, archive: tarfile.TarFile, entry: tarfile.TarInfo) -> bytes | None:
    if entry.size > MOST_PKG_INFO:
        raise InspectionFailed(file, "PKG-INFO in it is too large")
    stream = archive.extractfile(entry)
    return stream.read() if stream else None


def _show(archive: tarfile.TarFile, entry: tarfile.TarInfo, visitor: Visitor) -> bytes:
    """Show a file, and give the first mebibyte of it."""
    first = b""
    visitor.begin(member_of(entry))
    stream = archive.extractfile(entry)
    while stream is not None and (piece := stream.read(MIB)):
        first = first or piece
        visitor.feed(piece)
    visitor.end()
    return first


def _named(file: str) -> tuple[str, Version]:
    if not file.endswith(SUFFIX):
        raise InspectionFailed(file, f"the name of an sdist ends in {SUFFIX} (PEP 625)")
    return parse_sdist_filename(file)


def _check_top(file: str, top: str, name: str, version: Version) -> None:
    stated_name, _, stated_version = top.rpartition("-")
    try:
        agree = canonicalize_name(stated_name) == name and Version(stated_version) == version
    except InvalidVersion:
        agree = False
    if not agree:
        raise InspectionFailed(file, f"its folder {top!r} is named for another project or version")
