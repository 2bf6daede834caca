"""One action, carried out: look, act where it is absent, look again.

This runs on a thread of its own.  What it wants of the run as a whole, it asks the desk.
"""

from __future__ import annotations

import contextlib
import itertools
import threading
from dataclasses import dataclass
from typing import Generic, Literal, Protocol, TypeVar

import msgspec

from seatrial.engine.journal import Attempt, Done, Expanded, Intend, Journal
from seatrial.engine.waiting import Waiting
from seatrial.errors import SeatrialError, StorageFault, Unreachable, by_slug
from seatrial.plan.state import (
    Absent,
    Action,
    Different,
    Expandable,
    Patient,
    Receipt,
    Same,
    State,
    Unknown,
)

W = TypeVar("W")


class Stopped(Exception):
    """The run is being stopped; nothing more is begun."""


class Held(Exception):
    """It was not begun, because something else went wrong first."""


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """How an action came to be done.

    Attributes:
        key: the action's key.
        how: "acted" when this run did it, "found" when it was there.
        receipt: what is there.
        seconds: how long it took, waiting included.
    """

    key: str
    how: Literal["acted", "found"]
    receipt: Receipt
    seconds: float


class Desk(Protocol):
    """What an action's thread may ask of the run."""

    @property
    def stop(self) -> threading.Event:
        """Set when the run is to stop."""
        ...

    def now(self) -> float:
        """Give the run's time: seconds that stand still while a person is asked."""
        ...

    def waiting(self, key: str, why: str, seconds: float) -> None:
        """Tell that it waits."""
        ...

    def may_act(self) -> None:
        """Return when the act may begin.

        Raises:
            Stopped: the run is being stopped.
            Held: it may not, because something else went wrong.
            SeatrialError: nobody agreed to it.
        """
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Step(Generic[W]):
    """Carries out one action.

    Args:
        world: handed to the action.
        journal: where it is written down.
        waiting: how long and how often.
        desk: the rest of the run.
        suspect: an earlier process meant to act, what came of it is not known, and it cannot be
            taken back or is slow to show: absent has to be seen twice.
    """

    world: W
    journal: Journal
    waiting: Waiting
    desk: Desk
    suspect: bool = False

    def carry_out(self, action: Action[W]) -> Result:
        """Bring the world to hold what the action wants, or say why not.

        Raises:
            Stopped: the run was stopped before it was done.
            Held: it was not begun, because something else went wrong.
            SeatrialError: it is not done; the journal holds the attempt.
        """
        began = self.desk.now()
        try:
            how, receipt = self._carry_out(action)
            seconds = self.desk.now() - began
            self.journal.append(Done(key=action.key, how=how, receipt=receipt, seconds=seconds))
        except SeatrialError as error:
            # A disk that takes no attempt is told of already, or matters less than this error.
            with contextlib.suppress(StorageFault):
                self._attempt(action.key, error, began)
            raise
        return Result(key=action.key, how=how, receipt=receipt, seconds=seconds)

    def _carry_out(self, action: Action[W]) -> tuple[Literal["acted", "found"], Receipt]:
        state = self._look(action)
        if self.suspect and isinstance(state, Absent):
            self._pause(action.key, "making sure that it is absent", self.waiting.second_look)
            state = self._look(action)
        how: Literal["acted", "found"] = "found"
        given = Receipt()
        for attempt in itertools.count(1):
            if not isinstance(state, Absent):
                return how, _held(action.key, state, given)
            self.desk.may_act()
            self.journal.append(Intend(key=action.key))
            how = "acted"
            began = self.desk.now()
            try:
                given = action.act(self.world)
            except Unreachable as error:
                # It may have been done all the same, so even after the last time comes a look.
                self._pause(action.key, str(error), self.waiting.pause(attempt - 1))
                state = self._look(action)
                if isinstance(state, Absent) and attempt >= self.waiting.attempts:
                    raise
                self._attempt(action.key, error, began)
            else:
                return how, _held(action.key, self._look(action, acted=True), given)
        raise AssertionError  # the count has no end

    def expand(self, action: Expandable[W], key: str) -> tuple[Action[W], ...]:
        """Give the actions that an action becomes, now that all it needs is done.

        Raises:
            SeatrialError: it cannot be said; the journal holds the attempt.
        """
        began = self.desk.now()
        try:
            parts = action.expand(self.world)
            self.journal.append(Expanded(key=key, parts=tuple(part.key for part in parts)))
        except SeatrialError as error:
            with contextlib.suppress(StorageFault):
                self._attempt(key, error, began)
            raise
        return parts

    def _look(self, action: Action[W], *, acted: bool = False) -> State:
        """Ask until the world answers; after an act, until it shows the effect.

        Raises:
            Stopped: the run is being stopped.
            SeatrialError: the action's patience is at its end.
        """
        began = self.waiting.clock()
        patience = action.patience if isinstance(action, Patient) else self.waiting.patience
        for repetition in itertools.count():
            error: SeatrialError | None = None
            try:
                state = action.observe(self.world)
            except Unreachable as unreachable:
                error = unreachable
            else:
                if acted and isinstance(state, Absent):
                    state = Unknown("it was done, but it does not show")
                if not isinstance(state, Unknown):
                    return state
                error = by_slug(state.error)(action.key, state.why)
            left = patience - (self.waiting.clock() - began)
            if left <= 0:
                raise error
            self._pause(action.key, error.said, min(left, self.waiting.pause(repetition)))
        raise AssertionError  # the count has no end

    def _pause(self, key: str, why: str, seconds: float) -> None:
        self.desk.waiting(key, why, seconds)
        if self.waiting.wait(self.desk.stop, seconds):
            raise Stopped

    def _attempt(self, key: str, error: SeatrialError, began: float) -> None:
        seconds = self.desk.now() - began
        self.journal.append(Attempt(key=key, error=error.slug, said=str(error), seconds=seconds))


def _held(key: str, state: State, given: Receipt) -> Receipt:
    """Give the receipt of what is there: the act's own, else what was seen."""
    if isinstance(state, Different):
        # A key says what is done, in the words of a command: "push v1.0 to origin".
        raise by_slug(state.error)(key, state.why, doing="trying to")
    if not isinstance(state, Same):
        raise TypeError(state)
    return given if given != Receipt() else state.receipt
