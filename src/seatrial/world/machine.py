"""The real machine: builds, environments and commands, each in a process of its own.

uv is the front end of builds (PEP 517) and the installer.  It is one process that can be ended
with all that it started, it isolates each build (PEP 518), and its cache makes both fast.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    NormalizedName,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)

from seatrial.errors import (
    BuildFailed,
    InstallCheckFailed,
    StorageFault,
    TimedOut,
)
from seatrial.process import Completed, Runner, child_environment
from seatrial.secret import Secret
from seatrial.world.built import SDIST, WHEEL, Built, both_files, one_sdist, one_wheel, under_way
from seatrial.world.compiled import build_variables
from seatrial.world.folders import remove, storing
from seatrial.world.givenfiles import given_files
from seatrial.world.ports import PLAIN, BuildNeeds, Environment, Store
from seatrial.world.pythons import Pythons
from seatrial.world.usergit import logins
from seatrial.world.usual import told_to_uv
from seatrial.world.uvprogram import uv_program

MAKING_TIME = 120.0
"""Seconds to make an environment."""

LAST_LINES = 30
"""Lines of a failed build that go into its error; the log has all."""

NO_ROOM = 512 * 1024
"""Bytes: with less than this free, a command that failed is taken to have failed for that."""

NOT_OURS = (
    "UV_PYTHON", "UV_SYSTEM_PYTHON", "UV_PROJECT", "UV_PROJECT_ENVIRONMENT", "UV_WORKING_DIR",
    "UV_WORKING_DIRECTORY", "UV_VENV_SEED", "UV_VENV_CLEAR", "UV_NO_SOURCES",
    "UV_NO_SOURCES_PACKAGE", "UV_NO_BUILD_ISOLATION", "UV_REQUIRE_HASHES", "UV_NO_CONFIG",
)  # fmt: skip
"""Settings of uv for the user's own work that would make a build or a check another one."""

LOOPBACK = ("127.0.0.1", "localhost")


