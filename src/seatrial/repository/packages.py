"""Which packages a repository holds."""

from __future__ import annotations

import fnmatch
import posixpath
import re

from seatrial.config.schema import PackageSettings, Settings
from seatrial.errors import InvalidConfiguration, NoPackage
from seatrial.repository.configured_sites import configured_sites
from seatrial.repository.facts import Package
from seatrial.repository.manifest import ASIDE, MANIFESTS, Manifest, read_manifest
from seatrial.repository.origins import find_origin
from seatrial.repository.requirements import requirements
from seatrial.repository.sites import find_sites
from seatrial.repository.snapshot import Snapshot
from seatrial.versions.tags import TagFormat, guess

DEEPEST = 3
"""How many folders below the root a package may lie to be found without configuration."""

_NEAR = re.compile(
    r"(?:pyproject|hatch|Cargo|seatrial)\.toml|setup\.(?:py|cfg)|meson\.build|package\.json"
    r"|(?i:version(?:\.txt)?)|CITATION\.cff|\.bumpversion\.cfg|(?:uv|poetry|pdm|Cargo)\.lock"
    r"|(?:rust/)?Cargo\.toml|package-lock\.json|\.zenodo\.json|docs?/(?:source/)?conf\.py"
    r"|\.?(?:conda|recipe|conda[.-]recipe)/(?:meta|recipe)\.yaml"
    r"|(?:(?:src|lib|python)/)?[^/]+/(?:__init__|_*version_*|_*about_*)\.py"
)
"""What is read in one go of a package's folder, because the version may stand there."""


def find_packages(snapshot: Snapshot, settings: Settings, folder: str = "") -> tuple[Package, ...]:
    """Find the packages of a repository, by folder.

    The configured ones; else the one in the root; else those in folders below, where the projects
    of tests, documentation, examples and vendored code do not count.  A folder that the user named
    picks the package that it, or the nearest folder above it, holds.

    Args:
        snapshot: the commit.
        settings: the configuration.
        folder: what the user named, from the root; empty is the root.

    Raises:
        NoPackage: there is none.
        InvalidConfiguration: a manifest is no TOML, or states no name; or no package lies where
            the configuration says.
    """
    if settings.package:
        named = [wanted for wanted in settings.package if _above(folder, _normal(wanted.path))]
        nearest = sorted(named, key=lambda wanted: len(_normal(wanted.path)))[-1:]
        return tuple(
            _configured(snapshot, wanted, settings.tag) for wanted in nearest or settings.package
        )
    for place in _upwards(folder):
        manifest = _attempt(snapshot, place) if place == folder or _counts(place) else None
        if manifest is not None:
            return (describe(manifest, PackageSettings()),)
    prefetch(snapshot, "")
    root = read_manifest(snapshot, "")
    if root.is_package:
        return (describe(root, PackageSettings()),)
    folders = _folders(snapshot, root)
    snapshot.texts(posixpath.join(folder, name) for folder in folders for name in MANIFESTS)
    found = [manifest for folder in folders if (manifest := _attempt(snapshot, folder))]
    prefetch(snapshot, *(manifest.folder.path for manifest in found))
    if not found:
        raise NoPackage(str(snapshot.root), _why_none(root))
    return tuple(describe(manifest, PackageSettings()) for manifest in found)


def describe(manifest: Manifest, settings: PackageSettings, tag: str = "") -> Package:
    """Make the package of a manifest: its name, its version, and every place that states it.

    Args:
        manifest: what its files say.
        settings: what the configuration says of it.
        tag: the configured format of release tags, or empty.

    Raises:
        InvalidConfiguration: its name cannot be read, or a configured site is not there.
    """
    name = manifest.name
    if not name:
        raise InvalidConfiguration(
            manifest.folder.full("setup.py"),
            "the package's name is computed there",
            doing="reading",
            next_step="State it in pyproject.toml: [project] name = …, commit, and run this again.",
        )
    prefetch(manifest.folder.snapshot, manifest.folder.path)
    origin = find_origin(manifest)
    folder = manifest.folder

    def tag_format() -> str:
        names = [tag.name for tag in folder.snapshot.tags]
        form = TagFormat(tag, name) if tag else guess(names, name, folder.path)
        return form.text.replace("{name}", name)

    stated = [
        site
        for wanted in settings.versions
        for site in configured_sites(folder, wanted, tag_format)
    ]
    sites = find_sites(manifest, origin, stated)
    source = next((site for site in sites if site.source), None)
    return Package(
        name=name,
        path=manifest.folder.path,
        backend=manifest.backend,
        version=source.stated if source else "",
        from_tag=origin.tool,
        problem="" if source else origin.problem,
        requires_python=manifest.requires_python,
        sites=sites,
        scripts=manifest.scripts,
        requires=requirements(manifest),
    )


