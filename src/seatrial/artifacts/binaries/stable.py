"""The stable ABI of CPython: which symbols a module may use that runs on later Pythons too.

PEP 384, PEP 652; https://docs.python.org/3/c-api/stable.html.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from importlib.resources import files

Version = tuple[int, int]
_PYTHONS = re.compile(r"_?Py[A-Z_]")


def beyond(symbols: Iterable[str], python: Version) -> Iterator[tuple[str, Version | None]]:
    """Give the symbols that the stable ABI of a version does not have.

    Args:
        symbols: of Python, that a file takes from the interpreter.
        python: the oldest Python that the file is for.

    Yields:
        a symbol, and the version that brought it to the stable ABI; nothing where none has.
    """
    known = _known()
    for symbol in symbols:
        # One of several modules in a file may ask for the entry of another.
        if symbol.startswith("PyInit_") or not _PYTHONS.match(symbol):
            continue
        since = known.get(symbol)
        if since is None or since > python:
            yield symbol, since


@functools.cache
def _known() -> dict[str, Version]:
    found: dict[str, Version] = {}
    text = files("seatrial.artifacts.binaries").joinpath("stable_abi.txt").read_text("ascii")
    since: Version = (0, 0)
    for line in text.splitlines():
        if line.startswith("  "):
            found.update(dict.fromkeys(line.split(), since))
        elif line and not line.startswith("#"):
            major, minor = line.split(".")
            since = (int(major), int(minor))
    return found
