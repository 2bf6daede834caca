"""Children that outlived a Seatrial that was killed, and their end.

A child leads a session of its own, so all that it starts can be found by the session's number.  A
note beside its log says when it began; that, the machine's boot and the process namespace tell it
from an innocent process that was given the same number later.  Only Linux tells all of this
(proc(5), pidfd_open(2)); elsewhere nothing is noted, and nobody is ended.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

PROC = Path("/proc")
ROUNDS = 20
"""How often is looked whether what is ended has started more meanwhile."""

ENDING = 5.0
"""Seconds that the kernel may take to end a process."""


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """Who a child is.

    Attributes:
        pid: its number, which is that of its session.
        began: when it began, in clock ticks since the boot.
        where: the boot and the process namespace that the number belongs to.
    """

    pid: int
    began: int
    where: str


@contextlib.contextmanager
def noted(log: Path, pid: int) -> Iterator[None]:
    """Note beside its log that a child runs, for the time of the block.

    Args:
        log: the child's.
        pid: of the child, which leads a session.
    """
    path = log.with_name(f".{pid}.child")
    # Without a note the child is what it was; one that cannot be written stops nothing.
    with contextlib.suppress(OSError, ValueError):
        if sys.platform == "linux":
            note = Note(pid=pid, began=_about(pid)[1], where=_where())
            path.write_bytes(msgspec.json.encode(note))
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            path.unlink()


def end_leftovers(logs: Path) -> None:
    """End what a killed process has left running; nobody else may be at the run meanwhile.

    Args:
        logs: the folder of the run's logs.
    """
    if sys.platform != "linux":
        return
    for path in sorted(logs.glob(".*.child")):
        with contextlib.suppress(OSError, ValueError, msgspec.MsgspecError):
            note = msgspec.json.decode(path.read_bytes(), type=Note)
            if note.where == _where() and _about(note.pid) == (note.pid, note.began):
                _end_session(note.pid)
        with contextlib.suppress(OSError):
            path.unlink()


def _end_session(session: int) -> None:
    """End a session whose leader lives, the leader first; the number stays taken till the end."""
    for _ in range(ROUNDS):
        members = [int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit()]
        left = [pid for pid in sorted(members, key=session.__ne__) if _end(pid, session)]
        if not left:
            return


def _end(pid: int, session: int) -> bool:
    """End a process if it belongs to the session; say whether it did."""
    if sys.platform != "linux":
        return False
    try:
        # The descriptor names one process for ever, so nobody can take its number meanwhile.
        descriptor = os.pidfd_open(pid)
    except OSError:
        return False
    try:
        if _about(pid)[0] != session:
            return False
        signal.pidfd_send_signal(descriptor, signal.SIGKILL)
        select.select([descriptor], [], [], ENDING)
    except (OSError, ValueError):
        return False
    else:
        return True
    finally:
        os.close(descriptor)


def _about(pid: int) -> tuple[int, int]:
    """Give the session of a process and when it began (proc(5), ``stat``, fields 6 and 22).

    Raises:
        OSError: there is none.
    """
    # The name, field 2, stands in parentheses and may hold anything, parentheses too.
    fields = (PROC / str(pid) / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    return int(fields[3]), int(fields[19])


def _where() -> str:
    boot = (PROC / "sys/kernel/random/boot_id").read_text("ascii").strip()
    return f"{boot} {(PROC / 'self/ns/pid').readlink()}"
