"""One run per repository at a time.

The operating system holds the lock for the process, so it is free the moment the process ends,
however it ends.  Who holds it stands in a file beside it, for people.  On NFS the lock holds
between machines where the server runs its lock service (flock(2), "NFS details").
"""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from seatrial.errors import Locked
from seatrial.storage import lock_file, make_folder, storage_fault, storage_faults, write_whole

LOCK = "seatrial/lock"
HOLDER = "seatrial/lock.json"


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """Who holds the lock.

    Attributes:
        run: the run's id; empty when it has none yet.
        command: what was asked for, for people ("release 1.2.3").
        pid: the process.
        host: the machine's name.
        since: seconds since the epoch.
    """

    run: str
    command: str
    pid: int
    host: str
    since: float

    def __str__(self) -> str:
        since = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(self.since))
        run = f"run {self.run}" if self.run else "a run"
        return f"{run} by pid {self.pid} on {self.host} since {since} ({self.command})"


def holder(common: Path) -> Holder | None:
    """Give who wrote last that it holds the lock and has not given it back.

    After a crash that is a process which is no more; :func:`running` looks at that too.
    """
    try:
        return msgspec.json.decode((common / HOLDER).read_bytes(), type=Holder)
    except (OSError, msgspec.DecodeError):
        return None


def running(common: Path) -> Holder | None:
    """Give who holds the lock, as far as can be seen without taking it."""
    found = holder(common)
    if found is None or found.host != socket.gethostname() or sys.platform == "win32":
        return found
    try:
        os.kill(found.pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass
    return found


@contextlib.contextmanager
def hold(common: Path, *, command: str, run: str = "") -> Iterator[None]:
    """Hold the repository's lock for the time of the block.

    Args:
        common: the repository's common git directory.
        command: what was asked for, for people ("release 1.2.3").
        run: the run's id, when it is known.

    Raises:
        Locked: another process, or another block in this one, holds it.
        StorageFault: the lock's file cannot be made, or the file system knows no locks.
    """
    path = common / LOCK
    make_folder(path.parent)
    with storage_faults(path):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            lock_file(descriptor)
        except BlockingIOError:
            raise Locked(_name(common), str(holder(common) or "another process")) from None
        except OSError as error:
            raise storage_fault(path, error) from error
        mine = Holder(
            run=run,
            command=command,
            pid=os.getpid(),
            host=socket.gethostname(),
            since=time.time(),
        )
        write_whole(common / HOLDER, msgspec.json.encode(mine))
        try:
            yield
        finally:
            # Who holds it is told before it is free, else the next holder's word would be removed.
            with contextlib.suppress(OSError):
                (common / HOLDER).unlink()
    finally:
        # Closing frees it.  The file stays: removing it would let two processes lock two files.
        os.close(descriptor)


def _name(common: Path) -> str:
    return str(common.parent if common.name == ".git" else common)
