"""Which version comes next: what tells the changes, and the repository's own rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import msgspec
from packaging.version import Version

from seatrial.operations.project import Project
from seatrial.repository import towncrier
from seatrial.repository.change_files import ChangeFile, change_files
from seatrial.repository.facts import CommitFact, last_release
from seatrial.repository.history import counted
from seatrial.versions.arithmetic import parse
from seatrial.versions.conventional import Kind, classify_all, tells
from seatrial.versions.decide import Outcome, Wish, decide
from seatrial.versions.policy import Policy, maintained


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What tells the changes of a release.

    Attributes:
        source: "commits", "files", "towncrier" or "labels".
        messages: subject and body of each change, the newest first.
        commits: those that count, the newest first.
        files: the change files, when they are the source.
        remark: what a person should know of them, or empty.
    """

    source: str
    messages: tuple[tuple[str, str], ...]
    commits: tuple[CommitFact, ...]
    files: tuple[ChangeFile, ...] = ()
    remark: str = ""

    def effects(self) -> dict[str, Kind]:
        """Give what each commit says of itself, by its id, whatever the source is."""
        effects = classify_all([(commit.subject, commit.body) for commit in self.commits])
        ids = (commit.id for commit in self.commits)
        return {id_: effect.kind for id_, effect in zip(ids, effects, strict=True)}


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """When and where a release is made: its day, and the branch."""

    date: dt.date
    branch: str


def changes_of(project: Project) -> Changes:
    """Find what tells the changes since the last release: files for it, else the commits.

    Args:
        project: one line of the repository; towncrier is looked for beside its first package.

    Raises:
        InvalidConfiguration: a change file cannot be read, or there is no forge to ask for labels.
        Unreachable, CredentialRefused, CannotTell: that forge did not answer as it should.
    """
    wanted, package = project.settings.version.source, project.lead
    commits = counted(project.facts.commits, tells)
    files: tuple[ChangeFile, ...] = ()
    if wanted in {"auto", "files"}:
        each = [change_files(project.snapshot, one) for one in project.facts.packages]
        # A file that tells of several packages of the line is one change of all of them.
        files = tuple({one.path: one for told in each for one in told}.values())
    if files or wanted == "files":
        messages = tuple(one.message for one in files)
        return Changes(source="files", messages=messages, commits=commits, files=files)
    if wanted in {"auto", "towncrier"} and towncrier.is_used(project.snapshot, package):
        found = towncrier.messages(project.snapshot, package)
        if found or wanted == "towncrier":
            return Changes(source="towncrier", messages=found, commits=commits)
    # Nothing of the outside is asked for a repository that was opened without it.
    if wanted == "labels" and project.snapshot.whole:
        from seatrial.operations.labelling import labelled

        by_labels = labelled(project, project.facts.commits)
        messages = by_labels.messages
        return Changes(source="labels", messages=messages, commits=commits, remark=by_labels.remark)
    messages = tuple((commit.subject, commit.body) for commit in commits)
    return Changes(source="commits", messages=messages, commits=commits)


def choose(
    project: Project,
    wish: Wish,
    day: Day,
    taken: Callable[[Version], bool] | None = None,
    *,
    anyway: bool = False,
) -> Outcome:
    """Choose the version of the next release.

    Args:
        project: the repository.
        wish: what the user asked for.
        day: when, and from which branch.
        taken: whether a version can no longer be used; those with a tag, when absent.
        anyway: whether it is released also when it has not changed itself.

    Raises:
        InvalidVersion: the version asked for cannot be released, or the branch keeps to others.
    """
    facts, package = project.facts, project.lead
    last = last_release(facts.tags)
    tagged = {Version(tag.version) for tag in facts.tags}
    settings = project.settings.version
    policy = Policy(
        zero=settings.zero,
        scheme=settings.scheme,
        day=day.date,
        phase=settings.channels.get(day.branch, ""),
        channels=bool(settings.channels),
        line=maintained(day.branch),
        branch=day.branch,
    )
    return decide(
        msgspec.structs.replace(wish, policy=policy),
        released=Version(last.version) if last else None,
        stated=parse(package.version, package.stated_at) if package.version else None,
        commits=changes_of(project).messages or ((("", ""),) if anyway else ()),
        taken=taken or tagged.__contains__,
    )
