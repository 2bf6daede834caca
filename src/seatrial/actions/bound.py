"""An action's data together with its behaviour."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Generic, TypeVar

from seatrial.plan.values import Build, Plan, Spec
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


def source_identity(world: World, spec: Build) -> str:
    """Name what a build starts from: the same name, the same input.

    The name is made of the release commit's tree, the package's folder, ``SOURCE_DATE_EPOCH`` and
    what is edited for the build, and not of the commit's id, because a signature makes another id
    of the same content.

    Args:
        world: where the release commit is.
        spec: the build.
    """
    tree = world.git.tree(world.git.release_commit())
    named = hashlib.sha256(f"{tree}\n{spec.path}\n{spec.epoch}\n".encode())
    for edit in spec.edits:
        content = (edit.after or "").encode()
        named.update(f"{edit.path}\0{hashlib.sha256(content).hexdigest()}\n".encode())
    return named.hexdigest()


def tail(text: str, lines: int = 30) -> str:
    """Give the last lines of a text, for a message."""
    kept = text.strip().splitlines()[-lines:]
    return "\n".join(kept)
