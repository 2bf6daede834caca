"""Which version each line of releases gets, and which have nothing to release."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec
from packaging.version import Version

from seatrial.errors import InvalidConfiguration, TagElsewhere
from seatrial.operations.continuing import begun_on
from seatrial.operations.deciding import Day, changes_of, choose
from seatrial.operations.outside import Seen
from seatrial.operations.project import Project
from seatrial.operations.standing import is_older
from seatrial.repository.change_files import FOLDER as CHANGES
from seatrial.repository.facts import TagFact, last_release
from seatrial.versions.arithmetic import parse
from seatrial.versions.decide import AlreadyReleased, Decision, NothingToRelease, Wish

FEW = 3
"""How many packages are named one by one."""


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
        older: whether a higher version is released already.
    """

    line: Project
    decision: Decision
    tag: str
    effects: Mapping[str, str]
    begun: dt.date | None
    older: bool = False


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
    if wish.version and len(lines) > 1:
        named = ", ".join(line.lead.name for line in lines[:FEW])
        raise InvalidConfiguration(
            f"--version {wish.version}",
            f"{len(lines)} packages have versions of their own: {named}{' …' * (len(lines) > FEW)}",
            next_step="Name the folder of one, or say --bump.",
        )
    picked: list[Picked] = []
    why: list[str] = []
    for line in lines:
        if len(lines) > 1 and _at_rest(line, wish):
            continue
        outcome = _pick(line, wish, around)
        if isinstance(outcome, Picked):
            picked.append(outcome)
        else:
            why.append(outcome)
    if len(lines) > 1:
        return picked, f"None of the {len(lines)} packages has changed since its last release."
    return picked, next(iter(why), "")


def follow(line: Project, reason: str, around: Circumstances) -> Picked:
    """Choose the version of a line that is released because another one is: a patch.

    Args:
        line: which.
        reason: why it is released, a sentence.
        around: what the outside holds, and the day.
    """
    outcome = _pick(line, Wish(bump="patch"), around, anyway=True)
    if not isinstance(outcome, Picked):
        raise InvalidConfiguration(line.lead.name, outcome, doing="choosing the version of")
    decision = msgspec.structs.replace(outcome.decision, reason=reason)
    return replace(outcome, decision=decision)


def as_stated(picked: Sequence[Picked]) -> list[Picked]:
    """Say of versions that were reviewed and merged why they are released: the files state them."""
    return [
        replace(
            one,
            decision=msgspec.structs.replace(
                one.decision, reason=f"The merged files state {one.decision.version}."
            ),
        )
        for one in picked
    ]


def _at_rest(line: Project, wish: Wish) -> bool:
    """Whether there is so plainly nothing to release that nothing has to be read for it."""
    facts = line.facts
    last = last_release(facts.tags)
    if last is None or facts.commits or line.snapshot.below(CHANGES):
        return False
    version, stated = Version(last.version), line.lead.version
    behind = not stated or parse(stated, line.lead.name) <= version
    return behind and not version.is_prerelease and not wish.leads_on(version)


def _pick(
    line: Project, wish: Wish, around: Circumstances, *, anyway: bool = False
) -> Picked | str:
    facts, form, seen = line.facts, line.tag_format, around.seen
    tags = {Version(tag.version) for tag in facts.tags}
    held = seen.of(facts.packages)
    remote: list[set[Version]] = []

    def taken(version: Version) -> bool:
        if not remote:
            remote.append({v for tag in seen.like(form) if (v := form.parse(tag)) is not None})
        if version in tags or version in remote[0]:
            return True
        if version not in held:
            return False
        # What an index holds of a release that began at this very commit is ours to finish.
        return not around.strict or begun_on(line, form.render(version)) is None

    if wish.version:
        asked = form.render(parse(wish.version, "--version"))
        _check_tag(seen, asked, facts.tags, unless=facts.head)
    day = Day(date=around.date, branch=around.branch)
    outcome = choose(line, wish, day, taken, anyway=anyway)
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
        older=is_older(line, outcome.version, seen),
    )


def _check_tag(seen: Seen, tag: str, local: Sequence[TagFact], *, unless: str = "") -> None:
    """Refuse a version whose tag exists, here or on the remote, ``unless`` on that commit."""
    here = next((t.commit for t in local if t.name == tag), "")
    for where, commit in (("here", here), ("on the remote", seen.tags.get(tag, ""))):
        if commit not in {"", unless}:
            raise TagElsewhere(tag, f"{where} it is on {commit[:12]}")
