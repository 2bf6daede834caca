"""The most memory that a process has used, in a child of its own.

``ru_maxrss`` will not do: a child that is started from a big process begins with that one's figure.
"""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
"""Where a child has to be started, so that it finds this module."""

STATUS = Path("/proc/self/status")
"""Where Linux says it; elsewhere, what asks is skipped."""

UNASKABLE = not STATUS.exists()


def peak() -> int:
    """Give the most memory that this process has had since it was started, in bytes."""
    lines = STATUS.read_text("utf-8").splitlines()
    line = next(line for line in lines if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024
