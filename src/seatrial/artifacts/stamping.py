"""Platform wheels from one pure wheel: its members as they are, binaries beside them, new tags.

What makes a wheel a platform wheel is stated in three places, and all three are set: the file's
name, the tags and ``Root-Is-Purelib`` of WHEEL, and RECORD
(https://packaging.python.org/specifications/binary-distribution-format/).
"""

from __future__ import annotations

import base64
import contextlib
import csv
import hashlib
import io
import os
import zipfile
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import msgspec

from seatrial.artifacts.archives import MIB, Member, reading
from seatrial.artifacts.binaries.best import best_platforms
from seatrial.artifacts.binaries.machine import machine_of
from seatrial.artifacts.binaries.promise import promise_of
from seatrial.artifacts.binaries.read import BinaryScan
from seatrial.artifacts.crew import Crew, Line
from seatrial.artifacts.deflating import Compressor, Libdeflate
from seatrial.artifacts.reusing import Reuse
from seatrial.artifacts.supplies import TAR_XZ, Content, Supply, opened, promised_kind
from seatrial.artifacts.unfinished import Unfinished, unfinished
from seatrial.artifacts.wanted import Place, Wanted
from seatrial.artifacts.wheel import RecordEntry, WheelFacts, read_wheel
from seatrial.artifacts.zipout import ZipOut, dos_time_of, whole
from seatrial.errors import InspectionFailed

PIECE = MIB
LANES = 2
"""Wheels that are made at a time: so many archives are read, with the memory that it takes."""

SIGNATURES = ("RECORD.jws", "RECORD.p7s")
RUNS, READS = 0o755, 0o644
AUTO = "auto"
"""In the place of a platform tag: the widest one that is true of the binaries."""

PROGRAMS = (
    b"\x7fELF", b"#!", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbe",
)  # fmt: skip
"""How what can be executed begins (ELF, a script, Mach-O thin and universal): archives that went
through a store of artifacts have lost the permission bits."""


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """One platform wheel to be made.

    Attributes:
        name: what the target is called ("x86_64-unknown-linux-gnu").
        platform: the platform tag, several with dots between, or :data:`AUTO`.
        source: the archive, or the folder, that its binaries are in.
        shown: the source's name for people; the ending of it says what kind of archive it is.
        places: which files are wanted, and where they go.
    """

    name: str
    platform: str
    source: Path
    shown: str
    places: tuple[Place, ...]


class Stamped(msgspec.Struct, frozen=True, kw_only=True):
    """A platform wheel that was made.

    Attributes:
        target: what the target is called.
        path: the wheel.
        placed: paths in it of the binaries.
    """

    target: str
    path: Path
    placed: tuple[str, ...]


def stamp(
    base: Path,
    targets: Sequence[Target],
    out: Path,
    *,
    epoch: int,
    compressor: Compressor | None = None,
) -> tuple[Stamped, ...]:
    """Make one platform wheel for each target.

    The same input gives the same bytes with the same compressor.  Archives are read once, from
    front to back, and nothing is unpacked to the disk.

    Args:
        base: a wheel for any platform.
        targets: what to make.
        out: an existing folder for the wheels.
        epoch: time of the members that are added (``SOURCE_DATE_EPOCH``), seconds.
        compressor: what compresses; libdeflate when absent.

    Raises:
        InspectionFailed: the base is not for any platform, an archive is broken or hostile, or it
            lacks a file that is wanted.
        StorageFault: a wheel cannot be written; then none is left.
    """
    facts, when = _pure(base), dos_time_of(epoch)
    with contextlib.ExitStack() as stack:
        crew = stack.enter_context(Crew(compressor or Libdeflate()))
        files = [
            stack.enter_context(unfinished(out / f".{number}.part"))
            for number, _ in enumerate(targets)
        ]
        lanes = stack.enter_context(ThreadPoolExecutor(_lanes(targets), "stamp"))
        # What is left to do when one fails, or the person stops it, is not waited for.
        stack.callback(crew.stop)
        jobs = [
            lanes.submit(_stamped, crew, file, partial(_Wheel, base, facts, target, when))
            for file, target in zip(files, targets, strict=True)
        ]
        made: dict[Path, Stamped] = {}
        for target, file, job in zip(targets, files, jobs, strict=True):
            platform, placed = job.result()
            path = out / name_of(base.name, platform)
            if path in made:
                raise _twice(path, made[path].target, target.name)
            file.become(path)
            made[path] = Stamped(target=target.name, path=path, placed=placed)
    return tuple(made.values())


