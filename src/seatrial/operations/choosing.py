"""Which version each line of releases gets, and which have nothing to release."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from packaging.version import Version

from seatrial.errors import TagElsewhere
from seatrial.operations.continuing import begun_on
from seatrial.operations.deciding import Day, changes_of, choose
from seatrial.operations.outside import Seen
from seatrial.operations.project import Project
from seatrial.repository.facts import TagFact
from seatrial.versions.arithmetic import parse
from seatrial.versions.decide import AlreadyReleased, Decision, NothingToRelease, Wish


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """Under which a version is chosen.

    Attributes:
        seen: what the outside holds.
        branch: the branch that the release belongs to.
        date: the release's day.
        strict: whether what the outside holds of a release that began here counts.
    """

    seen: Seen
    branch: str
    date: dt.date
    strict: bool


@dataclass(frozen=True, kw_only=True)
class Picked:
    """A line that is released.

    Attributes:
        line: its packages.
        decision: its version.
        tag: the tag's name.
        effects: what each commit changes, by its id.
        begun: the day of a release of this very commit that a dead run began.
    """

    line: Project
    decision: Decision
    tag: str
    effects: Mapping[str, str]
    begun: dt.date | None


def pick(lines: Sequence[Project], wish: Wish, around: Circumstances) -> tuple[list[Picked], str]:
    """Choose the versions of all lines that have something to release.

    Args:
        lines: of the repository.
        wish: what the user asked for.
        around: what the outside holds, and the day.

    Returns:
        What is released; and why nothing is, where nothing is.

    Raises:
        TagElsewhere: the tag of a version that was asked for is on another commit.
        InvalidVersion: the version asked for cannot be released.
    """
    picked: list[Picked] = []
    why: list[str] = []
    for line in lines:
        outcome = _pick(line, wish, around)
        if isinstance(outcome, Picked):
            picked.append(outcome)
        else:
            why.append(outcome)
    if len(why) > 1:
        return picked, f"None of the {len(lines)} packages has changed since its last release."
    return picked, next(iter(why), "")


def _pick(line: Project, wish: Wish, around: Circumstances) -> Picked | str:
    facts, form, seen = line.facts, line.tag_format, around.seen
    tags = {Version(tag.version) for tag in facts.tags}
    remote_versions = {v for tag in seen.tags if (v := form.parse(tag)) is not None}
    held = seen.of(facts.packages)

    def taken(version: Version) -> bool:
        if version in tags or version in remote_versions:
            return True
        if version not in held:
            return False
        # What an index holds of a release that began at this very commit is ours to finish.
        return not around.strict or begun_on(line, form.render(version)) is None

    if wish.version:
        asked = form.render(parse(wish.version, "--version"))
        _check_tag(seen, asked, facts.tags, unless=facts.head)
    outcome = choose(line, wish, Day(date=around.date, branch=around.branch), taken)
    if isinstance(outcome, NothingToRelease | AlreadyReleased):
        return outcome.why
    tag = form.render(outcome.version)
    _check_tag(seen, tag, facts.tags)
    return Picked(
        line=line,
        decision=outcome,
        tag=tag,
        effects=changes_of(line).effects(),
        begun=begun_on(line, tag) if around.strict else None,
    )


def _check_tag(seen: Seen, tag: str, local: Sequence[TagFact], *, unless: str = "") -> None:
    """Refuse a version whose tag exists, here or on the remote, ``unless`` on that commit."""
    here = next((t.commit for t in local if t.name == tag), "")
    for where, commit in (("here", here), ("on the remote", seen.tags.get(tag, ""))):
        if commit not in {"", unless}:
            raise TagElsewhere(tag, f"{where} it is on {commit[:12]}")
