"""What users would not expect of the next release."""

from __future__ import annotations

from collections.abc import Iterator

from seatrial.artifacts.archives import MIB
from seatrial.artifacts.differ import Changed, Comparison, Pair
from seatrial.artifacts.findings import Finding, named, note, warning

MUCH_MORE = 40 * MIB
"""Bytes by which a file may grow, however large it was."""

SOME = MIB
"""Bytes by which a file may grow or shrink, however small it was."""

HALF = 0.5
LICENCES = frozenset({"License", "License-Expression"})


def surprises(comparison: Comparison) -> Iterator[Finding]:
    """Say what is surprising in a comparison.

    Args:
        comparison: of a release with the one before.
    """
    since = f"since {comparison.before}"
    for pair in comparison.pairs:
        yield from _of_pair(pair, since)
    if gone := _gone(comparison.platforms):
        yield warning("platform-gone", "", f"{', '.join(gone)} has no wheel any more {since}")
    if gone := _gone(comparison.pythons):
        yield warning("python-gone", "", f"{', '.join(gone)} has no wheel any more {since}")
    if gone := _gone(comparison.entry_points):
        yield warning("entry-point-gone", "", f"{', '.join(gone)} is gone {since}")
    yield from _of_sdist(comparison, since)
    yield from _of_requirements(comparison, since)
    yield from _of_metadata(comparison, since)


def _gone(changes: tuple[Changed, ...]) -> list[str]:
    return [change.name for change in changes if not change.after]


def _of_sdist(comparison: Comparison, since: str) -> Iterator[Finding]:
    removed = [name for name in comparison.files_removed if not name.endswith(".whl")]
    if removed and all(name.endswith(".whl") for name in comparison.files_added):
        yield note("sdist-gone", "", f"there is no sdist any more {since}")


def _of_pair(pair: Pair, since: str) -> Iterator[Finding]:
    tops = [name for name in pair.packages_removed if "." not in name]
    if tops:
        said = f"the package {', '.join(tops)} is gone {since}"
        yield warning("package-gone", pair.file, said)
    if below := [name for name in pair.packages_removed if name.partition(".")[0] not in tops]:
        yield note("subpackage-gone", pair.file, f"{named(below)} is gone {since}")
    if new := [name for name in pair.packages_added if "." not in name]:
        said = f"the top-level {', '.join(new)} is new {since}"
        yield warning("new-top-level", pair.file, said)
    if any(content.path.endswith("/py.typed") for content in pair.removed):
        yield warning(
            "types-gone", pair.file, f"py.typed is gone {since}: it has no types any more"
        )
    more = pair.after - pair.before
    if more > MUCH_MORE or more > max(SOME, HALF * pair.before):
        told = [c for c in pair.added if c.after] or list(pair.changed)
        largest = f"; {told[0].path} has {(told[0].after or 0) / MIB:.1f} MiB" if told else ""
        said = f"it is {more / MIB:.1f} MiB larger {since} ({pair.before / MIB:.1f} MiB){largest}"
        yield warning("grew", pair.file, said)
    elif -more > max(SOME / 10, HALF * pair.before):
        said = f"it is {-more / MIB:.1f} MiB smaller {since} ({pair.before / MIB:.1f} MiB)"
        yield warning("shrank", pair.file, said)


def _of_requirements(comparison: Comparison, since: str) -> Iterator[Finding]:
    if new := [change.name for change in comparison.requirements if not change.before]:
        yield note("requirement-new", "", f"it requires {', '.join(new)}, new {since}")
    if gone := _gone(comparison.requirements):
        yield note(
            "requirement-gone", "", f"it does not require {', '.join(gone)} any more {since}"
        )


def _of_metadata(comparison: Comparison, since: str) -> Iterator[Finding]:
    for change in comparison.metadata:
        before, after = set(change.before.splitlines()), set(change.after.splitlines())
        if change.name in LICENCES and change.before and change.after:
            said = f"its licence is {change.after!r}; {since} it was {change.before!r}"
            yield warning("licence-changed", "", said)
        elif change.name == "Provides-Extra" and before - after:
            said = f"the extra {', '.join(sorted(before - after))} is gone {since}"
            yield warning("extra-gone", "", said)
        elif change.name == "Requires-Python":
            said = f"Requires-Python is {change.after or 'any'}; {since} it was " + (
                change.before or "any"
            )
            yield note("requires-python-changed", "", said)
