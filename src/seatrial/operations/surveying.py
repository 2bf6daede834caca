"""Every place that states a version, and those that nobody knows of."""

from __future__ import annotations

from pathlib import Path

import msgspec

from seatrial.operations.project import Project
from seatrial.repository.facts import Package, Site
from seatrial.repository.sites import disagreements
from seatrial.repository.unregistered import Proposal, unregistered


class Surveyed(msgspec.Struct, frozen=True, kw_only=True):
    """One package's places.

    Attributes:
        package: its name.
        path: its folder from the repository's root; empty for the root.
        version: as stated; empty when the version comes from the tag or cannot be read.
        from_tag: what takes the version from the tag, or empty.
        problem: why the version cannot be read, or empty.
        sites: every place that states it, the one that the build reads first.
        disagreeing: of those, the places that state another version than they should.
        proposals: places that state the version and are not registered, if they were asked for.
    """

    package: str
    path: str
    version: str
    from_tag: str
    problem: str
    sites: tuple[Site, ...]
    disagreeing: tuple[Site, ...]
    proposals: tuple[Proposal, ...] = ()


def survey(path: Path, *, find: bool = False) -> tuple[Surveyed, ...]:
    """Read the version sites of every package of a repository.

    Args:
        path: a folder in the repository.
        find: whether to look for places that are not registered, too.

    Raises:
        NoRepository, NoPackage, InvalidConfiguration: there is nothing that can be read.
    """
    project = Project.open(path)
    return tuple(_surveyed(project, package, find=find) for package in project.facts.packages)


def _surveyed(project: Project, package: Package, *, find: bool) -> Surveyed:
    proposals: tuple[Proposal, ...] = ()
    if find:
        proposals = unregistered(
            project.snapshot, package, project.facts.changelog, project.facts.packages
        )
    return Surveyed(
        package=package.name,
        path=package.path,
        version=package.version,
        from_tag=package.from_tag,
        problem=package.problem,
        sites=package.sites,
        disagreeing=tuple(other for _, other in disagreements(package)),
        proposals=proposals,
    )
