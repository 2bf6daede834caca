"""Numbering that began again: a release that descends from one with a higher number.

bumpver was at 202010.1041 when it went on with 2020.1042, and other projects went from dates to
SemVer without an epoch.  What counts there is the order of history, as for ``git describe``; for
installers the higher number stays the newer one, and that is said where an index holds it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec.structs import replace
from packaging.version import Version

from seatrial.repository.commits import Commits
from seatrial.repository.facts import CommitFact, TagFact, last_release
from seatrial.repository.snapshot import Snapshot
from seatrial.repository.spans import is_version

MOST = 20
"""How often numbers are taken to have begun again; each time costs two questions to git."""


def says_something(stated: str) -> bool:
    """Whether a file states a version, and not 0.0.0 because it comes from elsewhere.

    Args:
        stated: what the source of the version states, or empty.
    """
    return is_version(stated) and any(Version(stated).release)


def counts_below(stated: str, tags: Iterable[TagFact]) -> bool:
    """Whether a file states a version that is below the last release, so that it may be no longer.

    Args:
        stated: by the source of the version.
        tags: release tags.
    """
    last = last_release(tags)
    return last is not None and says_something(stated) and Version(stated) < Version(last.version)


def released_among(tags: Iterable[TagFact], commits: Iterable[CommitFact]) -> frozenset[str]:
    """Give the commits since the last release that are releases themselves.

    Args:
        tags: release tags.
        commits: those since the last release.
    """
    tagged = {tag.commit for tag in tags}
    rows = (row[0] for row in commits.rows()) if isinstance(commits, Commits) else ()
    return frozenset(id_ for id_ in rows if id_ in tagged)


def perhaps_restarted(snapshot: Snapshot, read: Mapping[int, Sequence[TagFact]]) -> set[int]:
    """Give the lines that have a release of a later day than the one with the highest number.

    git is asked once, for all of them; whether the later one descends from the other is asked of
    those alone.

    Args:
        snapshot: the planned commit.
        read: number of a line → its release tags.
    """
    finals = {
        number: [
            tag
            for tag in tags
            if tag.ancestor and not tag.abandoned and not Version(tag.version).is_prerelease
        ]
        for number, tags in read.items()
    }
    commits = sorted({tag.commit for tags in finals.values() if tags[1:] for tag in tags})
    if not commits:
        return set()
    asked = ("rev-list", "--no-walk=unsorted", "--timestamp", "--stdin")
    listed = snapshot.git(*asked, stdin="\n".join(commits).encode()).text
    days = {commit: int(day) for day, commit in map(str.split, listed.splitlines())}
    found = set()
    for number, tags in finals.items():
        last = last_release(tags) if tags[1:] else None
        if last is not None and any(days[tag.commit] > days[last.commit] for tag in tags):
            found.add(number)
    return found


def restarted(
    snapshot: Snapshot, tags: tuple[TagFact, ...], stated: str, among: Collection[str] | None = None
) -> tuple[TagFact, ...]:
    """Mark the releases of before the numbering began again as abandoned.

    A final release, or the version that is stated now, begins it again when it descends from one
    with a higher number.

    Args:
        snapshot: the planned commit.
        tags: release tags, the newest version first.
        stated: by the source of the version, or empty.
        among: those of the commits since the last release that are releases; git is asked when a
            lower one is among them, or always when absent.
    """
    for _ in range(MOST):
        last = last_release(tag for tag in tags if not Version(tag.version).is_devrelease)
        if last is None:
            break
        lower = [
            tag
            for tag in tags
            if Version(tag.version) < Version(last.version)
            and not tag.abandoned
            and tag.commit != last.commit
            and (among is None or tag.commit in among)
            and _begins(tag, stated)
        ]
        after = _after(snapshot, last.commit) if lower else frozenset()
        newest = next((tag for tag in lower if tag.commit in after), None)
        if newest is None:
            break
        held = _held(snapshot, newest.commit)
        # The last one may count by a commit with the same files, which its tag does not name.
        before = [Version(tag.version) for tag in tags if tag.name in held or tag == last]
        # A branch that nobody merged may have more of the old numbers.
        old = min(version for version in before if version > Version(newest.version))
        tags = tuple(
            replace(tag, abandoned=tag.abandoned or Version(tag.version) >= old)
            if tag.name != newest.name
            else replace(tag, ancestor=True)
            for tag in tags
        )
    return tags


def _begins(tag: TagFact, stated: str) -> bool:
    version = Version(tag.version)
    return not version.is_prerelease or (is_version(stated) and version == Version(stated))


def _after(snapshot: Snapshot, commit: str) -> frozenset[str]:
    """Give the commits that descend from one, in the history of the planned commit.

    To ask every tag for what it descends from takes seconds where there are thousands of them.
    """
    since = f"{commit}..{snapshot.head}"
    return frozenset(snapshot.git("rev-list", "--ancestry-path", since).text.split())


def _held(snapshot: Snapshot, commit: str) -> frozenset[str]:
    """Give the tags in the history of a commit."""
    form = "--format=%(refname:strip=2)"
    done = snapshot.git("for-each-ref", "--merged", commit, form, "refs/tags")
    return frozenset(done.stdout.decode("utf-8", "surrogateescape").split("\n"))
