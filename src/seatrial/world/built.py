"""What comes out of a build, and what does not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from seatrial.errors import BuildFailed
from seatrial.world.folders import storing

SDIST, WHEEL = ".tar.gz", ".whl"
"""How the files of each kind end (PEP 625, PEP 427)."""


class Built(msgspec.Struct, frozen=True, kw_only=True):
    """What a build made: an sdist, and the wheel that was made from it."""

    sdist: Path
    wheel: Path


def both_files(out: Path) -> Built:
    """Give the two files that a build has to leave.

    Raises:
        BuildFailed: it left others.
    """
    found = _files(out, {"the sdist": SDIST, "the wheel": WHEEL})
    return Built(sdist=found[0], wheel=found[1])


def one_wheel(out: Path) -> Path:
    """Give the one file that the build of a wheel has to leave.

    Raises:
        BuildFailed: it left others.
    """
    return _files(out, {"the wheel": WHEEL})[0]


def one_sdist(out: Path) -> Path:
    """Give the one file that the build of an sdist has to leave.

    Raises:
        BuildFailed: it left others.
    """
    return _files(out, {"the sdist": SDIST})[0]


def under_way(out: Path, words: Sequence[str]) -> str:
    """Say what a build that broke off was at: the wheel comes when the sdist is there.

    Args:
        out: where its files go.
        words: what uv was told of the kinds to build; both when empty.
    """
    at_wheel = "--wheel" in words or any(path.name.endswith(SDIST) for path in _left(out))
    return "the wheel" if at_wheel else "the sdist"


def _left(out: Path) -> list[Path]:
    """Give what a build left; ``.gitignore`` is uv's own."""
    with storing(out):
        return sorted(path for path in out.iterdir() if path.name != ".gitignore")


def _files(out: Path, wanted: dict[str, str]) -> list[Path]:
    """Give one file of each kind; nothing else may be there."""
    made = _left(out)
    found = {
        kind: [path for path in made if path.name.endswith(end) and path.is_file()]
        for kind, end in wanted.items()
    }
    wrong = [kind for kind, files in found.items() if len(files) != 1]
    if wrong or len(made) > len(wanted):
        names = ", ".join(path.name for path in made) or "nothing"
        belongs = " and ".join(f"one file *{end}" for end in wanted.values())
        raise BuildFailed(
            next(iter(wrong), "the files"), f"the build left {names}, where {belongs} should be"
        )
    return [files[0] for files in found.values()]
