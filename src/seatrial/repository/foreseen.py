"""What reading a repository will surely ask git, asked before anybody knows that for certain."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace

from seatrial.ahead import Ahead
from seatrial.errors import SeatrialError
from seatrial.process import Runner
from seatrial.repository.ancestry import Ancestry, ancestry_begun, ancestry_of

if TYPE_CHECKING:
    from seatrial.repository.commits import Commits
    from seatrial.repository.snapshot import Snapshot

T = TypeVar("T")

MOST_TAGS = 200
"""With more tags, to find the newest takes longer than is won by knowing it early."""


class Foreseen:
    """Walks through history that are under way while what needs them is imported.

    A guess that was wrong costs a walk, and changes nothing of what is read.
    """

    def __init__(self) -> None:
        # A runner of its own: what was not needed is ended, and nothing else.
        self._runner = Runner()
        self._walked: list[Ahead[Ancestry]] = []
        self._history: dict[tuple[tuple[str, ...], str], Ahead[Commits]] = {}

    def begin(self, snapshot: Snapshot) -> None:
        """Begin to walk: to the tag that looks like the last release, or to every one.

        Args:
            snapshot: the planned commit.
        """
        if not snapshot.tags:
            return
        since, alone = _last(snapshot)
        if since:
            from seatrial.repository.history import read_history

            mine = replace(snapshot, runner=self._runner)
            self._history[("",), since] = Ahead(partial(read_history, mine, ("",), since=since))
        if not alone:
            self._walked.append(Ahead(partial(_walked, self._runner, snapshot)))

    def descends(self, snapshot: Snapshot, commit: str) -> bool:
        """Whether it is known already that the planned commit descends from another one.

        Args:
            snapshot: the planned commit.
            commit: the other one.
        """
        ahead = self._history.get((("",), commit))
        if ahead is None:
            return False
        with contextlib.suppress(SeatrialError):
            return ahead.result().reach or commit == snapshot.head
        return False

    def walked(self, snapshot: Snapshot) -> AbstractContextManager[Callable[[], Ancestry]]:
        """Have git list what the planned commit descends from: it walks far, so it begins early.

        Args:
            snapshot: the planned commit.
        """
        if not snapshot.tags:
            return contextlib.nullcontext(Ancestry)
        if self._walked:
            return contextlib.nullcontext(self._walked[0].result)
        if not snapshot.whole:
            # Few have to ask: what is known of the last release is enough for them.
            return contextlib.nullcontext(partial(_walked, snapshot.runner, snapshot))
        return ancestry_begun(snapshot.runner, snapshot.root, snapshot.head)

    def history(self, folders: Sequence[str], since: str) -> Commits | None:
        """Give the commits of packages since a release, if they were foreseen.

        Args:
            folders: those of the packages.
            since: the last release's commit.
        """
        ahead = self._history.pop((tuple(folders), since), None)
        if ahead is None:
            return None
        # What went wrong is told by whoever asks anew.
        with contextlib.suppress(SeatrialError):
            return ahead.result()
        return None

    def end(self) -> None:
        """End what nobody waits for any more."""
        for walked in self._walked:
            walked.give_up(self._runner.halt)
        for history in self._history.values():
            history.give_up(self._runner.halt)
        self._history.clear()


@contextlib.contextmanager
def beside(work: Callable[[Runner], T]) -> Iterator[Callable[[], T]]:
    """Do work beside what the block does; what it has not done at the end, it leaves undone.

    Args:
        work: is given what starts its programs.

    Returns:
        What waits for its result, and gives it or raises what the work did.
    """
    runner = Runner()
    ahead = Ahead(partial(work, runner))
    try:
        yield ahead.result
    finally:
        ahead.give_up(runner.halt)


def _walked(runner: Runner, snapshot: Snapshot) -> Ancestry:
    return ancestry_of(runner, snapshot.root, snapshot.head)


def _last(snapshot: Snapshot) -> tuple[str, bool]:
    """Give the commit of the tag with the highest version, and whether no other one matters.

    No other one does where all are spelt alike and the highest version is a final one.
    """
    from seatrial.versions.tags import families, guess

    names = [tag.name for tag in snapshot.tags]
    if len(names) > MOST_TAGS:
        return "", False
    try:
        releases = guess(names, "").releases(names)
    except SeatrialError:
        return "", False
    newest = next((name for name, version in releases.items() if not version.is_devrelease), "")
    alone = bool(newest) and not next(iter(releases.values())).is_prerelease
    commit = next((tag.commit for tag in snapshot.tags if tag.name == newest), "")
    return commit, alone and len(families(names)) == 1
