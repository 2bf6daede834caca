"""Whether the files of one release say the same of it.

Resolvers read the metadata of one file and take it for that of all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from seatrial.artifacts.findings import Finding, fault, note, warning
from seatrial.artifacts.metadata import CoreMetadata
from seatrial.artifacts.sdist import SdistFacts
from seatrial.artifacts.wheel import WheelFacts

RESOLVED = ("Requires-Dist", "Provides-Extra")
"""What resolvers go by, beside Requires-Python."""

SHOWN = (
    *("Summary", "License", "License-Expression", "Classifier", "Keywords", "Author"),
    *("Author-Email", "Maintainer", "Maintainer-Email", "Home-Page", "Project-URL"),
)
DYNAMIC = Version("2.2")
"""The version of the metadata since which an sdist's fields hold for its wheels (PEP 643)."""

Facts = SdistFacts | WheelFacts


def check_agreement(
    sdists: Sequence[SdistFacts], wheels: Sequence[WheelFacts]
) -> Iterator[Finding]:
    """Compare the metadata of each file with that of the first.

    Args:
        sdists: of one release.
        wheels: of the same.
    """
    everything: list[Facts] = [*sdists, *wheels]
    for facts in everything[1:]:
        first = everything[0]
        if _python(facts.metadata) != _python(first.metadata):
            said = f"its Requires-Python is not that of {first.file}"
            yield fault("files-disagree", facts.file, said)
    for facts in wheels[1:]:
        yield from _compare(facts, wheels[0], frozenset())
    for sdist in sdists:
        dynamic = {name.lower() for name in sdist.metadata.every("Dynamic")}
        if wheels and _is_binding(sdist.metadata):
            yield from _compare(sdist, wheels[0], dynamic)


def _compare(facts: Facts, other: Facts, but: frozenset[str] | set[str]) -> Iterator[Finding]:
    for name in RESOLVED:
        if name.lower() not in but and _values(facts, name) != _values(other, name):
            said = f"its {name} is not that of {other.file}, and resolvers read only one of them"
            yield warning("files-disagree", facts.file, said)
    differing = [
        name
        for name in SHOWN
        if name.lower() not in but and _values(facts, name) != _values(other, name)
    ]
    if facts.metadata.description.strip() != other.metadata.description.strip():
        differing += [] if "description" in but else ["Description"]
    if differing:
        said = f"its {', '.join(differing)} is not that of {other.file}"
        yield note("files-disagree", facts.file, said)


def _is_binding(metadata: CoreMetadata) -> bool:
    try:
        return Version(metadata.first("Metadata-Version")) >= DYNAMIC
    except InvalidVersion:
        return False


def _values(facts: Facts, name: str) -> frozenset[str]:
    return frozenset(map(_normal, facts.metadata.every(name)))


def _normal(text: str) -> str:
    """Give a requirement in one spelling; any other text as it is."""
    try:
        return str(Requirement(text))
    except InvalidRequirement:
        return text


def _python(metadata: CoreMetadata) -> str:
    text = metadata.first("Requires-Python")
    try:
        return str(SpecifierSet(text))
    except InvalidSpecifier:
        return text
