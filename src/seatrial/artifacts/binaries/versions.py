"""Versions of symbols and systems, which are numbers with dots."""

from __future__ import annotations

import re
from collections.abc import Iterable

_NUMBER = re.compile(r"[0-9]{1,9}")
_NUMBERED = re.compile(r"(?P<family>[A-Za-z_]\w*?)_(?P<number>\d{1,9}(?:\.\d{1,9}){0,5})")


def number(text: str) -> tuple[int, ...]:
    """Give a version as a tuple that can be compared; empty where it is none."""
    parts = text.split(".")
    if not all(map(_NUMBER.fullmatch, parts)):
        return ()
    return tuple(map(int, parts))


def split(symbol: str) -> tuple[str, str]:
    """Give family and version of a symbol version ("GLIBC_2.17", "CXXABI_TM_1")."""
    found = _NUMBERED.fullmatch(symbol)
    if found and "_" not in found["family"]:
        return found["family"], found["number"]
    family, _, name = symbol.partition("_")
    return family, name


def newest(symbols: Iterable[str]) -> tuple[str, ...]:
    """Give the newest version of each family, and all versions that are no numbers.

    Args:
        symbols: as they stand in a file ("GLIBC_2.17").
    """
    best: dict[str, str] = {}
    named = set()
    for symbol in symbols:
        family, version = split(symbol)
        if not number(version):
            named.add(symbol)
        elif number(version) > number(best.get(family, "0")):
            best[family] = version
    return tuple(sorted([*named, *(f"{family}_{version}" for family, version in best.items())]))
