"""A wheel that a backend tagged for this Linux alone, with the tag that its binaries prove.

No index takes ``linux_x86_64``, which promises nothing (PEP 513, "Rationale").  The bytes of its
members stay as they are; where they need a library that no manylinux has, the wheel stays, too.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from seatrial.artifacts.archives import reading
from seatrial.artifacts.crew import Crew, Line
from seatrial.artifacts.deflating import Zlib
from seatrial.artifacts.inspect import inspect_file
from seatrial.artifacts.restating import wheel_text
from seatrial.artifacts.stamping import SIGNATURES, name_of
from seatrial.artifacts.wheel import WheelFacts, read_wheel
from seatrial.artifacts.zipout import ZipOut, dos_time_of, whole
from seatrial.storage import storage_faults

UNPROVEN = "linux_"


def with_proven_tag(wheel: Path, out: Path, *, epoch: int) -> Path:
    """Give a wheel for this Linux the widest tag that is true of its compiled files.

    Args:
        wheel: as its backend made it.
        out: an existing folder for the other one.
        epoch: time of the two members that are written anew (``SOURCE_DATE_EPOCH``), seconds.

    Returns:
        The new wheel, in ``out``; the one that was given where it claims another platform already,
        or nothing more can be proven of it.

    Raises:
        InspectionFailed: it cannot be read.
        StorageFault: the new one cannot be written.
    """
    if not wheel.stem.rpartition("-")[2].startswith(UNPROVEN):
        return wheel
    facts = read_wheel(wheel)
    truth = inspect_file(wheel, name=facts.name, version=facts.version).truth
    platform = truth.best.rpartition("-")[2] if truth is not None else ""
    signed = any(
        f"{facts.dist_info}/{name}" == one.path for name in SIGNATURES for one in facts.members
    )
    if not platform or platform.startswith(UNPROVEN) or signed:
        return wheel
    made = out / name_of(wheel.name, platform)
    with storage_faults(made), made.open("wb") as file, Crew(Zlib()) as crew, Line(crew) as line:
        target = ZipOut(file, line)
        _write(wheel, facts, platform, target, dos_time_of(epoch))
        target.close()
        line.finish()
    return made


def _write(
    wheel: Path, facts: WheelFacts, platform: str, out: ZipOut, when: tuple[int, int]
) -> None:
    """Take everything over but the two members that tell of the tag."""
    own = (f"{facts.dist_info}/WHEEL", f"{facts.dist_info}/RECORD")
    with reading(wheel.name), zipfile.ZipFile(wheel) as archive:
        stated = archive.read(own[0]).decode("utf-8")
        for one in archive.infolist():
            if not one.is_dir() and one.filename not in own:
                out.copy(wheel, one)
    text = wheel_text(stated, facts, platform).encode()
    whole(out, own[0], when, text)
    whole(out, own[1], when, _record(facts, own, text))


def _record(facts: WheelFacts, own: tuple[str, str], text: bytes) -> bytes:
    """Give RECORD with the new WHEEL in it."""

    def rows() -> Iterator[tuple[str, str, str]]:
        for entry in facts.record:
            if entry.path not in own:
                yield entry.path, entry.digest, "" if entry.size is None else str(entry.size)
        digest = base64.urlsafe_b64encode(hashlib.sha256(text).digest()).rstrip(b"=").decode()
        yield own[0], f"sha256={digest}", str(len(text))
        yield own[1], "", ""

    lines = io.StringIO()
    csv.writer(lines, lineterminator="\n").writerows(rows())
    return lines.getvalue().encode()
