"""The lines of a repository: packages that share a version, a tag and a changelog."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import msgspec
from packaging.utils import canonicalize_name
from packaging.version import Version

from seatrial.errors import InvalidConfiguration, SitesDisagree
from seatrial.operations.by_path import with_releases
from seatrial.operations.project import Project
from seatrial.operations.required import wanted_of
from seatrial.plan.edits import FileEdit
from seatrial.plan.make import Member
from seatrial.repository.build_edits import build_edits
from seatrial.repository.edit import second_edit
from seatrial.repository.facts import Package
from seatrial.repository.packages import private_at, private_names
from seatrial.repository.sibling_versions import with_siblings
from seatrial.repository.siblings import build_siblings, cycle, siblings
from seatrial.repository.sites import check_sites
from seatrial.versions.arithmetic import parse


def lines_of(project: Project) -> tuple[Project, ...]:
    """Give the repository once for each line, as if the line's packages were all it held."""
    return tuple(project.narrowed(line) for line in project.facts.lines) or (project,)


def tag_among(line: Project, tags: Collection[str]) -> str | None:
    """Give the one of a line's release tags on this very commit that is among tags, or nothing."""
    mine = (tag.name for tag in line.facts.tags if tag.commit == line.facts.head)
    return next((name for name in mine if name in tags), None)


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


def without_private(project: Project) -> None:
    """Refuse a package that is never released where it is named, or required by one that is.

    Raises:
        InvalidConfiguration: the others alone would be released, or nobody could install one.
    """
    folder = project.folder
    if folder and (name := private_at(project.snapshot, project.settings, folder)):
        raise InvalidConfiguration(
            f"{name} in {folder}",
            "it is private, and never released",
            doing="planning a release of",
            next_step=f"Name the folder of another package, or {project.snapshot.root} for all.",
        )
    packages = project.facts.packages
    private = private_names(project.snapshot, project.settings, packages)
    for package in packages if private else ():
        for one in package.requires:
            if one.name in private and not one.extra:
                raise InvalidConfiguration(
                    f"{package.name} in {package.path or '.'}",
                    f"it requires {one.name}, which is private: no index will ever hold it",
                    doing="looking at what requires what in",
                    next_step="Take the requirement out, or let the other one be released, too.",
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


class BuildTexts(msgspec.Struct, frozen=True, kw_only=True):
    """What the builds start from.

    Attributes:
        versions: normalised name → version, of everything that is released.
        edits: what the release commit changes.
    """

    versions: Mapping[str, Version]
    edits: tuple[FileEdit, ...] = ()


def members_of(project: Project, line: Project, build: BuildTexts) -> tuple[Member, ...]:
    """Give the packages of a line with what they require of each other.

    Args:
        project: the repository.
        line: a line of it.
        build: what the builds start from.
    """
    known = {canonicalize_name(package.name) for package in project.facts.packages}
    return tuple(
        Member(
            package=package,
            siblings=siblings(package, known),
            build_siblings=build_siblings(package, known),
            requires=wanted_of(project, package, build.versions),
            build_edits=edits_for(project, package, build),
        )
        for package in line.facts.packages
    )


def edits_for(project: Project, package: Package, build: BuildTexts) -> tuple[FileEdit, ...]:
    """Make the edits for one package's build: those that are configured, and its requirements.

    Args:
        project: the repository.
        package: which.
        build: what the build starts from.

    Raises:
        InvalidConfiguration: a place is not there, or a path leads to what nobody could install.
    """
    settings, snapshot = project.settings, project.snapshot
    edits = build_edits(snapshot, settings, package.path, build.edits)
    committed = {edit.path: edit.after for edit in build.edits}
    texts = committed | {edit.path: edit.after for edit in edits}
    after: Mapping[str, str | None] = texts
    if not settings.siblings_in_git:
        after = with_siblings(snapshot, package, build.versions, settings.siblings, texts)
    after = with_releases(project, package, build.versions, after)
    made = {edit.path: edit for edit in edits}
    for path, text in after.items():
        before = committed.get(path, snapshot.text(path))
        if text != texts.get(path, before) and text is not None and before is not None:
            made[path] = second_edit(path, before, text, snapshot.encoding(path))
    return tuple(made[path] for path in sorted(made))
