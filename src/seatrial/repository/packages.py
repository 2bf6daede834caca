"""Which packages a repository holds."""

from __future__ import annotations

import contextlib
import posixpath
import re
from collections.abc import Iterator, Sequence
from functools import partial

import msgspec

from seatrial.config.packages import entry_for, fits, is_glob, normal
from seatrial.config.positions import dotted
from seatrial.config.schema import PackageSettings, Settings
from seatrial.errors import InvalidConfiguration, NoPackage
from seatrial.repository.configured_sites import configured_sites
from seatrial.repository.facts import Package
from seatrial.repository.manifest import MANIFESTS, Manifest, read_manifest
from seatrial.repository.members import candidates, counts, member_folders, tagged_folders
from seatrial.repository.names import normalised
from seatrial.repository.origins import as_source, find_origin
from seatrial.repository.requirements import computes, requirements
from seatrial.repository.sites import cited_once, find_sites
from seatrial.repository.snapshot import Snapshot
from seatrial.repository.unplaced import Unplaced, Where, look_for_files
from seatrial.versions.tags import TagFormat, guess

_NEAR = re.compile(
    r"(?:pyproject|hatch|Cargo|seatrial)\.toml|setup\.(?:py|cfg)|meson\.build|package\.json"
    r"|(?i:version(?:\.txt)?)|CITATION\.cff|\.bumpversion\.cfg|(?:uv|poetry|pdm|Cargo)\.lock"
    r"|(?:rust/)?Cargo\.toml|package-lock\.json|\.zenodo\.json|docs?/(?:source/)?conf\.py"
    r"|\.?(?:conda|recipe|conda[.-]recipe)/(?:meta|recipe)\.yaml"
    r"|(?:(?:src|lib|python)/)?[^/]+/(?:__init__|_*version_*|_*about_*)\.py"
)
"""What is read in one go of a package's folder, because the version may stand there."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A package that was found, before every place that states its version is looked for.

    Attributes:
        manifest: what its files say.
        settings: what the configuration says of it.
        tag: the configured format of release tags, or empty.
    """

    manifest: Manifest
    settings: PackageSettings = PackageSettings()
    tag: str = ""

    @property
    def path(self) -> str:
        """Its folder, from the repository's root."""
        return self.manifest.folder.path

    @property
    def outline(self) -> Package:
        """The package with its name, its folder, and the place that the build reads alone.

        Raises:
            InvalidConfiguration: as for :attr:`whole`.
        """
        if self.settings.versions:
            return self.whole
        origin = find_origin(self.manifest)
        return Package(
            name=_name(self.manifest),
            path=self.manifest.folder.path,
            backend=self.manifest.backend,
            version=origin.site.stated if origin.site else "",
            sites=as_source(origin),
        )

    @property
    def whole(self) -> Package:
        """Everything that is known of it.

        Raises:
            InvalidConfiguration: its name cannot be read, or a configured site is not there.
        """
        return describe(self.manifest, self.settings, self.tag)


def find_packages(
    snapshot: Snapshot, settings: Settings, folder: str = "", where: Where = dotted
) -> tuple[Package, ...]:
    """Find the packages of a repository, by folder, and describe them.

    Args:
        snapshot: the commit.
        settings: the configuration.
        folder: what the user named, from the root; empty is the root.
        where: names a key of the configuration with its file and line.

    Raises:
        NoPackage, InvalidConfiguration: as for :func:`found_packages`.
    """
    return cited_once([one.whole for one in found_packages(snapshot, settings, folder, where)])


