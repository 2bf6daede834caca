"""The job that builds the wheels of a maturin project.

Source: the inputs and the table of containers of PyO3/maturin-action, and the interpreters that
``maturin build -i`` knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from seatrial.ci.actions import pinned
from seatrial.ci.rows import macos, quoted, refuse, rows
from seatrial.plan.matrix import Matrix, Target

NAME: Final = "PyO3/maturin-action"
FREE_FIRST: Final = 14
"""The first CPython 3 that maturin builds free-threaded wheels for."""

_GLIBC: Final = {
    "x86_64": ("x86_64-unknown-linux-gnu", ("2_12", "2_17", "2_28", "2_34")),
    "i686": ("i686-unknown-linux-gnu", ("2_12", "2_17", "2_28", "2_34")),
    "aarch64": ("aarch64-unknown-linux-gnu", ("2_17", "2_28", "2_34")),
    "armv7l": ("armv7-unknown-linux-gnueabihf", ("2_17",)),
    "ppc64le": ("powerpc64le-unknown-linux-gnu", ("2_17", "2_28")),
    "s390x": ("s390x-unknown-linux-gnu", ("2_17", "2_28")),
    "riscv64": ("riscv64gc-unknown-linux-gnu", ("2_31", "2_39")),
}
"""Processor → Rust's name of the machine, and the manylinux that there is a container for."""

_MUSL: Final = {
    "x86_64": "x86_64-unknown-linux-musl",
    "i686": "i686-unknown-linux-musl",
    "aarch64": "aarch64-unknown-linux-musl",
    "armv7l": "armv7-unknown-linux-musleabihf",
    "ppc64le": "powerpc64le-unknown-linux-musl",
    "riscv64": "riscv64gc-unknown-linux-musl",
}
_MUSL_VERSIONS: Final = ("1_1", "1_2")
_APPLE: Final = {
    "arm64": "aarch64-apple-darwin",
    "x86_64": "x86_64-apple-darwin",
    "universal2": "universal2-apple-darwin",
}
_WINDOWS: Final = {
    "amd64": ("x86_64-pc-windows-msvc", "x64"),
    "win32": ("i686-pc-windows-msvc", "x86"),
    "arm64": ("aarch64-pc-windows-msvc", "arm64"),
}
"""Processor → Rust's name of the machine, and the architecture of the Python that is set up."""

USUAL_PYTHON: Final = "3.13"
"""What builds wheels that serve many Pythons, where a Python is needed for it."""


def job(matrix: Matrix) -> Iterator[str]:
    """Give the steps that leave the wheels of one row in ``dist``, and the rows."""
    refuse(
        f"maturin (by {NAME})",
        [text for target in matrix.targets if (text := _wrong(target))],
        "Expect what it builds, or collect these wheels from elsewhere.",
    )
    yield from rows(matrix.targets, _row)


def steps(matrix: Matrix) -> Iterator[str]:
    """Give the steps that build what a row says."""
    if any(_setup(target) for target in matrix.targets):
        yield from (
            f"      - uses: {pinned('actions/setup-python')}",
            "        if: matrix.setup",
            "        with:",
            "          python-version: ${{ matrix.setup }}",
            "          architecture: ${{ matrix.architecture }}",
        )
    stable = [bool(target.stable) for target in matrix.targets]
    if any(stable):
        condition = "" if all(stable) else "matrix.stable"
        yield from _build(matrix, "Build the wheel for many Pythons", "", condition)
    own = [bool(target.pythons) for target in matrix.targets]
    if any(own):
        condition = "" if all(own) else "matrix.pythons"
        yield from _build(
            matrix, "Build a wheel for each Python", " -i ${{ matrix.pythons }}", condition
        )


def sdist(matrix: Matrix) -> Iterator[str]:
    """Give the step that leaves the sdist in ``dist``."""
    yield f"      - uses: {pinned(NAME)}"
    yield "        with:"
    yield "          command: sdist"
    yield "          args: --out dist"
    yield from _folder(matrix)


def _build(matrix: Matrix, name: str, more: str, condition: str) -> Iterator[str]:
    yield f"      - name: {name}"
    if condition:
        yield f"        if: {condition}"
    yield f"        uses: {pinned(NAME)}"
    yield "        with:"
    yield "          target: ${{ matrix.target }}"
    if any(target.system in {"glibc", "musl"} for target in matrix.targets):
        yield "          manylinux: ${{ matrix.manylinux }}"
    yield f"          args: --release --out dist{more}"
    yield from _folder(matrix)
    if any(map(macos, matrix.targets)):
        yield "        env:"
        yield "          MACOSX_DEPLOYMENT_TARGET: ${{ matrix.macos }}"


def _folder(matrix: Matrix) -> Iterator[str]:
    if matrix.path:
        yield f"          working-directory: {quoted(matrix.path)}"


def _row(target: Target) -> dict[str, str]:
    windows = target.system == "windows"
    return {
        "target": _triple(target),
        "manylinux": {"glibc": target.version, "musl": f"musllinux_{target.version}"}.get(
            target.system, ""
        ),
        "macos": macos(target),
        "stable": target.stable and f"{target.stable}-abi3".replace("py3-abi3", "py3"),
        "pythons": " ".join(map(_interpreter, target.pythons)),
        "setup": _setup(target),
        "architecture": _WINDOWS[target.machine][1] if windows else "",
    }


def _setup(target: Target) -> str:
    """Give the Pythons that are set up; on Linux the container has them."""
    if target.system in {"glibc", "musl"}:
        return ""
    usual = [USUAL_PYTHON] if target.stable else []
    own = [_interpreter(one).removeprefix("python") for one in target.pythons]
    return "\n".join(dict.fromkeys([*usual, *own]))


def _triple(target: Target) -> str:
    tables = {
        "glibc": {name: triple for name, (triple, _) in _GLIBC.items()},
        "musl": _MUSL,
        "macos": _APPLE,
        "windows": {name: triple for name, (triple, _) in _WINDOWS.items()},
    }
    return tables[target.system].get(target.machine, "")


def _interpreter(tag: str) -> str:
    """Give the name of an interpreter ("python3.14t", "pypy3.11")."""
    name = "pypy" if tag.startswith("pp") else "python"
    return f"{name}{tag[2]}.{tag[3:]}"


def _wrong(target: Target) -> str:
    """Say what of a platform cannot be built; empty where all can."""
    versions = _GLIBC.get(target.machine, ("", ()))[1] if target.system == "glibc" else ()
    missing = target.system == "glibc" and target.version not in versions
    missing |= target.system == "musl" and target.version not in _MUSL_VERSIONS
    if missing or not _triple(target):
        return target.platform
    free = [one for one in target.pythons if one.endswith("t") and int(one[3:-1]) < FREE_FIRST]
    return ", ".join(f"{one} × {target.platform}" for one in free)
