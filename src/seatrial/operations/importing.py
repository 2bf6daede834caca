"""What other release tools were told, turned into settings that this repository needs."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence

import msgspec
from packaging.version import InvalidVersion, Version

from seatrial.config.draft import Wanted, WantedPackage, site_toml, worth_saying, write_toml
from seatrial.config.load import OWN_FILE, load
from seatrial.config.others.reading import Given, Lost, Reading
from seatrial.config.others.registry import AUTO, readings
from seatrial.config.schema import SiteSettings
from seatrial.errors import InvalidConfiguration
from seatrial.operations.project import Project
from seatrial.repository.configured_sites import configured_sites
from seatrial.repository.facts import Package
from seatrial.repository.manifest import Folder
from seatrial.repository.names import normalised
from seatrial.repository.patterns import search
from seatrial.repository.read import only_package


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """A tool that was read.

    Attributes:
        tool: its name.
        file: where its configuration stands.
    """

    tool: str
    file: str


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be said, and what cannot be.

    Attributes:
        imported: the tools that were read.
        settings: what is to be said.
        packages: the packages to name, with their further version sites.
        lost: what has no counterpart.
    """

    imported: tuple[Imported, ...] = ()
    settings: tuple[Wanted, ...] = ()
    packages: tuple[WantedPackage, ...] = ()
    lost: tuple[Lost, ...] = ()


def import_from(project: Project, tool: str) -> Taken:
    """Read what a tool was told; where several speak of one thing, the first is heard.

    Args:
        project: the repository; the tool's files are read from its commit.
        tool: one of :func:`~seatrial.config.others.registry.names`.

    Raises:
        InvalidConfiguration: the tool has no configuration here.
    """
    package = only_package(project.facts)
    given = Given(
        text=project.snapshot.text,
        name=package.name if package else "",
        version=package.version if package else "",
        tagged=bool(project.facts.tags),
        fits=lambda pattern, line: search(pattern, line) is not None,
        names={normalised(one.name) for one in project.facts.packages},
    )
    heard = list(readings(given, tool))
    if not heard:
        named = "another release tool that is known here" if tool == AUTO else tool
        raise InvalidConfiguration(
            f"the configuration of {named}",
            "this commit holds none",
            doing="looking for",
            next_step="Commit it, or run seatrial init without --from.",
        )
    lost = [one for _, reading in heard for one in reading.lost]
    settings = tuple(_settings(project, [reading for _, reading in heard], lost))
    packages = tuple(_packages(project, [reading for _, reading in heard], lost))
    return Taken(
        imported=tuple(Imported(tool=name, file=reading.file) for name, reading in heard),
        settings=settings,
        packages=packages,
        lost=tuple(dict.fromkeys(lost)),
    )


def _settings(project: Project, heard: Sequence[Reading], lost: list[Lost]) -> Iterator[Wanted]:
    """Give the settings that can be used, and are not as detection has them."""
    facts = project.facts
    said = [one for reading in heard for one in reading.settings]
    first = {one.key: one for one in reversed(said)}
    for one in said:
        if one.value != first[one.key].value:
            why = f"{one.key} is taken from {first[one.key].why}, which says otherwise."
            lost.append(Lost(key=one.why, why=why))
    for one in worth_saying(first[one.key] for one in said):
        if one.key == "tag" and one.value == facts.tag_format:
            continue
        if one.key == "changelog.file" and one.value == facts.changelog:
            continue
        if one.key == "version.zero" and not any(map(_below_one, facts.packages)):
            continue
        try:
            load({OWN_FILE: write_toml((one,))})
        except InvalidConfiguration as error:
            lost.append(Lost(key=one.why, why=f"{one.key} cannot take it: {error.said}."))
        else:
            yield one


def _below_one(package: Package) -> bool:
    """Whether the rule for versions below 1.0 is of use."""
    try:
        return Version(package.version).major == 0
    except InvalidVersion:
        return True


def _packages(
    project: Project, heard: Sequence[Reading], lost: list[Lost]
) -> Iterator[WantedPackage]:
    """Name the packages, if one of them has places that are not found by themselves."""
    entries: dict[str, list[str]] = {package.path: [] for package in project.facts.packages}
    for site in dict.fromkeys(site for reading in heard for site in reading.sites):
        if site.file == project.facts.changelog:  # which a release writes into anyway
            continue
        package = _owner(project.facts.packages, site.file)
        try:
            if entry := _entry(project, package, site):
                entries[package.path].append(entry)
        except InvalidConfiguration as error:
            lost.append(Lost(key=site_toml(site), why=f"Here it cannot be a place: {error.said}."))
    if any(entries.values()):
        for path, versions in entries.items():
            yield WantedPackage(path=path, versions=tuple(dict.fromkeys(versions)))


def _owner(packages: Sequence[Package], file: str) -> Package:
    """Give the package in whose folder a file lies, else the first."""
    holding = [one for one in packages if not one.path or file.startswith(f"{one.path}/")]
    return max(holding, key=lambda one: len(one.path), default=packages[0])


def _entry(project: Project, package: Package, site: SiteSettings) -> str:
    """Write the entry of a place; empty when it is found without.

    Raises:
        InvalidConfiguration: there is no such place.
    """
    file = posixpath.relpath(site.file, package.path) if package.path else site.file
    here = msgspec.structs.replace(site, file=posixpath.normpath(file))
    load({OWN_FILE: write_toml((), (WantedPackage(path="", versions=(site_toml(here),)),))})
    folder = Folder(snapshot=project.snapshot, path=package.path)
    found = list(configured_sites(folder, here, lambda: project.facts.tag_format))
    # What is found by the other tool's own list would be lost with that list.
    known = {(one.path, one.line, one.column) for one in package.sites if one.kind != "text"}
    new = [one for one in found if (one.path, one.line, one.column) not in known]
    return site_toml(here) if new else ""
