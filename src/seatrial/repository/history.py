"""The commits of a release, in one pass over history, read as git prints them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence

from seatrial.errors import NoRepository
from seatrial.process import child_environment
from seatrial.repository.commits import Commits
from seatrial.repository.facts import CommitFact
from seatrial.repository.place import QUIET_GIT
from seatrial.repository.snapshot import Snapshot

_FORMAT = "%H%x00%ct%x00%aN <%aE>%x00%P%x00%s%x00%b%x00"
_FIELDS = 6
_PARENTS = 3


def read_history(
    snapshot: Snapshot,
    folders: Sequence[str],
    *,
    since: str = "",
    most: int | None = None,
    every: bool = False,
) -> Commits:
    """Read the commits that a release holds, the newest first.

    However many packages there are, git runs once; its output is taken apart as it comes.

    Args:
        snapshot: the planned commit.
        folders: those of the packages, from the root.  For one of them the commits that touch it
            are given; for several, each commit says which it touches, and one that touches none
            is left out unless it is a merge.
        since: the last release's commit; the whole history when empty.
        most: how many commits are read at most.
        every: whether the commits that touch no package are given, too, and each commit before
            its parents, whatever the clocks said.

    Raises:
        NoRepository: git failed.
        StorageFault: the history is long, and there is no room for it.
    """
    several = every or len(folders) > 1
    mark = os.urandom(8).hex()
    owners = _Owners(folders) if several else None
    commits = Commits(folders)
    reader = _Reader(mark, owners, commits, every=every, since=since)
    options = ("-z", "--encoding=UTF-8", "--no-color", "--no-notes", "--no-mailmap")
    paths = () if several else tuple(f":(top,literal){path}" for path in folders if path)
    done = snapshot.runner.run_fed(
        [
            "git",
            "-c",
            "log.showSignature=false",
            "log",
            *options,
            f"--format={mark}{_FORMAT}",
            *(("--name-only", "--no-renames") if several else ()),
            *(("--topo-order",) if every else ()),
            *(() if most is None else (f"--max-count={most}",)),
            f"{since}..{snapshot.head}" if since else snapshot.head,
            "--",
            *paths,
        ],
        cwd=snapshot.root,
        take=reader.take,
        # Else git hands on each commit by itself (git(1), GIT_FLUSH).
        env=child_environment({**QUIET_GIT, "GIT_FLUSH": "0"}),
    )
    if done.code:
        raise NoRepository(
            str(snapshot.root), done.said, next_step="Mend what git says, and run this again."
        )
    return reader.finished()


class _Owners:
    """Which packages own a path: those in whose folder it lies, the innermost alone."""

    def __init__(self, folders: Sequence[str]) -> None:
        names = (folder.encode("utf-8", "surrogateescape") for folder in folders)
        self._numbers = {name: number for number, name in enumerate(names)}
        # Folder → the number of its package.  There are as many as folders in the history's trees.
        self._known: dict[bytes, int] = {}

    def of(self, names: Iterable[bytes]) -> set[int]:
        """Give the numbers of the packages that files belong to.

        Args:
            names: the paths of files, from the root.
        """
        known, found = self._known, set()
        for name in names:
            folder = name.rpartition(b"/")[0]
            number = known.get(folder)
            found.add(self._above(folder) if number is None else number)
        found.discard(_NOBODY)
        return found

    def _above(self, folder: bytes) -> int:
        at, passed = folder, []
        while at not in self._known:
            passed.append(at)
            number = self._numbers.get(at, _NOBODY)
            if number != _NOBODY or not at:
                break
            at = at.rpartition(b"/")[0]
        else:
            number = self._known[at]
        self._known.update(dict.fromkeys(passed, number))
        return number


_NOBODY = -1


class _Reader:
    """Takes apart what ``git log -z --name-only`` prints.

    Each record is the mark and the fields, each ended by a NUL; then one NUL; then, if the commit
    touches files, a line feed and their names, each ended by a NUL.  A name cannot be taken for a
    record: nobody who wrote it knew the mark.
    """

    def __init__(
        self,
        mark: str,
        owners: _Owners | None,
        commits: Commits,
        *,
        every: bool = False,
        since: str = "",
    ) -> None:
        self._every = every
        self._since = since.encode("ascii")
        self._mark = mark.encode("ascii")
        self._owners = owners
        self._rest = bytearray()
        self._commits = commits

    def take(self, piece: bytes) -> None:
        """Take the next piece of the output."""
        # A mark may lie across the border of two pieces.
        since = max(len(self._rest) - len(self._mark), 1)
        self._rest += piece
        cut = self._rest.rfind(self._mark, since)
        if cut > 0:
            whole = bytes(memoryview(self._rest)[:cut])
            del self._rest[:cut]
            self._read(whole)

    def finished(self) -> Commits:
        """Give the commits; nothing more is to come."""
        self._read(bytes(self._rest))
        self._rest.clear()
        self._commits.close()
        return self._commits

    def _read(self, records: bytes) -> None:
        add = self._commits.add
        for record in records.split(self._mark)[1:]:
            *fields, names = record.split(b"\0", _FIELDS)
            if len(fields) < _FIELDS:
                continue
            if self._since and self._since in fields[_PARENTS]:
                self._commits.reach = True
            touched = b""
            if self._owners is not None:
                # A NUL and a line feed before the first name, a NUL after the last.
                owners = self._owners.of(names[2:-1].split(b"\0")) if names[2:] else set()
                if not owners and not self._every and b" " not in fields[_PARENTS]:
                    continue
                touched = b" ".join([b"%d" % number for number in sorted(owners)])
            add(b"\0".join(fields), touched)


def counted(
    commits: Sequence[CommitFact], says: Callable[[str, str], bool]
) -> tuple[CommitFact, ...]:
    """Leave out the merges, for what they brought in is listed itself.

    A merge with a message of its own ("Merge pull request #3 from x/y" and, below it, the pull
    request's title) stays where none of the commits that it brought in says what it changes.

    Args:
        commits: of one range, the newest first.
        says: whether a subject and a body say what changes.
    """
    kept = tuple(commits)
    if not any(commit.merge for commit in kept):
        return kept
    speak = {
        merge.id
        for merge, brought in brought_in(kept)
        if says(merge.subject, merge.body)
        and not any(says(commit.subject, commit.body) for commit in brought if not commit.merge)
    }
    return tuple(commit for commit in kept if not commit.merge or commit.id in speak)


def brought_in(
    commits: Sequence[CommitFact],
) -> Iterator[tuple[CommitFact, Sequence[CommitFact]]]:
    """Give each merge on the main line, with the commits that it brought in.

    The main line is that of the first parents.  A commit belongs to the oldest merge that brought
    it in; merges into a branch belong to that branch.

    Args:
        commits: of one range, the newest first.
    """
    known = {commit.id: commit for commit in commits}
    line: list[CommitFact] = []
    at = commits[0].id if commits else ""
    while at and at in known:
        line.append(known[at])
        at = known[at].parents[0] if known[at].parents else ""
    seen = {commit.id for commit in line}
    for merge in reversed(line):
        if merge.merge:
            pending = list(merge.parents[1:])
            mine = []
            while pending:
                id_ = pending.pop()
                if id_ not in seen and id_ in known:
                    seen.add(id_)
                    mine.append(known[id_])
                    pending += known[id_].parents
            yield merge, mine
