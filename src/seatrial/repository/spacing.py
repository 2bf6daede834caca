"""The space between lines of a changelog, and what its lists begin with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence


def bullet(lines: Iterable[str]) -> str:
    """Give what the first item of a list among lines begins with, the space after it included."""
    found = (re.match(r"[-*+] ", line) for line in lines)
    return next((match[0] for match in found if match), "- ")


def stripped(lines: Sequence[str], *, keep_end: bool = False) -> list[str]:
    """Give lines without the empty ones at the beginning and, if wanted, at the end."""
    kept = lstripped(lines)
    return kept if keep_end else rstripped(kept)


def lstripped(lines: Sequence[str]) -> list[str]:
    """Give lines without the empty ones at the beginning."""
    first = next((at for at, line in enumerate(lines) if line.strip()), len(lines))
    return list(lines[first:]) or ([""] if lines else [])


def rstripped(lines: Sequence[str]) -> list[str]:
    """Give lines without the empty ones at the end."""
    kept = list(lines)
    while kept and not kept[-1].strip():
        kept.pop()
    return kept
