"""Installations in clean environments: what a user will meet, met first."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import msgspec

from seatrial.actions.bound import Bound, tail
from seatrial.actions.files import files_of, label
from seatrial.errors import InstallCheckFailed, SeatrialError
from seatrial.plan.state import Absent, Receipt, Same, State
from seatrial.plan.values import InstallCheck
from seatrial.process import Completed, child_environment
from seatrial.world.ports import Environment, StoredFile, World

IMPORTER = """
import importlib, json, sys, traceback
for name in json.loads(sys.argv[1]):
    try:
        importlib.import_module(name)
    except BaseException:
        print("import", name, "failed", file=sys.stderr)
        traceback.print_exc()
        sys.exit(1)
"""
"""Runs in the clean environment's own interpreter; the first failing import is told and ends it."""

LISTER = """
import importlib.metadata, json, sys
found = importlib.metadata.distribution(sys.argv[1])
print(json.dumps({
    "files": [str(file.as_posix()) for file in found.files or ()],
    "scripts": [e.name for e in found.entry_points if e.group == "console_scripts"],
    "extras": found.metadata.get_all("Provides-Extra") or [],
}))
"""
"""Runs in the clean environment's own interpreter, and says what the installation holds."""

HELP_WITHIN = 60.0
"""Seconds that a console script may take to print its help."""


SCRIPTS_ASIDE = (
    "Mend the package, or leave its scripts out with scripts = false in [tool.seatrial.verify] "
    "([verify] in seatrial.toml); commit, and release again."
)


class Installed(msgspec.Struct, frozen=True):
    """What :data:`LISTER` prints."""

    files: tuple[str, ...]
    scripts: tuple[str, ...]
    extras: tuple[str, ...]


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """What can be tried of an installation: top-level modules, console scripts, extras."""

    modules: tuple[str, ...]
    scripts: tuple[str, ...]
    extras: tuple[str, ...] = ()

    def extra_for(self, script: str) -> str:
        """Give the extra that a console script may need, or nothing."""
        wanted = ("cli", script, "console", "terminal", "all")
        return next((extra for extra in wanted if extra in self.extras), "")


