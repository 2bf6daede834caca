"""Whether files require the other packages of their repository as the release has it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from seatrial.artifacts.findings import SIBLING, Finding, fault
from seatrial.artifacts.sdist import SdistFacts
from seatrial.artifacts.wheel import WheelFacts


def check_siblings(facts: WheelFacts | SdistFacts, wanted: Iterable[str]) -> Iterator[Finding]:
    """Hold what a file requires against what it has to require of its repository's packages.

    Args:
        facts: the file; an sdist need not tell what it requires.
        wanted: requirements (PEP 508); one with a marker may be missing.
    """
    stated = [*_stated(facts)]
    for text in wanted:
        want = Requirement(text)
        same = [one for one in stated if canonicalize_name(one.name) == want.name]
        maybe = want.marker is not None or isinstance(facts, SdistFacts)
        shown = f"{want.name}{want.specifier}"
        if not same and not maybe:
            said = f"it does not require {want.name}, and this release wants {shown}"
            yield fault(SIBLING, facts.file, said)
        elif same and (any(one.url for one in same) or not any(_alike(one, want) for one in same)):
            found = ", ".join(dict.fromkeys(str(one) for one in same))
            yield fault(SIBLING, facts.file, f"it requires {found}; this release wants {shown}")


def _stated(facts: WheelFacts | SdistFacts) -> Iterator[Requirement]:
    for line in facts.metadata.every("Requires-Dist"):
        try:
            yield Requirement(line)
        except InvalidRequirement:
            continue  # said already, by who read the metadata


def _alike(one: Requirement, want: Requirement) -> bool:
    """Tell whether two requirements admit the same versions, however they are spelt.

    Poetry writes ``~=1.2.0`` as ``>=1.2.0,<1.3.0``; so versions are tried: those that are named,
    and what would come after them.
    """
    tried = {Version("0"), *_around(one.specifier), *_around(want.specifier)}
    return all(
        one.specifier.contains(version, prereleases=True)
        == want.specifier.contains(version, prereleases=True)
        for version in tried
    )


def _around(specifier: SpecifierSet) -> Iterator[Version]:
    for clause in specifier:
        try:
            named = Version(clause.version.removesuffix(".*"))
        except InvalidVersion:  # "===" takes any text
            continue
        yield named
        if not clause.operator.startswith("<"):
            epoch = f"{named.epoch}!" if named.epoch else ""
            major, minor, micro = named.major, named.minor, named.micro
            for after in ((major + 1, 0, 0), (major, minor + 1, 0), (major, minor, micro + 1)):
                yield Version(epoch + ".".join(map(str, after)))
