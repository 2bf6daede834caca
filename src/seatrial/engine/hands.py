"""How much heavy work this machine is made for: by its cores, and by its free memory."""

from __future__ import annotations

import os
from pathlib import Path

LEAST = 2
"""Heavy actions at once on any machine: while one waits for the disk, another one works."""

EACH = 1 << 30
"""Bytes that one of them may need: a build in an environment of its own, or a resolution."""

LIMIT = Path("/sys/fs/cgroup/memory.max")
FREE = Path("/proc/meminfo")


def hands_here() -> int:
    """Give how many heavy actions may run at once: one a core, as far as the memory reaches."""
    return max(LEAST, min(_cores(), _memory() // EACH))


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS, nor on Windows
        return os.cpu_count() or LEAST


def _memory() -> int:
    """Give the bytes of memory that are free, or that a container admits; many if nobody says."""
    found = [_limit(), _free()]
    return min((one for one in found if one is not None), default=LEAST * EACH * 1024)


def _limit() -> int | None:
    """Read the container's limit (cgroup v2, "memory.max")."""
    try:
        text = LIMIT.read_text("ascii").strip()
    except (OSError, ValueError):
        return None
    return int(text) if text.isdigit() else None


def _free() -> int | None:
    """Read what Linux says is available (proc_meminfo(5), "MemAvailable"), in bytes."""
    try:
        lines = FREE.read_text("ascii").splitlines()
    except (OSError, ValueError):
        return None
    for line in lines:
        name, _, rest = line.partition(":")
        number = rest.split()[:1]
        if name == "MemAvailable" and number and number[0].isdigit():
            return int(number[0]) * 1024
    return None
