"""What both builders share: a row of the matrix, the machines that run it, and YAML's quotes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from seatrial.errors import InvalidConfiguration
from seatrial.plan.matrix import Matrix, Target

LINUX: Final = "ubuntu-24.04"
_RUNNERS: Final = {
    ("linux", "x86_64"): LINUX,
    ("linux", "i686"): LINUX,
    ("linux", "aarch64"): f"{LINUX}-arm",
    ("macos", "arm64"): "macos-15",
    ("macos", "x86_64"): "macos-15-intel",
    ("macos", "universal2"): "macos-15",
    ("windows", "amd64"): "windows-2025",
    ("windows", "win32"): "windows-2025",
    ("windows", "arm64"): "windows-11-arm",
}
"""System and processor → the machine of GitHub's that runs such programs itself."""

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_WORDS: Final = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})


def runner(target: Target) -> str:
    """Give the machine that a platform's wheels are built on; where none is native, an x86-64."""
    linux = target.system in {"glibc", "musl"}
    return _RUNNERS.get(("linux" if linux else target.system, target.machine), LINUX)


def is_native(target: Target) -> bool:
    """Say whether the machine runs what it builds."""
    linux = target.system in {"glibc", "musl"}
    return ("linux" if linux else target.system, target.machine) in _RUNNERS


def macos(target: Target) -> str:
    """Give the oldest macOS that a platform promises ("11.0"); empty for other systems."""
    return target.version.replace("_", ".") if target.system == "macos" else ""


def quoted(text: str) -> str:
    """Give a text as a scalar of YAML; JSON's strings are such (YAML 1.2, section 1.3).

    Raises:
        InvalidConfiguration: the forge would take a part of it for an expression.
    """
    if "${{" in text:
        raise InvalidConfiguration(
            repr(text), "a workflow would compute it, and it is a name", next_step="Rename it."
        )
    plain = _PLAIN.fullmatch(text) and text.lower() not in _WORDS
    return text if plain else json.dumps(text, ensure_ascii=False)


def own_names(matrices: Sequence[Matrix]) -> list[str]:
    """Give what stands in the names of each package's jobs, with a hyphen after it.

    Args:
        matrices: what is built, of one package each; one alone needs no name.
    """
    if len(matrices) == 1:
        return [""]
    return [f"{matrix.package}-" for matrix in matrices]


def rows(targets: Sequence[Target], row: Callable[[Target], Mapping[str, str]]) -> Iterator[str]:
    """Give the lines of ``include``, a job each; what is empty in a row is left out.

    Args:
        targets: the platforms.
        row: gives the values of one, beside its platform and its machine.
    """
    for target in targets:
        values = {"platform": target.platform, "runner": runner(target), **row(target)}
        sign = "-"
        for name, value in values.items():
            if value:
                yield f"          {sign} {name}: {quoted(value)}"
                sign = " "


def refuse(builder: str, wrong: Sequence[str], next_step: str) -> None:
    """Refuse wheels that a builder cannot make; nothing where there are none.

    Raises:
        InvalidConfiguration: there are some.
    """
    if wrong:
        said = f"{builder} does not build {', '.join(wrong)}"
        raise InvalidConfiguration("[contents] expect", said, next_step=next_step)
