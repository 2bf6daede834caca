"""What only a trial can tell of files: whether the sdist builds, whether a set resolves."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from seatrial.artifacts.findings import Finding, fault, named, warning
from seatrial.artifacts.inspect import Looked
from seatrial.artifacts.modules import is_extension
from seatrial.artifacts.sdist import SdistFacts
from seatrial.artifacts.unpack import unpack_sdist
from seatrial.artifacts.wheel import WheelFacts, read_wheel
from seatrial.errors import BuildFailed, PythonNotFound, TimedOut
from seatrial.operations.indexes import Outside
from seatrial.operations.releasefiles import Release
from seatrial.process import child_environment
from seatrial.world.machine import LocalMachine
from seatrial.world.store import RunStore
from seatrial.world.usergit import logins
from seatrial.world.usual import told_to_uv

RESOLVING = 120.0
"""Seconds for one resolution."""

UNSATISFIABLE = 1
"""uv's exit code for requirements that no set of versions satisfies; other faults have others."""

OLDEST = 7
NEWEST = 40


class Trial:
    """A place to try the files of one release in.

    Args:
        outside: starts programs.
        release: the files.
        looked: the same, with what each says of itself.
        folder: an empty folder for it.
    """

    def __init__(
        self, outside: Outside, release: Release, looked: Sequence[Looked], folder: Path
    ) -> None:
        self._outside = outside
        self._release = release
        self._looked = [(one, one.facts) for one in looked if one.facts is not None]
        self._folder = folder

    def rebuild(self) -> Iterator[Finding]:
        """Build a wheel from the sdist, and compare its content with the wheels of the release."""
        sdists = [(one, facts) for one, facts in self._looked if isinstance(facts, SdistFacts)]
        wheels = [facts for _, facts in self._looked if isinstance(facts, WheelFacts)]
        for looked, facts in sdists[:1]:
            machine = LocalMachine(
                self._folder / "scratch",
                RunStore(self._folder),
                self._outside.runner,
                requires_python=facts.metadata.first("Requires-Python"),
            )
            source = unpack_sdist(looked.path, self._folder / "source")
            timeout = self._outside.settings.build.timeout
            try:
                made = machine.wheel(
                    source, self._folder / "wheel", epoch=_epoch(looked), timeout=timeout
                )
            except (BuildFailed, TimedOut, PythonNotFound) as error:
                yield fault("rebuild-failed", looked.path.name, f"no wheel builds: {error.said}")
                return
            for wheel in wheels:
                yield from _compare(wheel, read_wheel(made))

    def resolve(self) -> Iterator[Finding]:
        """Resolve what the first wheel requires, for all its Pythons and platforms at once."""
        wheels = [(one, facts) for one, facts in self._looked if isinstance(facts, WheelFacts)]
        for looked, facts in wheels[:1]:
            extras = facts.metadata.every("Provides-Extra")
            code, said = self._resolved(looked.path, facts, ())
            if not code and extras:
                code, said = self._resolved(looked.path, facts, extras)
                if code == UNSATISFIABLE:
                    # Extras may exclude each other on purpose: each has to be sound by itself.
                    for extra in extras:
                        code, said = self._resolved(looked.path, facts, (extra,))
                        if code:
                            break
            if code == UNSATISFIABLE:
                yield fault("unsatisfiable", facts.file, said)
            elif code:
                yield warning("not-resolved", facts.file, said)

    def _resolved(self, path: Path, facts: WheelFacts, extras: Sequence[str]) -> tuple[int, str]:
        from uv import find_uv_bin

        chosen = f"[{','.join(extras)}]" if extras else ""
        line = f"{facts.name}{chosen} @ {path.absolute().as_uri()}\n"
        told = {"UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1", "NO_COLOR": "1"}
        environment = child_environment() | told | told_to_uv(os.environ)
        for address in environment.get("UV_DEFAULT_INDEX", "").split():
            for secret in logins(address.partition("=")[2] or address):
                self._outside.runner.redactor.add(secret)
        done = self._outside.runner.run(
            [
                find_uv_bin(), "pip", "compile", "-", "--universal", "--quiet", "--no-header",
                "--python-version", _oldest(facts.metadata.first("Requires-Python")),
            ],
            cwd=self._folder,
            env=environment,
            timeout=RESOLVING,
            stdin=line.encode(),
        )  # fmt: skip
        return done.code, f"uv cannot resolve its requirements{chosen}: {done.said}"


def _oldest(requires: str) -> str:
    """Give the oldest Python that is allowed ("3.9")."""
    try:
        allowed = SpecifierSet(requires)
    except InvalidSpecifier:
        allowed = SpecifierSet()
    # A bound like >=3.9.2 allows the later patches of 3.9 only.
    minors = (n for n in range(OLDEST, NEWEST) if f"3.{n}.99" in allowed)
    return f"3.{next(minors, OLDEST)}"


def _epoch(looked: Looked) -> int:
    return int(looked.path.stat().st_mtime)


def _compare(wheel: WheelFacts, made: WheelFacts) -> Iterator[Finding]:
    """Compare by RECORD, whose truth was seen to; compiled files are no two times the same."""
    theirs, ours = _content(wheel), _content(made)
    for paths, said in (
        (sorted(theirs.keys() - ours.keys()), "is in the wheel, and the sdist does not make it"),
        (sorted(ours.keys() - theirs.keys()), "is made by the sdist, and not in the wheel"),
        (
            sorted(path for path in theirs.keys() & ours.keys() if theirs[path] != ours[path]),
            "has other content when it is built from the sdist",
        ),
    ):
        if paths:
            yield warning("rebuild-differs", wheel.file, f"{named(paths)} {said}")


def _content(wheel: WheelFacts) -> Mapping[str, str]:
    info = f"{wheel.dist_info}/"
    return {
        entry.path: entry.digest
        for entry in wheel.record
        if entry.path not in {f"{info}RECORD", f"{info}WHEEL"}
        and not is_extension(entry.path)
        and ".libs/" not in entry.path
    }
