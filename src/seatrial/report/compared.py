"""A comparison of two releases in words."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from seatrial.artifacts.differ import Changed, Comparison, Content, Pair
from seatrial.report.words import many, size


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a comparison: what it is about, and a line for each thing."""

    title: str
    lines: tuple[str, ...] = ()


def headline(comparison: Comparison) -> str:
    """Say which releases are compared."""
    return f"{comparison.package} {comparison.after} against {comparison.before}"


def sections(comparison: Comparison) -> Iterator[Section]:
    """Give what is other, the most telling first; nothing is said of what is the same."""
    for title, changes in (
        ("Platforms", comparison.platforms),
        ("Pythons", comparison.pythons),
        ("Requirements", comparison.requirements),
        ("Entry points", comparison.entry_points),
        ("Metadata", comparison.metadata),
    ):
        if changes:
            yield Section(title=title, lines=tuple(map(_change, changes)))
    for title, names in (
        ("New files", comparison.files_added),
        ("Files that are gone", comparison.files_removed),
    ):
        if names:
            yield Section(title=title, lines=names)
    for pair in comparison.pairs:
        yield Section(title=_pair_title(pair), lines=tuple(_pair_lines(pair)))


def _change(change: Changed) -> str:
    before, after = set(change.before.splitlines()), set(change.after.splitlines())
    if not before or not after:
        sign, values = ("+", after) if after else ("-", before)
        said = ", ".join(sorted(values))
        return f"{sign} {change.name}" + ("" if said == change.name else f": {said}")
    parts = [f"- {one}" for one in sorted(before - after)]
    parts += [f"+ {one}" for one in sorted(after - before)]
    return f"{change.name}: {', '.join(parts)}"


def _pair_title(pair: Pair) -> str:
    counts = ", ".join(
        f"{many(len(group), 'file')} {word}"
        for group, word in (
            (pair.added, "added"),
            (pair.removed, "removed"),
            (pair.changed, "changed"),
        )
        if group
    )
    sizes = f"{size(pair.before)} before, {size(pair.after)} now"
    return f"{pair.file}: {sizes}" + (f"; {counts}" if counts else "; the same content")


def _pair_lines(pair: Pair) -> Iterator[str]:
    yield from (f"+ {one.path} ({size(one.after or 0)})" for one in pair.added)
    yield from (f"- {one.path} ({size(one.before or 0)})" for one in pair.removed)
    yield from (f"~ {one.path} ({_growth(one)})" for one in pair.changed)


def _growth(content: Content) -> str:
    before, after = content.before or 0, content.after or 0
    if before == after:
        return f"{size(after)}, other bytes"
    sign = "+" if after > before else "-"
    return f"{sign}{size(abs(after - before))}, now {size(after)}"
