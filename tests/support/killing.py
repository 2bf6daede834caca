"""Children that end themselves as a power cut would, at a point that the test chooses.

A run is killed where its journal says something: ``die_at(n)`` is a journal's listener that sends
SIGKILL to its own process at point ``n``.  Each line has two points, before it is written
(``2 * line``) and when it is on the disk (``2 * line + 1``).  The usual test::

    whole = run_child("tests.engine.child", str(folder), "-1")     # a run that nobody kills
    points = kill_points(folder / "journal.jsonl")
    for point in range(points):
        assert was_killed(run_child("tests.engine.child", str(folder), str(point)))
        ...  # resume, and compare the end state with that of the whole run
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from seatrial.engine.journal import Entry, Listener, read_entries
from seatrial.process import child_environment

ROOT = Path(__file__).parents[2]


def die() -> None:
    """End this process at once; nothing is flushed, closed or said."""
    os.kill(os.getpid(), signal.SIGKILL)


def die_at(point: int) -> Listener:
    """Give a journal's listener that ends its process at a point; below nought it never does."""

    def listener(now: int, _entry: Entry) -> None:
        if now == point:
            die()

    return listener


def kill_points(journal: Path) -> int:
    """Give the number of points that a run with this journal has."""
    return 2 * len(read_entries(journal))


def run_child(module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a module of the tests in a Python of its own, to whatever end it comes.

    Args:
        module: its full name; it is run as ``__main__``.
        arguments: what it finds in ``sys.argv[1:]``.
    """
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=child_environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def start_child(module: str, *arguments: str) -> subprocess.Popen[str]:
    """Start a module like :func:`run_child` does, without waiting; pipes on all three streams."""
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=child_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def was_killed(child: subprocess.CompletedProcess[str]) -> bool:
    """Say whether a child ended by SIGKILL, and not by an error of its own."""
    assert child.returncode in {0, -signal.SIGKILL}, child.stderr
    return child.returncode == -signal.SIGKILL
