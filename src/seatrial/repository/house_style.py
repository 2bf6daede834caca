"""How a changelog spells the title of a release: its version, its date, its links."""

from __future__ import annotations

import collections
import datetime as dt
import re
from collections.abc import Callable, Iterable, Sequence

from packaging.version import InvalidVersion, Version

VERSION = re.compile(
    r"(?<![\w.])[vV]?(\d+!)?\d+(?:\.\d+)+(?:[-._]?(?:a|b|rc|alpha|beta|c|pre|preview|post|rev|r|dev)"
    r"[-._]?\d*)*(?![\w])"
)
"""A version as titles have it."""

UNRELEASED = re.compile(
    r"(?i)\b(unreleased|upcoming|in development|not yet released|not released|next release|"
    r"under development|in progress|tbd|tba|tbc|yyyy-mm-dd|xxxx-xx-xx|20\d\d-[x?]{2}-[x?]{2}|"
    r"unpublished|pending)\b|\?{4}-\?\?-\?\?|(?<=\()future(?=\))"
)
"""Words that stand where a date will be, or for the release to come."""

_TITLE_OF_NEXT = re.compile(
    r"(?i)[\W_]*(?:unreleased|upcoming|next|in development|development(?: version)?|"
    r"head|main|master|next (?:release|version)|latest(?: changes)?|dev|trunk|to be released|"
    r"unreleased changes|upcoming (?:release|changes|version)|changes since last release|"
    r"current|vnext)(?:\s*[-(:\u2013\u2014].*)?[\W_]*"
)

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_MONTH = "(?:" + "|".join([*_MONTHS, *(month[:3] for month in _MONTHS)]) + r")"
_SHORT_MONTH = re.compile(r"\b(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b")
_DATES: tuple[tuple[str, str], ...] = (
    (r"\b\d{4}-\d{2}-\d{2}\b", "%Y-%m-%d"),
    (r"\b\d{4}/\d{2}/\d{2}\b", "%Y/%m/%d"),
    (r"\b\d{4}\.\d{2}\.\d{2}\b", "%Y.%m.%d"),
    (rf"\b{_MONTH}\.? \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}\b", "{month} {day}, {year}"),
    (rf"\b\d{{1,2}}(?:st|nd|rd|th)? {_MONTH}\.?,? \d{{4}}\b", "{day} {month}, {year}"),
)

# The end of the address of a comparison: forges take two dots for three.
_COMPARED = re.compile(r"([^/]+?)(\.\.\.?)([^/]+)$")

# The address in a Markdown or reStructuredText link.
_LINK = re.compile(r"(\]\([^)]*\)|<[^>]*>(?=`_))")

_WORDS_OF_TITLES = re.compile(
    r"(?i)\b(?:v|version|release|released|released on|on|of|the)\b|[\W_]+"
)


def is_next(title: str) -> bool:
    """Whether a title stands for the release to come, whatever its version will be."""
    bare = _without_links(title)
    return _TITLE_OF_NEXT.fullmatch(bare) is not None and VERSION.search(bare) is None


def version_in(title: str) -> Version | None:
    """Give the version that a title is about, or nothing."""
    found = VERSION.search(_without_links(title))
    if not found:
        return None
    try:
        return Version(found[0])
    except InvalidVersion:
        return None


def version_at_head(title: str) -> Version | None:
    """Give the version that a title begins with; a name or a word like "Version" may precede it."""
    found = VERSION.search(_without_links(title))
    if not found:
        return None
    return version_in(title) if len(_named_before(title, found.start())) <= 1 else None


def _named_before(title: str, end: int) -> list[str]:
    """Give the words before a title's version, the usual ones left out.

    What a tag begins with (``libs/demo-core-v``) is one word.
    """
    words = _without_links(title)[:end].split()
    return [word for word in words if _WORDS_OF_TITLES.sub("", word)]


def labels(title: str) -> list[str]:
    """Give what stands in brackets in a title, in lower case."""
    return [label.lower() for label in re.findall(r"\[([^\]]+)\](?!\()", title)]


def renamed(title: str, version: str, date: str) -> str:
    """Give the title of a coming release with its final version, and the date as given."""
    title = UNRELEASED.sub(date, title)
    found = VERSION.search(title)
    return title if found is None else _reversioned(title, found[0], version)


def following(title: str, old: str, version: str) -> str:
    """Give the title of the next release with its comparison beginning at another version."""
    return _changed(title, words=str, link=lambda url: base_moved(url, old, version))


def anchor_like(line: str, old: str, version: str) -> str:
    """Turn the anchor of one release (``.. _v1_2:``) into that of another; empty if it is none."""
    for mark in (".", "_", "-"):
        spelt = old.replace(".", mark)
        if spelt in line:
            return line.replace(spelt, version.replace(".", mark))
    return ""


def base_moved(url: str, old: str, version: str) -> str:
    """Move the beginning of a comparison (``compare/v1.1...HEAD``) to another version."""
    compared = _COMPARED.search(url)
    if compared is None:
        return url
    return url[: compared.end(1)].replace(old, version) + url[compared.end(1) :]


