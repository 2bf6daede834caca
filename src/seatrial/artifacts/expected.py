"""The set of files that a release is to consist of, in words that a person writes.

``cp39-abi3 × manylinux_2_28 × {x86_64, aarch64}`` are two wheels, ``sdist`` is the sdist, and what
has no such words is a glob of file names.
"""

from __future__ import annotations

import itertools
import re
from fnmatch import fnmatchcase

import msgspec
from packaging.tags import Tag
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    parse_sdist_filename,
    parse_wheel_filename,
)

from seatrial.errors import InvalidConfiguration

SDIST = "sdist"

_BETWEEN = re.compile(r"\s*×\s*|\s+x\s+")
_PYTHON = re.compile(r"(?P<python>(?:cp|pp|py)\d+)(?P<thread>t?)(?:-(?P<abi>[A-Za-z0-9_*]+))?")
_PLATFORM = re.compile(r"[A-Za-z0-9_.*?]+")

LEGACY = {"manylinux1": "manylinux_2_5", "manylinux2010": "manylinux_2_12"} | {
    "manylinux2014": "manylinux_2_17"
}
"""Names that manylinux platforms had before PEP 600, with those that they have now."""

MOST = 1000
"""Files that one entry may stand for."""


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """One file that there is to be.

    Attributes:
        said: how a person reads it ("cp39-abi3 × manylinux_2_28_x86_64").
        python: the interpreter tag of a wheel ("cp39"); empty for what is none.
        abi: its ABI tag; a glob.
        platform: its platform tag; a glob.
        glob: of the file's name, where no tags are meant.
    """

    said: str
    python: str = ""
    abi: str = ""
    platform: str = ""
    glob: str = ""

    @property
    def is_sdist(self) -> bool:
        """Whether an sdist is meant."""
        return self.glob.endswith(".tar.gz") or not (self.glob or self.python)

    def fits(self, name: str) -> bool:
        """Say whether a file is the one that is meant.

        Args:
            name: the file's name; one that no index would take fits nothing but a glob.
        """
        if self.glob:
            return fnmatchcase(name, self.glob)
        if not self.python:
            return _is_sdist(name)
        try:
            tags = parse_wheel_filename(name)[3]
        except InvalidWheelFilename:
            return False
        return any(map(self._is, tags))

    def _is(self, tag: Tag) -> bool:
        return (
            tag.interpreter == self.python
            and fnmatchcase(tag.abi, self.abi)
            and fnmatchcase(_current(tag.platform), _current(self.platform))
        )


def expected(entry: str) -> tuple[Expected, ...]:
    """Give the files that one entry of ``expect`` stands for.

    Args:
        entry: ``sdist``; a product of tags with ``×`` between them (or an ``x`` with spaces), where
            braces hold alternatives: Python and ABI first (``cp39-abi3``, ``cp313t``, ``py3``: the
            ABI is the usual one when it is left out), then the pieces of the platform, joined by
            underscores (``manylinux_2_28 × {x86_64, aarch64}``; ``any``); or a glob of file names.

    Raises:
        InvalidConfiguration: it is a product that stands for no wheel, or for too many.
    """
    if entry.strip() == SDIST:
        return (Expected(said=SDIST),)
    factors = [_alternatives(factor) for factor in _BETWEEN.split(entry.strip())]
    if len(factors) == 1 and (len(factors[0]) == 1 or "*" in entry):
        return (Expected(said=entry, glob=entry),)
    count = 1
    for factor in factors:
        count *= len(factor)
    if count > MOST:
        raise _wrong(entry, f"it stands for {count} files")
    return tuple(_wheel(entry, parts) for parts in itertools.product(*factors))


def missing(entries: tuple[str, ...], names: list[str]) -> list[Expected]:
    """Give those of the expected files that are not there, in the order in which they were said.

    Args:
        entries: of ``expect``.
        names: the files' names.

    Raises:
        InvalidConfiguration: an entry is wrong.
    """
    wanted = [one for entry in entries for one in expected(entry)]
    return [one for one in wanted if not any(map(one.fits, names))]


def surplus(entries: tuple[str, ...], names: list[str]) -> list[str]:
    """Give the names of files that nobody expects; none where nothing in particular is expected.

    Args:
        entries: of ``expect``.
        names: the files' names.

    Raises:
        InvalidConfiguration: an entry is wrong.
    """
    wanted = [one for entry in entries for one in expected(entry)]
    return [name for name in names if wanted and not any(one.fits(name) for one in wanted)]


def _wheel(entry: str, parts: tuple[str, ...]) -> Expected:
    first, *pieces = parts
    found = _PYTHON.fullmatch(first)
    if found is None:
        raise _wrong(entry, f"{first!r} is no tag of a Python, such as cp39-abi3 or py3")
    platform = "_".join(pieces) or "any"
    if not _PLATFORM.fullmatch(platform):
        raise _wrong(entry, f"{platform!r} is no tag of a platform, such as macosx_11_0_arm64")
    python, thread = found["python"], found["thread"]
    # The ABI of a CPython is its own tag where none is named; pure Python has none.
    usual = "none" if python.startswith("py") else f"{python}{thread}"
    abi = found["abi"] or usual
    shown = python + thread if abi == usual else f"{python}{thread}-{abi}"
    return Expected(said=f"{shown} × {platform}", python=python, abi=abi, platform=platform)


def _alternatives(factor: str) -> tuple[str, ...]:
    """Give what a factor can be: ``{a, b}`` is two, and text around the braces stays with each."""
    opened, brace, rest = factor.partition("{")
    inside, closed, after = rest.partition("}")
    if not brace or not closed:
        return (factor,)
    return tuple(
        f"{opened}{one.strip()}{tail}"
        for one in inside.split(",")
        for tail in _alternatives(after)
        if one.strip()
    )


def _current(platform: str) -> str:
    for old, new in LEGACY.items():
        if platform.startswith(f"{old}_"):
            return platform.replace(old, new, 1)
    return platform


def _is_sdist(name: str) -> bool:
    try:
        parse_sdist_filename(name)
    except InvalidSdistFilename:
        return False
    return True


def _wrong(entry: str, said: str) -> InvalidConfiguration:
    return InvalidConfiguration(
        f"[contents] expect, {entry!r}",
        said,
        next_step="Write cp39-abi3 × manylinux_2_28 × {x86_64, aarch64}, sdist, or a glob of file "
        "names.",
    )
