"""Progress on stderr: a line when a step has ended, and what is under way where people look."""

from __future__ import annotations

import sys
import threading
from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Self

from seatrial.cli.output import side_console
from seatrial.errors import SeatrialError
from seatrial.plan.state import Receipt

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID

MARKS = {"acted": "[green]✓[/]", "found": "[blue]=[/]", "undone": "[yellow]↩[/]"}
MOST_LINES = 100
"""How many steps have a line each; of more, those of a kind are counted together."""
PARTS = ("upload ", "attach ")
SHOWN = 4
"""How many of the actions under way are shown."""
TURN = 0.1
"""Seconds between two turns of the spinner."""


class Steps:
    """Shows the steps of a run on a terminal: a line for each that ended, and what is under way.

    Where stderr is no terminal only waits and failures are told.
    """

    def __init__(self) -> None:
        self._tty = sys.stderr.isatty()
        self._lock = threading.RLock()
        self._ended = threading.Event()
        self._live: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        self._phase: TaskID | None = None
        self._left: Counter[str] = Counter()
        self._of: Counter[str] = Counter()
        self._keys: frozenset[str] = frozenset()
        self._counters: dict[str, TaskID] = {}
        self.shown = False
        """Whether who reads the page has seen the steps pass."""

    @cached_property
    def _console(self) -> Console:
        # Made when there is something to show: it takes its time to import.
        return side_console()

    def __enter__(self) -> Self:
        if self._tty and self._live is None:
            from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

            self._live = Progress(
                SpinnerColumn(style="cyan"),
                TextColumn("{task.description}", markup=False),
                TimeElapsedColumn(),
                console=self._console,
                transient=True,
                auto_refresh=False,
            )
            self._live.start()
            self._ended.clear()
            threading.Thread(target=self._turn, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.pause()

    def _turn(self) -> None:
        """Let the display move.  What prints and what moves take turns by one lock."""
        while not self._ended.wait(TURN):
            with self._lock:
                if self._live is None:
                    return
                self._live.refresh()

    def pause(self) -> None:
        """Stop the display, before something is asked or printed."""
        with self._lock:
            self._ended.set()
            if self._live is not None:
                self._live.stop()
                self._live = None
                self._tasks.clear()
                self._counters.clear()
                self._phase = None

    def go_on(self) -> None:
        """Begin the display again."""
        self.__enter__()

    def expect(self, keys: Sequence[str]) -> None:
        """Count the steps of each kind where they are too many for a line each."""
        with self._lock:
            self._left = Counter(map(_kind, keys)) if len(keys) > MOST_LINES else Counter()
            self._of = Counter(self._left)
            self._keys = frozenset(keys)

    def tell(self, phase: str) -> None:
        """Show what is done before the first step."""
        with self._lock:
            self._end_phase()
            if self._live is not None:
                self._phase = self._live.add_task(phase)

    def started(self, key: str) -> None:
        """Show an action as under way."""
        from seatrial.report.words import visible

        with self._lock:
            self._end_phase()
            if self._live is not None and key not in self._tasks:
                crowded = len(self._tasks) >= SHOWN
                self._tasks[key] = self._live.add_task(visible(key), visible=not crowded)

    def waiting(self, key: str, why: str, seconds: float) -> None:
        """Say what is waited for."""
        from seatrial.report.lines import safe

        first = next(iter(why.splitlines()), "")
        self._print(f"[yellow]…[/] {safe(key)}: {safe(first)}; again in {seconds:.0f} s")

    def finished(self, key: str, how: str, receipt: Receipt, seconds: float) -> None:
        """Show a line for what is done."""
        self._over(key)
        if not self._tty:
            return
        from seatrial.report.lines import safe
        from seatrial.report.words import duration

        if self._left and (key in self._keys or key.startswith(PARTS)):
            self._count(key, how, seconds)
            return
        self.shown = sys.stdout.isatty()
        said = receipt.detail if receipt.detail not in key else ""
        detail = f"  [dim]{safe(said)}[/]" if said else ""
        line = f"{MARKS[how]} [dim]{duration(seconds):>8}[/]  {safe(key)}{detail}"
        self._print(line, cut=True)

    def failed(self, key: str, error: SeatrialError) -> None:
        """Show a line for what is not done; the sentence comes at the end."""
        from seatrial.report.lines import safe

        self._over(key)
        self._print(f"[red]✗[/] {safe(key)}  [dim]{error.slug}[/]")

    def stopping(self, keys: Sequence[str], seconds: float) -> None:
        """Say what the stopping of the run waits for."""
        from seatrial.report.lines import safe

        if keys:
            more = f" and {len(keys) - SHOWN} more" if len(keys) > SHOWN else ""
            self._print(
                f"[yellow]…[/] stopping: {safe(', '.join(keys[:SHOWN]) + more)} may come to an "
                f"end for {seconds:.0f} s; Ctrl-C again to leave at once"
            )

    def _count(self, key: str, how: str, seconds: float) -> None:
        """Move the count of a kind on; a line tells when all of the kind are done."""
        from seatrial.report.lines import safe
        from seatrial.report.words import duration

        kind = _kind(key)
        if key not in self._keys:
            return
        with self._lock:
            self._left[kind] -= 1
            done, all_of = self._of[kind] - self._left[kind], self._of[kind]
            if self._live is not None:
                if kind not in self._counters:
                    self._counters[kind] = self._live.add_task("")
                self._live.update(self._counters[kind], description=f"{kind} {done} of {all_of}")
                if done == all_of:
                    self._live.remove_task(self._counters.pop(kind))
        if done == all_of:
            many = safe(key) if all_of == 1 else f"{kind}: {all_of}"
            self._print(f"{MARKS[how]} [dim]{duration(seconds):>8}[/]  {many}", cut=True)

    def _print(self, markup: str, *, cut: bool = False) -> None:
        with self._lock:
            self._console.print(markup, no_wrap=cut or None, overflow="ellipsis" if cut else None)

    def _over(self, key: str) -> None:
        with self._lock:
            task = self._tasks.pop(key, None)
            self._end_phase()
            if self._live is not None and task is not None:
                self._live.remove_task(task)
                for shown in list(self._tasks.values())[:SHOWN]:
                    self._live.update(shown, visible=True)

    def _end_phase(self) -> None:
        if self._live is not None and self._phase is not None:
            self._live.remove_task(self._phase)
        self._phase = None


def _kind(key: str) -> str:
    """Name the kind of a step: its first word, and where it happens, if that matters."""
    words = key.split(" ")
    place = f" {words[-2]} {words[-1]}" if words[-2:-1] in (["to"], ["from"], ["on"]) else ""
    return f"{words[0]}{place}"
