"""An action's data together with its behaviour."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Generic, TypeVar

from seatrial.plan.values import Plan, Spec
from seatrial.world.ports import World

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


def source_identity(world: World, path: str, epoch: int) -> str:
    """Name what a build starts from: the same name, the same input.

    The name is made of the release commit's tree, the package's folder and ``SOURCE_DATE_EPOCH``,
    and not of the commit's id, because a signature makes another id of the same content.

    Args:
        world: where the release commit is.
        path: the package's folder from the repository's root.
        epoch: ``SOURCE_DATE_EPOCH``, seconds.
    """
    tree = world.git.tree(world.git.release_commit())
    return hashlib.sha256(f"{tree}\n{path}\n{epoch}\n".encode()).hexdigest()


def tail(text: str, lines: int = 30) -> str:
    """Give the last lines of a text, for a message."""
    kept = text.strip().splitlines()[-lines:]
    return "\n".join(kept)
