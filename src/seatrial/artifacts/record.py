"""A wheel's content against its RECORD.

The specification is https://packaging.python.org/specifications/recording-installed-packages/.
"""

from __future__ import annotations

import base64
import hashlib
import zipfile
from collections.abc import Iterator
from pathlib import Path

from seatrial.artifacts.archives import MIB, Member, Visitor, reading
from seatrial.artifacts.findings import Finding, fault
from seatrial.artifacts.wheel import RecordEntry, WheelFacts

# "The hash algorithm must be sha256 or better; md5, sha1 and sha224 are not permitted."
ALGORITHMS = frozenset({"sha256", "sha384", "sha512"})
# RECORD cannot hold its own digest, nor those of the signatures made of it.
UNRECORDED = frozenset({"RECORD", "RECORD.jws", "RECORD.p7s"})


def check_record(
    path: Path, wheel: WheelFacts, visitor: Visitor | None = None
) -> tuple[Finding, ...]:
    """Read every byte of a wheel and compare it with what RECORD states.

    Args:
        path: the wheel.
        wheel: what was read from it.
        visitor: sees the same bytes, so that they are unpacked once.

    Raises:
        InspectionFailed: a member cannot be unpacked.
    """
    exempt = {f"{wheel.dist_info}/{name}" for name in UNRECORDED}
    record = {entry.path: entry for entry in wheel.record}
    held = {member.path for member in wheel.members}
    found = [
        fault("record-missing", wheel.file, f"RECORD lists {name}, which is not there")
        for name in record
        if name not in held
    ]
    if len(record) < len(wheel.record):
        found.append(fault("record-twice", wheel.file, "RECORD lists a path twice"))
    with reading(wheel.file), zipfile.ZipFile(path) as archive:
        for member in wheel.members:
            if member.path in exempt:
                continue
            entry = record.get(member.path)
            if entry is None:
                said = f"{member.path} is not in RECORD"
                found.append(fault("record-unlisted", wheel.file, said))
            found += _check(_pieces(archive, member, visitor), wheel.file, entry)
    return tuple(found)


def _pieces(archive: zipfile.ZipFile, member: Member, visitor: Visitor | None) -> Iterator[bytes]:
    if visitor is not None:
        visitor.begin(member)
    with archive.open(member.path) as stream:
        while piece := stream.read(MIB):
            if visitor is not None:
                visitor.feed(piece)
            yield piece
    if visitor is not None:
        visitor.end()


def _check(pieces: Iterator[bytes], file: str, entry: RecordEntry | None) -> Iterator[Finding]:
    """Read a member to its end, and compare it with its line."""
    algorithm, _, stated = ("", "", "") if entry is None else entry.digest.partition("=")
    weak = algorithm not in ALGORITHMS
    digest, size = hashlib.new("sha256" if weak else algorithm), 0
    for piece in pieces:
        digest.update(piece)
        size += len(piece)
    if entry is None:
        return
    if weak:
        yield fault("record-digest", file, f"RECORD has no SHA-256 of {entry.path}")
        return
    true = base64.urlsafe_b64encode(digest.digest()).rstrip(b"=").decode()
    if true != stated.rstrip("="):
        yield fault("record-digest", file, f"{entry.path} is not what RECORD states")
    if entry.size is not None and size != entry.size:
        said = f"{entry.path} has {size} bytes, and RECORD states {entry.size}"
        yield fault("record-size", file, said)
