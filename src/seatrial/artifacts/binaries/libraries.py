"""Whether a library that a file needs is there: in the wheel, or on every such system."""

from __future__ import annotations

import functools
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from importlib.resources import files
from typing import Final

from seatrial.artifacts.binaries.pe import PYTHON
from seatrial.artifacts.binaries.policy import has_library
from seatrial.artifacts.binaries.promise import Promise
from seatrial.artifacts.binaries.values import Binary, Slice

WINDOWS_SETS: Final = ("api-ms-win-", "ext-ms-")
RUNTIMES: Final = re.compile(
    r"(?:msvcp|vcruntime|concrt|vccorlib|mfcm?|vcomp|vcamp)\d+u?(?:_\w+)?\.dll", re.IGNORECASE
)
"""What Visual C++'s redistributable brings, which many machines have and Windows itself has not."""

APPLE: Final = ("/usr/lib/", "/System/Library/")


class Shelf:
    """The libraries of one wheel, and those that are known to come from elsewhere.

    Args:
        binaries: the compiled files of the wheel.
        lent: names of libraries that another package or a driver brings; globs.
    """

    def __init__(self, binaries: Iterable[Binary], lent: Iterable[str] = ()) -> None:
        self._lent = tuple(lent)
        self._names: set[str] = set()
        self._paths: set[str] = set()
        self._pythons: set[str] = set()
        self._led: set[str] = set()
        binaries = list(binaries)
        for one in binaries:
            self._paths.add(one.path)
            self._names.add(one.path.rpartition("/")[2].lower())
            names = {each.name.rpartition("/")[2].lower() for each in one.slices}
            self._names |= names
            if any(each.python for each in one.slices):
                self._pythons |= {one.path.rpartition("/")[2].lower(), *names}

        held = {one.path: one.slices for one in binaries}
        for one in binaries:
            for each in one.slices:
                self._led.update(_led_to(one.path, each, held))

    def unled(self, path: str, program: Slice, promise: Promise) -> tuple[str, ...]:
        """Give the libraries that are in the wheel, and that nothing leads any loader to.

        A file that another one has loaded is found by its name alone, so that one that finds a
        library is enough for all.

        Args:
            path: of the file that needs them.
            program: the file.
            promise: the tag.
        """
        # A program is installed beside the interpreter, and Windows looks in the file's folder.
        if promise.system == "windows" or ".data/" in path:
            return ()
        return tuple(
            name
            for name in program.needs
            if name not in self._led
            and (promise.system == "linux" or name.startswith("@rpath/"))
            and self.holds(name)
            and not self._is_lent(name)
        )

    def holds(self, name: str) -> bool:
        """Tell whether a library is in the wheel, or known to come from elsewhere.

        Args:
            name: as a file needs it.
        """
        return name.rpartition("/")[2].lower() in self._names or self._is_lent(name)

    def lends_python(self, program: Slice) -> bool:
        """Tell whether a library that a file needs may be what brings symbols named as Python's.

        Args:
            program: the file.
        """
        return any(
            self._is_lent(name) or name.rpartition("/")[2].lower() in self._pythons
            for name in program.needs
        )

    def foreign(self, path: str, program: Slice, promise: Promise) -> tuple[str, ...]:
        """Give the libraries that are nowhere.

        Args:
            path: of the file that needs them.
            program: the file.
            promise: the tag, which says what the system has.
        """
        return tuple(name for name in program.needs if self._is_foreign(path, name, promise))

    def _is_foreign(self, path: str, name: str, promise: Promise) -> bool:
        if promise.system == "macos":
            return not name.startswith(APPLE) and not self._is_beside(path, name)
        if self.holds(name):
            return False
        if promise.system == "windows":
            return not is_of_windows(name)
        return bool(promise.libc) and not has_library(name, promise.libc, promise.version)

    def _is_beside(self, path: str, name: str) -> bool:
        """Tell whether dyld finds a library from where the file is."""
        start, _, rest = name.partition("/")
        if start == "@loader_path":
            place = posixpath.normpath(posixpath.join(posixpath.dirname(path), rest))
            return place in self._paths or self._is_lent(name)
        if name.startswith("/"):
            return self._is_lent(name)
        return self.holds(name)

    def _is_lent(self, name: str) -> bool:
        last = name.rpartition("/")[2]
        return any(fnmatchcase(last, glob) for glob in self._lent)


def _led_to(path: str, program: Slice, held: Mapping[str, tuple[Slice, ...]]) -> Iterator[str]:
    """Give the needed libraries that the loader is led to from a file.

    Where RPATH is passed on, the loader looks there for what the libraries need as well, unless
    one has a RUNPATH of its own (glibc's ``_dl_map_object``; dyld: "run path stack").  musl passes
    on either.
    """
    folders = [place for text in program.search if (place := _resolved(path, text))]
    passes = program.passes or program.libc == "musl"
    waiting, met = [program], set[str]()
    while folders and waiting:
        for name in waiting.pop().needs:
            rest = name.removeprefix("@rpath/")
            places = (posixpath.normpath(f"{folder}/{rest}") for folder in folders)
            place = next((place for place in places if place in held), "")
            if place:
                yield name
            if place and passes and place not in met:
                met.add(place)
                waiting += [
                    each
                    for each in held[place]
                    if each.processor == program.processor
                    and (each.passes or not each.search or program.libc == "musl")
                ]


def _resolved(path: str, place: str) -> str:
    """Give the folder of the wheel that a search path leads to; empty for one outside."""
    for begin in ("$ORIGIN", "${ORIGIN}", "@loader_path"):
        if place == begin or place.startswith(f"{begin}/"):
            rest = place.removeprefix(begin).lstrip("/")
            return posixpath.normpath(posixpath.join(posixpath.dirname(path), rest))
    return ""


def is_of_windows(name: str) -> bool:
    """Tell whether Windows or Python brings a library."""
    lower = name.lower()
    stem = lower.removesuffix(".dll").removesuffix(".drv")
    return stem in _windows() or lower.startswith(WINDOWS_SETS) or bool(PYTHON.fullmatch(lower))


@functools.cache
def _windows() -> frozenset[str]:
    text = files("seatrial.artifacts.binaries").joinpath("windows.txt").read_text("ascii")
    return frozenset(
        name for line in text.splitlines() if not line.startswith("#") for name in line.split()
    )


def is_outside(path: str, place: str) -> bool:
    """Tell whether a place where libraries are looked for lies outside of what is installed.

    Args:
        path: of the file, from the folder where packages are installed.
        place: RUNPATH, RPATH or LC_RPATH.
    """
    if not place or place.startswith(APPLE) or place.rstrip("/") in {"/usr/lib", "/lib"}:
        return not place
    for begin in ("$ORIGIN", "${ORIGIN}", "@loader_path", "@executable_path"):
        if place == begin or place.startswith(f"{begin}/"):
            rest = place.removeprefix(begin).lstrip("/")
            steps = posixpath.normpath(posixpath.join(posixpath.dirname(path), rest))
            # A program is installed beside the interpreter, wherever the wheel holds it.
            return steps.split("/", 1)[0] == ".." and ".data/" not in path
    return True
