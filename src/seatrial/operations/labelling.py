"""Changes told by the labels of pull requests, where the forge is asked for them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from seatrial.errors import InvalidConfiguration
from seatrial.operations.project import Project
from seatrial.repository.facts import CommitFact
from seatrial.repository.history import brought_in, counted
from seatrial.versions.conventional import Kind, classify_all, tells
from seatrial.world.ports_forge import LabelledPull

MOST_ASKED = 300
"""For how many commits the forge is asked, the newest first; older ones tell for themselves."""

USUAL: Mapping[str, Kind] = {
    **dict.fromkeys(
        ("breaking", "breaking-change", "backward-incompatible", "major", "semver-major"),
        "breaking",
    ),
    **dict.fromkeys(("feature", "feat", "enhancement", "minor", "semver-minor"), "feature"),
    **dict.fromkeys(
        ("bug", "bugfix", "fix", "patch", "semver-patch", "performance", "security"), "fix"
    ),
    **dict.fromkeys(
        (
            *("chore", "ci", "dependencies", "documentation", "docs", "ignore-for-release"),
            *("internal", "maintenance", "refactor", "skip-changelog", "tests", "no-changelog"),
        ),
        "other",
    ),
}
"""Labels that many projects have, as :func:`plain` spells them, and what they say."""

_TYPES: Mapping[Kind, str] = {"breaking": "feat!", "feature": "feat", "fix": "fix", "other": "docs"}
_STRENGTH: tuple[Kind, ...] = ("breaking", "feature", "fix", "other")


class Labelled(msgspec.Struct, frozen=True, kw_only=True):
    """What pull requests tell.

    Attributes:
        messages: subject and body of each change, the newest first.
        remark: what a person should know of it, or empty.
    """

    messages: tuple[tuple[str, str], ...]
    remark: str = ""


def plain(label: str) -> str:
    """Spell a label in one way: ``Type: Bug Fix`` and ``kind/bug`` are known by their last part."""
    last = re.split(r"[:/]\s*", label.strip())[-1] if not label.startswith("semver") else label
    return re.sub(r"[^a-z0-9]+", "-", last.lower()).strip("-")


def labelled(project: Project, commits: Sequence[CommitFact]) -> Labelled:
    """Read the changes of some commits from the pull requests that they came by.

    A pull request is one change, by its title, and its strongest label says of which kind.  One
    without a known label, and a commit that came by none, tell for themselves, as commits do.

    Args:
        project: the repository, whose forge is asked.
        commits: since the last release, the newest first.

    Raises:
        InvalidConfiguration: the repository lies on no forge that can be asked.
        Unreachable, CredentialRefused, CannotTell: the forge did not answer as it should.
    """
    sides = {commit.id: merge.id for merge, brought in brought_in(commits) for commit in brought}
    main = [commit.id for commit in commits if commit.id not in sides]
    pulls = _pulls(project, tuple(main[:MOST_ASKED]))
    told: dict[str, LabelledPull] = {}
    for commit in commits:
        for pull in pulls.get(sides.get(commit.id, commit.id), ()):
            if _kind(project, pull) is not None:
                told.setdefault(commit.id, pull)
    remark = ""
    if len(main) > MOST_ASKED:
        remark = (
            f"The forge was asked for the labels of the newest {MOST_ASKED} of {len(main)} "
            "commits: the others tell by their own messages."
        )
    return Labelled(messages=tuple(_messages(project, commits, told)), remark=remark)


def _pulls(project: Project, commits: tuple[str, ...]) -> Mapping[str, tuple[LabelledPull, ...]]:
    reader = project.pull_labels()
    if reader is None:
        raise InvalidConfiguration(
            "version.source = 'labels'",
            "the repository lies on no forge that can be asked for pull requests",
            next_step="Name it with [tool.seatrial.forge] repository, or choose another source.",
        )
    return reader(commits)


def _kind(project: Project, pull: LabelledPull) -> Kind | None:
    own = project.settings.version.labels
    kinds: list[Kind | None]
    if own:
        kinds = [own.get(label) for label in pull.labels]
    else:
        kinds = [USUAL.get(plain(label)) for label in pull.labels]
    return next((kind for kind in _STRENGTH if kind in kinds), None)


def _messages(
    project: Project, commits: Sequence[CommitFact], told: Mapping[str, LabelledPull]
) -> Iterator[tuple[str, str]]:
    counts = {commit.id for commit in counted(commits, tells)}
    seen: set[int] = set()
    for commit in commits:
        pull = told.get(commit.id)
        if pull is None:
            if commit.id in counts:
                yield commit.subject, commit.body
        elif pull.number not in seen:
            seen.add(pull.number)
            yield _message(pull, _kind(project, pull) or "other"), ""


def _message(pull: LabelledPull, kind: Kind) -> str:
    """Spell a pull request as a Conventional Commit; a type in its title makes room."""
    (said,) = classify_all([(pull.title, "")])
    scope = f"({said.scope})" if said.scope else ""
    word, bang, _ = _TYPES[kind].partition("!")
    number = f"(#{pull.number})"
    title = (said.description or pull.title).strip()
    title = title if title.endswith(number) else f"{title} {number}"
    return f"{word}{scope}{bang}: {title}"
