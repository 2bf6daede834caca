"""Many commits in little memory: kept as git printed them, made into values when asked for."""

from __future__ import annotations

import bisect
import threading
import weakref
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, overload

from seatrial.repository.facts import CommitFact
from seatrial.storage import storage_faults

BLOCK = 64 * 1024
"""Bytes of commits that are made into values at once."""

IN_MEMORY = 1024 * 1024
"""Bytes of commits that stay in memory; what is more lies in a temporary file without a name."""

_FIELDS = 7


class Commits(Sequence[CommitFact]):
    """Commits, the newest first, in an amount of memory that their number does not change.

    Each pass makes the values anew, so who needs them often keeps those that matter.

    Args:
        folders: of the packages; what a commit touches is told by their numbers.

    Attributes:
        reach: whether one of them is a child of the commit that they come after, so that the
            planned commit descends from that one.
    """

    def __init__(self, folders: Sequence[str] = ()) -> None:
        self.reach = False
        self._folders = folders
        self._pending: list[bytes] = []
        self._pending_size = 0
        self._count = 0
        self._starts: list[int] = []  # how many commits lie before each block
        self._blocks: list[bytes] = []  # the first of them
        self._in_memory = 0
        self._file: IO[bytes] | None = None
        self._places: list[tuple[int, int]] = []  # offset and size in the file of the others
        self._lock = threading.Lock()

    def add(self, fields: bytes, touched: bytes) -> None:
        """Add the next commit.

        Args:
            fields: id, time, author, parents, subject and body, with a NUL between each two.
            touched: the numbers of the folders that it touches, with a space between each two.

        Raises:
            StorageFault: there is no room for a temporary file.
        """
        self._pending += (fields, touched)
        self._pending_size += len(fields)
        self._count += 1
        if self._pending_size >= BLOCK:
            self.close()

    def close(self) -> None:
        """Put away what was added; without it, the last commits are not among those given.

        Raises:
            StorageFault: there is no room for a temporary file.
        """
        if not self._pending:
            return
        block = b"\0".join(self._pending)
        self._starts.append(self._count - len(self._pending) // 2)
        self._pending, self._pending_size = [], 0
        if self._file is None and self._in_memory + len(block) <= IN_MEMORY:
            self._in_memory += len(block)
            self._blocks.append(block)
        else:
            self._write(block)

    def _write(self, block: bytes) -> None:
        import tempfile

        with storage_faults(Path(tempfile.gettempdir())):
            if self._file is None:
                # It lives as long as the commits do.
                self._file = tempfile.TemporaryFile(prefix="seatrial-commits-")  # noqa: SIM115
                weakref.finalize(self, self._file.close)
            self._places.append((self._file.seek(0, 2), len(block)))
            self._file.write(block)

    @property
    def folders(self) -> Sequence[str]:
        """Those of the packages, by number."""
        return self._folders

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Give the fields of each commit, as git printed them, and the numbers it touches."""
        for number in range(len(self._starts)):
            yield from self._rows(number)

    def value(self, row: tuple[str, ...]) -> CommitFact:
        """Make the value of one of the rows."""
        id_, when, author, parents, subject, body, touched = row
        return CommitFact(
            id=id_,
            when=int(when),
            author=author,
            parents=tuple(parents.split()),
            subject=subject.strip(),
            body=body.strip(),
            packages=self._touched(touched) if touched else (),
        )

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[CommitFact]:
        for number in range(len(self._starts)):
            yield from self._values(number)

    @overload
    def __getitem__(self, index: int) -> CommitFact: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[CommitFact, ...]: ...
    def __getitem__(self, index: int | slice) -> CommitFact | tuple[CommitFact, ...]:
        if isinstance(index, slice):
            return tuple(self)[index]
        place = index + self._count if index < 0 else index
        if not 0 <= place < self._count:
            raise IndexError(index)
        number = bisect.bisect_right(self._starts, place) - 1
        return self._values(number)[place - self._starts[number]]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or isinstance(other, str | bytes):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    # Commits are told apart by what they hold, and are not used as keys.
    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<{self._count} commits>"

    def _values(self, number: int) -> list[CommitFact]:
        return [self.value(row) for row in self._rows(number)]

    def _rows(self, number: int) -> Iterator[tuple[str, ...]]:
        fields = self._block(number).decode("utf-8", "backslashreplace").split("\0")
        return zip(*(fields[column::_FIELDS] for column in range(_FIELDS)), strict=True)

    def _touched(self, numbers: str) -> tuple[str, ...]:
        return tuple([self._folders[int(one)] for one in numbers.split()])

    def _block(self, number: int) -> bytes:
        if number < len(self._blocks):
            return self._blocks[number]
        if self._file is None:
            raise IndexError(number)
        offset, size = self._places[number - len(self._blocks)]
        with self._lock:
            self._file.seek(offset)
            return self._file.read(size)
