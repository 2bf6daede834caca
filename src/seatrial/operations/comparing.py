"""Whether the API breaks under a version that promises that it does not."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from packaging.version import Version

from seatrial.errors import (
    ChangelogMissing,
    InvalidConfiguration,
    InvalidVersion,
    NoPackage,
    NoRepository,
    SeatrialError,
    ShallowClone,
)
from seatrial.operations.deciding import Day, choose
from seatrial.operations.editing import texts_of
from seatrial.operations.lines import lines_of
from seatrial.operations.project import Project
from seatrial.plan.values import Note
from seatrial.repository.api import Pair, compare_apis, installed
from seatrial.repository.api_values import Answer
from seatrial.repository.facts import Facts, TagFact
from seatrial.repository.snapshot import open_snapshot
from seatrial.versions.arithmetic import is_calendar
from seatrial.versions.calver import release_date
from seatrial.versions.decide import Decision, Wish

_NO_RELEASE = "there is no release to compare with"
_NOTHING = "there is nothing to release"
_NEEDLESS = (_NO_RELEASE, _NOTHING)
_FEW = 3
"""How many breaking changes a remark names."""


class Asked(NamedTuple):
    """What is compared of one line: of which release and version, and its packages."""

    about: Answer
    pairs: tuple[Pair, ...]


def planned_api(project: Project) -> tuple[Answer, ...]:
    """Compare the API with that of the last release, for the versions that come next.

    Of several lines, those that are not released are left out, if another one is.

    Args:
        project: the repository; each of its lines is compared with its own last release.
    """
    try:
        answers = _answered([_planned(line) for line in lines_of(project)])
        return tuple(one for one in answers if one.unasked not in _NEEDLESS) or answers
    except (InvalidConfiguration, NoPackage, ShallowClone) as error:
        return (Answer(unasked=error.said),)


def _planned(line: Project) -> Asked:
    facts = line.facts
    unread = next((one.problem for one in facts.packages if one.problem), "")
    if unread:
        return _unasked(f"the version is not known: {unread}")
    last = last_final(facts)
    if last is None:
        return _unasked(_NO_RELEASE)
    try:
        outcome = choose(line, Wish(), _today(line))
    except SeatrialError as error:
        # Labels that cannot be read, a maintenance branch: a plan says what is wrong.
        return _unasked(f"the next version is not known: {error}")
    if not isinstance(outcome, Decision):
        return _unasked(_NOTHING)
    return _asked(line, last, outcome.version)


def _unasked(why: str) -> Asked:
    return Asked(Answer(unasked=why), ())


def _today(line: Project) -> Day:
    facts = line.facts
    branch = line.settings.branch or facts.upstream or facts.branch
    return Day(date=release_date(dt.datetime.now(dt.UTC).date(), facts.head_when), branch=branch)


def unwritten(project: Project) -> tuple[tuple[str, str], ...]:
    """Say which releases that come next lack the section that the changelog has to have.

    Args:
        project: the repository.

    Returns:
        The changelog's path, where there is one, and what is missing.
    """
    found = []
    # What else is wrong is told by the rules that it is about, or by a plan.
    with contextlib.suppress(SeatrialError):
        for line in lines_of(project):
            version = _lacking(line)
            if version is not None:
                said = f"nobody has written a section about {version}"
                found.append((line.facts.changelog, said))
    return tuple(found)


def _lacking(line: Project) -> Version | None:
    """Give the version that comes next, if the changelog has to tell of it and does not."""
    with contextlib.suppress(SeatrialError):
        day = _today(line)
        outcome = choose(line, Wish(), day)
        if isinstance(outcome, Decision):
            try:
                texts_of(line, outcome.version, day.date, {})
            except ChangelogMissing:
                return outcome.version
    return None


def compared(line: Project, last: TagFact, version: Version) -> Answer:
    """Compare the API of the planned commit with that of a release.

    Args:
        line: packages that are released together.
        last: the release.
        version: what the commit is to be released as.
    """
    (answer,) = _answered([_asked(line, last, version)])
    return answer


def _asked(line: Project, last: TagFact, version: Version) -> Asked:
    """Say what of a line has to be compared."""
    about = Answer(last=last.name, version=str(version))
    if allows_breaks(Version(last.version), version, line.settings.version.scheme):
        return Asked(about, ())
    try:
        before = open_snapshot(line.snapshot.root, line.runner, commit=last.commit)
    except NoRepository as error:
        return _unasked(str(error))
    return Asked(about, tuple(Pair(before, line.snapshot, one) for one in line.facts.packages))


def _answered(asked: Sequence[Asked]) -> tuple[Answer, ...]:
    """Compare the packages of all lines, and join what is found of each line."""
    found = iter(compare_apis([pair for one in asked for pair in one.pairs]))
    return tuple(_joined(one.about, [next(found) for _ in one.pairs]) for one in asked)


def _joined(about: Answer, found: Sequence[Answer]) -> Answer:
    if not found:
        return about
    return msgspec.structs.replace(
        about,
        unasked="; ".join(dict.fromkeys(one.unasked for one in found if one.unasked)),
        breakages=tuple(broken for one in found for broken in one.breakages),
        unread=tuple(name for one in found for name in one.unread),
    )


def last_final(facts: Facts) -> TagFact | None:
    """Give the last final release in the history of the planned commit, or nothing."""
    there = (tag for tag in facts.tags if tag.ancestor and not tag.abandoned)
    final = (tag for tag in there if not Version(tag.version).is_prerelease)
    return max(final, key=lambda tag: Version(tag.version), default=None)


def allows_breaks(last: Version, version: Version, scheme: str) -> bool:
    """Whether a version tells users that something may break: SemVer 2.0.0, 4 and 8.

    Args:
        last: the release before it.
        version: the version.
        scheme: of versions by date, which tell nothing of this; empty for SemVer.
    """
    if scheme or is_calendar(last) or is_calendar(version) or version.epoch != last.epoch:
        return True
    if version.major != last.major:
        return True
    return last.major == 0 and version.minor != last.minor


def api_remarks(line: Project, version: Version) -> tuple[Note, ...]:
    """Say in a plan that the API breaks, or refuse the plan, as it is configured.

    Args:
        line: packages that are released together.
        version: what they are released as.

    Raises:
        InvalidVersion: the API breaks, and that is to be refused.
    """
    wanted = line.settings.version.api
    last = last_final(line.facts)
    if wanted == "ignore" or last is None or (wanted == "remark" and not installed()):
        return ()
    asked = compared(line, last, version)
    if not asked.breakages:
        if not asked.unasked:
            return ()
        text = f"The API was not compared with that of {last.name}: {asked.unasked}."
        return (Note(topic="api-not-asked", text=text),)
    named = [f"{one.object} ({one.said})" for one in asked.breakages[:_FEW]]
    more = len(asked.breakages) - len(named)
    said = "; ".join(named) + (f"; and {more} more" if more else "")
    if wanted == "refuse":
        raise InvalidVersion(
            str(version),
            f"code that works with {last.name} breaks: {said}",
            doing="comparing the API for",
            next_step="Release it with --bump major (minor below 1.0), or bring back what is gone. "
            "seatrial check --select ST111 lists all of it.",
        )
    text = f"The API breaks since {last.name}, and {version} does not say so: {said}."
    return (Note(topic="api-broken", text=text),)
