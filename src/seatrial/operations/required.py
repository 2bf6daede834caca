"""What the files of a package must require of the repository's other packages, built anywhere."""

from __future__ import annotations

from collections.abc import Mapping

from packaging.utils import canonicalize_name
from packaging.version import Version

from seatrial.operations.by_path import versions_by_path
from seatrial.operations.project import Project
from seatrial.repository.facts import BY_PATH, DIRECT, Facts, Package, Requires, last_release
from seatrial.repository.sibling_versions import Policy, followed, is_set, specifier_for
from seatrial.versions.arithmetic import parse


def wanted_of(
    project: Project, package: Package, versions: Mapping[str, Version], *, named: bool = True
) -> tuple[str, ...]:
    """Give what a package's files must require of others, as ``siblings`` says (PEP 508).

    Args:
        project: the repository.
        package: which.
        versions: normalised name → version, of everything that is released.
        named: whether those that are required by name follow the release, and not by path alone.

    Returns:
        One for each requirement that a release sets; what an extra requires, or a build computes,
        is marked so, for the files need not state it.
    """
    by_path = versions_by_path(project, package, versions)
    by_name = versions if named else {}
    found = (
        _wanted(package, one, project.settings.siblings, by_path, by_name)
        for one in package.requires
        if not one.build
    )
    return tuple(dict.fromkeys(one for one in found if one))


def _wanted(
    package: Package,
    one: Requires,
    policy: Policy,
    by_path: Mapping[str, Version],
    by_name: Mapping[str, Version],
) -> str:
    if one.specifier == BY_PATH and one.name in by_path:
        specifier = specifier_for(policy, by_path[one.name])
    elif (
        one.name in by_name
        and not one.specifier.startswith(DIRECT)
        and is_set(one.specifier, policy)
    ):
        specifier = followed(one.specifier, policy, by_name[one.name])
    else:
        return ""
    maybe = one.extra or ("computed" if package.computes else "")
    return f'{one.name}{specifier}; extra == "{maybe}"' if maybe else f"{one.name}{specifier}"


def versions_as_stated(project: Project, package: Package) -> dict[str, Version]:
    """Give the versions that a release of this very commit would have, as its files state them.

    Those are the package's own, which the packages that are released with it share, and the stated
    versions of others that are newer than their last release.

    Args:
        project: the repository, at the package's folder.
        package: the one that is built by itself.

    Returns:
        Normalised name → version; nothing where no requirement depends on it.

    Raises:
        SeatrialError: what the repository holds beside the package cannot be read.
    """
    settings = project.settings
    depends = any(
        one.specifier == BY_PATH or not settings.siblings_in_git for one in package.requires
    )
    if settings.siblings == "keep" or not depends:
        return {}
    whole = project.at(project.snapshot.head, "").facts
    found: dict[str, Version] = {}
    for line in whole.lines or (whole,):
        own = any(one.path == package.path for one in line.packages)
        last = last_release(line.tags)
        for one in line.packages:
            version = _stated(line, one)
            newer = version is not None and (last is None or version > Version(last.version))
            if version is not None and (own or (newer and not version.is_devrelease)):
                found[canonicalize_name(one.name)] = version
    return found


def _stated(line: Facts, package: Package) -> Version | None:
    if package.version:
        return parse(package.version, package.stated_at)
    here = (tag for tag in line.tags if tag.commit == line.head and not tag.abandoned)
    return max((Version(tag.version) for tag in here), default=None)
