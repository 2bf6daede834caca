"""How many clients the dock serves at once: each is an open file, and a process may have so many.

Where all are taken by connections, nothing is left to read a page with.  So some are kept back, and
who comes too late is told so, or cut.
"""

from __future__ import annotations

import contextlib
import sys
from typing import Final

KEPT_BACK: Final = 128
"""Open files that are left for what the dock reads and writes itself."""

AT_A_TIME: Final = KEPT_BACK // 4
"""Connections that are taken in one turn, and that may be there to be told that it is too many."""

BACKLOG: Final = 2048
"""Connections that the system lets wait for their turn."""

ENOUGH: Final = 65_536
"""Open files that are asked of the system at most."""


def widen() -> None:
    """Let this process have as many open files as it may, up to :data:`ENOUGH`."""
    if sys.platform == "win32":  # Nothing there bounds them so low.
        return
    import resource

    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = ENOUGH if most == resource.RLIM_INFINITY else min(most, ENOUGH)
    if now != resource.RLIM_INFINITY and now < wanted:
        # Some systems refuse what they say is allowed; it stays as it was, then.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def most_connections() -> int | None:
    """Give how many connections are served at once; None where nothing bounds them."""
    if sys.platform == "win32":
        return None
    import resource

    now, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if now == resource.RLIM_INFINITY else max(now - KEPT_BACK, AT_A_TIME)
