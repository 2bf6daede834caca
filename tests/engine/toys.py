"""A toy world: a folder in which each effect is a line in a file, so that it can be counted."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from seatrial.engine.journal import Journal
from seatrial.engine.progress import Quiet
from seatrial.engine.run import Engine, Hooks, Outcome
from seatrial.engine.waiting import Waiting
from seatrial.errors import SeatrialError
from seatrial.plan.state import Absent, Action, Different, Receipt, Same, State


def never(_moment: str, _key: str) -> None:
    """Do nothing."""


@dataclass(frozen=True)
class Toys:
    """The toy world.

    Attributes:
        folder: where the effects are.
        within: called in the middle of each act, "before" and "after" its effect, with its key.
    """

    folder: Path
    within: Callable[[str, str], None] = never

    def effects(self, key: str) -> list[str]:
        """Give the lines of an effect's file."""
        path = self.folder / key.replace(" ", "_")
        return path.read_text().splitlines() if path.exists() else []

    def add(self, key: str, line: str) -> None:
        """Add a line to an effect's file, in one write."""
        path = self.folder / key.replace(" ", "_")
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(descriptor, f"{line}\n".encode())
        os.close(descriptor)

    def everything(self) -> dict[str, list[str]]:
        """Give all effects."""
        return {path.name: path.read_text().splitlines() for path in self.folder.iterdir()}


@dataclass(frozen=True, kw_only=True)
class Put:
    """Puts one line into one file."""

    key: str
    needs: tuple[str, ...] = ()
    irrevocable: bool = False

    def observe(self, world: Toys) -> State:
        """Look at the file."""
        lines = world.effects(self.key)
        if not lines:
            return Absent()
        if lines == [self.key]:
            return Same(Receipt(detail="one line"))
        return Different(f"it holds {lines}")

    def act(self, world: Toys) -> Receipt:
        """Add the line."""
        world.within("before", self.key)
        world.add(self.key, self.key)
        world.within("after", self.key)
        return Receipt(detail="one line")


@dataclass(frozen=True, kw_only=True)
class Loose(Put):
    """A line that can be taken back."""

    def undo(self, world: Toys) -> Receipt:
        """Remove the file if it is ours."""
        world.within("before undo", self.key)
        if world.effects(self.key) == [self.key]:
            (world.folder / self.key.replace(" ", "_")).unlink()
        world.within("after undo", self.key)
        return Receipt(detail="removed")


@dataclass(frozen=True, kw_only=True)
class Many(Put):
    """Becomes one action a name, once the names are known."""

    parts: tuple[str, ...] = ("one", "two", "three")
    loose: bool = False

    def expand(self, world: Toys) -> tuple[Put, ...]:
        """Give the parts; the names are known when what it needs is done."""
        assert len(world.everything()) > len(self.needs)
        kind = Loose if self.loose else Put
        return tuple(kind(key=f"{self.key} {part}") for part in self.parts)


def toy_plan() -> list[Put]:
    """Give a plan like a release: checks at once, a build, files, the point of no return."""
    return [
        Put(key="gate tests"),
        Put(key="gate types"),
        Loose(key="commit"),
        Loose(key="build", needs=("gate tests", "gate types", "commit")),
        Many(key="asset", needs=("build",), loose=True),
        Many(key="upload", needs=("asset",), irrevocable=True),
        Put(key="publish", needs=("upload",), irrevocable=True),
    ]


@dataclass
class Clock:
    """A clock that goes only when somebody waits."""

    now: float = 0.0
    waits: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def read(self) -> float:
        """Give the time."""
        return self.now

    def wait(self, stop: threading.Event, seconds: float) -> bool:
        """Let the time pass at once."""
        with self.lock:
            self.now += seconds
            self.waits.append(seconds)
        return stop.is_set()

    def waiting(self, **changes: float) -> Waiting:
        """Give the engine's patience by this clock."""
        jobs = {name: value for name, value in changes.items() if name != "attempts"}
        attempts = int(changes.get("attempts", 4))
        return Waiting(clock=self.read, wait=self.wait, attempts=attempts, **jobs)


@dataclass
class Heard(Quiet):
    """A listener that notes what it is told."""

    told: list[str] = field(default_factory=list)
    threads: set[str] = field(default_factory=set)

    def _note(self, line: str) -> None:
        self.told.append(line)
        self.threads.add(threading.current_thread().name)

    def started(self, key: str) -> None:
        """Note it."""
        self._note(f"started {key}")

    def waiting(self, key: str, why: str, seconds: float) -> None:
        """Note it."""
        self._note(f"waiting {key} {seconds:g}: {why}")

    def finished(
        self, key: str, how: Literal["acted", "found", "undone"], receipt: Receipt, seconds: float
    ) -> None:
        """Note it."""
        assert seconds >= 0
        self._note(f"{how} {key}: {receipt.detail}")

    def failed(self, key: str, error: SeatrialError) -> None:
        """Note it."""
        self._note(f"failed {key}: {error.slug}")


@dataclass
class Bench:
    """A toy world with a journal, and an engine made anew for each run."""

    folder: Path
    clock: Clock = field(default_factory=Clock)
    heard: Heard = field(default_factory=Heard)
    within: Callable[[str, str], None] = never
    jobs: int = 16

    @property
    def world(self) -> Toys:
        """The world, its folder made."""
        toys = self.folder / "toys"
        toys.mkdir(parents=True, exist_ok=True)
        return Toys(toys, self.within)

    @property
    def path(self) -> Path:
        """The journal's file."""
        return self.folder / "journal.jsonl"

    def run(self, actions: Sequence[Action[Toys]], hooks: Hooks | None = None) -> Outcome:
        """Run actions as a new process would."""
        with Journal.open(self.path) as journal:
            journal.begin("digest", "1")
            engine = Engine(
                self.world,
                journal,
                listener=self.heard,
                patience=self.clock.waiting(),
                jobs=self.jobs,
            )
            return engine.run(actions, hooks)
