"""An action's data together with its behaviour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from seatrial.plan.values import Plan, Spec

S_co = TypeVar("S_co", bound=Spec, covariant=True)


@dataclass(frozen=True)
class Bound(Generic[S_co]):
    """The base of all actions: one part of a plan, and the plan it belongs to.

    Args:
        spec: what is to be done.
        plan: the whole plan.
    """

    spec: S_co
    plan: Plan

    @property
    def key(self) -> str:
        """Its natural key."""
        return self.spec.key

    @property
    def needs(self) -> tuple[str, ...]:
        """Keys of the actions that come before it."""
        return self.spec.needs


def tail(text: str, lines: int = 30) -> str:
    """Give the last lines of a text, for a message."""
    kept = text.strip().splitlines()[-lines:]
    return "\n".join(kept)
