"""The store of a run that only uploads: the files stay where the user has them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Sequence
from pathlib import Path

from seatrial.errors import StorageFault
from seatrial.storage import storage_faults
from seatrial.world.ports import StoredFile
from seatrial.world.store import RunStore, wheels_first


class GivenFiles(RunStore):
    """Files that are there already, each known by the digest it had when it was taken in.

    Nothing is copied, so a file of any size costs one reading.  That it is not changed meanwhile is
    seen by its size and time before each step, and by its digest on its way to an index.

    Args:
        folder: the run's folder, for records and logs.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._given: dict[str, tuple[StoredFile, tuple[int, int]]] = {}

    def keep(self, file: Path) -> StoredFile:
        """Read a file for its digest; any thread may do it.

        Raises:
            StorageFault: it cannot be read.
        """
        path = file.absolute()
        with storage_faults(path), path.open("rb") as opened:
            seen = _seen(os.fstat(opened.fileno()))
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
        stored = StoredFile(name=file.name, sha256=digest, size=seen[0], path=path)
        self._given[file.name] = (stored, seen)
        return stored

    def files(self, names: Collection[str] | None = None) -> Sequence[StoredFile]:
        """Give the files (of these names), wheels first, each group by name.

        Raises:
            StorageFault: one is not there, or was written to.
        """
        for stored, seen in self._given.values():
            with storage_faults(stored.path):
                now = _seen(stored.path.stat())
            if now != seen:
                raise StorageFault(
                    str(stored.path),
                    "it was changed after it was read",
                    doing="reading",
                    next_step="See that nothing writes to it, and run this again.",
                )
        return wheels_first(
            stored for stored, _ in self._given.values() if names is None or stored.name in names
        )


def _seen(stat: os.stat_result) -> tuple[int, int]:
    return stat.st_size, stat.st_mtime_ns
