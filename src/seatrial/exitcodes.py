"""What the process tells its caller when it ends."""

from __future__ import annotations

import enum


class ExitCode(enum.IntEnum):
    """What the process tells its caller when it ends."""

    DONE = 0
    REFUSED = 1
    USAGE = 2
    INCOMPLETE = 3
    CONFLICT = 4
    INTERRUPTED = 130
