"""A wheel's content against its RECORD.

The specification is https://packaging.python.org/specifications/recording-installed-packages/.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator

from seatrial.artifacts.archives import Visitor, reading
from seatrial.artifacts.behind import Behind, Digests
from seatrial.artifacts.findings import Finding, fault
from seatrial.artifacts.unpacking import Unpacking
from seatrial.artifacts.wheel import RecordEntry, WheelFacts

# "The hash algorithm must be sha256 or better; md5, sha1 and sha224 are not permitted."
ALGORITHMS = frozenset({"sha256", "sha384", "sha512"})
MOST_SAID = 50
"""Findings of one kind that are said one by one."""

# RECORD cannot hold its own digest, nor those of the signatures made of it.
UNRECORDED = frozenset({"RECORD", "RECORD.jws", "RECORD.p7s"})


def check_record(unpacking: Unpacking, wheel: WheelFacts, visitor: Visitor) -> tuple[Finding, ...]:
    """Read every byte of a wheel and compare it with what RECORD states.

    Args:
        unpacking: gives the wheel's content.
        wheel: what was read from it.
        visitor: sees the same bytes, so that they are unpacked once.

    Raises:
        InspectionFailed: a member cannot be unpacked.
    """
    exempt = {f"{wheel.dist_info}/{name}" for name in UNRECORDED}
    record = {entry.path: entry for entry in wheel.record}
    held = {member.path for member in wheel.members}
    missing = [name for name in record if name not in held]
    found = [
        fault("record-missing", wheel.file, f"RECORD lists {name}, which is not there")
        for name in missing[:MOST_SAID]
    ]
    found += _more("record-missing", wheel.file, len(missing))
    if len(record) < len(wheel.record):
        found.append(fault("record-twice", wheel.file, "RECORD lists a path twice"))
    unlisted = [m.path for m in wheel.members if m.path not in exempt and m.path not in record]
    found += [
        fault("record-unlisted", wheel.file, f"{path} is not in RECORD")
        for path in unlisted[:MOST_SAID]
    ]
    found += _more("record-unlisted", wheel.file, len(unlisted))
    digests = Digests({path: _algorithm(entry) for path, entry in record.items()})
    with reading(wheel.file), Behind((digests, visitor)) as behind:
        for member in wheel.members:
            if member.path not in exempt:
                behind.begin(member)
                for piece in unpacking.pieces(member):
                    behind.feed(piece)
                behind.end()
    compared = [
        one
        for name, entry in record.items()
        if name in digests.taken
        for one in _compare(wheel.file, entry, *digests.taken[name])
    ]
    for code in ("record-digest", "record-size"):
        of_it = [one for one in compared if one.code == code]
        found += of_it[:MOST_SAID]
        found += _more(code, wheel.file, len(of_it))
    return tuple(found)


def _more(code: str, file: str, count: int) -> Iterator[Finding]:
    """Say how many there are of a kind beyond those that are said one by one."""
    if count > MOST_SAID:
        yield fault(code, file, f"and the same of {count - MOST_SAID:,} further files")


def _algorithm(entry: RecordEntry) -> str:
    algorithm = entry.digest.partition("=")[0]
    return algorithm if algorithm in ALGORITHMS else "sha256"


def _compare(file: str, entry: RecordEntry, digest: bytes, size: int) -> Iterator[Finding]:
    """Compare what a member is with its line."""
    algorithm, _, stated = entry.digest.partition("=")
    if algorithm not in ALGORITHMS:
        yield fault("record-digest", file, f"RECORD has no SHA-256 of {entry.path}")
        return
    true = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    if true != stated.rstrip("="):
        yield fault("record-digest", file, f"{entry.path} is not what RECORD states")
    if entry.size is not None and size != entry.size:
        said = f"{entry.path} has {size} bytes, and RECORD states {entry.size}"
        yield fault("record-size", file, said)
