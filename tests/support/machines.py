"""A machine for tests, with a store that only has logs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from seatrial.process import Runner
from seatrial.world.machine import LocalMachine
from seatrial.world.ports import StoredFile


class Logs:
    """A store that gives logs and holds nothing (:class:`seatrial.world.ports.Store`)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self._folder

    def keep(self, file: Path) -> StoredFile:
        """Take nothing in."""
        raise AssertionError(file)

    def keep_all(self, files: Iterable[Path]) -> Sequence[StoredFile]:
        """Take nothing in."""
        raise AssertionError(files)

    def files(self, names: Collection[str] | None = None) -> Sequence[StoredFile]:
        """Give nothing."""
        del names
        return ()

    def record(self, key: str, facts: Mapping[str, str]) -> None:
        """Remember nothing."""

    def recorded(self, key: str) -> Mapping[str, str] | None:
        """Give nothing."""
        return {key: ""} if key == "" else None

    def log(self, name: str) -> Path:
        """Give the path of a log."""
        self._folder.mkdir(parents=True, exist_ok=True)
        return self._folder / f"{name}.log"


def make_machine(
    folder: Path, *, usual_index: str | None = None, runner: Runner | None = None
) -> LocalMachine:
    """Make a machine whose scratch and logs lie in ``folder``."""
    return LocalMachine(
        folder / "scratch", Logs(folder / "logs"), runner or Runner(), usual_index=usual_index
    )
