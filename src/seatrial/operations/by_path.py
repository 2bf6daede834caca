"""What a package requires by the path of another one of the repository, in a release of it."""

from __future__ import annotations

import posixpath
import tomllib
from collections.abc import Callable, Mapping

from packaging.version import Version

from seatrial.config.packages import entry_for
from seatrial.errors import InvalidConfiguration, SeatrialError
from seatrial.operations.project import Project
from seatrial.repository.by_path import line_of, with_versions
from seatrial.repository.facts import BY_PATH, Facts, Package, last_release
from seatrial.repository.local_paths import ByPath, by_paths
from seatrial.repository.manifest import Manifest, read_manifest
from seatrial.repository.names import normalised
from seatrial.repository.sibling_versions import specifier_for
from seatrial.repository.spans import BOM


def with_releases(
    project: Project,
    package: Package,
    versions: Mapping[str, Version],
    texts: Mapping[str, str | None],
) -> dict[str, str | None]:
    """Give the manifest, as the build sees it, versions in the place of siblings' paths.

    A sibling that is released gets its new version; another one that of its last release.

    Args:
        project: the repository.
        package: whose build it is.
        versions: normalised name → version, of everything that is released.
        texts: path → whole new text of the files that are changed already.

    Returns:
        The same, with the manifest where it changes.

    Raises:
        InvalidConfiguration: a path leads to what nobody could install; each is named.
    """
    made, policy = dict(texts), project.settings.siblings
    if not _binds(project, package):
        return made
    path = f"{package.path}/pyproject.toml".lstrip("/")
    manifest = read_manifest(project.snapshot, package.path)
    text = made.get(path, project.snapshot.text(path))
    if text is None:
        return made
    faults: list[tuple[ByPath, str]] = []

    def bind(one: ByPath) -> str | None:
        found = _version(project, package, one, versions)
        if isinstance(found, Version):
            return specifier_for(policy, found)
        if one.published:
            faults.append((one, found))
        return None

    after = _understood(path, text, bind, manifest)
    if faults:
        bare = text.removeprefix(BOM)
        raise _refused(package, [(f"{path}:{line_of(bare, one)}", one, why) for one, why in faults])
    if after != text:
        made[path] = after
    return made


def versions_by_path(
    project: Project, package: Package, versions: Mapping[str, Version]
) -> dict[str, Version]:
    """Give normalised name → version of what a package tells its users that it requires by a path.

    Args:
        project: the repository.
        package: which.
        versions: normalised name → version, of everything that is released.
    """
    if not _binds(project, package):
        return {}
    manifest = read_manifest(project.snapshot, package.path)
    poetry = manifest.family.startswith("poetry")
    told = [one for one in by_paths(manifest.pyproject, poetry=poetry) if one.published]
    found = {normalised(one.name): _version(project, package, one, versions) for one in told}
    return {name: one for name, one in found.items() if isinstance(one, Version)}


def _binds(project: Project, package: Package) -> bool:
    by_path = any(one.specifier == BY_PATH for one in package.requires)
    return by_path and project.settings.siblings != "keep"


def _understood(
    path: str, text: str, bind: Callable[[ByPath], str | None], manifest: Manifest
) -> str:
    try:
        return with_versions(text, path, bind, poetry=manifest.family.startswith("poetry"))
    except tomllib.TOMLDecodeError as error:  # after an edit that is configured
        raise InvalidConfiguration(path, str(error), doing="reading for the build") from error


def _folder(package: Package, one: ByPath) -> str | None:
    """Give the folder that a path leads to, from the root; nothing for one outside of it."""
    found = posixpath.normpath(posixpath.join(package.path, one.path))
    if found.startswith(("/", "../")) or found == "..":
        return None
    return "" if found == "." else found


def _version(
    project: Project, package: Package, one: ByPath, versions: Mapping[str, Version]
) -> Version | str:
    """Give the version that stands for a sibling, or why there is none."""
    folder, name = _folder(package, one), normalised(one.name)
    if folder is None:
        return "which leads out of the repository"
    manifest = read_manifest(project.snapshot, folder)
    if manifest.private or entry_for(project.settings, folder).private:
        return "which is private: no index will ever hold it"
    if not manifest.is_package or normalised(manifest.name) != name:
        return f"where there is no package called {name}"
    if name in versions:
        return versions[name]
    return _last(project, folder, _holding(project.facts, folder))


def _last(project: Project, folder: str, line: Facts | None) -> Version | str:
    """Give the version of a sibling's last release, or why there is none."""
    if line is None:  # a folder was named, and this one is not in it
        try:
            line = _holding(project.at(project.snapshot.head, folder).facts, folder)
        except SeatrialError as error:
            return f"whose last release cannot be told: {error.said}"
    last = last_release(line.tags) if line is not None else None
    if last is None:
        return "which was never released, and is not in this release"
    return Version(last.version)


def _holding(facts: Facts, folder: str) -> Facts | None:
    """Give the facts of the packages that share their releases with the one in a folder."""
    for line in facts.lines or (facts,):
        if any(package.path == folder for package in line.packages):
            return line
    return None


def _refused(package: Package, found: list[tuple[str, ByPath, str]]) -> InvalidConfiguration:
    told = [f"{one.name} is required by its path {one.path}, {why}" for _, one, why in found]
    places = [where for where, _, _ in found]
    lines = [f"{where}: {line}" for where, line in zip(places, told, strict=True)]
    return InvalidConfiguration(
        places[0] if len(found) == 1 else f"{package.name} in {package.path or '.'}",
        told[0] if len(found) == 1 else "its files would name folders\n" + "\n".join(lines),
        doing="looking at what is required by its path in",
        next_step="Release that package first or with this one, require it by its version, or move "
        "it to a group for development: users cannot install it from a path.",
    )
