"""The binaries of one platform wheel: taken from their archive, and written into the wheel."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from seatrial.artifacts.archives import MIB, Member
from seatrial.artifacts.binaries.best import best_platforms
from seatrial.artifacts.binaries.machine import machine_of
from seatrial.artifacts.binaries.promise import promise_of
from seatrial.artifacts.binaries.read import BinaryScan
from seatrial.artifacts.restating import record_digest
from seatrial.artifacts.reusing import Reuse
from seatrial.artifacts.splicing import begun
from seatrial.artifacts.supplies import Content, Offered, opened
from seatrial.artifacts.wanted import Place, Wanted
from seatrial.artifacts.zipout import ZipOut
from seatrial.errors import InspectionFailed

PIECE = MIB
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


class Placing:
    """Puts the binaries of a target into its wheel.

    Args:
        target: the target.
        when: time of the members, as :func:`~seatrial.artifacts.zipout.dos_time` gives it.
        out: the wheel.
        splicing: whether blocks of the archive are taken over.

    Attributes:
        platform: the platform tag, known at the end.
        record: path, digest and size of what was put in, as RECORD has them.
    """

    def __init__(
        self, target: Target, when: tuple[int, int], out: ZipOut, *, splicing: bool
    ) -> None:
        self._target = target
        self._out = out
        self._when = when
        self._splicing = splicing
        self._scan = BinaryScan() if target.platform == AUTO else None
        self._wanted = Wanted(target.places, target.shown)
        self.platform = target.platform
        self.record: list[tuple[str, str, str]] = []

    def place(self) -> None:
        """Read the archive, and put in what is wanted of it.

        Raises:
            InspectionFailed: it is broken, hostile, for another machine, or lacks a file.
            NotSplicedError: it has to be read again, and nothing taken over.
        """
        source, shown = self._target.source, self._target.shown
        with opened(source, shown) as files, Reuse(source, shown) as reuse:
            for offered in files:
                to = self._wanted.take(offered.supply)
                if to:
                    self._add(to, offered, reuse)
        self._wanted.complete()
        if self._scan:
            self.platform = self._best(self._scan)

    def placed(self, held: Iterable[str]) -> tuple[str, ...]:
        """Give the paths of what was put in.

        Args:
            held: the paths that the wheel has beside them.

        Raises:
            InspectionFailed: one of them is there twice.
        """
        self._wanted.beside(held)
        return self._wanted.placed

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

    def _add(self, to: str, offered: Offered, reuse: Reuse) -> None:
        supply, content = offered.supply, offered.content
        splicing = begun(self._target.source, offered) if self._splicing else None
        first = (splicing or content).read(min(supply.size, PIECE))
        check_machine(self._target, supply.path, first)
        mode = RUNS if supply.mode & 0o111 or first.startswith(PROGRAMS) else READS
        member = self._out.add(to, mode, self._when, supply.size)
        if splicing is not None:
            member.wait()
            splicing.found = member.take_over
        elif reused := reuse.of(supply):
            member.take_over(reused)
        if self._scan:
            self._scan.begin(Member(path=to, size=supply.size))
        digest = hashlib.sha256()
        for piece in self._pieces(first, splicing or content, supply.size):
            digest.update(piece)
            if self._scan:
                self._scan.feed(piece)
            member.feed(piece)
        member.end()
        if self._scan:
            self._scan.end()
        self.record.append((to, record_digest(digest.digest()), str(supply.size)))

    def _pieces(self, first: bytes, content: Content, size: int) -> Iterator[bytes]:
        """Give the first piece of a file and all that follow, which have to be as many bytes."""
        left, piece = size, first
        while left:
            left -= len(piece)
            if not piece or left < 0:
                said = f"a file in it has {size - left} bytes, and it states {size}"
                raise InspectionFailed(self._target.shown, said, doing="unpacking")
            self._out.check()
            yield piece
            piece = content.read(min(left, PIECE)) if left else b""


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
