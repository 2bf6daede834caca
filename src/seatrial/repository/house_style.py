"""How a changelog spells the title of a release: its version, its date, its links."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

from packaging.version import InvalidVersion, Version

VERSION = re.compile(
    r"(?<![\w.])[vV]?(\d+!)?\d+(?:\.\d+)+(?:[-._]?(?:a|b|rc|alpha|beta|c|pre|preview|post|rev|r|dev)"
    r"[-._]?\d*)*(?![\w])"
)
"""A version as titles have it."""

UNRELEASED = re.compile(
    r"(?i)\b(unreleased|upcoming|in development|not yet released|not released|next release|"
    r"under development|in progress|tbd|tba|tbc|yyyy-mm-dd|xxxx-xx-xx|20\d\d-[x?]{2}-[x?]{2}|"
    r"unpublished|pending)\b|\?{4}-\?\?-\?\?"
)
"""Words that stand where a date will be, or for the release to come."""

_TITLE_OF_NEXT = re.compile(
    r"(?i)\W*(?:unreleased|upcoming|next|in development|development(?: version)?|head|main|master|"
    r"next (?:release|version)|latest|dev|trunk|to be released|unreleased changes|"
    r"upcoming (?:release|changes|version)|changes since last release|current|vnext)"
    r"(?:\s*[-(:\u2013\u2014].*)?\W*"
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
_DATES: tuple[tuple[str, str], ...] = (
    (r"\b\d{4}-\d{2}-\d{2}\b", "%Y-%m-%d"),
    (r"\b\d{4}/\d{2}/\d{2}\b", "%Y/%m/%d"),
    (r"\b\d{4}\.\d{2}\.\d{2}\b", "%Y.%m.%d"),
    (rf"\b{_MONTH}\.? \d{{1,2}}(?:st|nd|rd|th)?, \d{{4}}\b", "{month} %-d, %Y"),
    (rf"\b\d{{1,2}}(?:st|nd|rd|th)? {_MONTH}\.?,? \d{{4}}\b", "%-d {month} %Y"),
)

_WORDS_OF_TITLES = re.compile(
    r"(?i)\b(?:v|version|release|released|released on|on|of|the)\b|[\W_]+"
)


def is_next(title: str) -> bool:
    """Whether a title stands for the release to come, whatever its version will be."""
    return _TITLE_OF_NEXT.fullmatch(title) is not None and VERSION.search(title) is None


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
    before = _WORDS_OF_TITLES.sub(" ", _without_links(title)[: found.start()]).split()
    return version_in(title) if len(before) <= 1 else None


def labels(title: str) -> list[str]:
    """Give what stands in brackets in a title, in lower case."""
    return [label.lower() for label in re.findall(r"\[([^\]]+)\](?!\()", title)]


def renamed(title: str, version: str, date: str) -> str:
    """Give the title of a coming release with its final version, and the date as given."""
    title = UNRELEASED.sub(date, title)
    found = VERSION.search(title)
    return title if found is None else _reversioned(title, found[0], version)


def base_moved(url: str, old: str, version: str) -> str:
    """Move the beginning of a comparison (``compare/v1.1...HEAD``) to another version."""
    head, dots, tip = url.rpartition("...")
    return head.replace(old, version) + dots + tip if dots else url


def date_like(text: str, date: str) -> str:
    """Give a date as another text spells the one in it (``2024-01-31``: ``January 31, 2024``).

    Args:
        text: what holds a date; where it holds none, the date is given in ISO 8601.
        date: ISO 8601.
    """
    day = dt.date.fromisoformat(date)
    for pattern, form in _DATES:
        found = re.search(pattern, text)
        if found:
            return _spelt(day, form, found[0])
    return date


def redated(text: str, date: str) -> str:
    """Give a text with the dates in it replaced, each in its own spelling."""
    day = dt.date.fromisoformat(date)
    for pattern, form in _DATES:
        text = re.sub(pattern, lambda found, form=form: _spelt(day, form, found[0]), text)  # type: ignore[misc]  # mypy infers no default arguments of a lambda
    return text


def has_date(text: str) -> bool:
    """Whether a text holds a date in a spelling that is known."""
    return any(re.search(pattern, text) for pattern, _ in _DATES)


def title_like(titles: Iterable[str], version: str, date: str) -> str:
    """Make the title of a release as the changelog's others are made.

    Args:
        titles: those of earlier releases, the newest first.
        version: the new one.
        date: ISO 8601.
    """
    for title in titles:
        old = VERSION.search(title)
        if old and _plain(title):
            return redated(_reversioned(title, old[0], version), date)
    return f"{version} - {date}"


def _plain(title: str) -> bool:
    """Whether a title holds nothing but version, date, links and the usual words."""
    rest = _without_links(title)
    for pattern, _ in _DATES:
        rest = re.sub(pattern, " ", rest)
    return not _WORDS_OF_TITLES.sub("", VERSION.sub(" ", rest))


def _reversioned(title: str, old: str, version: str) -> str:
    prefix = old[:1] if old[:1] in "vV" else ""
    parts = re.split(r"(\]\([^)]*\))", title)
    return "".join(
        f"]({link_like(part[2:-1], old.lstrip('vV'), version)})"
        if part.startswith("](")
        else part.replace(old, prefix + version)
        for part in parts
    )


def link_like(url: str, old: str, version: str) -> str:
    """Turn the address of one release into that of the next.

    A comparison (``compare/v1.1...v1.2``) becomes one that begins where it ended.
    """
    compared = re.search(r"([^/]+?)(\.\.\.?)([^/]+)$", url)
    if compared:
        after = compared[3].replace(old, version)
        return url[: compared.start()] + compared[3] + compared[2] + after
    return url.replace(old, version)


def _without_links(title: str) -> str:
    return re.sub(r"\]\([^)]*\)", "]", title)


def _spelt(day: dt.date, form: str, like: str) -> str:
    if "{month}" not in form:
        return day.strftime(form)
    full = any(month in like for month in _MONTHS)
    month = _MONTHS[day.month - 1] if full else _MONTHS[day.month - 1][:3]
    # May is both, and strftime's months are the locale's.
    return form.replace("{month}", month).replace("%-d", str(day.day)).replace("%Y", str(day.year))
