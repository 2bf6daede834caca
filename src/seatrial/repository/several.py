"""Packages with versions of their own: the tags, the commits and the changelog of each."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec
from msgspec.structs import replace
from packaging.version import Version

from seatrial.config.schema import Settings
from seatrial.errors import InvalidConfiguration, ShallowClone
from seatrial.process import Runner
from seatrial.repository import changelog
from seatrial.repository.facts import CommitFact, Facts, Package
from seatrial.repository.foreseen import beside
from seatrial.repository.history import read_history
from seatrial.repository.lines import Line, Spellings, commits_of
from seatrial.repository.moved import Tagged, with_moved
from seatrial.repository.releases import Merged, release_tags
from seatrial.repository.snapshot import Snapshot
from seatrial.repository.tagged import format_text, last_of
from seatrial.repository.unreleased import read_unreleased
from seatrial.versions.tags import TagFormat

MOST_COMMITS = 2000
"""How many commits are read where no release tag bounds them."""


class Several(msgspec.Struct, frozen=True, kw_only=True):
    """Packages with versions of their own, before they are described.

    Attributes:
        snapshot: the planned commit.
        settings: the configuration.
        lines: of the repository; of their packages, name, folder and version are known.
        merged: the tags in the history of the commit.
        heard: told the names of the packages that have changed, before the history is read.
    """

    snapshot: Snapshot
    settings: Settings
    lines: Sequence[Line]
    merged: Merged
    heard: Callable[[Sequence[str]], None] = lambda _: None


def read_several(
    several: Several,
    common: Callable[[], Facts],
    described: Callable[[], Mapping[str, Package]],
    meant: int | None = None,
) -> Facts:
    """Read the tags, commits and changelogs of packages with versions of their own.

    git reads the history once, for all of them, while the packages are described.

    Args:
        several: what is known of them.
        common: gives the facts that all of them share.
        described: gives folder → package, with everything that is known of it.
        meant: the number of the one line that is asked about, as if it were all there is; its tags
            are still told from those of the others.

    Raises:
        InvalidConfiguration: the tags of two would be the same.
        ShallowClone: the history back to the last releases is not here.
    """
    snapshot, lines = several.snapshot, several.lines
    tagged = _tagged(several)
    shared: dict[str, str] = {}
    for line, (form, _) in zip(lines, tagged, strict=True):
        _refuse_shared(form, line, shared)
    asked = range(len(lines)) if meant is None else (meant,)
    released = {number: last_of(tagged[number][1]) for number in asked}
    last = {number: tag.commit for number, tag in released.items() if tag is not None}
    fresh = _fresh(snapshot, lines, last) | (released.keys() - last.keys())
    with beside(lambda runner: _new_commits(several, last, fresh, runner)) as commits:
        changed = (lines[number] for number in sorted(fresh))
        several.heard([package.name for line in changed for package in line.packages])
        packages, whole = described(), common()
        found = []
        for number in asked:
            line, (form, tags) = lines[number], tagged[number]
            place = line.packages[0].path if len(line.packages) == 1 else ""
            path, text = _own_changelog(several, place) if place else ("", "")
            found.append(
                replace(
                    whole,
                    packages=tuple(packages[package.path] for package in line.packages),
                    tag_format=format_text(form, line),
                    tags=tags,
                    changelog=path,
                    changelog_text=text,
                )
            )
        facts = tuple(
            replace(one, commits=mine) for one, mine in zip(found, commits(), strict=True)
        )
    if meant is not None:
        return facts[0]
    return replace(whole, tag_format=facts[0].tag_format, lines=facts)


def _tagged(several: Several) -> list[Tagged]:
    """Give the tags of each line, those included that are spelt otherwise."""
    snapshot, merged = several.snapshot, several.merged
    spellings = Spellings((tag.name for tag in snapshot.tags), several.lines)
    refs = {tag.name: tag for tag in snapshot.tags}
    read = []
    for line in several.lines:
        form, names = spellings.of(line)
        read.append(
            (form, release_tags(snapshot, form, {name: refs[name] for name in names}, merged))
        )
    return with_moved(snapshot, several.lines, merged, read)


def _fresh(snapshot: Snapshot, lines: Sequence[Line], last: Mapping[int, str]) -> set[int]:
    """Give the numbers of those released lines with a folder that is not as it was then.

    git compares whole trees: of what did not change, no history has to be read.
    """
    pairs = [
        (number, _tree(id_, package.path), _tree(snapshot.head, package.path))
        for number, id_ in last.items()
        for package in lines[number].packages
    ]
    # A line feed in a folder's name would end the question.
    fresh = {number for number, _, now in pairs if "\n" in now}
    asked = [(number, then, now) for number, then, now in pairs if number not in fresh]
    lines_asked = "".join(f"{then}\n{now}\n" for _, then, now in asked)
    if not asked:
        return fresh
    answer = snapshot.git(
        "cat-file", "--batch-check=%(objectname)", stdin=os.fsencode(lines_asked)
    ).stdout.split(b"\n")
    # What is missing is answered with its own name, and so differs.
    for (number, _, _), then, now in zip(asked, answer[::2], answer[1::2], strict=False):
        if then != now:
            fresh.add(number)
    return fresh


def _tree(commit: str, path: str) -> str:
    return f"{commit}:{path}" if path else f"{commit}^{{tree}}"


def _new_commits(
    several: Several, last: Mapping[int, str], fresh: set[int], runner: Runner
) -> list[list[CommitFact]]:
    """Read what is new for each line: one pass, and one more where some were never released.

    Args:
        several: what is known of the packages.
        last: number of a line → the commit of its last release.
        fresh: the numbers of the lines that are asked about and have changed.
        runner: starts git.

    Returns:
        The commits of the lines that are asked about, in their order.
    """
    lines, snapshot = several.lines, replace(several.snapshot, runner=runner)
    never = sorted(fresh - last.keys())
    first = tuple(sorted(package.path for n in never for package in lines[n].packages))
    if snapshot.shallow and first:
        raise ShallowClone(
            str(snapshot.root),
            f"it is a shallow clone, and what it holds has no release tag of {first[0] or '.'}",
        )
    found: dict[int, list[CommitFact]] = {number: [] for number in sorted({*last, *never})}
    bounds = {number: id_ for number, id_ in last.items() if number in fresh}
    if bounds:
        found |= read_unreleased(snapshot, lines, several.merged.ancestry, bounds)
    if first:
        commits = read_history(snapshot, first, most=MOST_COMMITS, every=True)
        found |= commits_of(lines, commits, never)
    return list(found.values())


def _own_changelog(several: Several, place: str) -> tuple[str, str]:
    """Give the path and the text of the changelog in a package's own folder.

    What the configuration names is looked for there, too: each package has one of that name.
    """
    snapshot, named = several.snapshot, several.settings.changelog.file
    files: Iterable[str] = snapshot.below(place)
    if named:
        path = posixpath.join(place, posixpath.normpath(named))
        path = path if path in files else ""
    else:
        path = changelog.find(files, place, read=snapshot.text)
    text = snapshot.text(path) if path else None
    return ("", "") if text is None else (path, text)


def _refuse_shared(form: TagFormat, line: Line, seen: dict[str, str]) -> None:
    """Refuse that packages with versions of their own have tags of the same name."""
    tag = form.render(Version("1.0"))
    other = seen.setdefault(tag, line.name)
    if other != line.name:
        raise InvalidConfiguration(
            f"tag = {form.text!r}",
            f"{other} and {line.name} have versions of their own, and would both be tagged {tag}",
            next_step='Put the package\'s name into it: tag = "{package}-v{version}".',
        )
