"""Tags that are a package's own though they do not say so: at them, its file stated the version."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence

from packaging.version import Version

from seatrial.repository.facts import Package
from seatrial.repository.snapshot import Snapshot
from seatrial.repository.spans import is_version, locate
from seatrial.versions.tags import name_key, prefix_key

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


def contents(output: bytes) -> Iterator[str]:
    """Cut what ``git cat-file --batch`` prints into texts; an object that is missing is empty."""
    while output:
        line, _, output = output.partition(b"\n")
        size = int(line.rpartition(b" ")[2]) if not line.endswith(b" missing") else None
        yield output[: size or 0].decode("utf-8", "replace")
        output = output if size is None else output[size + 1 :]


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
