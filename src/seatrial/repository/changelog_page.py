"""A changelog as sections, and the same with one section more."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from packaging.version import Version

from seatrial.repository import house_style
from seatrial.repository import notes as release_notes
from seatrial.repository.headings import Heading, is_markdown, read_headings
from seatrial.repository.link_targets import MARKDOWN as LINK
from seatrial.repository.link_targets import linked
from seatrial.repository.spacing import bullet, lstripped, rstripped, stripped

_NOTHING = re.compile(
    r"(?i)[-*+]?\s*(?:nothing(?: \w+){0,2}|no (?!notable )(?:\w+ )?changes(?: yet)?|tbd|n/a|none|"
    r"\.\.\.|unreleased|to be released|\\?\[[^\]]*\])?\s*[.:]?\s*|[-*_=]{3,}|#{1,6}\s.*"
)
_WRITERS = re.compile(r"(towncrier) release notes start|(scriv)-insert-here")
_PREAMBLE = re.compile(r"(?i)all notable changes|format is based on")
_DATING = re.compile(r"(?i)[*_]*(?:released?|release date|date)\b|> ?[\w,. /-]{8,20}$")
_ANCHOR = re.compile(r"\.\. _[^:]+:\s*$|<a (?:id|name)=[^>]*>\s*(?:</a>)?\s*$")
_PLACEHOLDER_LINE = re.compile(
    r"(?i)[*_]*(?:released?:? )?(?:unreleased|not yet(?: released)?|in development)[*_.]*"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Release:
    """A release's section: its heading, its version, and the line after its last."""

    heading: Heading
    version: Version
    end: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Coming:
    """The section of the release to come.

    Attributes:
        heading: its heading.
        end: the line after its last.
        stays: whether the heading stands for every next release ("Unreleased"), and so stays;
            one that names a version ("1.3.0 (unreleased)") becomes that of the release.
    """

    heading: Heading
    end: int
    stays: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of a page.

    Attributes:
        lines: its new lines.
        notes: the release's, Markdown.
        remark: why nothing was written, or empty.
        renamed: the version whose section became that of the release, or empty.
    """

    lines: list[str]
    notes: str
    remark: str = ""
    renamed: str = ""


class Page:
    """A changelog read into sections.

    Args:
        path: its path; the ending tells the markup.
        text: its content, each line ended by a line feed alone.
    """

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.lines = text.split("\n")
        self.markdown = is_markdown(path, self.lines)
        self.headings = read_headings(path, self.lines)
        self.releases = self._releases()

    @property
    def versions(self) -> list[str]:
        """The versions that have a section, normalised."""
        return [str(release.version) for release in self.releases]

    def written(self, *, version: str, date: str, notes: str) -> Outcome:
        """Give the page with a section for a release.

        Args:
            version: the release's.
            date: ISO 8601.
            notes: Markdown, used where the page holds none.
        """
        wanted = Version(version)
        notes = re.sub(r"(?m)^- ", bullet(self._texts()), notes)
        for release in self.releases:
            if release.version == wanted:
                return self._existing(release, date, notes)
        coming = self._coming(wanted)
        why = self._reason_to_leave(wanted)
        if coming and not coming.stays:
            return self._renamed(coming, version, date, notes)
        if why:
            return Outcome(
                lines=self.lines, notes=notes, remark=f"{self.path} stays as it is: {why}."
            )
        if coming and self._says(coming.heading.end, coming.end):
            return self._moved(coming, version, date)
        return self._inserted(self._place(wanted, coming), coming, (version, date, notes))

    def above_releases(self) -> tuple[int, int]:
        """Give the lines between the heading above the first release, if any, and that release.

        They are none where that heading itself stands for the release to come.
        """
        if not self.releases:
            return 0, 0
        first = self.releases[0].heading
        above = [heading for heading in self.headings if heading.first < first.first]
        if any(house_style.is_next(heading.title) for heading in above):
            return 0, 0
        return (above[-1].end if above else 0), self._top(first)

    def _reason_to_leave(self, wanted: Version) -> str:
        writer = next((found for line in self.lines if (found := _WRITERS.search(line))), None)
        if writer:
            name = writer[1] or writer[2]
            return f"{name} writes it, so run {name} and commit before the release"
        # Where the numbering began again, some pair of neighbours looks as if it were astray.
        pairs = [(a.version, b.version) for a, b in itertools.pairwise(self.releases)]
        if sum(above < below for above, below in pairs) * 2 > len(pairs):
            return "it lists the oldest release first"
        if self.releases and all(release.version >= wanted for release in self.releases):
            return f"every release in it is newer than {wanted}"
        if self.releases or any(house_style.is_next(heading.title) for heading in self.headings):
            return ""
        # A page that says more than that it is a changelog may be a signpost to another.
        end = self.headings[0].end if self.headings else 0
        prose = "\n".join(line for line in self.lines[end:] if line.strip())
        if len(self.headings) > 1 or (prose and not _PREAMBLE.search(prose)):
            return "no heading in it names a release"
        return ""

    def _existing(self, release: Release, date: str, notes: str) -> Outcome:
        heading, first, end = release.heading, release.heading.end, release.end
        title = self._dated(heading.title, date)
        body = self.lines[first:end]
        after_date = 0
        told = self._first_line(first, end)
        if told is not None and _PLACEHOLDER_LINE.fullmatch(self.lines[told].strip()):
            body[told - first] = self._released_line(date) or f"Released {date}"
            after_date = told - first + 1
        elif told is not None and self._dates(self.lines[told].strip()):
            after_date = told - first + 1
        if self._says(first + after_date, end):
            notes = self._as_notes("\n".join(body[after_date:])) or notes
        else:
            space = body[len(rstripped(body)) :] or [""]
            body = [*body[:after_date], "", *self._markup(notes, heading.level), *space]
        lines = [
            *self.lines[: heading.first],
            *(heading.retitled(title) if title != heading.title else heading.lines),
            *body,
            *self.lines[end:],
        ]
        return Outcome(lines=lines, notes=notes)

    def _renamed(self, coming: Coming, version: str, date: str, notes: str) -> Outcome:
        heading = coming.heading
        title = house_style.renamed(self._dated(heading.title, date), version, self._like(date))
        lines = [*self.lines]
        lines[heading.first : heading.end] = heading.retitled(title)
        found = house_style.VERSION.search(heading.title)
        number = found[0].lstrip("vV") if found else ""
        for at in range(self._top(heading), heading.first):
            lines[at] = house_style.anchor_like(lines[at], number, version) or lines[at]
        page = Page(self.path, "\n".join(lines))
        done = page.written(version=version, date=date, notes=notes)
        old = house_style.version_at_head(heading.title)
        return replace(done, renamed=str(old or ""))

    def _moved(self, coming: Coming, version: str, date: str) -> Outcome:
        heading = coming.heading
        body = stripped(self.lines[heading.end : coming.end])
        tail: list[str] = []
        while self.markdown and body and (LINK.match(body[-1]) or not body[-1].strip()):
            tail.insert(0, body.pop())
        lines = [
            *self.lines[: heading.first],
            *self._staying(heading, version),
            *[""] * max(1, self._space()),
            *self._heading(version, date, heading),
            *self._opening(date, self._gap(heading, coming.end)),
            *body,
            *self._below(coming),
            *stripped(tail, keep_end=True),
            *self.lines[coming.end :],
        ]
        return Outcome(lines=self._linked(lines, version), notes=self._as_notes("\n".join(body)))

    def _below(self, coming: Coming) -> list[str]:
        """Give what stands between a section that moves down and the next one, as it is."""
        section = self.lines[coming.heading.end : coming.end]
        if coming.end == len(self.lines) or any(LINK.match(line) for line in section):
            return [""] * (max(1, self._space()) if coming.end < len(self.lines) else 1)
        return section[len(rstripped(section)) :] or [""] * max(1, self._space())

    def _inserted(self, at: int, coming: Coming | None, release: tuple[str, str, str]) -> Outcome:
        version, date, notes = release
        like = coming.heading if coming else None
        heading = self._heading(version, date, like)
        level = self.releases[0].heading.level if self.releases else like.level if like else 2
        before = rstripped(self.lines[:at])
        if like is not None:
            before[like.first : like.end] = self._staying(like, version)
        above = max(1, at - len(before), self._space() if like else 1)
        lines = [
            *before,
            *([""] * above if before else []),
            *heading,
            *self._opening(date),
            *self._markup(notes, level),
            *[""] * max(1, self._space() if at < len(self.lines) else 1),
            *lstripped(self.lines[at:]),
        ]
        return Outcome(lines=self._linked(lines, version), notes=notes)

    def _releases(self) -> list[Release]:
        found = []
        for at, heading in enumerate(self.headings):
            version = house_style.version_at_head(heading.title)
            if version is not None:
                found.append(Release(heading=heading, version=version, end=self._end(at)))
        return found

    def _end(self, at: int) -> int:
        own = self.headings[at]
        for heading in self.headings[at + 1 :]:
            if heading.level <= own.level or house_style.version_at_head(heading.title):
                return self._top(heading)
        return len(self.lines)

    def _coming(self, wanted: Version) -> Coming | None:
        """Find the section of the release to come; it stands above every release."""
        for at, heading in enumerate(self.headings):
            version = house_style.version_at_head(heading.title)
            if version is None:
                if house_style.is_next(heading.title):
                    return Coming(heading=heading, end=self._end(at), stays=True)
                continue
            told = self._first_line(heading.end, self._end(at))
            open_ = (
                house_style.UNRELEASED.search(heading.title)
                or version.is_devrelease
                or (told is not None and _PLACEHOLDER_LINE.fullmatch(self.lines[told].strip()))
            )
            if not open_:
                return None
            if Version(version.base_version) <= wanted:
                return Coming(heading=heading, end=self._end(at), stays=False)
        return None

    def _place(self, wanted: Version, coming: Coming | None) -> int:
        """Give the line before which a new section goes."""
        for release in self.releases:
            if release.version < wanted:
                return self._top(release.heading)
        return coming.end if coming else len(self.lines)

    def _top(self, heading: Heading) -> int:
        """Give the first line of a section: that of the anchors directly above its heading."""
        top = at = heading.first
        while at and (not self.lines[at - 1].strip() or _ANCHOR.match(self.lines[at - 1])):
            at -= 1
            if _ANCHOR.match(self.lines[at]):
                top = at
        return top

    def _heading(self, version: str, date: str, like: Heading | None) -> tuple[str, ...]:
        samples = [r.heading for r in self.releases if r.heading.retitles]
        if samples:
            title = house_style.title_like([h.title for h in samples], version, date)
            return (*self._anchors(samples[0], version), *samples[0].retitled(title))
        if like is not None and like.retitles:
            title = f"[{version}] - {date}" if like.title.startswith("[") else f"{version} - {date}"
            return like.retitled(title)
        title = f"{version} - {date}"
        return (f"## {title}",) if self.markdown else (title, "-" * len(title))

    def _staying(self, heading: Heading, version: str) -> tuple[str, ...]:
        """Give the heading of the next release, its comparison beginning at this one."""
        old = self._newest()
        if not old or not heading.retitles:
            return heading.lines
        title = house_style.following(heading.title, old, version)
        return heading.retitled(title) if title != heading.title else heading.lines

    def _newest(self) -> str:
        """Give the newest release's version as its title spells it, without a v."""
        title = self.releases[0].heading.title if self.releases else ""
        found = house_style.VERSION.search(title)
        return found[0].lstrip("vV") if found else ""

    def _anchors(self, like: Heading, version: str) -> list[str]:
        """Give the anchors of a new section, as another one has them."""
        number = self._newest()
        above = self.lines[self._top(like) : like.first]
        made = [house_style.anchor_like(line, number, version) for line in above if line.strip()]
        return [*made, *above[len(made) :]] if number and all(made) else []

    def _opening(self, date: str, least: int = 0) -> list[str]:
        """Give what follows a heading: the space the house leaves, and its line with the date."""
        first = self.releases[0] if self.releases else None
        gap = [""] * max(least, self._gap(first.heading, first.end) if first else 1)
        line = self._released_line(date)
        return [*gap, line, ""] if line else gap

    def _gap(self, heading: Heading, end: int) -> int:
        """Count the empty lines between a heading and its text."""
        told = self._first_line(heading.end, end)
        return 1 if told is None else told - heading.end

    def _released_line(self, date: str) -> str:
        """Give the line that dates a release under its heading, as the last release has it."""
        for release in self.releases:
            if house_style.has_date(release.heading.title):
                return ""
            told = self._first_line(release.heading.end, release.end)
            line = self.lines[told].strip() if told is not None else ""
            if self._dates(line):
                return house_style.redated(line, date)
        return ""

    def _dates(self, line: str) -> bool:
        return bool(_DATING.match(line)) and house_style.has_date(line)

    def _dated(self, title: str, date: str) -> str:
        if self._released_line(date):
            # The date has a line of its own.
            return house_style.UNRELEASED.sub("", title).rstrip(" -\u2013\u2014()[]")
        return house_style.UNRELEASED.sub(self._like(date), title)

    def _like(self, date: str) -> str:
        return house_style.date_like([release.heading.title for release in self.releases], date)

    def _space(self) -> int:
        """Count the empty lines the house leaves above a release: as most of the newest do."""
        gaps = Counter[int]()
        for release in self.releases[1:4]:
            above = self.lines[: self._top(release.heading)]
            gaps[len(above) - len(rstripped(above))] += 1
        return gaps.most_common(1)[0][0] if gaps else 1

    def _first_line(self, first: int, end: int) -> int | None:
        return next((at for at in range(first, end) if self.lines[at].strip()), None)

    def _says(self, first: int, end: int) -> bool:
        """Whether lines hold more than headings, comments, link targets and phrases for nothing."""
        body = re.sub(r"<!--.*?-->", "", "\n".join(self.lines[first:end]), flags=re.DOTALL)
        covered = {
            at for h in self.headings if first <= h.first < end for at in range(h.first, h.end)
        }
        if len(body.split("\n")) == end - first:
            lines = [line for at, line in enumerate(body.split("\n"), first) if at not in covered]
        else:
            lines = body.split("\n")
        return any(not _NOTHING.fullmatch(line.strip()) and not LINK.match(line) for line in lines)

    def _markup(self, notes: str, level: int) -> list[str]:
        if not self.markdown:
            return release_notes.to_rst(notes).split("\n")
        return release_notes.shift_headings(notes, level + 1).split("\n")

    def _texts(self) -> Iterator[str]:
        """Give the lines of the releases, the newest first."""
        for release in self.releases:
            yield from self.lines[release.heading.end : release.end]

    def _as_notes(self, body: str) -> str:
        lines = stripped(body.split("\n"))
        if not self.markdown:
            return release_notes.from_rst("\n".join(lines))
        while lines and (LINK.match(lines[-1]) or not lines[-1].strip()):
            lines.pop()
        return "\n".join(lines)

    def _linked(self, lines: list[str], version: str) -> list[str]:
        newest = self.releases[0].heading.title if self.releases else ""
        return linked(lines, newest, self._newest(), version, markdown=self.markdown)