@dataclass(frozen=True)
class CheckInstallation(Bound[InstallCheck]):
    """Install, import the top-level modules, run the console scripts and the project's commands."""

    @property
    def heavy(self) -> bool:
        """It keeps the machine busy."""
        return True

    def observe(self, world: World) -> State:
        """Say whether these very bytes were checked."""
        facts = world.store.recorded(self.key)
        if facts is None or any(facts.get(f.name) != f.sha256 for f in self._files(world)):
            return Absent()
        return Same(receipt=Receipt(detail=facts.get("detail", ""), facts=dict(facts)))

    def act(self, world: World) -> Receipt:
        """Check it.

        Raises:
            InstallCheckFailed: it does not install, import or run.
            PythonNotFound: the Python asked for is not here.
        """
        # Imported late: what comes before it is kept waiting by nothing that reads wheels.
        from seatrial.actions.elsewhere import check_elsewhere, elsewhere, untaken
        from seatrial.actions.interpreter import interpreter, refuse_unadmitted

        spec = self.spec
        built = [file.path for file in self._files(world)]
        python = interpreter(world.machine.find_python, built, spec.python)
        where = world.machine.environment(self._label, python)
        refuse_unadmitted(built, where.version)
        wheels = [path for path in built if path.suffix == ".whl"]
        away = check_elsewhere(world.machine, where, untaken(wheels, self._pythons(where)))
        from_source = len(wheels) < len(built) and (spec.index or spec.artifact == "sdist")
        if wheels and len(elsewhere(wheels)) == len(wheels) and not from_source:
            return self._checked(world, where, (), away)
        self._install(world, where)
        held = self._contents(world, where)
        with ThreadPoolExecutor(1, "import") as beside:
            imported = beside.submit(self._imports, world, where, held)
            told = self._scripts(world, where, held, imported)
            ran = [*imported.result(), *told, *self._commands(world, where)]
        return self._checked(world, where, ran, away)

    def _checked(
        self, world: World, where: Environment, ran: Sequence[str], away: Sequence[str]
    ) -> Receipt:
        """Record what was done, and which wheels nothing here can run."""
        detail = f"Python {where.version}: {', '.join(ran)}" if ran else f"Python {where.version}"
        if away:
            detail += f"; not run, only resolved for their own machines: {', '.join(away)}"
        digests = {file.name: file.sha256 for file in self._files(world)}
        facts = {"python": where.version, "ran": "\n".join(ran), "detail": detail}
        facts |= {"elsewhere": "\n".join(away)} if away else {}
        world.store.record(self.key, digests | facts)
        return Receipt(detail=detail, facts=facts)

    def _pythons(self, where: Environment) -> Sequence[str]:
        """Give the Pythons that the package is tried on in this release, this one first."""
        checks = [one for one in self.plan.actions if isinstance(one, InstallCheck)]
        asked = [one.python for one in checks if one.package == self.spec.package and one.python]
        return (self._own(where), *asked)

    def _own(self, where: Environment) -> str:
        from seatrial.world.takers import as_found

        return as_found(self.spec.python, where.version)

    @property
    def _label(self) -> str:
        spec = self.spec
        return label(self.plan, spec.package, "install", spec.index, spec.python, spec.artifact)

    def _files(self, world: World) -> Sequence[StoredFile]:
        return files_of(world, self.plan, self.spec.package)

    def _install(self, world: World, where: Environment, extra: str = "") -> None:
        spec = self.spec
        from seatrial.actions.siblings import own_folder, siblings_of

        siblings = siblings_of(world, self.plan, spec.package, extra)
        name = f"{spec.package}[{extra}]" if extra else spec.package
        if spec.index:
            requirement = f"{name}=={spec.version}"
            own = dict.fromkeys(self.plan.names, world.index(spec.index).simple_url)
        else:
            built = self._built(world, where)
            requirement = f"{name} @ {built.resolve().as_uri()}" if extra else str(built)
            own = {}
            if siblings:
                own = dict(
                    own_folder(world, self.plan, where.folder.with_name(f"{self._label}-own"))
                )
                own.pop(spec.package)
        done = world.machine.install(
            where,
            requirement,
            *siblings,
            own=own,
            timeout=spec.timeout,
            room=self._room(world),
        )
        if done.code != 0:
            source = f"from {spec.index}" if spec.index else f"from the built {spec.artifact}"
            raise InstallCheckFailed(
                f"{spec.package} {spec.version} {source} on Python {where.version}",
                tail(done.said),
            )

    def _room(self, world: World) -> int:
        """Give the bytes that the largest wheel takes where it is installed; 0 without one."""
        wheels = [file.path for file in self._files(world) if file.name.endswith(".whl")]
        if not wheels:
            return 0
        from seatrial.artifacts.wheel import read_wheel

        largest = max(wheels, key=lambda path: path.stat().st_size)
        return sum(member.size for member in read_wheel(largest).members)

    def _imports(self, world: World, where: Environment, held: Contents) -> list[str]:
        """Import every top-level module."""
        if not self.spec.imports or not held.modules:
            return []
        argv = (str(where.python), "-I", "-c", IMPORTER, json.dumps(list(held.modules)))
        self._ran(world, where, f"import {', '.join(held.modules)}", argv)
        return [f"import {name}" for name in held.modules]

    def _scripts(
        self, world: World, where: Environment, held: Contents, imported: Future[list[str]]
    ) -> list[str]:
        """Run each console script's help; where it fails, with the extra that it may need.

        Args:
            world: the world.
            where: the environment.
            held: what is in it.
            imported: ends when the modules are imported; where that failed, it is what is told.
        """
        told = []
        for name in held.scripts if self.spec.scripts else ():
            label = f"{name} --help"
            try:
                self._help(world, where, name)
            except SeatrialError as error:
                # From here on nothing else runs there, so that more can be installed.
                imported.result()
                if not isinstance(error, InstallCheckFailed):
                    raise
                extra = held.extra_for(name)
                if not extra:
                    error.next_step = SCRIPTS_ASIDE
                    raise
                self._install(world, where, extra)
                label += f", with the extra {extra}"
                self._help(world, where, name)
            told.append(label)
        return told

    def _commands(self, world: World, where: Environment) -> list[str]:
        """Run the project's own commands."""
        told = []
        for command in self.spec.commands:
            label = " ".join(command)
            self._ran(world, where, label, _resolved(command, where))
            told.append(label)
        return told

    def _help(self, world: World, where: Environment, name: str) -> None:
        argv = (str(_bin(where) / name), "--help")
        self._ran(world, where, f"{name} --help", argv, HELP_WITHIN)

    def _ran(
        self,
        world: World,
        where: Environment,
        label: str,
        argv: tuple[str, ...],
        timeout: float | None = None,
    ) -> Completed:
        done = world.machine.run(
            self._label,
            argv,
            cwd=where.folder,
            env=_environment(where),
            timeout=min(timeout or self.spec.timeout, self.spec.timeout),
        )
        if done.code != 0:
            raise InstallCheckFailed(
                f"{self.spec.package} {self.spec.version} on Python {where.version}: {label}",
                done.account,
            )
        return done

    def _built(self, world: World, where: Environment) -> Path:
        suffix = ".whl" if self.spec.artifact == "wheel" else (".tar.gz", ".zip")
        built = [file.path for file in self._files(world) if file.name.endswith(suffix)]
        from seatrial.actions.elsewhere import fitting

        return fitting(built, self._own(where))

    def _contents(self, world: World, where: Environment) -> Contents:
        """Say what there is to import and to run: by the wheel, or by what is installed."""
        wheel = next((file for file in self._files(world) if file.name.endswith(".whl")), None)
        if wheel is not None:
            from seatrial.artifacts.wheel import read_wheel

            facts = read_wheel(wheel.path)
            names = sorted(point.name for point in facts.console_scripts)
            extras = facts.metadata.every("Provides-Extra")
            return Contents(modules=facts.modules, scripts=tuple(names), extras=extras)
        from seatrial.artifacts.modules import top_level

        argv = (str(where.python), "-I", "-c", LISTER, self.spec.package)
        listed = self._ran(world, where, "looking at the installation", argv)
        found = msgspec.json.decode(listed.stdout, type=Installed)
        return Contents(
            modules=top_level(found.files),
            scripts=tuple(sorted(found.scripts)),
            extras=found.extras,
        )


def _bin(where: Environment) -> Path:
    return where.folder / ("Scripts" if sys.platform == "win32" else "bin")


def _environment(where: Environment) -> Mapping[str, str]:
    """Put the environment's programs first, as activating it would."""
    path = os.pathsep.join((str(_bin(where)), child_environment().get("PATH", "")))
    return {"VIRTUAL_ENV": str(where.folder), "PATH": path}


def _resolved(command: tuple[str, ...], where: Environment) -> tuple[str, ...]:
    """Take the program from the environment when it has it."""
    mine = _bin(where) / command[0]
    return (str(mine), *command[1:]) if mine.exists() else command
