"""Platform wheels from one pure wheel: its members as they are, binaries beside them, new tags.

What makes a wheel a platform wheel is stated in three places, and all three are set: the file's
name, the tags and ``Root-Is-Purelib`` of WHEEL, and RECORD
(https://packaging.python.org/specifications/binary-distribution-format/).
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import zipfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple

import msgspec

from seatrial.artifacts.archives import MIB, Member, reading
from seatrial.artifacts.binaries.best import best_platforms
from seatrial.artifacts.binaries.machine import machine_of
from seatrial.artifacts.binaries.promise import promise_of
from seatrial.artifacts.binaries.read import BinaryScan
from seatrial.artifacts.crew import Crew, Line
from seatrial.artifacts.deflating import Compressor, Libdeflate
from seatrial.artifacts.restating import record_digest, record_line, record_text, wheel_text
from seatrial.artifacts.reusing import Reuse
from seatrial.artifacts.scouting import Scout
from seatrial.artifacts.supplies import TAR_XZ, Content, Supply, opened, promised_kind
from seatrial.artifacts.unfinished import Unfinished, unfinished
from seatrial.artifacts.wanted import Place, Wanted
from seatrial.artifacts.wheel import WheelFacts, read_wheel
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
    """Make one platform wheel for each target; as :meth:`Stamping.make` does.

    Args:
        base: a wheel for any platform.
        targets: what to make.
        out: an existing folder for the wheels.
        epoch: time of the members that are added (``SOURCE_DATE_EPOCH``), seconds.
        compressor: what compresses; libdeflate when absent.

    Raises:
        InspectionFailed, StorageFault: as there.
    """
    with stamping(targets) as begun:
        return begun.make(base, out, epoch=epoch, compressor=compressor)


@contextlib.contextmanager
def stamping(targets: Sequence[Target]) -> Iterator[Stamping]:
    """Have the archives of targets looked into, from now until their wheels are made.

    Args:
        targets: what to make.
    """
    with Scout([(one.source, one.shown) for one in targets]) as scout:
        yield Stamping(targets, scout)


class Stamping(NamedTuple):
    """Targets whose archives are being looked into.

    Attributes:
        targets: what to make.
        scout: looks into them.
    """

    targets: Sequence[Target]
    scout: Scout

    def make(
        self, base: Path, out: Path, *, epoch: int, compressor: Compressor | None = None
    ) -> tuple[Stamped, ...]:
        """Make one platform wheel for each target.

        The same input gives the same bytes with the same compressor.  Archives are read from front
        to back, and nothing is unpacked to the disk.

        Args:
            base: a wheel for any platform.
            out: an existing folder for the wheels.
            epoch: time of the members that are added (``SOURCE_DATE_EPOCH``), seconds.
            compressor: what compresses; libdeflate when absent.

        Raises:
            InspectionFailed: the base is not for any platform, an archive is broken or hostile, or
                it lacks a file that is wanted.
            StorageFault: a wheel cannot be written; then none is left.
        """
        return _made(base, self.targets, out, _Means(dos_time_of(epoch), compressor, self.scout))


class _Means(NamedTuple):
    """What all wheels are made with."""

    when: tuple[int, int]
    compressor: Compressor | None
    scout: Scout


def _made(base: Path, targets: Sequence[Target], out: Path, means: _Means) -> tuple[Stamped, ...]:
    facts = _pure(base)
    with contextlib.ExitStack() as stack:
        crew = stack.enter_context(Crew(means.compressor or Libdeflate()))
        files = [
            stack.enter_context(unfinished(out / f".{number}.part"))
            for number, _ in enumerate(targets)
        ]
        lanes = stack.enter_context(ThreadPoolExecutor(_lanes(targets), "stamp"))
        # What is left to do when one fails, or the person stops it, is not waited for.
        stack.callback(crew.stop)
        jobs = [
            lanes.submit(
                _stamped, crew, file, partial(_Wheel, base, facts, means, (number, target))
            )
            for number, (file, target) in enumerate(zip(files, targets, strict=True))
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
        self,
        base: Path,
        facts: WheelFacts,
        means: _Means,
        numbered: tuple[int, Target],
        out: ZipOut,
    ) -> None:
        self._base = base
        self._facts = facts
        self._number, self._target = numbered
        self._when = means.when
        self._scout = means.scout
        self._out = out
        self._record: list[tuple[str, str, str]] = []
        self._scan = BinaryScan() if self._target.platform == AUTO else None
        self.platform = self._target.platform

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
        lines = [record_line(entry) for entry in self._facts.record if entry.path not in own]
        lines += self._record
        lines += [(own[0], record_digest(hashlib.sha256(text).digest()), str(len(text)))]
        whole(self._out, own[1], self._when, record_text([*lines, (own[1], "", "")]))
        self._out.close()
        return placed

    def _place(self, held: set[str]) -> tuple[str, ...]:
        target = self._target
        wanted = Wanted(target.places, target.shown, held)
        source, shown = target.source, target.shown
        with opened(source, shown) as files, self._scout.taken(self._number) as reuse:
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
        self._record.append((to, record_digest(digest.digest()), str(size)))


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
