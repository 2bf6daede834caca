"""What was asked of the dock, for tests and for the one who looks for the cause of something."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from pathlib import Path
from typing import NamedTuple, TextIO

KEPT = 100_000
"""Requests that the list remembers; the file has them all."""

LONGEST = 2000
"""Characters of a path that are noted."""


class RequestSeen(NamedTuple):
    """One request: its method, its path with the query, the status (0: cut without an answer)."""

    method: str
    path: str
    status: int


class RequestLog:
    """A list of requests that also goes to a file, one line each.

    Args:
        path: the file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: deque[RequestSeen] = deque(maxlen=KEPT)
        self._lock = threading.Lock()
        self._file: TextIO | None = None

    def open(self) -> None:
        """Begin to write to the file."""
        self._file = self._path.open("a", encoding="utf-8", buffering=1)

    def close(self) -> None:
        """Close the file; the list stays."""
        with self._lock:
            if self._file is not None:
                with contextlib.suppress(OSError):
                    self._file.close()
            self._file = None

    def add(self, seen: RequestSeen) -> None:
        """Note one request."""
        seen = seen._replace(path=seen.path[:LONGEST])
        with self._lock:
            self._seen.append(seen)
            if self._file is not None:
                # A full disk costs the line; an answer is not to fail for it.
                with contextlib.suppress(OSError):
                    self._file.write(f"{seen.method} {seen.path} {seen.status}\n")

    def seen(self) -> list[RequestSeen]:
        """Give those that are remembered, in their order."""
        with self._lock:
            return list(self._seen)
