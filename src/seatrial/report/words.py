"""Numbers and foreign text as people read them."""

from __future__ import annotations

import re
from pathlib import Path

UNITS = ("kB", "MB", "GB", "TB")
THOUSAND = 1000
MINUTE = 60
FOR_THE_BUILD = " for the build alone, not committed"
"""Put to the heading of what is edited on top of the release commit."""
_COLOURS = re.compile(r"\x1b\[[0-9;:]*m")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def size(count: int) -> str:
    """Give a number of bytes with its unit, in powers of a thousand."""
    if count < THOUSAND:
        return f"{count} bytes"
    amount = float(count)
    for unit in UNITS:
        amount /= THOUSAND
        if round(amount, 1) < THOUSAND or unit == UNITS[-1]:
            break
    return f"{amount:.1f} {unit}"


def duration(seconds: float) -> str:
    """Give a time with its unit: hundredths below ten seconds, minutes above one."""
    if seconds < MINUTE:
        return f"{seconds:.2f} s" if seconds < MINUTE / 6 else f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), MINUTE)
    hours, minutes = divmod(minutes, MINUTE)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"


def many(count: int, noun: str) -> str:
    """Give a count with its noun, which takes an s for more than one."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def short(path: str) -> str:
    """Give a path as a person at this machine would write it: from here, or from home."""
    place = Path(path)
    if not place.is_absolute():
        return path
    here, home = Path.cwd(), Path.home()
    if place.is_relative_to(here):
        return str(place.relative_to(here))
    return f"~/{place.relative_to(home)}" if place.is_relative_to(home) else path


def visible(text: str) -> str:
    """Show what would steer a terminal, or turn the order of letters, as what it is.

    Commit subjects, file names and the words of servers are written by others.  Colours, which
    programs give their output, are left out.
    """
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", _COLOURS.sub("", text))
