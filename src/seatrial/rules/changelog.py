"""ST3xx: the changelog, section by section."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from seatrial.errors import InvalidConfiguration
from seatrial.repository import house_style
from seatrial.repository.change_files import change_paths, read_change
from seatrial.repository.facts import Facts
from seatrial.repository.packages import private_names
from seatrial.rules.inputs import LARGEST, RuleInput
from seatrial.rules.values import Flaw, Severity, rule

_FUTURE = 30
"""Days ahead of the commit that a date may lie, for a release in preparation."""

_USUAL = re.compile(r"(?i)v|version|release|released|changes|in|for|new|the|of|what|s|_+")
_ENDED = re.compile(r"(?i)\b(?:(?:and|or) (?:newer|later|above|up|on|onwards?)|onwards?)\b|\+\s*$")
_KEPT = 3
"""Sections that make a file a changelog that is kept by hand."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Section:
    """A release's section: its version, its line from 1, its date, and what stands in it."""

    version: Version
    line: int
    title: str
    level: int
    date: dt.date | None
    says: bool

    @property
    def series(self) -> tuple[int, ...]:
        """The line of releases it belongs to: epoch, major, minor."""
        return (self.version.epoch, self.version.major, self.version.minor)


def _sections(line: Facts) -> tuple[_Section, ...]:
    text = line.changelog_text
    if not line.changelog or len(text) > LARGEST:
        return ()
    # A Markdown parser comes with it; only these rules need one.
    from seatrial.repository.changelog_page import Page

    page = Page(line.changelog, text.removeprefix("\ufeff").replace("\r\n", "\n"))
    names = {canonicalize_name(package.name) for package in line.packages}
    return tuple(
        _Section(
            version=release.version,
            line=release.heading.first + 1,
            title=release.heading.title,
            level=release.heading.level,
            date=house_style.date_in(release.heading.title),
            says=any(line.strip() for line in page.lines[release.heading.end : release.end]),
        )
        for release in page.releases
        if _is_of(names, release.heading.title)
    )


def _changelogs(about: RuleInput) -> Iterator[tuple[Facts, tuple[_Section, ...]]]:
    """Give each line of packages that has a changelog, with its sections."""
    for line in about.lines:
        if line.changelog:
            yield line, _sections(line)


def _is_of(names: set[NormalizedName], title: str) -> bool:
    """Whether a title is of a release of ours: "Python 3.13 support" is of none.

    What follows the number with a hyphen belongs to it, and is no spelling that is known.
    """
    found = house_style.VERSION.search(title)
    if found is None or re.match(r"-\d", title[found.end() :]):
        return False
    before = [word for word in re.split(r"[^\w.-]+", title[: found.start()]) if word]
    ours = (canonicalize_name(word) for word in before if not _USUAL.fullmatch(word))
    return all(any(word in name or name in word for name in names) for word in ours)


@rule("ST301", "changelog-section-missing", Severity.WARNING)
def changelog_section_missing(about: RuleInput) -> Iterator[Flaw]:
    """The last release has no section in the changelog.

    Its changes stand under the release before it or under the one to come, and whoever upgrades
    reads the wrong list.

    Mend:
        Add the section.  Seatrial writes it with every release.
    """
    for line, sections in _changelogs(about):
        final = [
            Version(tag.version)
            for tag in line.tags
            if tag.ancestor and not (tag.abandoned or Version(tag.version).is_prerelease)
        ]
        # A tag of one number (v2) moves with the releases, where those have more.
        final = [version for version in final if len(version.release) > 1] or final
        if len(line.packages) != 1 or len(sections) < _KEPT or not final:
            continue
        newest = max(sections, key=lambda section: section.version)
        # "1.0.1 and newer: see the releases" says that it is kept no longer.
        ended = _ENDED.search(newest.title)
        if max(final) not in {section.version for section in sections} and not ended:
            said = f"{max(final)} is tagged and has no section; the newest is that of"
            yield Flaw(f"{said} {newest.version}", line.changelog, newest.line)


@rule("ST302", "changelog-dates", Severity.WARNING)
def changelog_dates(about: RuleInput) -> Iterator[Flaw]:
    """A release is dated before one that it follows.

    Most often it is the year, in January; the date goes into notes, feeds and archives.

    Mend:
        Correct the date: that of the tag is the right one.
    """
    for line, found in _changelogs(about):
        by_series: dict[tuple[int, ...], list[_Section]] = {}
        for section in found:
            if section.date is not None:
                by_series.setdefault(section.series, []).append(section)
        pairs = (
            pair
            for sections in by_series.values()
            for pair in itertools.pairwise(sorted(sections, key=lambda section: section.version))
        )
        for older, newer in pairs:
            if older.date and newer.date and newer.date < older.date:
                yield Flaw(
                    f"{newer.version} is dated {newer.date}, before {older.version} ({older.date})",
                    line.changelog,
                    newer.line,
                )


@rule("ST303", "changelog-twice", Severity.WARNING)
def changelog_twice(about: RuleInput) -> Iterator[Flaw]:
    """Two sections are of the same version.

    The notes of the release are those of one of them; the other's are lost.

    Mend:
        Put them together, or correct the version of one.
    """
    for line, sections in _changelogs(about):
        seen: dict[tuple[Version, int], _Section] = {}
        for section in sections:
            first = seen.setdefault((section.version, section.level), section)
            if first is not section:
                yield Flaw(
                    f"{section.version} has a section in line {first.line} already",
                    line.changelog,
                    section.line,
                )


