"""The port to binaries that another repository made; they are only read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from seatrial.plan.wraps import Ware, Wrap


class Wares(Protocol):
    """Where another repository's binaries are had."""

    def telling(self, tell: Callable[[str], None]) -> Wares:
        """Give the same, with somebody who is told what is fetched, in a few words."""
        ...

    def fetch(self, wrap: Wrap, ware: Ware) -> Path:
        """Give the archive, or the folder, of one platform, with the bytes that the plan states.

        Raises:
            DifferentBytes: its bytes are not those that were planned.
            Unreachable: it did not come, as often as we may ask.
            StorageFault: it cannot be kept.
        """
        ...
