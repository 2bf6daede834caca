"""Files that get their name when they are whole, and of which nothing is left otherwise."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from seatrial.errors import StorageFault


class Unfinished:
    """A file whose faults are the disk's, whoever is being read at the moment."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.path = path
        self._file = file

    def write(self, data: bytes | bytearray) -> None:
        """Write bytes."""
        with self._storing():
            self._file.write(data)

    def seek(self, place: int) -> None:
        """Go to a place."""
        with self._storing():
            self._file.seek(place)

    def tell(self) -> int:
        """Say where it is."""
        return self._file.tell()

    def restart(self) -> None:
        """Begin again, with nothing."""
        with self._storing():
            self._file.seek(0)
            self._file.truncate()

    def become(self, path: Path) -> None:
        """Close it, and give it its name, which nothing may have yet."""
        with self._storing():
            self._file.close()
        try:
            # The name is taken first, because a rename replaces what is there.
            path.touch(exist_ok=False)
        except OSError as fault:
            raise StorageFault(str(path), fault.strerror or str(fault)) from fault
        part, self.path = self.path, path
        try:
            part.replace(path)
        except OSError as fault:
            part.unlink(missing_ok=True)
            raise StorageFault(str(path), fault.strerror or str(fault)) from fault

    def discard(self) -> None:
        """Leave nothing of it."""
        with contextlib.suppress(OSError):
            self._file.close()
        with contextlib.suppress(OSError):
            self.path.unlink()

    @contextlib.contextmanager
    def _storing(self) -> Iterator[None]:
        try:
            yield
        except OSError as fault:
            raise StorageFault(str(self.path.parent), fault.strerror or str(fault)) from fault


@contextlib.contextmanager
def unfinished(path: Path) -> Iterator[Unfinished]:
    """Open a file to write; where that does not come to its end, nothing is left.

    Raises:
        StorageFault: it cannot be written.
    """
    try:
        file = path.open("wb")
    except OSError as fault:
        raise StorageFault(str(path.parent), fault.strerror or str(fault)) from fault
    made = Unfinished(path, file)
    try:
        yield made
    except BaseException:
        made.discard()
        raise
