"""Versions that state a date (https://calver.org/): ``YYYY.MM.MICRO``, ``YY.0M``, ``YYYY.WW``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

from packaging.version import Version

# PEP 440 drops leading zeros: 2024.05 and 2024.5 are one version.
_DATED: Mapping[str, Callable[[dt.date], int]] = {
    "YYYY": lambda day: day.year,
    "YY": lambda day: day.year % 100,
    "0Y": lambda day: day.year % 100,
    "MM": lambda day: day.month,
    "0M": lambda day: day.month,
    "WW": lambda day: day.isocalendar().week,
    "0W": lambda day: day.isocalendar().week,
    "DD": lambda day: day.day,
    "0D": lambda day: day.day,
}
_COUNTED = frozenset({"MICRO", "PATCH", "MINOR"})
_WEEKS = frozenset({"WW", "0W"})


def scheme_fault(scheme: str) -> str:
    """Say what is wrong with a scheme, a clause; empty when nothing is."""
    tokens = scheme.split(".")
    strange = [token for token in tokens if token not in _DATED and token not in _COUNTED]
    if strange:
        known = ", ".join([*_DATED, *sorted(_COUNTED)])
        return f"{strange[0] or 'nothing'} is no part of a version by date; {known} are"
    if tokens[0] not in {"YYYY", "YY", "0Y"}:
        return "a version by date begins with the year, or it would not grow"
    if any(token in _COUNTED for token in tokens[:-1]):
        return "only the last part can be counted"
    return ""


def by_date(scheme: str, day: dt.date, released: Version | None) -> Version:
    """Give the version of a day.

    Args:
        scheme: parts joined by dots; the last one may be counted (``MICRO``).
        day: of the release.
        released: the last release.  On the same day, week or month the counted part is raised;
            where none is counted, a number is added.
    """
    tokens = scheme.split(".")
    dated = [_DATED[token](_of_week(day, tokens)) for token in tokens if token in _DATED]
    counted = tokens[-1] in _COUNTED
    numbers = [*dated, 0] if counted else dated
    past = list(released.release) if released is not None else []
    if past[: len(dated)] == dated and released is not None:
        rest = past[len(dated)] if len(past) > len(dated) else 0
        number = rest if released.is_prerelease and counted else rest + 1
        numbers = [*dated, number]
    epoch = f"{released.epoch}!" if released is not None and released.epoch else ""
    return Version(epoch + ".".join(map(str, numbers)))


def _of_week(day: dt.date, tokens: list[str]) -> dt.date:
    """Give a day whose year is the one that the week belongs to.

    The first days of January can belong to the last week of the year before (ISO 8601).
    """
    if not _WEEKS & set(tokens):
        return day
    year, week, _ = day.isocalendar()
    return dt.date.fromisocalendar(year, week, 4)


def release_date(today: dt.date, head_when: int) -> dt.date:
    """Give the release's date: today, but never before the commit it is made from.

    Args:
        today: the clock's date, UTC, which may lie.
        head_when: the planned commit's time, seconds since the epoch.
    """
    committed = dt.datetime.fromtimestamp(head_when, dt.UTC).date()
    return max(today, committed)
