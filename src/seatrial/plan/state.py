"""What an action answers when it is asked what the world already holds."""

from __future__ import annotations

from typing import Any, Protocol, TypeAlias, TypeVar, runtime_checkable

import msgspec

W_contra = TypeVar("W_contra", contravariant=True)


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What an act made, for the journal and for people.

    Attributes:
        detail: one line ("3 files, 48 kB").
        facts: names with values that identify the effect (a commit, a digest, an address).
    """

    detail: str = ""
    facts: dict[str, str] = msgspec.field(default_factory=dict)


class Absent(msgspec.Struct, frozen=True, tag="absent"):
    """Nothing of it is there: it may be done."""

    why: str = ""


class Same(msgspec.Struct, frozen=True, tag="same"):
    """It is there, and it is exactly what is wanted."""

    receipt: Receipt = msgspec.field(default_factory=Receipt)


class Different(msgspec.Struct, frozen=True, tag="different"):
    """Something else is there under its name.

    ``error`` is the slug of the error that the run stops with (:func:`seatrial.errors.by_slug`).
    """

    why: str
    error: str = "different-bytes"


class Unknown(msgspec.Struct, frozen=True, tag="unknown"):
    """The world did not say; asked again within the action's patience, then the run stops.

    ``error`` is the slug of the error that the run stops with (:func:`seatrial.errors.by_slug`).
    """

    why: str
    error: str = "cannot-tell"


State: TypeAlias = Absent | Same | Different | Unknown


@runtime_checkable
class Action(Protocol[W_contra]):
    """One change to the world that can be observed.  ``W`` is the world it acts in."""

    @property
    def key(self) -> str:
        """Its natural key, unique in the run."""
        ...

    @property
    def needs(self) -> tuple[str, ...]:
        """Keys of the actions that come before it."""
        ...

    def observe(self, world: W_contra, /) -> State:
        """Say what the world already holds; changes nothing."""
        ...

    def act(self, world: W_contra, /) -> Receipt:
        """Make the change; only ever called when it is absent."""
        ...


@runtime_checkable
class Undoable(Protocol[W_contra]):
    """An action whose effect can be taken back."""

    def undo(self, world: W_contra, /) -> Receipt:
        """Take the effect back, if and only if it is ours; quiet when nothing is there."""
        ...


@runtime_checkable
class Expandable(Protocol[W_contra]):
    """An action that becomes one action a file once the files are known."""

    def expand(self, world: W_contra, /) -> tuple[Action[Any], ...]:
        """Give the parts; asked when all needs are done.  Every part is tried, come what may."""
        ...


@runtime_checkable
class Preflight(Protocol[W_contra]):
    """An action that can ask beforehand, read-only, whether it may be done later."""

    def preflight(self, world: W_contra, /) -> None:
        """Raise the error that the act would meet (a credential, a permission, a missing tool)."""
        ...


@runtime_checkable
class Irrevocable(Protocol):
    """An action that cannot be taken back; the first of them is the point of no return."""

    @property
    def irrevocable(self) -> bool:
        """Whether it is one in this plan."""
        ...


@runtime_checkable
class Heavy(Protocol):
    """An action that keeps the machine busy: only as many of them run at once as it is made for."""

    @property
    def heavy(self) -> bool:
        """Whether it is one."""
        ...


@runtime_checkable
class Patient(Protocol):
    """An action whose unknown state is worth waiting for."""

    @property
    def patience(self) -> float:
        """Seconds to go on asking, with back-off, while the state is unknown."""
        ...


@runtime_checkable
class Following(Protocol):
    """A part of an action that begins when others of its parts have ended, well or badly."""

    @property
    def after(self) -> tuple[str, ...]:
        """Keys of those parts."""
        ...
