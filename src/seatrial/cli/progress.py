"""Progress on stderr: a line when a step has ended, and what is under way where people look."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import TYPE_CHECKING, Self

from seatrial.cli.output import side_console
from seatrial.errors import SeatrialError
from seatrial.plan.state import Receipt

if TYPE_CHECKING:
    from rich.status import Status

MARKS = {"acted": "[green]✓[/]", "found": "[blue]=[/]", "undone": "[yellow]↩[/]"}
SHOWN = 3
"""How many of the actions under way are named."""


class Steps:
    """Shows the steps of a run on a terminal: a line for each that ended, and what is under way.

    Where stderr is no terminal only waits and failures are told.
    """

    def __init__(self) -> None:
        self._console = side_console()
        self._running: dict[str, None] = {}
        self._lock = threading.Lock()
        self._status: Status | None = None

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._status = self._console.status("reading the repository")
            self._status.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.pause()

    def pause(self) -> None:
        """Stop the display, before something is asked or printed."""
        if self._status is not None:
            self._status.stop()
            self._status = None

    def go_on(self) -> None:
        """Begin the display again."""
        self.__enter__()

    def started(self, key: str) -> None:
        """Show an action as under way."""
        with self._lock:
            self._running[key] = None
            self._show()

    def waiting(self, key: str, why: str, seconds: float) -> None:
        """Say what is waited for."""
        from rich.markup import escape

        first = next(iter(why.splitlines()), "")
        self._console.print(
            f"[yellow]…[/] {escape(key)}: {escape(first)}; again in {seconds:.0f} s"
        )

    def finished(self, key: str, how: str, receipt: Receipt, seconds: float) -> None:
        """Show a line for what is done."""
        from rich.markup import escape

        self._ended(key)
        if not self._console.is_terminal:
            return
        detail = f" [dim]{escape(receipt.detail)}[/]" if receipt.detail else ""
        took = f" [dim]{seconds:.1f} s[/]" if seconds >= 1 else ""
        self._console.print(f"{MARKS[how]} {escape(key)}{detail}{took}")

    def failed(self, key: str, error: SeatrialError) -> None:
        """Show a line for what is not done; the sentence comes at the end."""
        from rich.markup import escape

        self._ended(key)
        self._console.print(f"[red]✗[/] {escape(key)} [dim]{error.slug}[/]")

    def _ended(self, key: str) -> None:
        with self._lock:
            self._running.pop(key, None)
            self._show()

    def _show(self) -> None:
        if self._status is None:
            return
        from rich.markup import escape

        names = list(self._running)
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        self._status.update(escape(", ".join(names[:SHOWN]) + more) or "…")
