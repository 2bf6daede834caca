"""Runs any list of actions to its end, or to where it cannot go on.

Resuming is the same call on a journal that has lines already.  What the journal says is done is
asked of the world all the same: the world is the truth, and what only this machine can know (a gate
that passed, a file that was built) is answered by the run's own folder at the cost of one read.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec

from seatrial.engine.course import Course, Manner, Task
from seatrial.engine.hands import hands_here
from seatrial.engine.history import open_intents
from seatrial.engine.journal import DONE, INTERRUPTED, Ended, Journal, Skipped
from seatrial.engine.progress import Expecting, Progress
from seatrial.engine.step import Result
from seatrial.engine.waiting import Waiting
from seatrial.errors import Interrupted, SeatrialError, StorageFault
from seatrial.plan.state import Action

W = TypeVar("W")

JOBS = 32
"""Actions at once: they mostly wait for networks and for other programs."""

FORWARD = "Run seatrial resume to finish; what is out cannot be taken back."
"""What is left when something is done that cannot be undone."""


def nothing() -> None:
    """Do nothing."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """A run that came to its end: everything is there.

    Attributes:
        results: how each action came to be done, in the plan's order, each before its parts.
    """

    results: tuple[Result, ...]

    @property
    def already_complete(self) -> bool:
        """Whether there was nothing left to do."""
        return all(result.how == "found" for result in self.results)


@dataclass(frozen=True, kw_only=True, slots=True)
class Hooks:
    """What a run asks of the one who started it; all are called on the thread that did.

    Attributes:
        before_point_of_no_return: called once at most: before the first act that cannot be taken
            back, when all that comes before it is done.  It raises to say no (``NotConfirmed``).
        on_interrupt: called when the user stops the run; it ends the programs that running actions
            wait for.
    """

    before_point_of_no_return: Callable[[], None] = nothing
    on_interrupt: Callable[[], None] = nothing


class Engine(Generic[W]):
    """Runs actions that act on a world.

    Args:
        world: handed to each action.
        journal: open, and begun for this process (``Journal.begin``).
        listener: told what happens.
        patience: how long and how often.
        jobs: how many actions run at once at most.
    """

    def __init__(
        self,
        world: W,
        journal: Journal,
        *,
        listener: Progress,
        patience: Waiting | None = None,
        jobs: int = JOBS,
    ) -> None:
        self._world = world
        self._journal = journal
        self._listener = listener
        self._waiting = patience or Waiting()
        self._jobs = max(1, jobs)
        self._hands = hands_here()

    def run(self, actions: Sequence[Action[W]], hooks: Hooks | None = None) -> Outcome:
        """Do everything that is not done yet.

        Each action is looked at first, and only done where it is absent.  The first failure keeps
        everything new from beginning; what is under way comes to its end, and of an action with
        parts every part is tried.

        Args:
            actions: what is to be done; the order is theirs (``Action.needs``), and what cannot be
                taken back begins only when all that stands before it and can is done.
            hooks: what the run asks of the caller.

        Raises:
            OrderError: the actions cannot be ordered.
            Interrupted: the user stopped it (Ctrl-C, or SIGTERM).
            SeatrialError: the first thing that went wrong; ``others`` holds what followed.
        """
        hooks = hooks or Hooks()
        manner = Manner(
            listener=self._listener,
            waiting=self._waiting,
            jobs=self._jobs,
            hands=self._hands,
            agree=hooks.before_point_of_no_return,
            halt=hooks.on_interrupt,
            suspects=open_intents(self._journal.entries()),
        )
        if isinstance(self._listener, Expecting):
            self._listener.expect([action.key for action in actions])
        course = Course(self._world, self._journal, actions, manner)
        course.go()
        if all(task.result is not None for task in course.tasks.values()):
            self._journal.append(Ended(outcome=DONE))
            return Outcome(results=tuple(_results(course.tasks.values())))
        error = self._why(course)
        # The disk may be what ended the run; it is told of in the error, not by this one.
        with contextlib.suppress(StorageFault):
            self._note_end(course, error)
        raise error

    def _why(self, course: Course[W]) -> SeatrialError:
        if course.interrupted:
            done = sum(task.result is not None for task in course.tasks.values())
            out = any(_is_out(task) for task in course.tasks.values())
            return Interrupted(
                "the run",
                f"{done} of {len(course.tasks)} actions are done",
                next_step=FORWARD if out else None,
            )
        first, *others = course.failures
        first.others += tuple(others)
        return first

    def _note_end(self, course: Course[W], error: SeatrialError) -> None:
        for task in course.tasks.values():
            if not task.over and not course.interrupted:
                self._journal.append(Skipped(key=task.key, why=f"stopped at {error.thing}"))
        self._journal.append(Ended(outcome=INTERRUPTED if course.interrupted else error.slug))


def _is_out(task: Task[W]) -> bool:
    """Whether something is done for ever, be it one part of many."""
    done = task.irrevocable and task.result is not None
    return done or any(_is_out(part) for part in task.parts)


def _results(tasks: Iterable[Task[W]]) -> list[Result]:
    """Give the results of tasks, each before those of its parts."""
    results: list[Result] = []
    for task in tasks:
        if task.result is not None:
            results.append(task.result)
        results += _results(task.parts)
    return results
