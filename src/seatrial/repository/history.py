"""The commits of a release, in one pass over history, read as git prints them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from seatrial.errors import NoRepository
from seatrial.process import Runner, child_environment
from seatrial.repository.commits import Commits
from seatrial.repository.facts import CommitFact
from seatrial.repository.place import MEND, QUIET_GIT
from seatrial.repository.records import Reader
from seatrial.repository.snapshot import Snapshot


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
    paths = () if several else tuple(f":(top,literal){path}" for path in folders if path)
    reader = Reader(folders, several=several, every=every, since=since)
    argv = ["git", "-c", "log.showSignature=false", "log", "--no-color", "--no-notes"]
    argv += ["--no-mailmap", *reader.options]
    argv += ["--topo-order"] if every else []
    argv += [] if most is None else [f"--max-count={most}"]
    argv += [f"{since}..{snapshot.head}" if since else snapshot.head, "--", *paths]
    return _taken(snapshot, snapshot.runner, reader, argv)


def read_listed(
    snapshot: Snapshot,
    runner: Runner,
    folders: Sequence[str],
    ids: bytes,
    paths: Sequence[str] | None = None,
) -> Commits:
    """Read those of the commits whose ids are known that touch packages, in the order given.

    Merges are left out.

    Args:
        snapshot: the planned commit.
        runner: starts git.
        folders: those of the packages, from the root; each commit says which it touches.
        ids: of the commits, a line each.
        paths: the folders that matter, where they are so few that git finds them quickly.

    Raises:
        NoRepository: git failed.
        StorageFault: they are many, and there is no room for them.
    """
    reader = Reader(folders, several=True, every=False)
    argv = ["git", "diff-tree", "--stdin", "-r", "--root", *reader.options, "--"]
    argv += [f":(top,literal){path}" for path in paths or ()]
    return _taken(snapshot, runner, reader, argv, ids)


def _taken(
    snapshot: Snapshot, runner: Runner, reader: Reader, argv: list[str], stdin: bytes = b""
) -> Commits:
    """Run git, and give what the reader takes of its output."""
    # Else git hands on each commit by itself (git(1), GIT_FLUSH).
    env = child_environment({**QUIET_GIT, "GIT_FLUSH": "0"})
    done = runner.run_fed(argv, cwd=snapshot.root, take=reader.take, env=env, stdin=stdin)
    if done.code:
        raise NoRepository(str(snapshot.root), done.said, next_step=MEND)
    return reader.finished()


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
