"""Checks of core metadata: what an index refuses, and what disagrees with the release."""

from __future__ import annotations

import io
from collections.abc import Iterator
from email.message import Message

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from seatrial.artifacts.findings import Finding, fault
from seatrial.artifacts.metadata import CoreMetadata

REQUIRED = ("Metadata-Version", "Name", "Version")
RST = "text/x-rst"
CONTENT_TYPES = frozenset({RST, "text/plain", "text/markdown"})


def check_metadata(
    file: str, metadata: CoreMetadata, *, name: str, version: str
) -> Iterator[Finding]:
    """Compare metadata with the release, and with what an index takes.

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
    if read.local:
        yield fault("local-version", file, f"indexes take no version with a + part ({stated})")


def _check_requirements(file: str, metadata: CoreMetadata) -> Iterator[Finding]:
    for text in metadata.every("Requires-Dist"):
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            yield fault("requirement-malformed", file, f"Requires-Dist {text!r} cannot be read")
            continue
        if requirement.url:
            said = f"it requires {requirement.name} from an address, which PyPI refuses"
            yield fault("direct-url", file, said)
    try:
        SpecifierSet(metadata.first("Requires-Python"))
    except InvalidSpecifier:
        said = f"Requires-Python {metadata.first('Requires-Python')!r} cannot be read"
        yield fault("requirement-malformed", file, said)


def check_description(file: str, metadata: CoreMetadata) -> Iterator[Finding]:
    """Render the long description as PyPI does, which refuses files where that fails.

    Args:
        file: the artifact's name.
        metadata: its METADATA or PKG-INFO.
    """
    stated = metadata.first("Description-Content-Type")
    header = Message()
    # Without a content type, PyPI takes the description for reStructuredText.
    header["content-type"] = stated or RST
    kind = header.get_content_type()
    if kind not in CONTENT_TYPES:
        said = f"PyPI refuses the Description-Content-Type {stated!r}"
        yield fault("description-type", file, said)
        return
    if kind != RST or metadata.description.strip() in {"", "UNKNOWN"}:
        return
    from readme_renderer import rst

    complaints = io.StringIO()
    if rst.render(metadata.description, stream=complaints) is None:
        first = complaints.getvalue().strip().partition("\n")[0]
        said = f"PyPI refuses its description, which does not render as {RST}: {first}"
        yield fault("description-unrenderable", file, said)
