"""Platform wheels from one pure wheel: binaries, its members as they are beside them, new tags.

What makes a wheel a platform wheel is stated in three places, and all three are set: the file's
name, the tags and ``Root-Is-Purelib`` of WHEEL, and RECORD
(https://packaging.python.org/specifications/binary-distribution-format/).
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import zipfile
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple

import msgspec

from seatrial.artifacts.archives import reading
from seatrial.artifacts.crew import Crew, Line
from seatrial.artifacts.deflating import Compressor, Libdeflate
from seatrial.artifacts.packedtar import TAR_XZ
from seatrial.artifacts.placing import Placing, Target
from seatrial.artifacts.restating import record_digest, record_line, record_text, wheel_text
from seatrial.artifacts.splicing import NotSplicedError
from seatrial.artifacts.supplies import promised_kind
from seatrial.artifacts.unfinished import Unfinished, unfinished
from seatrial.artifacts.wheel import WheelFacts, read_wheel
from seatrial.artifacts.zipout import ZipOut, dos_time_of, whole
from seatrial.errors import InspectionFailed

LANES = 2
"""Wheels that are made at a time: so many archives are read, with the memory that it takes."""

SIGNATURES = ("RECORD.jws", "RECORD.p7s")


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
    """Make one platform wheel for each target; as :func:`stamping` does, from a base that is there.

    Args:
        base: a wheel for any platform.
        targets: what to make.
        out: an existing folder for the wheels.
        epoch: time of the members that are added (``SOURCE_DATE_EPOCH``), seconds.
        compressor: what compresses; libdeflate when absent.

    Raises:
        InspectionFailed, StorageFault: as :meth:`Stamping.make` does.
    """
    with stamping(targets, out, epoch=epoch, compressor=compressor) as begun:
        return tuple(begun.make(base))


@contextlib.contextmanager
def stamping(
    targets: Sequence[Target], out: Path, *, epoch: int, compressor: Compressor | None = None
) -> Iterator[Stamping]:
    """Begin with the platform wheels, while the wheel that they are made from is still built.

    The binaries come first in them.  The same input gives the same bytes with the same compressor.
    Archives are read from front to back, and nothing is unpacked to the disk.

    Args:
        targets: what to make.
        out: an existing folder for the wheels.
        epoch: time of the members that are added (``SOURCE_DATE_EPOCH``), seconds.
        compressor: what compresses; libdeflate when absent.

    Raises:
        StorageFault: nothing can be written there.
    """
    when = dos_time_of(epoch)
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
            lanes.submit(_begun, crew, file, partial(Placing, target, when))
            for file, target in zip(files, targets, strict=True)
        ]
        yield Stamping(targets, out, when, list(zip(files, jobs, strict=True)))


class Stamping(NamedTuple):
    """Platform wheels that have been begun.

    Attributes:
        targets: what is made.
        out: the folder for the wheels.
        when: time of the members that are added.
        begun: the file of each target, and who puts its binaries there.
    """

    targets: Sequence[Target]
    out: Path
    when: tuple[int, int]
    begun: Sequence[tuple[Unfinished, Future[_Begun]]]

    def make(self, base: Path) -> Iterator[Stamped]:
        """Make one platform wheel for each target, in their order; each is given when it is whole.

        Args:
            base: a wheel for any platform.

        Raises:
            InspectionFailed: the base is not for any platform, an archive is broken or hostile, or
                it lacks a file that is wanted.
            StorageFault: a wheel cannot be written; then none is left.
        """
        facts = _pure(base)
        made: dict[Path, Stamped] = {}
        for target, (file, job) in zip(self.targets, self.begun, strict=True):
            begun = job.result()
            with begun.line as line:
                placed = _complete(begun, base, facts, self.when)
                line.finish()
            path = self.out / name_of(base.name, begun.placing.platform)
            if path in made:
                raise _twice(path, made[path].target, target.name)
            file.become(path)
            made[path] = Stamped(target=target.name, path=path, placed=placed)
            yield made[path]


class _Begun(NamedTuple):
    """A wheel that has its binaries."""

    line: Line
    out: ZipOut
    placing: Placing


def _lanes(targets: Sequence[Target]) -> int:
    """Say how many wheels are made at a time.

    Each reads an archive of its own on a processor of its own.  What xz has packed takes up to
    65 MiB of memory to read, so then it is one.
    """
    large = any(promised_kind(one.shown) == TAR_XZ for one in targets)
    return 1 if large else min(LANES, os.cpu_count() or 1)


def _begun(crew: Crew, file: Unfinished, placing: partial[Placing]) -> _Begun:
    """Begin a wheel with its binaries."""
    try:
        return _placed(crew, file, partial(placing, splicing=True))
    except NotSplicedError:
        file.restart()
        return _placed(crew, file, partial(placing, splicing=False))


def _placed(crew: Crew, file: Unfinished, placing: partial[Placing]) -> _Begun:
    crew.check()
    with Line(crew) as line:
        out = ZipOut(file, line)
        made = _Begun(line, out, placing(out))
        made.placing.place()
        line.finish()
    return made


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


def _complete(
    begun: _Begun, base: Path, facts: WheelFacts, when: tuple[int, int]
) -> tuple[str, ...]:
    """Put everything else into a wheel, and give the paths of its binaries."""
    out, info = begun.out, facts.dist_info
    own = (f"{info}/WHEEL", f"{info}/RECORD")
    with reading(base.name), zipfile.ZipFile(base) as archive:
        members = [one for one in archive.infolist() if not one.is_dir()]
        stated = archive.read(own[0]).decode("utf-8")
    placed = begun.placing.placed(one.filename for one in members)
    # What tells of the wheel comes last, as the specification recommends.
    for one in sorted(members, key=lambda one: one.filename.startswith(f"{info}/")):
        if one.filename not in own:
            out.copy(base, one)
    text = wheel_text(stated, facts, begun.placing.platform).encode()
    whole(out, own[0], when, text)
    lines = [record_line(entry) for entry in facts.record if entry.path not in own]
    lines += begun.placing.record
    lines += [(own[0], record_digest(hashlib.sha256(text).digest()), str(len(text)))]
    whole(out, own[1], when, record_text([*lines, (own[1], "", "")]))
    out.close()
    return placed
