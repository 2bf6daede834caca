"""The commits of a release, in one pass over history, read as git prints them."""

from __future__ import annotations

import posixpath
import secrets
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from seatrial.errors import NoRepository
from seatrial.process import Runner, child_environment
from seatrial.repository.facts import CommitFact
from seatrial.repository.snapshot import QUIET_GIT, Snapshot

_FORMAT = "%H%x00%ct%x00%aN <%aE>%x00%P%x00%s%x00%b%x00"
_FIELDS = 6

T = TypeVar("T")


def read_history(
    snapshot: Snapshot, folders: Sequence[str], *, since: str = "", most: int | None = None
) -> tuple[CommitFact, ...]:
    """Read the commits that a release holds, the newest first.

    However many packages there are, git runs once; its output is taken apart as it comes.

    Args:
        snapshot: the planned commit.
        folders: those of the packages, from the root.  For one of them the commits that touch it
            are given; for several, each commit says which it touches, and one that touches none
            is left out unless it is a merge.
        since: the last release's commit; the whole history when empty.
        most: how many commits are read at most.

    Raises:
        NoRepository: git failed.
    """
    several = len(folders) > 1
    mark = secrets.token_hex(8)
    reader = _Reader(mark, _Owners(folders) if several else None)
    options = ("-z", "--encoding=UTF-8", "--no-color", "--no-notes", "--no-mailmap")
    paths = () if several else tuple(f":(top,literal){path}" for path in folders if path)
    # It has a runner of its own: a redactor made for what people see must not change messages.
    done = Runner().run_fed(
        [
            "git",
            "-c",
            "log.showSignature=false",
            "log",
            *options,
            f"--format={mark}{_FORMAT}",
            *(("--name-only", "--no-renames") if several else ()),
            *(() if most is None else (f"--max-count={most}",)),
            f"{since}..{snapshot.head}" if since else snapshot.head,
            "--",
            *paths,
        ],
        cwd=snapshot.root,
        take=reader.take,
        env=child_environment(QUIET_GIT),
    )
    if done.code:
        raise NoRepository(
            str(snapshot.root), done.said, next_step="Mend what git says, and run this again."
        )
    return reader.finished()


class _Owners:
    """Which packages own a path: those in whose folder it lies, the innermost alone."""

    def __init__(self, folders: Sequence[str]) -> None:
        self._folders = frozenset(folders)
        self._known: dict[str, str | None] = {}

    def of(self, path: bytes) -> str | None:
        """Give the folder of the package that a file belongs to; nothing when there is none."""
        return self._above(posixpath.dirname(path.decode("utf-8", "surrogateescape")))

    def _above(self, folder: str) -> str | None:
        if folder not in self._known:
            if folder in self._folders:
                found: str | None = folder
            else:
                found = self._above(posixpath.dirname(folder)) if folder else None
            self._known[folder] = found
        return self._known[folder]


class _Reader:
    """Takes apart what ``git log -z --name-only`` prints.

    Each record is the mark and the fields, each ended by a NUL; then one NUL; then, if the commit
    touches files, a line feed and their names, each ended by a NUL.  A name cannot be taken for a
    record: nobody who wrote it knew the mark.
    """

    def __init__(self, mark: str, owners: _Owners | None) -> None:
        self._mark = mark.encode("ascii")
        self._owners = owners
        self._rest = b""
        self._fields: list[bytes] = []
        self._touched: set[str] = set()
        self._commits: list[CommitFact] = []
        # Names, addresses and ids come again and again: each is kept once.
        self._once: dict[Any, Any] = {}

    def take(self, piece: bytes) -> None:
        """Take the next piece of the output."""
        *whole, self._rest = (self._rest + piece).split(b"\0")
        for token in whole:
            if len(self._fields) < _FIELDS and self._fields:
                self._fields.append(token)
            elif token.startswith(self._mark):
                self._close()
                self._fields = [token]
            elif token and self._owners is not None:
                owner = self._owners.of(token.removeprefix(b"\n"))
                if owner is not None:
                    self._touched.add(owner)

    def finished(self) -> tuple[CommitFact, ...]:
        """Give the commits; nothing more is to come."""
        self._close()
        self._once.clear()
        return tuple(self._commits)

    def _close(self) -> None:
        if len(self._fields) == _FIELDS:
            id_, when, author, parents, subject, body = (_text(field) for field in self._fields)
            commit = CommitFact(
                id=self._kept(id_[len(self._mark) :]),
                when=int(when),
                author=self._kept(author),
                parents=tuple(self._kept(parent) for parent in parents.split()),
                subject=subject.strip(),
                body=body.strip(),
                packages=self._kept(tuple(sorted(self._touched))),
            )
            if self._owners is None or commit.packages or commit.merge:
                self._commits.append(commit)
        self._fields = []
        self._touched = set()

    def _kept(self, value: T) -> T:
        kept: T = self._once.setdefault(value, value)
        return kept


def _text(field: bytes) -> str:
    return field.decode("utf-8", "backslashreplace")


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
    speak = {
        merge.id
        for merge, brought in brought_in(commits)
        if says(merge.subject, merge.body)
        and not any(says(commit.subject, commit.body) for commit in brought if not commit.merge)
    }
    return tuple(commit for commit in commits if not commit.merge or commit.id in speak)


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