class LocalMachine:
    """This machine (:class:`seatrial.world.ports.Machine`).

    Args:
        folder: a folder for environments and requests; all of it is ours.
        store: where the logs go.
        runner: starts programs.
        usual_index: the Simple API that dependencies come from; what uv was told when absent.
        requires_python: which Pythons the project allows (``>=3.12``); it is built with the one
            that runs Seatrial if that is allowed, else with the nearest allowed one that is here.
    """

    def __init__(
        self,
        folder: Path,
        store: Store,
        runner: Runner,
        *,
        usual_index: str | None = None,
        requires_python: str = "",
    ) -> None:
        self._folder = folder
        self._store = store
        self._runner = runner
        self._usual_index = usual_index
        self._pythons = Pythons(runner, uv_program)
        self._requires_python = requires_python

    def halt(self) -> None:
        """End every command that is under way, with all that it has started."""
        self._runner.halt()

    def build(
        self, source: Path, out: Path, *, epoch: int, timeout: float, needs: BuildNeeds = PLAIN
    ) -> Built:
        """Build an sdist, and from it a wheel, by PEP 517 in isolated environments.

        One call of uv does both: it asks the index for the backend once, unpacks the sdist into a
        folder of its own, and builds there.  ``tool.uv.sources`` is not followed, and uv's own
        backend is called like any other.

        Args:
            source: the project folder.
            out: an empty folder; the log has its name.
            epoch: ``SOURCE_DATE_EPOCH``.
            timeout: seconds, for the whole.
            needs: what it is made with.

        Raises:
            BuildFailed: the backend failed, or did not make exactly one file of each kind.
            PythonNotFound: no Python that the project allows is here.
            TimedOut: it hung, and was ended with all that it had started.
            StorageFault: it failed, and the disk is full.
        """
        words = self._by(needs.requires_python or self._requires_python)
        words += given_files(needs.files, self._scratch("requests") / f"{out.name}.txt")
        self._build(words, source, out, epoch=epoch, timeout=timeout)
        return both_files(out)

    def sdist(
        self, source: Path, out: Path, *, epoch: int, timeout: float, needs: BuildNeeds = PLAIN
    ) -> Path:
        """Build an sdist alone; all else is as with :meth:`build`."""
        words = ("--sdist", *self._by(needs.requires_python))
        words += given_files(needs.files, self._scratch("requests") / f"{out.name}.txt")
        self._build(words, source, out, epoch=epoch, timeout=timeout)
        return one_sdist(out)

    def wheel(
        self, source: Path, out: Path, *, epoch: int, timeout: float, needs: BuildNeeds = PLAIN
    ) -> Path:
        """Build a wheel alone, from the folder itself; all else is as with :meth:`build`."""
        words = ("--wheel", *self._by(needs.requires_python or self._requires_python))
        words += given_files(needs.files, self._scratch("requests") / f"{out.name}.txt")
        self._build(words, source, out, epoch=epoch, timeout=timeout)
        return one_wheel(out)

    def _by(self, wanted: str) -> tuple[str, ...]:
        return "--python", str(self._pythons.allowed(wanted, self._scratch()))

    def _build(
        self, words: tuple[str, ...], source: Path, out: Path, *, epoch: int, timeout: float
    ) -> None:
        with storing(out):
            out.mkdir(parents=True, exist_ok=True)
        argv = [
            uv_program(), "build", *words, "--force-pep517", "--no-sources", "--build-isolation",
            "--out-dir", str(out), str(source),
        ]  # fmt: skip
        environment = self._uv_environment() | {"SOURCE_DATE_EPOCH": str(epoch)}
        environment |= build_variables(source)
        try:
            done = self._runner.run_logged(
                argv,
                cwd=source,
                log=self._store.log(out.name),
                env=environment,
                timeout=timeout,
            )
        except TimedOut as error:
            raise TimedOut(under_way(out, words), error.said, doing="building") from error
        _refuse_full(done, out)
        if done.code != 0:
            raise BuildFailed(under_way(out, words), _last_lines(done))

    def find_python(self, version: str) -> Path:
        """Find an interpreter ("3.12"; empty is the one that runs Seatrial).

        Raises:
            PythonNotFound: it is not on this machine; the error lists those that are.
        """
        return self._pythons.find(version, self._scratch())

    def environment(self, name: str, python: Path) -> Environment:
        """Make a clean environment, anew when one of that name is there.

        Raises:
            StorageFault: it could not be made.
        """
        folder = self._scratch("environments") / name
        remove(folder)
        done = self._runner.run(
            [
                uv_program(), "venv", "--no-project", "--no-config", "--python", str(python),
                str(folder),
            ],
            cwd=folder.parent,
            env=self._uv_environment(),
            timeout=MAKING_TIME,
        )  # fmt: skip
        if done.code != 0:
            raise StorageFault(str(folder), done.said, doing="making the environment")
        inside = Path("Scripts", "python.exe") if sys.platform == "win32" else Path("bin", "python")
        return Environment(folder=folder, python=folder / inside, version=_version_of(folder))

    def install(
        self,
        environment: Environment,
        *requirements: str,
        own: Mapping[str, str],
        timeout: float,
        room: int = 0,
    ) -> Completed:
        """Install requirements and their dependencies with uv; its exit code says how it went.

        Args:
            environment: where to.
            requirements: "name==version", or the path of a built file, each.
            own: project name → Simple API address, or a folder of files.  A name that is required
                here comes from there and from nowhere else (a page that was cached is asked for
                again), and a release that is newer than uv's ``exclude-newer`` counts.  Every
                other name comes from the user's usual index only.
            timeout: seconds.
            room: bytes that it takes: where fewer were free, that is why it failed.

        Raises:
            InstallCheckFailed: the requirement cannot be read.
            TimedOut: it hung.
            StorageFault: it failed, and the disk is full.
        """
        read = [_requirement(requirement) for requirement in requirements]
        before = _free(environment.folder)
        wanted = {name for _, name in read}
        # uv says of a source for what is not required that it is of no use.
        addresses = {
            name: address
            for key, address in own.items()
            if (name := canonicalize_name(key)) in wanted
        }
        folder = self._scratch("requests") / environment.folder.name
        with storing(folder):
            folder.mkdir(exist_ok=True)
            (folder / "pyproject.toml").write_text(
                _request([line for line, _ in read], addresses), "utf-8"
            )
        fresh = [word for key in sorted(wanted) for word in ("--refresh-package", key)]
        newest = [word for key in addresses for word in ("--exclude-newer-package", f"{key}=false")]
        done = self._runner.run_logged(
            [
                uv_program(), "pip", "install", "--python", str(environment.python),
                "-r", "pyproject.toml", *fresh, *newest,
            ],
            cwd=folder,
            log=self._store.log(f"install-{environment.folder.name}"),
            env=self._uv_environment(addresses.values()),
            timeout=timeout,
        )  # fmt: skip
        _refuse_full(done, environment.folder)
        _refuse_full(done, environment.folder, before, room)
        return done

    def run(
        self, name: str, argv: Sequence[str], *, cwd: Path, env: Mapping[str, str], timeout: float
    ) -> Completed:
        """Run a command; its output goes to the log of that name as it comes.

        Args:
            name: of the log.
            argv: the command; no shell reads it.
            cwd: where it runs.
            env: variables beside those that every child gets.
            timeout: seconds.

        Raises:
            ToolMissing: the program is not there.
            TimedOut: it took longer, and was ended with all that it had started.
            StorageFault: it failed, and the disk is full.
        """
        done = self._runner.run_logged(
            list(argv),
            cwd=cwd,
            log=self._store.log(name),
            env=child_environment(env),
            timeout=timeout,
        )
        _refuse_full(done, cwd)
        return done

    def _scratch(self, name: str = "") -> Path:
        folder = self._folder / name
        with storing(folder):
            folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _uv_environment(self, addresses: Iterable[str] = ()) -> dict[str, str]:
        """Give the environment for uv: the user's settings of where packages come from.

        The logins of the user's indexes (``UV_INDEX_NAME_PASSWORD``) are in it, those for
        publishing are not.
        """
        logs_in = {
            name: value
            for name, value in os.environ.items()
            if name.startswith("UV_INDEX_") and name.endswith(("_USERNAME", "_PASSWORD"))
        }
        for name, value in logs_in.items():
            if name.endswith("_PASSWORD"):
                self._runner.redactor.add(Secret(value))
        kept = child_environment(logs_in)
        for name in NOT_OURS:
            kept.pop(name, None)
        kept |= {"UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1", "NO_COLOR": "1"}
        kept |= told_to_uv(kept, self._usual_index)
        for name in ("UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL"):
            for address in kept.get(name, "").split():
                for secret in logins(address.partition("=")[2] or address):
                    self._runner.redactor.add(secret)
        if any(urlsplit(address).hostname in LOOPBACK for address in addresses):
            for name in ("NO_PROXY", "no_proxy"):
                kept[name] = ",".join(filter(None, (kept.get(name, ""), *LOOPBACK)))
        return kept


