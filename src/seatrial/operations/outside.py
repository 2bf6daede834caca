"""What the remote and the indexes hold, and whether the commit holds what users have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property

import msgspec
from packaging.utils import canonicalize_name
from packaging.version import Version

from seatrial.artifacts.filenames import version_of
from seatrial.errors import BranchMoved, ShallowClone, TagNotAncestor, Unreachable
from seatrial.operations.project import Project
from seatrial.operations.remarks import Held
from seatrial.operations.running import unheard
from seatrial.plan.values import Note
from seatrial.repository.facts import Facts, Package, TagFact, last_release
from seatrial.versions.policy import maintained
from seatrial.versions.tags import TagFormat, by_name, prefix_key
from seatrial.world.ports import HeldFile

AT_ONCE = 16
"""Pages that are asked for at once."""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What the outside is asked.

    Attributes:
        branch: the branch that the release belongs to.
        index: the index to publish to; the configured one when empty.
        patient: whether a silent remote or index is only remarked.
    """

    branch: str
    index: str = ""
    patient: bool = False


class Seen(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """What the outside held when it was asked.

    Attributes:
        tip: the commit that the branch is at on the remote; empty when it is not there.
        tags: tag → commit, of the remote's tags.
        held: package → version → names of the indexes that hold a file of it.
        remarks: what could not be asked.
        absent: index and package, where the index knows no project of that name.
    """

    tip: str
    tags: Mapping[str, str]
    held: Mapping[str, Held]
    remarks: tuple[Note, ...]
    absent: frozenset[tuple[str, str]] = frozenset()

    def of(self, packages: Iterable[Package]) -> Held:
        """Give version → names of the indexes that hold a file of it, of any of the packages."""
        found: dict[Version, tuple[str, ...]] = {}
        for package in packages:
            for version, names in self.held.get(canonicalize_name(package.name), {}).items():
                found[version] = tuple(dict.fromkeys((*found.get(version, ()), *names)))
        return found

    def like(self, form: TagFormat) -> Sequence[str]:
        """Give the remote's tags that name what the tags of a format name."""
        return self._named.get(prefix_key(form.render(Version("1")).rpartition("1")[0]), ())

    @cached_property
    def _named(self) -> Mapping[tuple[str, ...], Sequence[str]]:
        return by_name(self.tags)


def look_outside(
    project: Project,
    question: Question,
    packages: Sequence[Package],
    tell: Callable[[str], None] = unheard,
) -> Seen:
    """Ask the remote and the indexes what they hold.

    Args:
        project: the repository.
        question: what is asked, and whether a silent one is only remarked.
        packages: those that the indexes are asked about.
        tell: told what is done.

    Raises:
        Unreachable: one did not answer, and not ``question.patient``.
    """
    with ThreadPoolExecutor(AT_ONCE, "page") as pool:
        # The indexes answer while the remote is asked.
        pages = _asked(project, question, packages, pool)
        try:
            tip, tags, remarks = _look_at_remote(project, question, tell)
            seen = Seen(tip=tip, tags=tags, held={}, remarks=tuple(remarks))
            return _with_pages(project, seen, pages, question, tell)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def ask_indexes(
    project: Project,
    question: Question,
    seen: Seen,
    packages: Sequence[Package],
    tell: Callable[[str], None] = unheard,
) -> Seen:
    """Ask the indexes what they hold of packages, several at once.

    Args:
        project: the repository.
        question: what is asked, and whether a silent one is only remarked.
        seen: what the outside held otherwise.
        packages: which.
        tell: told what is done.

    Raises:
        Unreachable: one did not answer, and not ``question.patient``.
    """
    with ThreadPoolExecutor(AT_ONCE, "page") as pool:
        try:
            pages = _asked(project, question, packages, pool)
            return _with_pages(project, seen, pages, question, tell)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _asked(
    project: Project, question: Question, packages: Sequence[Package], pool: ThreadPoolExecutor
) -> dict[tuple[str, str], Future[Mapping[str, HeldFile]]]:
    """Ask each index about each package."""
    return {
        (index, name): pool.submit(project.index(index).files, name, asked_after=project.opened)
        for index in project.names_of_indexes(question.index)
        for name in (canonicalize_name(package.name) for package in packages)
    }


def _with_pages(
    project: Project,
    seen: Seen,
    pages: Mapping[tuple[str, str], Future[Mapping[str, HeldFile]]],
    question: Question,
    tell: Callable[[str], None],
) -> Seen:
    held: dict[str, dict[Version, tuple[str, ...]]] = {name: {} for _, name in pages}
    silent: dict[str, Unreachable] = {}
    absent: set[tuple[str, str]] = set()
    for (index, name), page in pages.items():
        if index in silent and not page.done():
            continue  # what it does not say of one, nobody waits for again
        tell(f"asking {index} what it holds of {name}")
        try:
            files = page.result()
        except Unreachable as error:
            silent.setdefault(index, error)
            if not question.patient:
                raise
            continue
        _add(held[name], files, index)
        if not project.index(index).knows(name):
            absent.add((index, name))
    remarks = [
        Note(
            topic="index-not-asked",
            text=f"{silence}. Whether {index} holds the version already is not known.",
        )
        for index, silence in silent.items()
    ]
    return msgspec.structs.replace(
        seen,
        held={**seen.held, **held},
        remarks=(*seen.remarks, *remarks),
        absent=seen.absent | absent,
    )


def _add(held: dict[Version, tuple[str, ...]], files: Iterable[str], index: str) -> None:
    """Note which versions an index holds a file of."""
    for file in files:
        if (version := version_of(file)) is not None and index not in held.get(version, ()):
            held[version] = (*held.get(version, ()), index)


def _look_at_remote(
    project: Project, question: Question, tell: Callable[[str], None]
) -> tuple[str, dict[str, str], list[Note]]:
    """Give where the branch is on the remote, the remote's tags by commit, and what to remark."""
    remote = project.facts.remote
    if remote is None:
        return "", {}, []
    tell(f"asking {remote.name} for its branches and tags")
    try:
        refs = project.refs()
    except Unreachable as error:
        if not question.patient:
            raise
        text = (
            f"{error}. The branch is taken to be where it was when it was fetched last, and "
            "tags that only the remote has are not known."
        )
        return _tracked(project, question.branch), {}, [Note(topic="remote-not-asked", text=text)]
    tags = {
        name.removeprefix("refs/tags/"): ref.commit
        for name, ref in refs.items()
        if name.startswith("refs/tags/")
    }
    found = refs.get(f"refs/heads/{question.branch}")
    if found is not None:
        return found.commit, tags, []
    text = f"{remote.name} has no branch {question.branch}: the push makes it."
    return "", tags, [Note(topic="new-branch", text=text)]


def _tracked(project: Project, branch: str) -> str:
    """Give the last known place of the branch on the remote."""
    remote = project.facts.remote
    if remote is None:
        return ""
    done = project.snapshot.git(
        "for-each-ref", "--format=%(objectname)", f"refs/remotes/{remote.name}/{branch}"
    )
    return done.text.strip()


def check_tip(project: Project, tip: str, branch: str) -> None:
    """Refuse a commit that does not hold what the remote branch has.

    Raises:
        BranchMoved: it does not.
    """
    if tip and not project.holds(tip):
        raise BranchMoved(
            branch,
            f"the remote has it at {tip[:12]}, which is not in the history of "
            f"{project.facts.head[:12]}",
            doing="comparing with the remote branch",
            next_step="Run git pull, look at what came, and plan again.",
        )


def check_tags(line: Project, seen: Seen) -> None:
    """Refuse a clone that lacks the tag of a release that its own history holds.

    The next version would be counted from the release before that one.

    Raises:
        ShallowClone: it does.
    """
    for tag in _not_here(line, seen):
        if line.holds(tag.commit):
            raise ShallowClone(
                str(line.snapshot.root),
                f"the remote has the tag {tag.name} on {tag.commit[:12]}, which is in the history "
                "here, and the tag is not",
                doing="comparing the tags with the remote's in",
                next_step="Run git fetch --tags, and this again.",
            )


def check_releases_elsewhere(line: Project, seen: Seen, branch: str) -> None:
    """Refuse a commit that does not hold what users have by a tag that the remote alone has.

    Raises:
        TagNotAncestor: the last release is not in its history.
    """
    more = [
        msgspec.structs.replace(tag, ancestor=line.holds(tag.commit))
        for tag in _not_here(line, seen)
    ]
    if not more:
        return
    try:
        check_history(msgspec.structs.replace(line.facts, tags=(*line.facts.tags, *more)), branch)
    except TagNotAncestor as error:
        way = f"Run git fetch --tags. {error.next_step}"
        raise TagNotAncestor(error.thing, error.said, next_step=way) from None


def _not_here(line: Project, seen: Seen) -> Iterator[TagFact]:
    """Give the remote's tags of later releases than this clone has tags of."""
    facts, form = line.facts, line.tag_format
    known = {Version(tag.version) for tag in facts.tags}
    newest = last_release(facts.tags)
    last = Version(newest.version) if newest else None
    for name in seen.like(form):
        version, commit = form.parse(name), seen.tags[name]
        if version is None or version in known or (last is not None and version < last):
            continue
        yield TagFact(name=name, version=str(version), commit=commit, object=commit, ancestor=False)


def check_history(facts: Facts, branch: str) -> None:
    """Refuse a commit that does not hold what users have.

    Raises:
        TagNotAncestor: the last release is not in its history.
    """
    # A pre-release on another branch is nothing that users would lose.
    line = maintained(branch)
    finals = [
        tag
        for tag in facts.tags
        if not tag.abandoned
        if tag.ancestor
        or not (Version(tag.version).is_prerelease or _beyond(line, Version(tag.version)))
    ]
    last = max(finals, key=lambda tag: Version(tag.version), default=None)
    if last is not None and not last.ancestor:
        raise TagNotAncestor(
            f"{last.name} ({last.commit[:12]})",
            f"it is not in the history of {facts.head[:12]}: "
            "users would lose what that release holds",
            next_step=_way_to(last, finals, branch),
        )


def _way_to(last: TagFact, finals: Sequence[TagFact], branch: str) -> str:
    """Say how a branch that lacks the last release comes to be released all the same."""
    way = f"Merge {last.name} into {branch}, or release from a branch that holds it."
    own = max((Version(tag.version) for tag in finals if tag.ancestor), default=None)
    beyond = Version(last.version)
    if own is None or (beyond.major, beyond.minor) == (own.major, own.minor):
        return way
    line = f"{own.major}.x" if beyond.major > own.major else f"{own.major}.{own.minor}.x"
    return (
        f"{way} To go on with {line} beside it, do so on a branch of that name: "
        f"git switch -c {line}"
    )


def _beyond(line: tuple[int, ...], version: Version) -> bool:
    """Whether a version is none that a maintenance branch makes."""
    return bool(line) and (*version.release, 0, 0)[: len(line)] > line
