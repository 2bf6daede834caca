"""Actions that answer what a test has written down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from seatrial.errors import SeatrialError
from seatrial.plan.state import Absent, Receipt, Same, State
from tests.engine.toys import Toys

Answer = State | SeatrialError


@dataclass(kw_only=True)
class Scripted:
    """Answers one state after the other, the last again and again; notes what it was asked.

    Attributes:
        key: its key.
        needs: what comes before it.
        states: what ``observe`` answers; an error is raised.
        acts: what ``act`` gives; an error is raised.
        irrevocable: whether it cannot be taken back.
        during: called in the middle of the act.
        asked: what it was asked, in order.
    """

    key: str
    needs: tuple[str, ...] = ()
    states: Sequence[Answer] = (Absent(), Same())
    acts: Sequence[Receipt | SeatrialError] = (Receipt(detail="made"),)
    irrevocable: bool = False
    during: Callable[[], object] = lambda: None
    asked: list[str] = field(default_factory=list)

    def observe(self, _world: Toys) -> State:
        """Give the next state."""
        state = self.states[min(self.asked.count("observe"), len(self.states) - 1)]
        self.asked.append("observe")
        if isinstance(state, SeatrialError):
            raise state
        return state

    def act(self, _world: Toys) -> Receipt:
        """Give the next receipt."""
        answer = self.acts[min(self.asked.count("act"), len(self.acts) - 1)]
        self.asked.append("act")
        self.during()
        if isinstance(answer, SeatrialError):
            raise answer
        return answer


@dataclass(kw_only=True)
class Waited(Scripted):
    """One that says how long it is worth waiting for."""

    patience: float = 600.0


@dataclass(kw_only=True)
class Later(Scripted):
    """One that waits until others of its parent's parts have ended."""

    after: tuple[str, ...]


@dataclass(kw_only=True)
class Family(Scripted):
    """One that becomes others."""

    parts: tuple[Scripted, ...] = ()
    error: SeatrialError | None = None

    def expand(self, _world: Toys) -> tuple[Scripted, ...]:
        """Give the parts."""
        self.asked.append("expand")
        if self.error is not None:
            raise self.error
        return self.parts


def done(key: str, *needs: str) -> Scripted:
    """Give an action that is done already."""
    return Scripted(key=key, needs=needs, states=[Same(Receipt(detail="there"))])