def found_packages(
    snapshot: Snapshot, settings: Settings, folder: str = "", where: Where = dotted
) -> tuple[Found, ...]:
    """Find the packages of a repository, by folder.

    The configured ones; else the one in the root, with those below that tags name; else those in
    folders below, where the projects of tests, documentation, examples and vendored code do not
    count.  A folder that the user named
    picks the package that it, or the nearest folder above it, holds.

    Args:
        snapshot: the commit.
        settings: the configuration.
        folder: what the user named, from the root; empty is the root.
        where: names a key of the configuration with its file and line.

    Raises:
        NoPackage: there is none.
        InvalidConfiguration: a manifest is no TOML, or states no name; or no package lies where
            the configuration says.
    """
    lacking = Unplaced(where)
    named = look_for_places(snapshot, settings, lacking)
    lacking.refuse()
    for place in () if several(settings) else _upwards(folder):
        manifest = _attempt(snapshot, place) if place == folder or counts(place) else None
        if manifest is not None:
            return (Found(manifest=manifest),)
    if settings.package:
        return named
    prefetch(snapshot, "")
    root = read_manifest(snapshot, "")
    members = member_folders(snapshot, root)
    if root.is_package and not members:
        members = tagged_folders(snapshot, root)
        if not members:
            return (Found(manifest=root),)
    folders = members or sorted(path for path in candidates(snapshot) if counts(path))
    snapshot.texts(posixpath.join(folder, name) for folder in folders for name in MANIFESTS)
    found = [manifest for folder in folders if (manifest := _attempt(snapshot, folder))]
    if root.is_package:
        found.insert(0, root)
    prefetch(snapshot, *(manifest.folder.path for manifest in found))
    if not found:
        raise NoPackage(str(snapshot.root), _why_none(root))
    return tuple(Found(manifest=manifest) for manifest in found)


def several(settings: Settings) -> bool:
    """Whether the configuration says that the repository's packages belong together."""
    return bool(settings.package) or settings.versions != "auto"


def private_names(
    snapshot: Snapshot, settings: Settings, packages: Sequence[Package]
) -> frozenset[str]:
    """Give the names, normalised, of the repository's packages that are never released.

    Args:
        snapshot: the commit.
        settings: the configuration.
        packages: those that are.
    """
    released = {one.path for one in packages}
    folders = sorted(one for one in candidates(snapshot) - released if counts(one))
    snapshot.texts(posixpath.join(folder, name) for folder in folders for name in MANIFESTS)
    found = set()
    for folder in folders:
        with contextlib.suppress(InvalidConfiguration):
            manifest = read_manifest(snapshot, folder)
            if manifest.name and (manifest.private or entry_for(settings, folder).private):
                found.add(normalised(manifest.name))
    return frozenset(found)


def private_at(snapshot: Snapshot, settings: Settings, folder: str) -> str:
    """Give the name of the package that a named folder, or the nearest above it, holds, if private.

    Args:
        snapshot: the commit.
        settings: the configuration.
        folder: what the user named, from the root.

    Returns:
        The name; empty where that package is released, or where there is none.
    """
    for place in filter(counts, _upwards(folder)):
        with contextlib.suppress(InvalidConfiguration):
            manifest = read_manifest(snapshot, place)
            if manifest.name:
                private = manifest.private or entry_for(settings, place).private
                return manifest.name if private else ""
    return ""


def by_folder(packages: Sequence[Package], folder: str) -> Package | None:
    """Give the package that a named folder, or the nearest one above it, holds; or nothing."""
    above = [one for one in packages if _above(folder, one.path)]
    return max(above, key=lambda one: len(one.path), default=None)


def describe(manifest: Manifest, settings: PackageSettings, tag: str = "") -> Package:
    """Make the package of a manifest: its name, its version, and every place that states it.

    Args:
        manifest: what its files say.
        settings: what the configuration says of it.
        tag: the configured format of release tags, or empty.

    Raises:
        InvalidConfiguration: its name cannot be read, or a configured site is not there.
    """
    name = _name(manifest)
    prefetch(manifest.folder.snapshot, manifest.folder.path)
    origin = find_origin(manifest)
    folder = manifest.folder

    stated = [
        site
        for wanted in settings.versions
        for site in configured_sites(folder, wanted, partial(_tag_format, manifest, tag))
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
        computes=computes(manifest),
    )


def _tag_format(manifest: Manifest, tag: str) -> str:
    """Give how a package's release tags are spelt, as configured or as they are."""
    folder, name = manifest.folder, manifest.name
    names = [one.name for one in folder.snapshot.tags]
    form = TagFormat(tag, name) if tag else guess(names, name, folder.path)
    return form.text.replace("{name}", name)


def _name(manifest: Manifest) -> str:
    """Give a package's name.

    Raises:
        InvalidConfiguration: it cannot be read.
    """
    if manifest.name:
        return manifest.name
    raise InvalidConfiguration(
        manifest.folder.full("setup.py"),
        "the package's name is computed there",
        doing="reading",
        next_step="State it in pyproject.toml: [project] name = …, commit, and run this again.",
    )


