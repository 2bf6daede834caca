"""Takes a run back, as long as nothing is out that cannot be taken back.

It may be killed at any point and run again: an action takes back only what is its own and is quiet
where nothing is, so what was taken back and not yet written down is simply asked once more.
"""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from seatrial.engine.history import touched
from seatrial.engine.journal import INTERRUPTED, UNDONE, Attempt, Ended, Expanded, Journal, Undone
from seatrial.engine.order import in_order, irrevocable
from seatrial.engine.progress import Progress, Quiet
from seatrial.engine.signals import on_stop
from seatrial.engine.waiting import Waiting
from seatrial.errors import (
    CannotTell,
    CannotUndo,
    Interrupted,
    SeatrialError,
    StorageFault,
    Unreachable,
    by_slug,
)
from seatrial.plan.state import Absent, Action, Expandable, State, Undoable, Unknown

W = TypeVar("W")


def undo(
    world: W,
    journal: Journal,
    actions: Sequence[Action[W]],
    *,
    listener: Progress | None = None,
    patience: Waiting | None = None,
) -> list[str]:
    """Take back what a run did, the last first.

    Args:
        world: handed to each action.
        journal: the run's, open.
        actions: the plan's.
        listener: told what happens.
        patience: how often is tried again what a passing fault kept from being taken back.

    Returns:
        The keys of what was taken back, in the order in which it was.

    Raises:
        CannotUndo: something is out that cannot be taken back; nothing was undone.
        Interrupted: the user stopped it.
        SeatrialError: something could not be taken back, or the world did not say what it holds.
    """
    work = _Undoing(world, journal, listener or Quiet(), patience or Waiting())
    try:
        with on_stop(_stop):
            return work.go(actions)
    except KeyboardInterrupt:
        journal.append(Ended(outcome=INTERRUPTED))
        raise Interrupted(
            "undoing the run",
            next_step="Run seatrial undo again to finish it.",
        ) from None


def _stop() -> None:
    raise KeyboardInterrupt


class _Undoing(Generic[W]):
    """One execution of :func:`undo`; all of it on one thread."""

    def __init__(self, world: W, journal: Journal, listener: Progress, waiting: Waiting) -> None:
        self.world = world
        self.journal = journal
        self.listener = listener
        self.waiting = waiting
        self.never = threading.Event()

    def go(self, actions: Sequence[Action[W]]) -> list[str]:
        keys = touched(self.journal.entries())
        known = self._with_parts(in_order(actions))
        for key in keys:
            if key not in known:
                raise CannotTell(key, "the journal tells of it, and the plan does not")
        self._refuse_what_is_out([known[key] for key in keys])
        undone: list[str] = []
        for key in reversed(keys):
            action = known[key].action
            if isinstance(action, Undoable):
                self._take_back(key, action)
                undone.append(key)
        self.journal.append(Ended(outcome=UNDONE))
        return undone

    def _with_parts(self, actions: Sequence[Action[W]]) -> dict[str, _Known[W]]:
        """Give actions by key, and the parts they became as far as those left anything."""
        entries = self.journal.entries()
        left = set(touched(entries))
        became: dict[str, tuple[str, ...]] = {
            entry.key: entry.parts for entry in entries if isinstance(entry, Expanded)
        }
        known: dict[str, _Known[W]] = {}
        for action in actions:
            parts = became.get(action.key)
            known[action.key] = _Known(action, irrevocable(action) and parts is None)
            if isinstance(action, Expandable) and left.intersection(parts or ()):
                for part in action.expand(self.world):
                    known[part.key] = _Known(part, irrevocable(part) or irrevocable(action))
        return known

    def _refuse_what_is_out(self, touched_actions: Sequence[_Known[W]]) -> None:
        out: list[str] = []
        for known in touched_actions:
            if known.irrevocable:
                state = self._look(known.action)
                if not isinstance(state, Absent):
                    out.append(known.action.key)
        if out:
            raise CannotUndo("the run", "it cannot be taken back: " + ", ".join(out))

    def _look(self, action: Action[W]) -> State:
        """Ask what is there, a few times if the world does not say.

        Raises:
            SeatrialError: it did not say.
        """
        for repetition in itertools.count(1):
            error: SeatrialError
            try:
                state = action.observe(self.world)
            except Unreachable as unreachable:
                error = unreachable
            else:
                if not isinstance(state, Unknown):
                    return state
                error = by_slug(state.error)(action.key, state.why)
            self._pause(action.key, error, repetition)
        raise AssertionError  # the count has no end

    def _take_back(self, key: str, action: Undoable[W]) -> None:
        self.listener.started(key)
        began = self.waiting.clock()
        for repetition in itertools.count(1):
            try:
                receipt = action.undo(self.world)
            except SeatrialError as error:
                seconds = self.waiting.clock() - began
                with contextlib.suppress(StorageFault):
                    self.journal.append(
                        Attempt(key=key, error=error.slug, said=str(error), seconds=seconds)
                    )
                if not isinstance(error, Unreachable) or repetition >= self.waiting.attempts:
                    self.listener.failed(key, error)
                    raise
                self._pause(key, error, repetition)
            else:
                break
        self.journal.append(Undone(key=key, receipt=receipt))
        self.listener.finished(key, "undone", receipt, self.waiting.clock() - began)

    def _pause(self, key: str, error: SeatrialError, repetition: int) -> None:
        """Wait before the next time, or give up with the error."""
        if repetition >= self.waiting.attempts:
            raise error
        seconds = self.waiting.pause(repetition - 1)
        self.listener.waiting(key, str(error), seconds)
        self.waiting.wait(self.never, seconds)


@dataclass(frozen=True, slots=True)
class _Known(Generic[W]):
    """An action of the plan, or a part of one, and whether its effect stays for ever."""

    action: Action[W]
    irrevocable: bool
