"""What the engine tells while it works; who shows it is not its business."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol, runtime_checkable

from seatrial.errors import SeatrialError
from seatrial.plan.state import Receipt


class Progress(Protocol):
    """Told what happens, one call at a time, on the thread that called the engine."""

    def started(self, key: str) -> None:
        """An action is looked at."""
        ...

    def waiting(self, key: str, why: str, seconds: float) -> None:
        """It is tried or asked again after so many seconds, because of ``why``."""
        ...

    def finished(
        self, key: str, how: Literal["acted", "found", "undone"], receipt: Receipt, seconds: float
    ) -> None:
        """It is done: by this run, found done, or taken back."""
        ...

    def failed(self, key: str, error: SeatrialError) -> None:
        """It is not done."""
        ...

    def stopping(self, keys: Sequence[str], seconds: float) -> None:
        """The user has stopped the run; these get so many seconds to come to their end."""
        ...


@runtime_checkable
class Expecting(Protocol):
    """One that wants to know beforehand what is to be done."""

    def expect(self, keys: Sequence[str]) -> None:
        """Hear the keys of all actions, before the first of them begins."""
        ...


class Quiet:
    """Shows nothing."""

    def started(self, key: str) -> None:
        """Show nothing."""

    def waiting(self, key: str, why: str, seconds: float) -> None:
        """Show nothing."""

    def finished(
        self, key: str, how: Literal["acted", "found", "undone"], receipt: Receipt, seconds: float
    ) -> None:
        """Show nothing."""

    def failed(self, key: str, error: SeatrialError) -> None:
        """Show nothing."""

    def stopping(self, keys: Sequence[str], seconds: float) -> None:
        """Show nothing."""