def prefetch(snapshot: Snapshot, *folders: str) -> None:
    """Read with one process what will be asked for one by one."""
    snapshot.texts(path for folder in folders for path in near(snapshot, folder))


def near(snapshot: Snapshot, folder: str) -> Iterator[str]:
    """Give the files of a package's folder in which its version may stand."""
    for path in snapshot.below(folder):
        if _NEAR.fullmatch(path[len(folder) + 1 if folder else 0 :]):
            yield path


def look_for_places(snapshot: Snapshot, settings: Settings, faults: Unplaced) -> tuple[Found, ...]:
    """Look for everything that the configuration names in the commit.

    Args:
        snapshot: the commit.
        settings: the configuration, or what of it could be understood.
        faults: is told what is not there.

    Returns:
        The packages that it names, in its order; of a glob, by folder.
    """
    look_for_files(snapshot, settings, faults)
    folders: dict[str, bool] = {}
    for number, wanted in enumerate(settings.package):
        if not is_glob(wanted.path):
            folders[normal(wanted.path)] = True
            continue
        with faults.at("package", number, "path"):
            for path in _fitting(snapshot, wanted.path):
                folders.setdefault(path, False)
    snapshot.texts(posixpath.join(folder, name) for folder in folders for name in MANIFESTS)
    prefetch(snapshot, *folders)
    found: list[Found] = []
    for path, must in folders.items():
        wanted = entry_for(settings, path)
        if wanted.private:
            continue
        number = next(n for n, one in enumerate(settings.package) if one is wanted)
        with faults.at("package", number, "path"):
            manifest = _named(snapshot, path) if must else _attempt(snapshot, path)
            if manifest is not None:
                tag = wanted.tag or settings.tag
                found.append(Found(manifest=manifest, settings=wanted, tag=tag))
                _look_for(manifest, settings, wanted, faults)
    return tuple(found)


def _look_for(
    manifest: Manifest, settings: Settings, wanted: PackageSettings, faults: Unplaced
) -> None:
    """Look for every place in the package's files that its entry names."""
    number = next(n for n, one in enumerate(settings.package) if one is wanted)
    folder, tag = manifest.folder, wanted.tag or settings.tag
    for nth, entry in enumerate(wanted.versions):
        with faults.at("package", number, "versions", nth):
            tuple(configured_sites(folder, entry, partial(_tag_format, manifest, tag)))
    for edited in wanted.build_edits:
        # Few have such, and the others need not wait for it.
        from seatrial.repository.build_edits import held_value, path_of

        with faults.at("package", number, "build-edits", edited):
            path = path_of(folder.snapshot, folder.path, edited)
            held_value(folder.snapshot.text(path), path, edited)


def _fitting(snapshot: Snapshot, glob: str) -> list[str]:
    found = sorted(path for path in candidates(snapshot) if fits(glob, path))
    if not found:
        raise InvalidConfiguration(
            f"package.path = {glob!r}",
            f"this commit holds no pyproject.toml, setup.py or setup.cfg in a folder like {glob}",
        )
    return found


def _named(snapshot: Snapshot, path: str) -> Manifest:
    """Read the package in a folder that the configuration names.

    Raises:
        InvalidConfiguration: there is none.
    """
    try:
        manifest = read_manifest(snapshot, path)
    except InvalidConfiguration as error:
        raise InvalidConfiguration(error.thing, f"{error.thing}: {error.said}") from None
    if not any(manifest.folder.has(name) for name in MANIFESTS):
        raise InvalidConfiguration(
            f"package.path = {path!r}",
            f"this commit holds no pyproject.toml, setup.py or setup.cfg in {path or '.'}",
        )
    if not manifest.is_package:
        raise InvalidConfiguration(
            f"package.path = {path!r}", f"{path or '.'} holds no package: {_why_none(manifest)}"
        )
    return manifest


def _above(folder: str, place: str) -> bool:
    """Whether a folder that was named lies in a place below the root."""
    return bool(place) and f"{folder}/".startswith(f"{place}/")


def _upwards(folder: str) -> list[str]:
    """Give a folder and those above it, without the root."""
    parts = folder.split("/") if folder else []
    return ["/".join(parts[:end]) for end in range(len(parts), 0, -1)]


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
