"""Which Python an installation is checked on, where nobody has said."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from seatrial.artifacts.sdist import read_sdist
from seatrial.artifacts.wheel import read_wheel
from seatrial.errors import InstallCheckFailed, PythonNotFound
from seatrial.world.pythons import nearest


def interpreter(find: Callable[[str], Path], files: Sequence[Path], asked: str) -> Path:
    """Give the Python to install on: the one asked for, or one that the built files admit.

    The one that runs Seatrial comes first, then those nearest to it.

    Args:
        find: finds a Python on this machine (:meth:`~seatrial.world.ports.Machine.find_python`).
        files: the built files.
        asked: the version asked for; empty when none is.

    Raises:
        PythonNotFound: there is no such Python on this machine.
    """
    admitted = None if asked else _admitted(files)
    if admitted is None or _own() in admitted:
        return find(asked)
    here = "no released Python is"
    for version in nearest(admitted):
        try:
            return find(version)
        except PythonNotFound as error:
            here = error.said
    raise PythonNotFound(
        f"a Python {admitted}, as the built files require",
        here,
        next_step="Install one, and run this again.",
    )


def refuse_unadmitted(files: Sequence[Path], version: str) -> None:
    """Refuse a Python that the built files do not admit.

    uv looks at the lower bound of ``Requires-Python`` alone
    (https://docs.astral.sh/uv/reference/internals/resolver/, "Requires-python"); pip and others
    refuse such an installation.

    Args:
        files: the built files.
        version: of the interpreter, three numbers.

    Raises:
        InstallCheckFailed: it is none of those that they require.
    """
    admitted = _admitted(files)
    if admitted is not None and not admitted.contains(version, prereleases=True):
        raise InstallCheckFailed(
            f"the built files on Python {version}",
            f"they require Python {admitted}, and pip would not install them here",
            next_step="Ask for other Pythons, or mend what the package says that it requires.",
        )


def _admitted(files: Sequence[Path]) -> SpecifierSet | None:
    """Read ``Requires-Python`` of the built files; nothing when they have none."""
    for file in files:
        facts = read_wheel(file) if file.suffix == ".whl" else read_sdist(file)
        try:
            return SpecifierSet(facts.metadata.first("Requires-Python"))
        except InvalidSpecifier:
            return None
    return None


def _own() -> str:
    return ".".join(map(str, sys.version_info[:3]))