@rule("ST304", "changelog-future", Severity.WARNING)
def changelog_future(about: RuleInput) -> Iterator[Flaw]:
    """A release is dated more than a month after the commit.

    Mostly the day and the month have changed places, or the year is wrong.  Whoever sorts releases
    by date sees this one as the latest until then.

    Mend:
        Correct the date.
    """
    today = dt.datetime.fromtimestamp(about.facts.head_when, dt.UTC).date()
    for line, sections in _changelogs(about):
        for section in sections:
            if section.date is not None and section.date > today + dt.timedelta(days=_FUTURE):
                yield Flaw(
                    f"{section.version} is dated {section.date}, and the commit {today}",
                    line.changelog,
                    section.line,
                )


@rule("ST305", "changelog-order", Severity.WARNING)
def changelog_order(about: RuleInput) -> Iterator[Flaw]:
    """A section stands on the wrong side of another of its series.

    Tools that take the first section for the latest release take the wrong one.

    Mend:
        Move it.  Series are apart: 1.4.9 may stand above or below 2.0.
    """
    for line, sections in _changelogs(about):
        for above, below in _astray(sections):
            yield Flaw(f"{below.version} stands below {above.version}", line.changelog, below.line)


def _astray(sections: Iterable[_Section]) -> Iterator[tuple[_Section, _Section]]:
    """Give neighbours of one series whose order is not that of most."""
    by_series: dict[tuple[int, ...], list[_Section]] = {}
    for section in sections:
        by_series.setdefault((*section.series, section.level), []).append(section)
    pairs = [
        pair
        for members in by_series.values()
        for pair in itertools.pairwise(members)
        if pair[0].version != pair[1].version
    ]
    falling = sum(above.version > below.version for above, below in pairs)
    newest_first = falling * 2 >= len(pairs)
    for above, below in pairs:
        if (above.version > below.version) != newest_first:
            yield above, below


@rule("ST306", "changelog-empty", Severity.WARNING)
def changelog_empty(about: RuleInput) -> Iterator[Flaw]:
    """The section of the newest version is empty.

    Notes are made from it, and people read a release that says nothing.

    Mend:
        Write what changed, if only "No notable changes".
    """
    for line, sections in _changelogs(about):
        # A section that was only begun may be empty until its release.
        begun = [one for one in sections if not house_style.UNRELEASED.search(one.title)]
        newest = max(begun, key=lambda section: section.version, default=None)
        if len(sections) >= _KEPT and newest is not None and not newest.says:
            yield Flaw(f"{newest.version} has nothing in it", line.changelog, newest.line)


@rule("ST307", "changelog-unreleased", Severity.WARNING)
def changelog_unreleased(about: RuleInput) -> Iterator[Flaw]:
    """A section says "unreleased", and its version is tagged.

    Readers wait for what is out, and the next release's changes are written under the last one.

    Mend:
        Put the date of the tag in its place, and begin a section for the next release.
    """
    for line, sections in _changelogs(about):
        tagged = {
            Version(tag.version): tag.name
            for tag in line.tags
            if tag.ancestor and tag.commit != line.head
        }
        for section in sections:
            if section.version in tagged and house_style.UNRELEASED.search(section.title):
                yield Flaw(
                    f"{section.version} is tagged {tagged[section.version]}, and its section says"
                    " that it is not released",
                    line.changelog,
                    section.line,
                )


@rule("ST308", "changelog-required", Severity.ERROR)
def changelog_required(about: RuleInput) -> Iterator[Flaw]:
    """The release that comes next needs a section of its own, and nobody has written it.

    With ``changelog.require`` a release without one is refused; this tells it while the change is
    reviewed, and not on the day of the release.

    Mend:
        Write the section (``## [Unreleased]`` is enough, with something under it), or take
        ``require`` out of ``[tool.seatrial.changelog]``.
    """
    if about.configuration.settings.changelog.require:
        yield from about.unwritten()


@rule("ST309", "change-file-unusable", Severity.ERROR)
def change_file_unusable(about: RuleInput) -> Iterator[Flaw]:
    """A file in ``.changes`` cannot be read, or names no package that is here.

    The first stops the release; the second is worse: the change is in no changelog, and the file
    lies there for ever, because it waits for a package that never comes.

    Mend:
        Begin it with ``---`` lines around ``PACKAGE: KIND``, as ``seatrial change`` writes it, and
        spell the package as its manifest does.
    """
    known = {canonicalize_name(package.name) for package in about.packages}
    for path in change_paths(about.snapshot):
        try:
            names = read_change(about.snapshot, path)
        except InvalidConfiguration as error:
            yield Flaw(error.said, path, int(error.thing.rpartition(":")[2]))
            continue
        strange = names.keys() - known if known else set()
        if strange:
            settings = about.configuration.settings
            strange -= private_names(about.snapshot, settings, about.packages)
        for name in sorted(strange):
            yield Flaw(f"no package here is called {name}; there is {_few(known)}", path)


def _few(names: Iterable[str]) -> str:
    first, *more = sorted(names)
    return f"{first} and {len(more)} more" if len(more) > 1 else ", ".join([first, *more])
