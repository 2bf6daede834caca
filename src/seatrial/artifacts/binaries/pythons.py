"""Which Python a compiled module says that it is for, by its name and by what it is linked to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import msgspec

from seatrial.artifacts.binaries.promise import Promise

# The names that importlib.machinery.EXTENSION_SUFFIXES has on the systems that there are.
_UNIX = re.compile(
    r"[^/]+\.(?P<kind>cpython|pypy|graalpy)-?(?P<version>\d[\w]*?)"
    r"(?:-(?P<place>[a-z0-9_]+-linux-[a-z0-9]+|darwin|(?:pp|native)[\w-]*))?\.so"
)
_WINDOWS = re.compile(r"[^/]+\.(?P<kind>cp|pp)(?P<version>\d+t?)[\w]*-(?P<place>win[\w]+)\.pyd")
_STABLE = re.compile(r"[^/]+\.abi3t?\.so")
_PYTHON = re.compile(r"cp(\d)(\d+)")
_PROCESSORS: Final = {
    "i686": ("i386", "i686", "x86"),
    "ppc64le": ("powerpc64le",),
    "ppc64": ("powerpc64",),
    "armv7l": ("arm",),
}


class Suffix(msgspec.Struct, frozen=True, kw_only=True):
    """What the name of an extension module says.

    Attributes:
        python: the one Python that imports it, as a tag ("cp311", "cp313t"); empty where any does.
        place: the platform, as the name has it ("x86_64-linux-gnu"); empty where any does.
    """

    python: str = ""
    place: str = ""


def suffix_of(path: str) -> Suffix:
    """Read the name of an extension module.

    Args:
        path: of the file.
    """
    name = path.rpartition("/")[2]
    if found := _UNIX.fullmatch(name) or _WINDOWS.fullmatch(name):
        if found["kind"] not in {"cpython", "cp"}:
            return Suffix()  # PyPy and GraalPy have tags with two versions; they are not judged
        version = found["version"].removesuffix("m").removesuffix("d")
        return Suffix(python=f"cp{version}", place=found["place"] or "")
    return Suffix()


def is_stable(path: str) -> bool:
    """Tell whether a name says that the module is for the stable ABI."""
    return bool(_STABLE.fullmatch(path.rpartition("/")[2]))


def fits_place(place: str, promise: Promise) -> bool:
    """Tell whether the platform in a module's name is the one of a tag.

    Args:
        place: of :class:`Suffix`.
        promise: the tag.
    """
    if not place or promise.system in {"any", "other"}:
        return True
    if promise.system == "macos":
        return place == "darwin"
    if promise.system == "windows":
        return place.replace("-", "_") == promise.tag
    processor, linux, libc = place.partition("-linux-")
    if not linux:
        return False
    names = _PROCESSORS.get(promise.processors[0], promise.processors)
    # Pythons on musl have named it since 3.12 or so; before, they took the name of glibc's.
    return processor in names and (promise.libc == "musl" or not libc.startswith("musl"))


def python_of(tag: str, abi: str) -> str:
    """Give the one Python that a wheel's tag is for; empty where it is for several.

    Args:
        tag: of Python ("cp311").
        abi: of its ABI ("cp311", "cp313t", "abi3", "none").
    """
    found = _PYTHON.fullmatch(abi.removesuffix("t").removesuffix("m"))
    return abi.removesuffix("m") if found and tag.startswith("cp") else ""


def oldest_python(tags: Iterable[str]) -> tuple[int, int] | None:
    """Give the oldest CPython among the tags of a wheel; nothing where there is none."""
    found = [_PYTHON.fullmatch(tag) for tag in tags]
    versions = [(int(one[1]), int(one[2])) for one in found if one]
    return min(versions, default=None)