def _lanes(targets: Sequence[Target]) -> int:
    """Say how many wheels are made at a time.

    Each reads an archive of its own on a processor of its own.  What xz has packed takes up to
    65 MiB of memory to read, so then it is one.
    """
    large = any(promised_kind(one.shown) == TAR_XZ for one in targets)
    return 1 if large else min(LANES, os.cpu_count() or 1)


def _stamped(
    crew: Crew, file: Unfinished, wheel: Callable[[ZipOut], _Wheel]
) -> tuple[str, tuple[str, ...]]:
    """Make one wheel, and give its platform and what was added."""
    crew.check()
    with Line(crew) as line:
        made = wheel(ZipOut(file, line))
        placed = made.write()
        line.finish()
    return made.platform, placed


def _twice(path: Path, one: str, other: str) -> InspectionFailed:
    return InspectionFailed(
        path.name,
        f"the targets {one} and {other} both make a wheel of this name",
        doing="wrapping",
        next_step="Give each target a platform tag of its own.",
    )


def name_of(base: str, platform: str) -> str:
    """Give the name of the platform wheel that is made from a wheel for any platform."""
    head = base.removesuffix(".whl").rpartition("-")[0]
    return f"{head}-{platform}.whl"


def _pure(base: Path) -> WheelFacts:
    """Read the base wheel, and see that it may become any platform's."""
    facts = read_wheel(base)
    bound = [tag for tag in facts.tags if not tag.endswith("-any")]
    if bound:
        raise InspectionFailed(
            base.name,
            f"it is for {', '.join(bound)} already, and platform wheels are made from one for any",
            doing="wrapping",
            next_step="Leave compiled code out of the package's own build, or leave out [wrap].",
        )
    info = facts.dist_info
    signed = [name for name in SIGNATURES if any(m.path == f"{info}/{name}" for m in facts.members)]
    if signed:
        said = f"it holds {signed[0]}, which would be wrong for what is made from it"
        raise InspectionFailed(base.name, said, doing="wrapping")
    return facts


