"""Which Pythons and machines take a wheel, by its tags (PEP 425, PEP 600, PEP 656)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec
from packaging.tags import Tag, compatible_tags, cpython_tags, generic_tags, platform_tags

from seatrial.artifacts.binaries.promise import ARM_FIRST, Promise
from seatrial.world.pythons import WANTED

# The names that ``uv --python-platform`` knows; of manylinux, the versions it has one for.
MANYLINUX: Final = (17, 28, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40)
LINUX: Final = frozenset({"x86_64", "aarch64"})
WINDOWS: Final = {"amd64": "x86_64", "arm64": "aarch64", "x86": "i686"}
APPLE: Final = {"arm64": "aarch64", "x86_64": "x86_64"}
PYPY_ABI: Final = "73"
"""What PyPy's ABI has been called since its 3.9 ("pypy39_pp73")."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A machine that uv can be asked to resolve for.

    Attributes:
        name: as ``--python-platform`` has it.
        macos: the macOS that is asked for; empty elsewhere.
    """

    name: str
    macos: str = ""


def places_of(promise: Promise) -> Iterator[Place]:
    """Give the oldest machines that a platform tag promises, where uv knows them.

    Args:
        promise: the tag.
    """
    for processor in promise.processors:
        if promise.system == "macos" and processor in APPLE:
            oldest = max(promise.version, ARM_FIRST) if processor == "arm64" else promise.version
            name = f"{APPLE[processor]}-apple-darwin"
            yield Place(name=name, macos=f"{oldest[0]}.{oldest[1]}")
        elif promise.system == "windows" and processor in WINDOWS:
            yield Place(name=f"{WINDOWS[processor]}-pc-windows-msvc")
        elif promise.libc == "musl" and processor in LINUX:
            yield Place(name=f"{processor}-unknown-linux-musl")
        elif promise.libc == "glibc" and processor in LINUX:
            known = [minor for minor in MANYLINUX if (2, minor) >= promise.version]
            yield from (Place(name=f"{processor}-manylinux_2_{minor}") for minor in known[:1])


def is_asked_for(pythons: Sequence[str], abis: Sequence[str]) -> bool:
    """Say whether uv can be asked about a wheel: by one CPython it speaks of the usual ones alone.

    Args:
        pythons: the wheel's Python tags ("cp314", "py3"); a ``*`` may be a usual one.
        abis: its ABI tags; those of free-threaded Pythons end with a ``t``.
    """
    usual = any(python.startswith(("cp3", "py3", "*")) for python in pythons)
    return usual and not all(abi.endswith("t") for abi in abis)


def as_found(asked: str, version: str) -> str:
    """Spell a Python that was asked for with the version that was found.

    Args:
        asked: as the user named it ("3.13t", "pypy3"); empty where nobody did.
        version: three numbers.
    """
    wish = WANTED.fullmatch(asked.strip().lower())
    return f"{wish['kind'] or ''}{version}{wish['threads']}" if wish else version


def taken_here(python: str) -> Iterator[Tag]:
    """Give the tags of the wheels that a Python of this machine installs.

    Args:
        python: "3.12", "3.12.1", "3.13t", "pypy3.10"; nothing is known of any other.
    """
    wish = WANTED.fullmatch(python.strip().lower())
    numbers = [int(number) for number in wish["number"].split(".")[:2]] if wish else []
    if wish is None or len(numbers) < len(("major", "minor")):
        return
    own = "".join(map(str, numbers))
    platforms = list(platform_tags())
    if wish["kind"] == "pypy":
        interpreter = f"pp{own}"
        yield from generic_tags(interpreter, [f"pypy{own}_pp{PYPY_ABI}"], platforms)
    else:
        interpreter = f"cp{own}"
        abis = [f"{interpreter}t"] if wish["threads"] else None
        yield from cpython_tags(numbers, abis, platforms)
    yield from compatible_tags(numbers, interpreter, platforms)
