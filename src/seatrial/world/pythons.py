"""Finding interpreters on this machine; each one is run before it is believed.

A name on ``PATH`` says little: the shims of pyenv are there for versions that are not active, and
fail when they are started.
"""

from __future__ import annotations

import contextlib
import os
import platform
import re
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from seatrial.errors import PythonNotFound, TimedOut, ToolMissing
from seatrial.process import Runner, child_environment

ASKING_TIME = 20.0
"""Seconds an interpreter has to say its version."""

QUESTION = (
    "import platform, sys; print(platform.python_implementation().lower(), "
    "'.'.join(map(str, sys.version_info[:3])), 't' if 't' in getattr(sys, 'abiflags', '') else '-',"
    " sys.executable)"
)

OLDEST, NEWEST = 7, 30
"""Minor numbers of Python 3 that are looked for."""

WANTED = re.compile(r"(?P<kind>cpython|python|pypy)?-?(?P<number>3(?:\.\d+){0,2})(?P<threads>t?)")


class Interpreter(msgspec.Struct, frozen=True, kw_only=True):
    """An interpreter that has answered.

    Attributes:
        path: its own path, as it says.
        kind: "cpython", "pypy".
        version: three numbers ("3.12.1").
        threads: whether it is a free-threaded build.
    """

    path: Path
    kind: str
    version: str
    threads: bool

    def is_wanted(self, wish: re.Match[str]) -> bool:
        """Say whether it is what :data:`WANTED` has read."""
        kind = "pypy" if wish["kind"] == "pypy" else "cpython"
        number = wish["number"]
        return (
            self.kind == kind
            and self.threads == bool(wish["threads"])
            and (self.version == number or self.version.startswith(f"{number}."))
        )


class Pythons:
    """The interpreters of this machine; each place is looked at once.

    Args:
        runner: starts them.
        uv: gives the uv program, which knows places of its own.
    """

    def __init__(self, runner: Runner, uv: Callable[[], str]) -> None:
        self._runner = runner.reading()
        self._uv = uv
        self._lock = threading.Lock()
        self._asked: dict[Path, Interpreter | None] = {}

    def find(self, version: str, folder: Path) -> Path:
        """Find an interpreter.

        Args:
            version: "3.12", "3.12.1", "3.13t", "pypy3.10"; empty is the one that runs Seatrial.
            folder: a folder to start programs in.

        Raises:
            PythonNotFound: it is not there; the error lists those that are.
        """
        if not version:
            return Path(sys.executable)
        wish = WANTED.fullmatch(version.strip().lower())
        if wish is None:
            raise PythonNotFound(f"Python {version}", "that is no version of Python 3")
        for path in _places(wish["kind"] or "", wish["number"], wish["threads"]):
            found = self._ask(path, folder)
            if found is not None and found.is_wanted(wish):
                return found.path
        found = self._ask_uv(version.strip(), folder)
        if found is not None and found.is_wanted(wish):
            return found.path
        raise PythonNotFound(f"Python {version}", self._what_is_there(folder))

    def allowed(self, requires: str, folder: Path) -> Path:
        """Find an interpreter that a project allows.

        Args:
            requires: its ``requires-python``; empty, or what nobody can read, allows every one.
            folder: a folder to start programs in.

        Returns:
            The one that runs Seatrial if it is allowed, else the nearest to it.

        Raises:
            PythonNotFound: none that is allowed is here; the error lists those that are.
        """
        try:
            wanted = SpecifierSet(requires)
        except InvalidSpecifier:
            wanted = SpecifierSet()
        if wanted.contains(platform.python_version(), prereleases=True):
            return Path(sys.executable)
        for version in nearest(wanted):
            with contextlib.suppress(PythonNotFound):
                return self.find(version, folder)
        thing = f"a Python that the project allows ({requires})"
        raise PythonNotFound(thing, self._what_is_there(folder))

    def _ask(self, path: Path, folder: Path) -> Interpreter | None:
        """Run one; nothing when it does not work."""
        with self._lock:
            if path in self._asked:
                return self._asked[path]
        found = None
        if path.is_file():
            try:
                done = self._runner.run(
                    [str(path), "-I", "-S", "-c", QUESTION],
                    cwd=folder,
                    env=child_environment(),
                    timeout=ASKING_TIME,
                )
            except (TimedOut, ToolMissing):
                pass
            else:
                found = _answer(done.text) if done.code == 0 else None
        with self._lock:
            self._asked[path] = found
        return found

    def _ask_uv(self, version: str, folder: Path) -> Interpreter | None:
        done = self._runner.run(
            [self._uv(), "python", "find", "--no-config", "--no-project", "--system",
             "--no-python-downloads", version],
            cwd=folder,
            timeout=ASKING_TIME,
        )  # fmt: skip
        path = done.text.strip()
        return self._ask(Path(path), folder) if done.code == 0 and path else None

    def _what_is_there(self, folder: Path) -> str:
        places = dict.fromkeys(_places("", "3", ""))
        with ThreadPoolExecutor(max_workers=4) as pool:
            found = pool.map(lambda path: self._ask(path, folder), places)
        versions = {_numbers(one.version): one.version for one in found if one is not None}
        if not versions:
            return "no Python was found"
        return "these are here: " + ", ".join(versions[key] for key in sorted(versions))


