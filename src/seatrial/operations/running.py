"""One run of one plan by the engine, in whatever world."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from seatrial import __version__
from seatrial.actions.inspect import recorded_asks
from seatrial.actions.registry import bind
from seatrial.engine.journal import Entry, Intend, Journal, Listener, read_entries
from seatrial.engine.progress import Progress, Quiet
from seatrial.engine.run import Engine, Hooks, nothing
from seatrial.error import resuming
from seatrial.errors import SeatrialError
from seatrial.leftovers import end_leftovers
from seatrial.operations.planfiles import run_digest
from seatrial.plan.state import Action, Preflight
from seatrial.plan.values import Inspect, Plan
from seatrial.report.release import Artifact
from seatrial.together import refuse_together
from seatrial.world.ports import World

JOURNAL = "journal.jsonl"
LOGS = "logs"


def unheard(phase: str) -> None:
    """Tell nobody."""


def unasked(plan: Plan, artifacts: Sequence[Artifact], doubts: Sequence[str]) -> None:
    """Ask nobody: a rehearsal has no point of no return."""


@dataclass(frozen=True, kw_only=True)
class Watch:
    """Who is told of a run, and who is asked.

    Attributes:
        progress: told what happens.
        confirm: asked once, before the point of no return, with the plan, the built files, and
            what the project wants a person to be asked about; raises when the answer is no.
        listener: told of every line of the journal.
        tell: told what is done before the first action, in a few words.
        ready: asked before a run is gone on with; raises when nobody could answer later.
    """

    progress: Progress = field(default_factory=Quiet)
    confirm: Callable[[Plan, Sequence[Artifact], Sequence[str]], None] = unasked
    listener: Listener | None = None
    tell: Callable[[str], None] = unheard
    ready: Callable[[], None] = nothing


def perform(plan: Plan, world: World, run: Path, watch: Watch) -> Sequence[Entry]:
    """Run a plan to its end, and give its journal.

    Args:
        plan: what is to be done.
        world: where.
        run: the run's folder, which holds the plan.
        watch: who is told and asked.

    Raises:
        SeatrialError: whatever stopped it; the journal is on the disk, and the run can go on.
    """
    end_leftovers(run / LOGS)
    world = replace(
        world,
        collected=world.collected.telling(watch.tell),
        wares=world.wares.telling(watch.tell),
    )
    with Journal.open(run / JOURNAL, listener=watch.listener) as journal:
        journal.begin(run_digest(run), __version__)
        engine = Engine(world, journal, listener=watch.progress)
        engine.run(
            bind(plan),
            Hooks(
                before_point_of_no_return=lambda: watch.confirm(
                    plan, artifacts_of(world), doubts_of(plan, world)
                ),
                on_interrupt=world.machine.halt,
            ),
        )
        return journal.entries()


@contextlib.contextmanager
def resumable() -> Iterator[None]:
    """Name the command that goes on, where an error's next step says to run "this" again."""
    try:
        yield
    except SeatrialError as error:
        for one in (error, *error.others):
            one.next_step = resuming(one.next_step)
        raise


def preflight(
    actions: Sequence[Action[World]], world: World, known: Sequence[SeatrialError] = ()
) -> None:
    """Ask every action that can tell beforehand whether it may be done later.

    Args:
        actions: of the plan.
        world: where they would be done.
        known: what is already known to be wrong.

    Raises:
        SeatrialError: the first error that an act would meet; ``others`` are all that follow, so
            that everything that is missing is told at once.
    """
    met = {str(one): one for one in known}
    for action in actions:
        if isinstance(action, Preflight):
            try:
                action.preflight(world)
            except SeatrialError as error:
                for one in (error, *error.others):
                    met.setdefault(str(one), one)
    refuse_together(met.values())


def journal_of(run: Path) -> Sequence[Entry]:
    """Read the journal of a run, which another process may be writing."""
    return read_entries(run / JOURNAL)


def doubts_of(plan: Plan, world: World) -> tuple[str, ...]:
    """Give what the inspection found that the project wants a person to be asked about."""
    inspections = (action for action in plan.actions if isinstance(action, Inspect))
    return tuple(doubt for spec in inspections for doubt in recorded_asks(world, spec))


def artifacts_of(world: World) -> tuple[Artifact, ...]:
    """Give the built files."""
    return tuple(
        Artifact(name=file.name, size=file.size, sha256=file.sha256) for file in world.store.files()
    )


def killer(kind: str) -> Listener:
    """Give a listener that kills this very process when an action of a kind is about to begin.

    It is how a rehearsal shows that a release survives (``--fault kill@tag``).

    Args:
        kind: the first word of the action's key.
    """

    def listen(point: int, entry: Entry) -> None:
        if point % 2 and isinstance(entry, Intend) and entry.key.split(" ")[0] == kind:
            os.kill(os.getpid(), signal.SIGKILL)

    return listen


class Stopwatch:
    """Seconds since a moment.

    Args:
        began: the moment (``time.monotonic()``); now when absent.
    """

    def __init__(self, began: float | None = None) -> None:
        self.began = time.monotonic() if began is None else began

    @property
    def seconds(self) -> float:
        """How long it has run."""
        return time.monotonic() - self.began