def prefetch(snapshot: Snapshot, *folders: str) -> None:
    """Read with one process what will be asked for one by one."""
    snapshot.texts(
        path
        for folder in folders
        for path in snapshot.below(folder)
        if _NEAR.fullmatch(path[len(folder) + 1 if folder else 0 :])
    )


def _configured(snapshot: Snapshot, wanted: PackageSettings, tag: str) -> Package:
    path = _normal(wanted.path)
    prefetch(snapshot, path)
    manifest = read_manifest(snapshot, path)
    if not any(manifest.folder.has(name) for name in MANIFESTS):
        raise InvalidConfiguration(
            f"package.path = {wanted.path!r}",
            "this commit holds no pyproject.toml, setup.py or setup.cfg there",
        )
    if not manifest.is_package:
        raise NoPackage(f"{snapshot.root}/{path}".rstrip("/"), _why_none(manifest))
    return describe(manifest, wanted, tag)


def _normal(path: str) -> str:
    path = posixpath.normpath(path) if path else ""
    return "" if path == "." else path


def _above(folder: str, place: str) -> bool:
    """Whether a folder that was named lies in a place below the root."""
    return bool(place) and f"{folder}/".startswith(f"{place}/")


def _upwards(folder: str) -> list[str]:
    """Give a folder and those above it, without the root."""
    parts = folder.split("/") if folder else []
    return ["/".join(parts[:end]) for end in range(len(parts), 0, -1)]


def _folders(snapshot: Snapshot, root: Manifest) -> list[str]:
    """Give the folders below the root that may hold packages."""
    candidates = {
        posixpath.dirname(path)
        for path in snapshot.files
        if posixpath.basename(path) in MANIFESTS and "/" in path
    }
    members = root.tool("uv", "workspace", "members")
    if isinstance(members, list):
        out = root.tool("uv", "workspace", "exclude")
        left_out = [str(pattern) for pattern in out] if isinstance(out, list) else []
        named = {path for path in candidates if _matches(path, [str(one) for one in members])}
        return sorted(path for path in named if not _matches(path, left_out))
    return sorted(path for path in candidates if _counts(path))


def _matches(path: str, patterns: list[str]) -> bool:
    return any(
        fnmatch.fnmatchcase(path, pattern.rstrip("/")) and path.count("/") == pattern.count("/")
        if "**" not in pattern
        else fnmatch.fnmatchcase(path, pattern.rstrip("/"))
        for pattern in patterns
    )


def _counts(path: str) -> bool:
    parts = path.split("/")
    return len(parts) <= DEEPEST and not any(
        part.lower() in ASIDE or part.startswith(".") or "{" in part for part in parts
    )


def _attempt(snapshot: Snapshot, folder: str) -> Manifest | None:
    try:
        manifest = read_manifest(snapshot, folder)
    except InvalidConfiguration:
        # A broken manifest below the root describes nothing; it may be a test's.
        return None
    return manifest if manifest.is_package and manifest.name else None


def _why_none(manifest: Manifest) -> str:
    folder = manifest.folder
    if folder.has("pyproject.toml") and folder.text("pyproject.toml") is None:
        return "its pyproject.toml is not UTF-8"
    if manifest.private:
        return "its pyproject.toml says that it is not to be released"
    if manifest.pyproject:
        return "its pyproject.toml has no [project] table, and no other file describes a package"
    return "no pyproject.toml, setup.py or setup.cfg describes one"
