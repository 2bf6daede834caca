"""What is new since the last releases of packages that have versions of their own.

Each commit is compared with its parent only in the folders of those packages whose last release
does not hold it: of an old commit, few packages are left to ask about, and the fewer folders git is
told of, the quicker it is.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

import msgspec

from seatrial.ahead import Ahead
from seatrial.process import Runner
from seatrial.repository.ancestry import Ancestry
from seatrial.repository.commits import Commits
from seatrial.repository.facts import CommitFact
from seatrial.repository.history import read_listed
from seatrial.repository.lines import Line
from seatrial.repository.snapshot import Snapshot
from seatrial.repository.tagged import refuse_cut

FEW = (8, 32)
"""Packages by whose number commits are asked about together."""

MOST_PATHS = FEW[-1]
"""Folders that git is told of; with more, it takes as long to look for them as to compare all."""

MOST_ASKED = 10_000
"""Commits that one process of git is asked about; of more, each processor may have some."""

AT_ONCE = os.cpu_count() or 1
"""Processes of git that run at once, however long the history is."""


class _Asked(msgspec.Struct, kw_only=True):
    """Commits that git is asked about at once.

    Attributes:
        ids: of them, a line each.
        count: how many.
        lines: a bit for each line whose last release does not hold one of them.
    """

    ids: bytearray
    count: int = 0
    lines: int = 0


def read_unreleased(
    snapshot: Snapshot, lines: Sequence[Line], ancestry: Ancestry, bounds: Mapping[int, str]
) -> dict[int, list[CommitFact]]:
    """Read the commits that touch lines since their last releases.

    Args:
        snapshot: the planned commit.
        lines: of the repository.
        ancestry: of the planned commit.
        bounds: number of a line → the commit of its last release, at least one.

    Returns:
        Number of each of these lines → its commits, the newest first.

    Raises:
        ShallowClone: the history is cut after one of the releases.
        NoRepository: git failed.
        StorageFault: the commits are many, and there is no room for them.
    """
    runner = Runner()
    aheads: list[Ahead[Commits]] = []
    try:
        # One after the other, for git begins with the first ones while the others are counted.
        for asked in _asked(snapshot, ancestry, bounds):
            if len(aheads) >= AT_ONCE:
                aheads[-AT_ONCE].result()
            aheads.append(Ahead(partial(_read, snapshot, runner, lines, asked)))
        rows = [one.result() for one in aheads]
        return _sorted_out(lines, ancestry, bounds, rows)
    finally:
        for ahead in aheads:
            ahead.give_up(runner.halt)


def _asked(snapshot: Snapshot, ancestry: Ancestry, bounds: Mapping[int, str]) -> Iterator[_Asked]:
    """Say which commits git is asked about together: those that about as many lines wait for."""
    every = sum(1 << number for number in bounds)
    open_: dict[int, _Asked] = {}
    for id_, held in ancestry.outside(bounds):
        waiting = every & ~held
        number = waiting.bit_count()
        kind = sum(number > few for few in FEW)
        asked = open_.get(kind)
        if asked is None:
            asked = open_[kind] = _Asked(ids=bytearray())
        asked.ids += id_ + b"\n"
        asked.count += 1
        asked.lines |= waiting
        if asked.count == MOST_ASKED:
            yield _whole(snapshot, open_.pop(kind))
    for asked in open_.values():
        yield _whole(snapshot, asked)


def _whole(snapshot: Snapshot, asked: _Asked) -> _Asked:
    if snapshot.shallow:
        refuse_cut(snapshot, asked.ids.decode("ascii").split())
    return asked


def _read(snapshot: Snapshot, runner: Runner, lines: Sequence[Line], asked: _Asked) -> Commits:
    folders = tuple(sorted(package.path for line in lines for package in line.packages))
    wanted = [
        package.path
        for number, line in enumerate(lines)
        if asked.lines >> number & 1
        for package in line.packages
    ]
    paths = wanted if len(wanted) <= MOST_PATHS and "" not in wanted else ()
    return read_listed(snapshot, runner, folders, bytes(asked.ids), paths)


def _sorted_out(
    lines: Sequence[Line],
    ancestry: Ancestry,
    bounds: Mapping[int, str],
    read: Sequence[Commits],
) -> dict[int, list[CommitFact]]:
    """Give each line its commits, in the order of the history."""
    owner = {package.path: n for n, line in enumerate(lines) for package in line.packages}
    found: dict[int, list[CommitFact]] = {number: [] for number in bounds}
    coming = [_Coming(commits) for commits in read]
    for id_, held in ancestry.outside(bounds):
        for one in coming:
            if one.id == id_:
                numbers = {owner[one.commits.folders[int(t)]] for t in one.row[-1].split()}
                for number in numbers:
                    if number in found and not held >> number & 1:
                        found[number].append(one.commits.value(one.row))
                one.step()
    return found


class _Coming:
    """The next one of some commits."""

    def __init__(self, commits: Commits) -> None:
        self.commits = commits
        self.id = b""
        self.row: tuple[str, ...] = ()
        self._rows: Iterator[tuple[str, ...]] = commits.rows()
        self.step()

    def step(self) -> None:
        """Go to the next."""
        self.row = next(self._rows, ())
        self.id = self.row[0].encode("ascii") if self.row else b""
