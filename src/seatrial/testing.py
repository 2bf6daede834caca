"""An index with PyPI's rules for the tests of other tools: two pytest fixtures.

pytest finds them by itself where Seatrial is installed.  This module is imported at every start of
pytest, so it imports nothing else of ours before a fixture is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    from seatrial.dock.server import Dock


class MakeDock(Protocol):
    """What the fixture :func:`make_dock` gives."""

    def __call__(
        self,
        *,
        own: Collection[str] = (),
        foreign: str = "",
        faults: Sequence[str] = (),
        login: tuple[str, str] | None = None,
        clock: Callable[[], float] | None = None,
    ) -> Dock:
        """Start a dock.

        Args:
            own: names that are never looked for elsewhere, in any spelling.
            foreign: address of a Simple API where names that the dock does not hold are sent;
                they are answered 404 when it is empty.
            faults: what goes wrong, as ``seatrial rehearse --fault`` takes it: ``503@upload:1``.
            login: the one user and password that uploads need; any API token when absent.
            clock: gives the index's time, seconds since the epoch; the system's when absent.

        Raises:
            InvalidConfiguration: a fault that there is not.
        """


@pytest.fixture
def make_dock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakeDock]:
    """Give a function that starts docks, each with nothing in it; all stop after the test."""
    with ExitStack() as running:

        def make(
            *,
            own: Collection[str] = (),
            foreign: str = "",
            faults: Sequence[str] = (),
            login: tuple[str, str] | None = None,
            clock: Callable[[], float] | None = None,
        ) -> Dock:
            import time

            from seatrial.dock.faults import parse_fault
            from seatrial.dock.server import Dock
            from seatrial.secret import Secret

            dock = Dock(
                tmp_path_factory.mktemp("dock"),
                own=frozenset(own),
                foreign=foreign,
                faults=[parse_fault(fault) for fault in faults],
                credential=None if login is None else (login[0], Secret(login[1])),
                clock=clock or time.time,
            )
            return running.enter_context(dock)

        yield make


@pytest.fixture
def dock(make_dock: MakeDock) -> Dock:
    """Give a running index and forge with nothing in it, which stops after the test."""
    return make_dock()
