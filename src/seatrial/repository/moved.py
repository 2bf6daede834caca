"""Tags that are a package's own though they do not say so: at them, its file stated the version."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from packaging.version import Version

from seatrial.repository.facts import Package, TagFact
from seatrial.repository.lines import Line
from seatrial.repository.listings import contents
from seatrial.repository.releases import Merged, release_tags
from seatrial.repository.restarts import (
    counts_below,
    perhaps_restarted,
    restarted,
    says_something,
)
from seatrial.repository.snapshot import Snapshot
from seatrial.repository.spans import is_version, locate
from seatrial.versions.tags import TagFormat, families, may_name, name_key, prefix_key

Tagged: TypeAlias = tuple[TagFormat, tuple[TagFact, ...]]
"""How the tags of a line are spelt, and its release tags, the newest first."""

COMPARED = 10
"""How many of the newest tags of one spelling are compared with what a package states."""

MOST = 20_000
"""Files of old commits that are looked into at most."""


def stating(
    snapshot: Snapshot, packages: Sequence[Package], tags: Sequence[tuple[str, Version]]
) -> list[set[str]]:
    """Say at which tags each package stated the very version that is in the tag.

    git is asked once, for all of them.

    Args:
        snapshot: reads old commits.
        packages: whose files are looked at.
        tags: release tags with their versions.

    Returns:
        For each package, the names of such tags.
    """
    sources = [next((site for site in one.sites if site.source), None) for one in packages]
    asked = [
        (number, tag, version)
        for number, source in enumerate(sources)
        if source is not None
        for tag, version in tags
    ][:MOST]
    lines = "".join(f"{tag}:{sources[number].path}\n" for number, tag, _ in asked)  # type: ignore[union-attr]
    found: list[set[str]] = [set() for _ in packages]
    if not lines:
        return found
    output = snapshot.git("cat-file", "--batch", stdin=os.fsencode(lines)).stdout
    for (number, tag, version), text in zip(asked, contents(output), strict=True):
        source = sources[number]
        span = locate(text, source.kind, source.locator) if source is not None and text else None
        if span is not None and is_version(span.stated) and Version(span.stated) == version:
            found[number].add(tag)
    return found


def moving(snapshot: Snapshot, package: Package, releases: Mapping[str, Version]) -> set[str]:
    """Give the tags with one number, above all longer ones, that are no releases of a package.

    ``v2`` of an action lies beside the releases of the package in the same repository, of which
    the last is 1.11.1: no file states 2 there.

    Args:
        snapshot: reads old commits.
        package: whose file is looked at; where it states no version, nothing can be said.
        releases: tag → version.
    """
    longest = max((v for v in releases.values() if len(v.release) > 1), default=None)
    lone = [(name, v) for name, v in releases.items() if len(v.release) == 1]
    above = [(name, v) for name, v in lone if longest is not None and v > longest]
    if not above or not any(site.source for site in package.sites):
        return set()
    return {name for name, _ in above} - stating(snapshot, [package], above)[0]


def newest_of(families: Mapping[str, Mapping[str, Version]]) -> list[tuple[str, Version]]:
    """Give the newest tags of each spelling, with their versions.

    Args:
        families: beginning of the tags → tag → version.
    """
    return [
        pair
        for tags in families.values()
        for pair in sorted(tags.items(), key=lambda pair: pair[1], reverse=True)[:COMPARED]
    ]


def owning(prefix: str, matched: Mapping[int, int], names: Sequence[str]) -> list[int]:
    """Say whose the tags of one spelling are.

    A line whose name has the words of the beginning (``pool-`` of psycopg-pool) comes before all
    others; else those count that stated most of the versions: two that are released side by side
    now and then state the same one by chance.

    Args:
        prefix: how the tags begin.
        matched: number of a line → at how many of the tags it stated the version in them.
        names: of all lines.
    """
    words = set(prefix_key(prefix))
    named = {n for n, name in enumerate(names) if words and words <= set(name_key(name))}
    most = max(matched.values(), default=0)
    return [
        n
        for n, times in matched.items()
        if times and ((n in named) if named else times * 2 >= most)
    ]


def with_moved(
    snapshot: Snapshot, lines: Sequence[Line], merged: Merged, read: Sequence[Tagged]
) -> list[Tagged]:
    """Add the tags that are a line's own though they are spelt otherwise.

    Where a line states a version that is beyond its last tag, the other tags are looked at: those
    at which its file stated the version that is in the tag are its own.  Tags of one spelling that
    are one line's alone are how its tags are spelt now; those that several lines share are from
    before they had versions of their own.

    Args:
        snapshot: the planned commit.
        lines: of the repository; of a single one, tags that name something else stay out.
        merged: the tags in the history of the commit.
        read: for each line, how its tags are spelt, and those that are spelt so.
    """
    claimed = {tag.name for _, tags in read for tag in tags}
    refs = {tag.name: tag for tag in snapshot.tags if tag.name not in claimed}
    spelt = families(refs)
    if len(lines) == 1:
        spelt = {one: tags for one, tags in spelt.items() if may_name(one, lines[0].name)}
    stated = [line.packages[0].version for line in lines]
    below = {n for n, (_, tags) in enumerate(read) if counts_below(stated[n], tags)}
    if len(lines) > 1:  # of a lone one, more is known when its commits are read
        unsaid = {n: tags for n, (_, tags) in enumerate(read) if not says_something(stated[n])}
        below |= perhaps_restarted(snapshot, unsaid)
    ahead = [n for n, line in enumerate(lines) if n in below or _is_ahead(line, read[n][1])]
    found = [
        _from_here(form, restarted(snapshot, tags, stated[n]), lines[n]) if n in below else read[n]
        for n, (form, tags) in enumerate(read)
    ]
    if not spelt or not ahead:
        return found
    leads = [lines[number].packages[0] for number in ahead]
    owned = stating(snapshot, leads, newest_of(spelt))
    for prefix, tags in spelt.items():
        matched = {n: len(own & tags.keys()) for n, own in zip(ahead, owned, strict=True)}
        owners = owning(prefix, matched, [line.name for line in lines])
        for number in owners:
            form, known = found[number]
            other = TagFormat(f"{prefix}{{version}}", form.name)
            there = {tag.version for tag in known}
            more = release_tags(snapshot, other, {name: refs[name] for name in tags}, merged)
            every = (*known, *(tag for tag in more if tag.version not in there))
            facts = tuple(sorted(every, key=lambda tag: Version(tag.version), reverse=True))
            if number in below:
                facts = restarted(snapshot, facts, stated[number])
            alone = len(owners) == 1 and not lines[number].tag
            newest = next((tag for tag in facts if not tag.abandoned), None)
            spelt_so = newest is not None and newest.name in {tag.name for tag in more[:1]}
            found[number] = (other if alone and spelt_so else form, facts)
    return found


def _from_here(form: TagFormat, tags: tuple[TagFact, ...], line: Line) -> Tagged:
    """Spell the tags of a line as its last release, where nobody said how, and with these tags."""
    newest = next((tag.name for tag in tags if tag.ancestor and not tag.abandoned), "")
    old = any(tag.abandoned for tag in tags)
    prefix = next(iter(families([newest])), None) if old and not line.tag else None
    return (form if prefix is None else TagFormat(f"{prefix}{{version}}", form.name)), tags


def _is_ahead(line: Line, tags: Sequence[TagFact]) -> bool:
    """Whether a line states a version that is beyond all of its tags."""
    stated = line.packages[0].version
    newest = max((Version(tag.version) for tag in tags), default=None)
    return is_version(stated) and (newest is None or Version(stated) > newest)
