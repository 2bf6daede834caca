"""The job that builds wheels with cibuildwheel, whatever the backend.

Source: cibuildwheel's options (``CIBW_*``) and the build identifiers of the pinned version.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from seatrial.addresses import RUSTUP
from seatrial.ci.actions import pinned, version_of
from seatrial.ci.rows import is_native, macos, quoted, refuse, rows
from seatrial.plan.matrix import Matrix, Target

NAME: Final = "pypa/cibuildwheel"
BUILD: Final = "build==1.3.0"
"""What makes the sdist."""

OLDEST, NEWEST = 9, 15
"""The CPython 3 that it builds for."""

FREE_FIRST: Final = 14
PYPY: Final = frozenset({"pp39", "pp310", "pp311"})
ANY_PYTHON: Final = "cp312"
"""What builds a wheel for any Python 3."""

_LINUX: Final = {
    "x86_64": ("2_17", "2_28", "2_34"),
    "i686": ("2_17", "2_28", "2_34"),
    "aarch64": ("2_17", "2_28", "2_34"),
    "ppc64le": ("2_17", "2_28", "2_34"),
    "s390x": ("2_17", "2_28", "2_34"),
    "armv7l": ("2_31", "2_35"),
    "riscv64": ("2_39",),
}
"""Processor → the manylinux that there is an image of."""

_IMAGES: Final = {"2_17": "manylinux2014"}
_MUSL: Final = ("1_2",)
_QEMU: Final = {"armv7l": "arm"}
"""Processor → its name there, where it has another."""

RUST_BEFORE: Final = f"curl --proto '=https' -sSf {RUSTUP} | sh -s -- -y"
RUST_PATH: Final = 'PATH="$HOME/.cargo/bin:$PATH"'
"""What brings Rust into a container, and where it is found there."""

_RUST_TARGETS: Final = {
    "universal2": "x86_64-apple-darwin aarch64-apple-darwin",
    "win32": "i686-pc-windows-msvc",
}
"""Processor → what Rust must be given to build for it on the machine that does."""


def check(matrix: Matrix) -> None:
    """Refuse wheels that it does not build.

    Raises:
        InvalidConfiguration: there are some.
    """
    refuse(
        f"cibuildwheel {version_of(NAME)}",
        [text for target in matrix.targets for text in _wrong(target)],
        "Expect what it builds, or collect these wheels from elsewhere.",
    )


def variables(matrix: Matrix, target: Target) -> dict[str, str]:
    """Give the variables by which it builds the wheels of one platform, and no others."""
    row = _row(matrix, target)
    known = {
        "CIBW_BUILD": row["build"],
        "CIBW_ARCHS": row["archs"],
        f"CIBW_MANYLINUX_{target.machine.upper()}_IMAGE": row["manylinux"],
        f"CIBW_MUSLLINUX_{target.machine.upper()}_IMAGE": row["musllinux"],
        "MACOSX_DEPLOYMENT_TARGET": row["macos"],
        "CIBW_ENABLE": "pypy" if PYPY.intersection(target.pythons) else "",
    }
    return {name: value for name, value in known.items() if value}


def emulated(target: Target) -> str:
    """Give the processor as QEMU calls it, for machines of another."""
    return _QEMU.get(target.machine, {"aarch64": "arm64"}.get(target.machine, target.machine))


def kinds(matrix: Matrix) -> str:
    """Give what ``build`` is asked for, of what is for every platform."""
    asked = (("--sdist", matrix.sdist), ("--wheel", matrix.pure))
    return " ".join(kind for kind, wanted in asked if wanted)


def job(matrix: Matrix) -> Iterator[str]:
    """Give the rows."""
    check(matrix)
    yield from rows(matrix.targets, lambda target: _row(matrix, target))


def steps(matrix: Matrix) -> Iterator[str]:
    """Give the steps that leave the wheels of one row in ``dist``."""
    if not all(map(is_native, matrix.targets)):
        yield from (
            f"      - uses: {pinned('docker/setup-qemu-action')}",
            "        if: matrix.emulate",
            "        with:",
            "          platforms: ${{ matrix.emulate }}",
        )
    yield from (
        f"      - uses: {pinned(NAME)}",
        "        with:",
        f"          package-dir: {quoted(matrix.path or '.')}",
        "          output-dir: dist",
        "        env:",
        "          CIBW_BUILD: ${{ matrix.build }}",
        "          CIBW_ARCHS: ${{ matrix.archs }}",
    )
    yield from _images(matrix)
    if any(map(macos, matrix.targets)):
        yield "          MACOSX_DEPLOYMENT_TARGET: ${{ matrix.macos }}"
    if any(PYPY.intersection(target.pythons) for target in matrix.targets):
        yield "          CIBW_ENABLE: pypy"
    if matrix.rust:
        yield from _rust(matrix)


def sdist(matrix: Matrix) -> Iterator[str]:
    """Give the step that leaves in ``dist`` what is for every platform."""
    yield f'      - run: pipx run {BUILD} {kinds(matrix)} --outdir dist "$PACKAGE"'
    yield "        env:"
    yield f"          PACKAGE: {quoted(matrix.path or '.')}"


def _images(matrix: Matrix) -> Iterator[str]:
    seen = {(one.system, one.machine) for one in matrix.targets}
    for system, machine in sorted(seen):
        if system in {"glibc", "musl"}:
            name = "manylinux" if system == "glibc" else "musllinux"
            yield f"          CIBW_{name.upper()}_{machine.upper()}_IMAGE: ${{{{ matrix.{name} }}}}"


def _rust(matrix: Matrix) -> Iterator[str]:
    """Bring Rust into the containers, and what it needs for other machines."""
    systems = {target.system for target in matrix.targets}
    if systems & {"glibc", "musl"}:
        yield f"          CIBW_BEFORE_ALL_LINUX: {RUST_BEFORE}"
        yield f"          CIBW_ENVIRONMENT_LINUX: {RUST_PATH}"
    if any(target.machine in _RUST_TARGETS for target in matrix.targets):
        yield "          CIBW_BEFORE_ALL_MACOS: rustup target add ${{ matrix.rust }}"
        yield "          CIBW_BEFORE_ALL_WINDOWS: rustup target add ${{ matrix.rust }}"


def _row(matrix: Matrix, target: Target) -> dict[str, str]:
    image = _IMAGES.get(target.version, f"manylinux_{target.version}")
    emulated = "" if is_native(target) else _QEMU.get(target.machine, target.machine)
    return {
        "build": " ".join(_identifiers(target)),
        "archs": {"amd64": "AMD64", "win32": "x86", "arm64": _arm(target)}.get(
            target.machine, target.machine
        ),
        "manylinux": image if target.system == "glibc" else "",
        "musllinux": f"musllinux_{target.version}" if target.system == "musl" else "",
        "macos": macos(target),
        "emulate": emulated,
        "rust": _RUST_TARGETS.get(target.machine, "") if matrix.rust else "",
    }


def _arm(target: Target) -> str:
    return "ARM64" if target.system == "windows" else "arm64"


def _identifiers(target: Target) -> Iterator[str]:
    """Give the builds of a platform, as cibuildwheel calls them ("cp39-manylinux_x86_64")."""
    place = {
        "glibc": f"manylinux_{target.machine}",
        "musl": f"musllinux_{target.machine}",
        "macos": f"macosx_{target.machine}",
        "windows": target.platform,
    }[target.system]
    pythons = [_builder(target.stable)] if target.stable else []
    for python in dict.fromkeys([*pythons, *target.pythons]):
        yield f"{python}-{place}"


def _builder(stable: str) -> str:
    """Give what builds a wheel of the stable ABI: the Python it begins with, or the oldest."""
    if not stable.startswith("cp"):
        return ANY_PYTHON
    return f"cp3{max(int(stable[3:] or 0), OLDEST)}"


def _wrong(target: Target) -> Iterator[str]:
    """Say what of a platform cannot be built."""
    known = {"glibc": _LINUX.get(target.machine, ()), "musl": _MUSL}.get(target.system)
    if known is not None and (target.version not in known or target.machine not in _LINUX):
        yield target.platform
        return
    for python in target.pythons:
        if not _builds(python):
            yield f"{python} × {target.platform}"


def _builds(python: str) -> bool:
    if python in PYPY:
        return True
    minor = python[3:].removesuffix("t")
    if not python.startswith("cp3") or not minor.isdigit():
        return False
    oldest = FREE_FIRST if python.endswith("t") else OLDEST
    return oldest <= int(minor) <= NEWEST