def nearest(wanted: SpecifierSet) -> Iterator[str]:
    """Give the minor versions ("3.12") that are wanted, the nearest to the running one first."""
    own = sys.version_info[1]
    # A late patch release stands for its minor version, which ">=3.12.1" admits too.
    for minor in sorted(range(OLDEST, NEWEST), key=lambda minor: abs(minor - own)):
        if f"3.{minor}.99" in wanted:
            yield f"3.{minor}"


def _answer(text: str) -> Interpreter | None:
    answer = re.fullmatch(r"(\w+) ([\d.]+) ([t-]) (.+)", text.strip())
    if answer is None:
        return None
    kind, version, threads, path = answer.groups()
    return Interpreter(path=Path(path), kind=kind, version=version, threads=threads == "t")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))


def _places(kind: str, number: str, threads: str) -> Iterator[Path]:
    """Give the places where such an interpreter may be, the likeliest first.

    Args:
        kind: "pypy", or anything else for CPython.
        number: "3.12" or "3.12.1"; "3" for every version.
        threads: "t" for a free-threaded build.
    """
    yield Path(sys.executable)
    name = "pypy" if kind == "pypy" else "python"
    minor = ".".join(number.split(".")[:2])
    pattern = f"{name}3.*" if number == "3" else f"{name}{minor}{threads}"
    suffix = ".exe" if sys.platform == "win32" else ""
    for folder in _path_folders():
        yield from _programs(folder, pattern)
        yield folder / f"{name}3{suffix}"
        yield folder / f"{name}{suffix}"
    for home in _homes(kind, minor):
        yield home / f"{name}.exe" if sys.platform == "win32" else home / "bin" / f"{name}3"


def _programs(folder: Path, pattern: str) -> list[Path]:
    """Give the programs of that name, without their companions (``python3.12-config``)."""
    return [path for path in _glob(folder, pattern) if re.fullmatch(r"[a-z]+[\d.]+t?", path.name)]


def _path_folders() -> list[Path]:
    named = os.environ.get("PATH", "").split(os.pathsep)
    usual = ["/usr/local/bin", "/usr/bin", "/opt/homebrew/bin", "/opt/local/bin"]
    return [Path(name) for name in dict.fromkeys((*named, *usual)) if name and Path(name).is_dir()]


def _homes(kind: str, minor: str) -> Iterator[Path]:
    """Give the folders of whole installations: pyenv's, uv's, the python.org ones, ``/opt``."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    managed = Path(os.environ.get("UV_PYTHON_INSTALL_DIR") or Path(data, "uv", "python"))
    prefix = "pypy" if kind == "pypy" else ""
    yield from _newest(_glob(pyenv, f"{prefix}{minor}*"))
    yield from _newest(_glob(managed, f"{prefix or 'cpython-'}{minor}*"))
    yield from _newest(_glob(Path("/Library/Frameworks/Python.framework/Versions"), f"{minor}*"))
    yield from _newest(_glob(Path("/opt"), f"*python*{minor}*"))
    if local := os.environ.get("LOCALAPPDATA"):
        digits = minor.replace(".", "")
        yield from _newest(_glob(Path(local, "Programs", "Python"), f"Python{digits}*"))


def _newest(paths: Iterable[Path]) -> list[Path]:
    return sorted(paths, key=lambda path: _numbers(path.name), reverse=True)


def _glob(folder: Path, pattern: str) -> list[Path]:
    try:
        return sorted(folder.glob(pattern))
    except OSError:
        return []
