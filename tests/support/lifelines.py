"""Knowing that processes have ended, without asking the clock or the process table."""

from __future__ import annotations

import os
import select
from pathlib import Path

WAIT = 20.0


class Lifeline:
    """A named pipe that processes hold open while they live.

    A process takes hold with :attr:`hold` (a statement of Python); a child of it that inherits the
    descriptor holds it too.

    Args:
        path: where to make the pipe.
    """

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self._end = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        self.hold = (
            f"import os; held = os.open({str(path)!r}, os.O_WRONLY); "
            "os.write(held, b'x'); os.set_inheritable(held, True)"
        )

    def all_ended(self) -> bool:
        """Wait until nobody holds it any more; false when nobody ever did, or somebody stays."""
        seen = b""
        try:
            while select.select([self._end], [], [], WAIT)[0]:
                piece = os.read(self._end, 100)
                if not piece:
                    return bool(seen)
                seen += piece
            return False
        finally:
            os.close(self._end)
