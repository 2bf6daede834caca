"""Archives in which CI keeps the files that it built."""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import Version

from seatrial.artifacts.archives import BOMB_RATIO, BOMB_SIZE, MOST_MEMBERS, reading
from seatrial.artifacts.supplies import kind_of
from seatrial.errors import InspectionFailed
from seatrial.storage import storage_faults

PIECE = 1 << 20
ANEW = "Look at what CI kept; when the cause is mended, let CI build this commit anew."


def unbundle(archive: Path, to: Path, name: str, version: str) -> list[Path]:
    """Take the wheels and sdists of a release out of a ZIP archive; the rest is left in it.

    Args:
        archive: what CI kept.
        to: a folder for the files; no path of the archive leads anywhere else, because only the
            last part of each is used.
        name: the project's name.
        version: the version, normalised.

    Raises:
        InspectionFailed: it is no ZIP archive, is broken, unpacks to far more than it is, or has
            two files of one name with other bytes.
        StorageFault: a file cannot be written.
    """
    with storage_faults(archive):
        kind_of(archive, archive.name)
    if not zipfile.is_zipfile(archive):
        said = "it is no ZIP archive, or not a whole one"
        raise InspectionFailed(archive.name, said, doing="unpacking", next_step=ANEW)
    taken: dict[str, Path] = {}
    with reading(archive.name), zipfile.ZipFile(archive) as opened:
        members = list(_wanted(opened, archive, name, version))
        for member in members:
            file = member.filename.rpartition("/")[2]
            if file in taken:
                with opened.open(member) as other, taken[file].open("rb") as first:
                    same = _sha256(other) == _sha256(first)
                if not same:
                    said = f"it holds two files {file}, with other bytes"
                    raise InspectionFailed(archive.name, said, doing="unpacking", next_step=ANEW)
                continue
            taken[file] = to / file
            with opened.open(member) as source, storage_faults(to), taken[file].open("xb") as made:
                shutil.copyfileobj(source, made, PIECE)
    return list(taken.values())


def _sha256(file: IO[bytes]) -> bytes:
    digest = hashlib.sha256()
    while piece := file.read(PIECE):
        digest.update(piece)
    return digest.digest()


def is_of(file: str, name: str, version: str) -> bool:
    """Say whether a file is a wheel or an sdist of a release, by its name.

    Args:
        file: its name.
        name: the project's name.
        version: the version; any, when empty.
    """
    try:
        if file.endswith(".whl"):
            found, stated = parse_wheel_filename(file)[:2]
        else:
            found, stated = parse_sdist_filename(file)
    except (InvalidWheelFilename, InvalidSdistFilename):
        return False
    return found == canonicalize_name(name) and (not version or stated == Version(version))


def _wanted(
    opened: zipfile.ZipFile, archive: Path, name: str, version: str
) -> Iterator[zipfile.ZipInfo]:
    members = opened.infolist()
    if len(members) > MOST_MEMBERS:
        said = f"it has {len(members)} members"
        raise InspectionFailed(archive.name, said, doing="unpacking", next_step=ANEW)
    wanted = [
        member
        for member in members
        if not member.is_dir() and is_of(member.filename.rpartition("/")[2], name, version)
    ]
    size = sum(member.file_size for member in wanted)
    if size > max(BOMB_SIZE, BOMB_RATIO * archive.stat().st_size):
        said = f"it unpacks to {size} bytes, far more than it is"
        raise InspectionFailed(archive.name, said, doing="unpacking", next_step=ANEW)
    yield from wanted
