"""Checks of core metadata: whether it can be read, and whether it is that of the release."""

from __future__ import annotations

from collections.abc import Iterator

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from seatrial.artifacts.findings import Finding, fault, note
from seatrial.artifacts.metadata import CoreMetadata

REQUIRED = ("Metadata-Version", "Name", "Version")


def check_metadata(
    file: str, metadata: CoreMetadata, *, name: str, version: str
) -> Iterator[Finding]:
    """Compare metadata with the release.

    Args:
        file: the artifact's name.
        metadata: its METADATA or PKG-INFO.
        name: the project's name, in any spelling.
        version: the version of the release.
    """
    for said in metadata.faults:
        yield fault("metadata-malformed", file, f"its metadata is malformed: {said}")
    for header in REQUIRED:
        if len(metadata.every(header)) != 1 or not metadata.first(header):
            yield fault("metadata-incomplete", file, f"its metadata states no {header}, or several")
    stated = metadata.first("Name")
    if stated and canonicalize_name(stated) != canonicalize_name(name):
        yield fault("other-name", file, f"its metadata is that of {stated!r}, not of {name!r}")
    yield from _check_version(file, metadata.first("Version"), version)
    yield from _check_requirements(file, metadata)
    if not metadata.first("Requires-Python"):
        said = "its metadata states no Requires-Python, so every Python, however old, installs it"
        yield note("python-unstated", file, said)
    if not metadata.first("Summary") or not metadata.description.strip():
        yield note("undescribed", file, "its metadata has no Summary, or no description")


def _check_version(file: str, stated: str, version: str) -> Iterator[Finding]:
    if not stated:
        return
    try:
        read = Version(stated)
    except InvalidVersion:
        yield fault("other-version", file, f"its metadata states {stated!r}, which is no version")
        return
    if read != Version(version):
        yield fault("other-version", file, f"its metadata states {stated}, not {version}")


def _check_requirements(file: str, metadata: CoreMetadata) -> Iterator[Finding]:
    for text in metadata.every("Requires-Dist"):
        try:
            Requirement(text)
        except InvalidRequirement:
            yield fault("requirement-malformed", file, f"Requires-Dist {text!r} cannot be read")
    try:
        SpecifierSet(metadata.first("Requires-Python"))
    except InvalidSpecifier:
        said = f"Requires-Python {metadata.first('Requires-Python')!r} cannot be read"
        yield fault("requirement-malformed", file, said)
