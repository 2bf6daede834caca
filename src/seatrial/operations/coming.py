"""Which version comes next, by the repository alone: nobody outside is asked."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from seatrial.operations.project import Project

if TYPE_CHECKING:
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


Next: TypeAlias = Coming | NoneComing


def next_version(path: Path, wish: Wish | None = None) -> Next:
    """Choose the version of the next release by what the commit holds and the tags that are here.

    An index or a remote may hold a version that nothing here knows of: planning asks them.

    Args:
        path: a folder in the repository.
        wish: what was asked for; what the changes say, when absent.

    Raises:
        NoRepository, NoPackage, InvalidConfiguration: there is nothing to decide.
        InvalidVersion: the wish cannot be granted.
    """
    with Project.begun(path, whole=False) as opened:
        # While git looks, what decides is imported.
        from seatrial.operations.deciding import Day, choose
        from seatrial.repository.facts import last_release
        from seatrial.versions.calver import release_date
        from seatrial.versions.decide import Decision, Wish

        project = opened()
        facts, package = project.facts, project.lead
    last = last_release(facts.tags)
    previous = last.version if last else ""
    branch = project.settings.branch or facts.upstream or facts.branch
    date = release_date(dt.datetime.now(dt.UTC).date(), facts.head_when)
    outcome = choose(project, wish or Wish(), Day(date=date, branch=branch))
    if not isinstance(outcome, Decision):
        return NoneComing(package=package.name, previous=previous, why=outcome.why)
    return Coming(
        package=package.name,
        version=str(outcome.version),
        previous=previous,
        reason=outcome.reason,
    )
