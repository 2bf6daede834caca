"""Which version comes next, by the repository alone: nobody outside is asked."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from seatrial.errors import CannotTell
from seatrial.operations.project import Project
from seatrial.repository.facts import Facts, last_release

if TYPE_CHECKING:
    from seatrial.operations.deciding import Day
    from seatrial.versions.decide import Wish

SCHEMA = 1
"""The version of the layout of what is below."""


class Coming(msgspec.Struct, frozen=True, kw_only=True, tag="coming", tag_field="outcome"):
    """The version that the next release gets.

    Attributes:
        package: its name, as the repository states it; the first of those released together.
        version: which one.
        previous: the last release; empty when there was none.
        reason: why this one, a sentence.
    """

    schema: int = SCHEMA
    package: str
    version: str
    previous: str
    reason: str


class NoneComing(
    msgspec.Struct, frozen=True, kw_only=True, tag="nothing-to-release", tag_field="outcome"
):
    """There is nothing to release.

    Attributes:
        package: its name, as the repository states it; the first of those released together.
        previous: the last release; empty when there was none.
        why: a sentence.
    """

    schema: int = SCHEMA
    package: str
    previous: str
    why: str


class SeveralComing(msgspec.Struct, frozen=True, kw_only=True, tag="several", tag_field="outcome"):
    """The versions of packages that have versions of their own.

    Attributes:
        packages: those that are released, with what follows them.
        why: why none is, a sentence; empty when some are.
    """

    schema: int = SCHEMA
    packages: tuple[Coming, ...]
    why: str = ""


Next: TypeAlias = Coming | NoneComing | SeveralComing


def next_version(path: Path, wish: Wish | None = None) -> Next:
    """Choose the version of the next release by what the commit holds and the tags that are here.

    An index or a remote may hold a version that nothing here knows of: planning asks them.

    Args:
        path: a folder in the repository.
        wish: what was asked for; what the changes say, when absent.

    Raises:
        NoRepository, NoPackage, InvalidConfiguration: there is nothing to decide.
        CannotTell: labels of pull requests decide, and nobody is asked for them here.
        InvalidVersion: the wish cannot be granted; or there is no release yet, and the version
            cannot be read.
    """
    with Project.begun(path, whole=False) as opened:
        # While git looks, what decides is imported.
        from seatrial.operations.deciding import Day, choose
        from seatrial.repository.sites import refuse_unread
        from seatrial.versions.calver import release_date
        from seatrial.versions.decide import Decision, Wish

        project, wish = opened(), wish or Wish()
        facts, package = project.facts, project.lead
    if project.settings.version.source == "labels" and wish.bump == "auto":
        raise CannotTell(
            'version.source = "labels"',
            "the labels of pull requests decide, and this command asks nobody outside",
            next_step="Run seatrial plan, which asks the forge for them; or say --bump.",
        )
    branch = project.settings.branch or facts.upstream or facts.branch
    day = Day(date=release_date(dt.datetime.now(dt.UTC).date(), facts.head_when), branch=branch)
    if facts.lines:
        return _several(project, wish, day)
    previous = _previous(facts)
    if not previous and wish.bump == "auto":
        # Nothing tells where the numbers stand when the files do not, either.
        refuse_unread(package)
    outcome = choose(project, wish, day)
    if not isinstance(outcome, Decision):
        return NoneComing(package=package.name, previous=previous, why=outcome.why)
    return Coming(
        package=package.name,
        version=str(outcome.version),
        previous=previous,
        reason=outcome.reason,
    )


def _several(project: Project, wish: Wish, day: Day) -> SeveralComing:
    """Choose the versions of packages that have versions of their own, and of those that follow."""
    # Few repositories hold several, and it is more to import.
    from seatrial.operations.choosing import Circumstances
    from seatrial.operations.dependents import pick_all
    from seatrial.operations.lines import lines_of
    from seatrial.operations.outside import Seen

    nobody = Seen(tip="", tags={}, held={}, remarks=())
    around = Circumstances(seen=nobody, branch=day.branch, date=day.date, strict=False)
    picked, why = pick_all(lines_of(project), wish, around)
    return SeveralComing(
        packages=tuple(
            Coming(
                package=package.name,
                version=str(one.decision.version),
                previous=_previous(one.line.facts),
                reason=one.decision.reason,
            )
            for one in picked
            for package in one.line.facts.packages
        ),
        why="" if picked else why,
    )


def _previous(facts: Facts) -> str:
    last = last_release(facts.tags)
    return last.version if last else ""