class _Wheel:
    """One wheel that is being made; its platform is known when it was written."""

    def __init__(
        self, base: Path, facts: WheelFacts, target: Target, when: tuple[int, int], out: ZipOut
    ) -> None:
        self._base = base
        self._facts = facts
        self._target = target
        self._when = when
        self._out = out
        self._record: list[tuple[str, str, str]] = []
        self._scan = BinaryScan() if target.platform == AUTO else None
        self.platform = target.platform

    def write(self) -> tuple[str, ...]:
        """Write everything, and give the paths of what was added."""
        info = self._facts.dist_info
        own = (f"{info}/WHEEL", f"{info}/RECORD")
        with reading(self._base.name), zipfile.ZipFile(self._base) as archive:
            members = [one for one in archive.infolist() if not one.is_dir()]
            stated = archive.read(own[0]).decode("utf-8")
        code = [one for one in members if not one.filename.startswith(f"{info}/")]
        about = [one for one in members if one.filename.startswith(f"{info}/")]
        for one in code:
            self._out.copy(self._base, one)
        placed = self._place({one.filename for one in members})
        # What tells of the wheel comes last, as the specification recommends.
        for one in about:
            if one.filename not in own:
                self._out.copy(self._base, one)
        if self._scan:
            self.platform = self._best(self._scan)
        text = wheel_text(stated, self._facts, self.platform).encode()
        whole(self._out, own[0], self._when, text)
        lines = [_line(entry) for entry in self._facts.record if entry.path not in own]
        lines += self._record
        lines += [(own[0], _digest(hashlib.sha256(text).digest()), str(len(text)))]
        whole(self._out, own[1], self._when, _csv([*lines, (own[1], "", "")]))
        self._out.close()
        return placed

    def _place(self, held: set[str]) -> tuple[str, ...]:
        target = self._target
        wanted = Wanted(target.places, target.shown, held)
        source, shown = target.source, target.shown
        with opened(source, shown) as files, Reuse(source, shown) as reuse:
            for supply, content in files:
                to = wanted.take(supply)
                if to:
                    self._add(to, supply, content, reuse)
        wanted.complete()
        return wanted.placed

    def _best(self, scan: BinaryScan) -> str:
        """Give the widest platform tag that is true of what was added."""
        broken = next((one for one in scan.found if one.broken), None)
        if broken:
            raise refused(self._target, f"{broken.path} of it is broken: {broken.broken}", "")
        tags = best_platforms(scan.found)
        if tags == ("any",):
            said = "nothing that is taken from it is compiled, so that no platform can be told"
            raise refused(self._target, said, "Name the platform tag of the target.")
        if not tags:
            seen = sorted(
                {f"{s.system} {s.processor}".strip() for b in scan.found for s in b.slices}
            )
            said = f"no platform tag is true of all that is taken, which is for {', '.join(seen)}"
            raise refused(self._target, said, "")
        return ".".join(tags)

    def _add(self, to: str, supply: Supply, content: Content, reuse: Reuse) -> None:
        size, target = supply.size, self._target
        first = content.read(min(size, PIECE))
        check_machine(target, supply.path, first)
        mode = RUNS if supply.mode & 0o111 or first.startswith(PROGRAMS) else READS
        member = self._out.add(to, mode, self._when, size, reuse.of(supply))
        if self._scan:
            self._scan.begin(Member(path=to, size=size))
        digest, left, piece = hashlib.sha256(), size, first
        while left:
            left -= len(piece)
            if not piece or left < 0:
                said = f"a file in it has {size - left} bytes, and it states {size}"
                raise InspectionFailed(target.shown, said, doing="unpacking")
            self._out.check()
            digest.update(piece)
            if self._scan:
                self._scan.feed(piece)
            member.feed(piece)
            piece = content.read(min(left, PIECE)) if left else b""
        member.end()
        if self._scan:
            self._scan.end()
        self._record.append((to, _digest(digest.digest()), str(size)))


def check_machine(target: Target, path: str, head: bytes) -> None:
    """Refuse a program for another machine before it is compressed.

    Args:
        target: the wheel that it is for.
        path: where it is in the archive.
        head: how it begins.

    Raises:
        InspectionFailed: the target's platform is another one.
    """
    machine = machine_of(head)
    if machine is None or target.platform == AUTO:
        return
    promises = [promise_of(tag) for tag in target.platform.split(".")]
    if not all(map(machine.keeps, promises)):
        said = f"{path} in it is for {machine}, and {target.platform} is wanted"
        way_out = "See that the target's archive and platform belong together."
        raise refused(target, said, way_out)


def refused(target: Target, said: str, way_out: str) -> InspectionFailed:
    """Give the error of an archive that a wheel cannot be made from."""
    return InspectionFailed(
        target.shown,
        said,
        doing=f"taking the binaries of {target.name} from",
        next_step=way_out or "See that it is the right archive, and who made it.",
    )


def wheel_text(stated: str, facts: WheelFacts, platform: str) -> str:
    """Give WHEEL with the platform's tags, and with everything else as it was.

    Args:
        stated: the base wheel's.
        facts: what the base wheel says of itself.
        platform: the platform tag, or several with dots between.
    """
    kept = [
        line
        for line in stated.splitlines()
        if line.strip() and line.partition(":")[0].strip().lower() not in {"tag", "root-is-purelib"}
    ]
    codes = sorted({tag.rpartition("-")[0] for tag in facts.tags})
    tags = [f"Tag: {code}-{one}" for code in codes for one in sorted(platform.split("."))]
    return "\n".join([*kept, "Root-Is-Purelib: false", *tags]) + "\n"


def _line(entry: RecordEntry) -> tuple[str, str, str]:
    return entry.path, entry.digest, "" if entry.size is None else str(entry.size)


def _digest(digest: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _csv(lines: Iterable[tuple[str, str, str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    return text.getvalue().encode()
