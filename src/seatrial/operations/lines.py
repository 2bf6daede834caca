"""The lines of a repository: packages that share a version, a tag and a changelog."""

from __future__ import annotations

from collections.abc import Sequence

from packaging.utils import canonicalize_name

from seatrial.errors import InvalidConfiguration, SitesDisagree
from seatrial.operations.project import Project
from seatrial.plan.make import Member
from seatrial.plan.values import FileEdit
from seatrial.repository.build_edits import build_edits
from seatrial.repository.facts import Package
from seatrial.repository.siblings import cycle, siblings
from seatrial.repository.sites import check_sites
from seatrial.versions.arithmetic import parse


def lines_of(project: Project) -> tuple[Project, ...]:
    """Give the repository once for each line, as if the line's packages were all it held."""
    return (project,)


def check_line(line: Project) -> None:
    """Refuse packages whose version cannot be told, or that do not state the same one.

    Raises:
        InvalidVersion: a version is none, or cannot be read without running code.
        SitesDisagree: two places state different ones.
    """
    stated: dict[str, Package] = {}
    for package in line.facts.packages:
        check_sites(package)
        if package.version:
            stated.setdefault(str(parse(package.version, package.name)), package)
    if len(stated) > 1:
        said = "\n".join(
            f"{package.sites[0].where} states {package.version} for {package.name}"
            for package in stated.values()
        )
        raise SitesDisagree(
            ", ".join(package.name for package in stated.values()),
            f"they are released together, under one version\n{said}",
        )


def without_cycles(packages: Sequence[Package]) -> None:
    """Refuse packages that require each other: none could be uploaded before the others.

    What an extra requires does not count: nobody needs it to install the package.

    Raises:
        InvalidConfiguration: some do; the error names them.
    """
    found = cycle(packages)
    if found:
        raise InvalidConfiguration(
            ", ".join(sorted(set(found))),
            f"they require each other: {' → '.join(found)}",
            doing="ordering",
            next_step="Whoever installs one while they are uploaded would miss another: move one "
            "of these requirements to an extra, or out.",
        )


def members_of(line: Project, edits: tuple[FileEdit, ...]) -> tuple[Member, ...]:
    """Give the packages of a line with what they require of each other.

    Args:
        line: of the repository.
        edits: what the release commit changes.
    """
    known = {canonicalize_name(package.name) for package in line.facts.packages}
    return tuple(
        Member(
            package=package,
            siblings=siblings(package, known),
            build_edits=build_edits(line.snapshot, line.settings, package.path, edits),
        )
        for package in line.facts.packages
    )
