"""What inspection finds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, TypeAlias

import msgspec

from seatrial.errors import InspectionFailed

Severity: TypeAlias = Literal["fault", "warning", "note"]


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is not as it should be.

    Attributes:
        code: a stable word ("record-digest").
        severity: "fault" stops a release, "warning" is shown, "note" is shown by ``inspect`` only.
        file: the artifact's name; empty when it is about all of them.
        said: what was found, without the file's name.
    """

    code: str
    severity: Severity
    file: str
    said: str

    def __str__(self) -> str:
        """Give it as one line."""
        return f"{self.file}: {self.said}" if self.file else self.said


def fault(code: str, file: str, said: str) -> Finding:
    """Give a finding that stops a release."""
    return Finding(code=code, severity="fault", file=file, said=said)


def warning(code: str, file: str, said: str) -> Finding:
    """Give a finding that is shown."""
    return Finding(code=code, severity="warning", file=file, said=said)


def note(code: str, file: str, said: str) -> Finding:
    """Give a finding for those who look closely: often meant so, and good to know."""
    return Finding(code=code, severity="note", file=file, said=said)


def named(paths: Sequence[str]) -> str:
    """Give paths as the beginning of a sentence: the first, and how many more there are."""
    return paths[0] if len(paths) == 1 else f"{paths[0]} (and {len(paths) - 1:,} more)"


INCOMPLETE = "incomplete-set"
"""The code of the finding that a file is not there."""

UNREADABLE = "unreadable"
"""The code of the finding that a file is no wheel or sdist at all."""

TAGS = ("narrow-tag", "newer-system", "other-machine", "unasked-tag")
"""The codes of findings that a tag is not true of the compiled files, or not the right one."""

SURPLUS = "surplus-file"
"""The code of the finding that a file is there which nobody expects."""

SIBLING = "sibling-requirement"
"""The code of the finding that another package of the repository is required otherwise."""

DIRECT = "pypi-m37"
"""The code of PyPI's word about a requirement that is an address."""

FOLLOW_IT = (
    "Let what builds it run `seatrial build` on this commit, or build from the sdist that this "
    "makes: it writes the requirement that `siblings` says; or state it in the commit."
)

# A run keeps the files and the configuration that it was planned with: to resume it mends neither.
NAME_IT = "Name it in expect if it belongs to the release, or leave it out; then release again."

BUILD_IT = (
    "Let what builds it run again on this commit, or take it out of expect; then release again."
)

MAKE_IT = "See what wrote it, and let it be built again; then release again."

TAG_IT = (
    "Give the wheel the tag that is true, which `seatrial inspect` names, or see what the files in "
    "it were built for; then release again."
)

WAYS_OUT = {
    INCOMPLETE: BUILD_IT,
    SIBLING: FOLLOW_IT,
    SURPLUS: NAME_IT,
    UNREADABLE: MAKE_IT,
    **dict.fromkeys(TAGS, TAG_IT),
}
"""What is mended elsewhere than in what the build puts into the files."""


def refuse_faults(findings: Iterable[Finding]) -> None:
    """Raise all faults among findings as one error.

    Raises:
        InspectionFailed: there is at least one.
    """
    faults = [finding for finding in findings if finding.severity == "fault"]
    if not faults:
        return
    codes = {finding.code for finding in faults}
    if SIBLING in codes:
        codes.discard(DIRECT)  # what PyPI says of the same requirement
    known = codes <= WAYS_OUT.keys()
    ways = dict.fromkeys(WAYS_OUT[code] for code in sorted(codes)) if known else ()
    first = faults[0].file
    if first and all(finding.file == first for finding in faults):
        thing, said = first, [finding.said for finding in faults]
    else:
        thing, said = "the built files", list(gathered(faults))
    raise InspectionFailed(thing, "\n".join(said), next_step=" ".join(ways) or None)


def gathered(findings: Iterable[Finding]) -> tuple[str, ...]:
    """Give findings a line each; what is said of several files is said once.

    Args:
        findings: in the order to be shown.
    """
    files: dict[tuple[str, str], list[str]] = {}
    for finding in findings:
        files.setdefault((finding.code, finding.said), []).append(finding.file)
    return tuple(
        f"{', '.join(names)}: {said}" if any(names) else said for (_, said), names in files.items()
    )