def _free(folder: Path) -> int:
    with storing(folder):
        return shutil.disk_usage(folder).free


def _refuse_full(done: Completed, folder: Path, free: int | None = None, need: int = 0) -> None:
    """Tell a command that failed for want of room from one that has a fault of its own.

    Args:
        done: the command.
        folder: where it worked.
        free: bytes that were free there before it; those that are now when absent.
        need: bytes that it takes.

    Raises:
        StorageFault: it failed, and there is next to no room where it worked.
    """
    if done.code == 0:
        return
    free = _free(folder) if free is None else free
    if free < need + NO_ROOM:
        said = f"a command failed, with only {free / 1000:.0f} kB free there\n{_last_lines(done)}"
        raise StorageFault(str(folder), said, next_step="Make room there, then run this again.")


def _last_lines(done: Completed) -> str:
    return "\n".join(done.said.splitlines()[-LAST_LINES:])


def _version_of(folder: Path) -> str:
    """Read the interpreter's version from the environment's settings (``pyvenv.cfg``)."""
    with storing(folder):
        text = (folder / "pyvenv.cfg").read_text("utf-8")
    settings = dict(line.partition(" = ")[::2] for line in text.splitlines())
    return settings.get("version_info", "")


def _requirement(requirement: str) -> tuple[str, str]:
    """Give a requirement as PEP 508 has it, with its normalised name; a path by its file name."""
    path = Path(requirement)
    try:
        if " @ " in requirement:
            return requirement, canonicalize_name(Requirement(requirement).name)
        if requirement.endswith(WHEEL):
            name = str(parse_wheel_filename(path.name)[0])
        elif requirement.endswith(SDIST):
            name = str(parse_sdist_filename(path.name)[0])
        else:
            return requirement, canonicalize_name(Requirement(requirement).name)
    except (InvalidWheelFilename, InvalidSdistFilename, InvalidRequirement) as error:
        raise InstallCheckFailed(requirement, str(error)) from error
    return f"{name} @ {path.resolve().as_uri()}", name


def _request(wanted: Sequence[str], own: Mapping[NormalizedName, str]) -> str:
    """Write a project that requires what is ``wanted`` and pins each own name to its index.

    An index that is ``explicit`` serves the names that are pinned to it and no other (uv,
    "Package indexes", "Pinning a package to an index").  The workspace keeps uv from looking for
    settings in the folders above.
    """
    names = {address: f"seatrial-own-{n}" for n, address in enumerate(sorted(set(own.values())))}
    lines = [
        "[project]",
        'name = "seatrial-request"',
        'version = "0"',
        f"dependencies = [{', '.join(map(_quoted, wanted))}]",
        "[tool.uv]",
        "no-sources = false",
        "[tool.uv.workspace]",
        "[tool.uv.sources]",
        *(f"{key} = {{ index = {_quoted(names[own[key]])} }}" for key in sorted(own)),
    ]
    for address, name in names.items():
        lines += ["[[tool.uv.index]]", f"name = {_quoted(name)}", f"url = {_quoted(address)}"]
        lines.append("explicit = true")
        if not urlsplit(address).hostname:
            lines.append('format = "flat"')
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """Spell a TOML basic string (TOML 1.0, "String"), whose escapes are those of JSON."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
