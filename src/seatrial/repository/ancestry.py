"""The commits that the planned one descends from: listed by git once, looked through often."""

from __future__ import annotations

import collections
import contextlib
import weakref
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import IO

from seatrial.ahead import Ahead
from seatrial.errors import NoRepository
from seatrial.process import Runner, child_environment
from seatrial.repository.place import MEND, QUIET_GIT
from seatrial.storage import storage_faults

IN_MEMORY = 1 << 20
"""Bytes of the list that stay in memory; a longer one lies in a temporary file without a name."""

PIECE = 1 << 18
"""Bytes of it that are looked at together."""


class Ancestry:
    """A commit and all that it descends from, each before its parents, with their ids.

    It is added to by one thread, and then read.
    """

    def __init__(self) -> None:
        self._kept = bytearray()
        self._file: IO[bytes] | None = None

    def take(self, piece: bytes) -> None:
        """Add the next piece of what git lists.

        Args:
            piece: of lines with the id of a commit and of its parents, with a space between two.

        Raises:
            StorageFault: there is no room for a temporary file.
        """
        self._kept += piece
        if len(self._kept) > IN_MEMORY:
            self._write()

    def among(self, commits: Collection[str]) -> frozenset[str]:
        """Say which of some commits are in it.

        Args:
            commits: their ids.
        """
        wanted = {one.encode("ascii") for one in commits}
        found: set[bytes] = set()
        for lines in self._pieces():
            found.update(wanted.intersection([line.partition(b" ")[0] for line in lines]))
        return frozenset(one.decode("ascii") for one in found)

    def outside(self, bounds: Mapping[int, str]) -> Iterator[tuple[bytes, int]]:
        """Give the commits that at least one of some commits neither is nor descends from.

        Args:
            bounds: number → id of a commit, at least one; one that is not in the ancestry holds
                nothing.

        Returns:
            Their ids, each before its parents', and the numbers of the bounds that hold them: a bit
            for each.
        """
        bits: dict[bytes, int] = collections.defaultdict(int)
        for number, one in bounds.items():
            bits[one.encode("ascii")] |= 1 << number
        every = sum(1 << number for number in bounds)
        # Who holds each of the commits that are still to come; and how many not all do, of which
        # the first is one.
        coming: dict[bytes, int] = {}
        some = 1
        for lines in self._pieces():
            for line in lines:
                id_, *parents = line.split(b" ")
                before = coming.pop(id_, 0)
                some -= before != every
                held = before | bits.get(id_, 0)
                if held != every:
                    yield id_, held
                for parent in parents:
                    known = coming.get(parent)
                    some -= known is not None and known != every
                    coming[parent] = after = held | (known or 0)
                    some += after != every
                if not some:
                    return

    def _pieces(self) -> Iterator[list[bytes]]:
        """Give the lines, some at a time."""
        if self._file is None:
            yield bytes(self._kept).splitlines()
            return
        self._write()
        self._file.seek(0)
        while lines := self._file.readlines(PIECE):
            yield b"".join(lines).splitlines()

    def _write(self) -> None:
        import tempfile

        with storage_faults(Path(tempfile.gettempdir())):
            if self._file is None:
                # It lives as long as the list does.
                self._file = tempfile.TemporaryFile(prefix="seatrial-ancestry-")  # noqa: SIM115
                weakref.finalize(self, self._file.close)
            self._file.seek(0, 2)
            self._file.write(self._kept)
        self._kept.clear()


@contextlib.contextmanager
def ancestry_begun(runner: Runner, root: Path, commit: str) -> Iterator[Callable[[], Ancestry]]:
    """Have git list what a commit descends from, beside what the block does; it ends with it.

    Args:
        runner: starts git.
        root: the repository.
        commit: its id.

    Returns:
        What waits for the list, and gives it.  It raises what :func:`ancestry_of` does.
    """
    own = runner.reading()
    ahead = Ahead(partial(ancestry_of, own, root, commit))
    try:
        yield ahead.result
    finally:
        ahead.give_up(own.halt)


def ancestry_of(runner: Runner, root: Path, commit: str) -> Ancestry:
    """Have git list what a commit descends from.

    Args:
        runner: starts git.
        root: the repository.
        commit: its id.

    Raises:
        NoRepository: git failed.
        StorageFault: the list is long, and there is no room for it.
    """
    found = Ancestry()
    argv = ["git", "rev-list", "--topo-order", "--parents", commit]
    done = runner.run_fed(argv, cwd=root, take=found.take, env=child_environment(QUIET_GIT))
    if done.code:
        raise NoRepository(str(root), done.said, next_step=MEND)
    return found