def date_like(texts: Sequence[str], date: str) -> str:
    """Give a date as other texts spell theirs (``2024-01-31``: ``January 31, 2024``).

    Args:
        texts: the first that holds a date counts; where none does, the date is given in ISO 8601.
        date: ISO 8601.
    """
    sample = next((text for text in texts if has_date(text)), "")
    for pattern, _ in _DATES:
        found = re.search(pattern, sample)
        if found:
            return redated(found[0], date, texts)
    return date


def redated(text: str, date: str, others: Iterable[str] = ()) -> str:
    """Give a text with the dates in it replaced, each in its own spelling.

    Args:
        text: the text.
        date: ISO 8601.
        others: texts of the same house; they tell whether "May" is a short month or a full one.
    """
    day = dt.date.fromisoformat(date)
    house = " ".join(others)
    for pattern, form in _DATES:
        text = re.sub(
            pattern,
            lambda found, form=form: _spelt(day, form, found[0], house),  # type: ignore[misc]  # mypy infers no default arguments of a lambda
            text,
        )
    return text


def has_date(text: str) -> bool:
    """Whether a text holds a date in a spelling that is known."""
    return any(re.search(pattern, text) for pattern, _ in _DATES)


def date_in(text: str) -> dt.date | None:
    """Give the date that a text holds, when it holds one that the calendar knows."""
    for pattern, form in _DATES:
        found = re.search(pattern, text)
        if found:
            return _day(found[0], form)
    return None


def _day(text: str, form: str) -> dt.date | None:
    try:
        if "{month}" not in form:
            return dt.datetime.strptime(text, form).replace(tzinfo=dt.UTC).date()
        # strptime's months are the locale's.
        month = next(at for at, name in enumerate(_MONTHS, 1) if name[:3] in text)
        day, year = (int(number) for number in re.findall(r"\d+", text))
        return dt.date(year, month, day)
    except ValueError:
        return None


def title_like(titles: Iterable[str], version: str, date: str) -> str:
    """Make the title of a release as the changelog's others are made.

    Args:
        titles: those of earlier releases, the newest first; the name that two of them begin with
            stays.
        version: the new one.
        date: ISO 8601.
    """
    titles = list(titles)
    leads = collections.Counter(_lead(title) for title in titles)
    for title in titles:
        old = VERSION.search(title)
        # A name that stands before each version belongs to the style.
        named = leads[_lead(title)] > 1 and version_at_head(title) is not None
        if old and (_plain(title) or (named and _plain(title[old.start() :]))):
            return redated(_reversioned(title, old[0], version), date, titles)
    return f"{version} - {date}"


def _lead(title: str) -> str:
    """Give what stands before the version in a title."""
    found = VERSION.search(title)
    return title[: found.start()] if found else ""


def _plain(title: str) -> bool:
    """Whether a title holds nothing but version, date, links and the usual words."""
    rest = _without_links(title)
    for pattern, _ in _DATES:
        rest = re.sub(pattern, " ", rest)
    return not _WORDS_OF_TITLES.sub("", VERSION.sub(" ", rest))


def _reversioned(title: str, old: str, version: str) -> str:
    prefix = old[:1] if old[:1] in "vV" else ""
    number = old.lstrip("vV")
    return _changed(
        title,
        words=lambda text: text.replace(old, prefix + version),
        link=lambda url: link_like(url, number, version),
    )


def _changed(title: str, *, words: Callable[[str], str], link: Callable[[str], str]) -> str:
    """Change the words of a title, and the addresses of the links in it."""
    done = []
    for at, part in enumerate(_LINK.split(title)):
        if at % 2:
            start = 2 if part.startswith("](") else 1
            done.append(part[:start] + link(part[start:-1]) + part[-1])
        else:
            done.append(words(part))
    return "".join(done)


def link_like(url: str, old: str, version: str) -> str:
    """Turn the address of one release into that of the next.

    A comparison (``compare/v1.1...v1.2``) becomes one that begins where it ended.
    """
    compared = _COMPARED.search(url)
    if compared:
        after = compared[3].replace(old, version)
        return url[: compared.start()] + compared[3] + compared[2] + after
    return url.replace(old, version)


def _without_links(title: str) -> str:
    return re.sub(r"\]\([^)]*\)|\s*<[^>]*>(?=`_)", lambda found: found[0][0].strip("<"), title)


def _spelt(day: dt.date, form: str, like: str, house: str) -> str:
    if "{month}" not in form:
        return day.strftime(form)
    # strftime's months are the locale's, and it knows no ordinals.
    named = [month for month in _MONTHS if month in like]
    full = bool(named) and (named != ["May"] or not _SHORT_MONTH.search(house))
    month = _MONTHS[day.month - 1] if full else _MONTHS[day.month - 1][:3]
    ordinal = re.search(r"\d(?:st|nd|rd|th)", like)
    number = f"{day.day}{_ordinal(day.day)}" if ordinal else str(day.day)
    spelt = form.format(month=month, day=number, year=day.year)
    return spelt if "," in like else spelt.replace(",", "")


def _ordinal(number: int) -> str:
    if number in {11, 12, 13}:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
