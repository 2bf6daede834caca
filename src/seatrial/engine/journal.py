"""The journal of a run: one line of JSON for each thing that happened, on the disk at once.

A line is on the disk before what it announces begins (``intend``), and what it reports has been
seen before it is written (``done``).  Lines are only ever added.  The one exception is a last line
that a crash tore: nothing was built on it, so the next opening cuts it off.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Literal, Self, TypeAlias

import msgspec

from seatrial.errors import StalePlan, StorageFault
from seatrial.plan.state import Receipt
from seatrial.storage import flush, flush_folder, make_folder, storage_fault, storage_faults

DONE = "done"
INTERRUPTED = "interrupted"
UNDONE = "undone"
"""What :class:`Ended` says of a run, next to the slug of the error that it stopped with."""


class Line(msgspec.Struct, frozen=True, kw_only=True, tag_field="entry", omit_defaults=True):
    """What all lines have.

    Attributes:
        key: the action's key; empty for what concerns the whole run.
        at: seconds since the epoch; the journal sets it.
    """

    key: str = ""
    at: float = 0.0


class Begun(Line, frozen=True, kw_only=True, tag="begun"):
    """A process began, or went on with, the run.

    Attributes:
        plan: the digest of the plan's bytes.
        tool: the version of Seatrial.
        pid: the process.
        host: the machine's name.
    """

    plan: str
    tool: str
    pid: int
    host: str


class Intend(Line, frozen=True, kw_only=True, tag="intend"):
    """The act is about to begin.  Without a ``done`` after it: look, never repeat."""


class Done(Line, frozen=True, kw_only=True, tag="done"):
    """The world was seen to hold what is wanted.

    Attributes:
        receipt: what is there.
        how: "acted" when this process did it, "found" when it was there.
        seconds: how long it took, waiting included.
    """

    receipt: Receipt
    how: Literal["acted", "found"]
    seconds: float = 0.0


class Attempt(Line, frozen=True, kw_only=True, tag="attempt"):
    """Something did not work; it says nothing of what the world holds.

    Attributes:
        error: the error's slug.
        said: what the other side said.
        seconds: how long it took.
    """

    error: str
    said: str
    seconds: float


class Skipped(Line, frozen=True, kw_only=True, tag="skipped"):
    """It was not tried, and why."""

    why: str


class Undone(Line, frozen=True, kw_only=True, tag="undone"):
    """Its effect was taken back."""

    receipt: Receipt


class Expanded(Line, frozen=True, kw_only=True, tag="expanded"):
    """It became these actions."""

    parts: tuple[str, ...]


class Ended(Line, frozen=True, kw_only=True, tag="ended"):
    """A process left the run: "done", "interrupted", "undone", or the slug of an error."""

    outcome: str


Entry: TypeAlias = Begun | Intend | Done | Attempt | Skipped | Undone | Expanded | Ended
Listener: TypeAlias = Callable[[int, Entry], None]

_DECODER: msgspec.json.Decoder[Entry] = msgspec.json.Decoder(Entry)


def read_entries(path: Path) -> list[Entry]:
    """Read a journal that another process may be writing; changes nothing.

    Args:
        path: the journal; one that is not there has no entries.

    Raises:
        StorageFault: it cannot be read, or a line that is not the last is torn.
        StalePlan: a newer Seatrial wrote it.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise storage_fault(path, error) from error
    return _parse(path, data)[0]


def _parse(path: Path, data: bytes) -> tuple[list[Entry], int]:
    """Give the entries, and how many bytes they fill; a torn last line is left out of both."""
    entries: list[Entry] = []
    whole = 0
    for number, line in enumerate(_lines(data), 1):
        if not line.endswith(b"\n"):
            break
        try:
            entries.append(_DECODER.decode(line))
        except msgspec.ValidationError as error:
            raise StalePlan(
                f"line {number} of {path}",
                f"this version of Seatrial does not understand it: {error}",
                doing="reading",
                next_step="Go on with the version of Seatrial that began the run, or a newer one.",
            ) from error
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            if whole + len(line) == len(data):
                break
            raise StorageFault(
                f"line {number} of {path}",
                f"it is damaged ({error}), and it is not the last line",
                doing="reading",
                next_step="Move the run's folder away and release again: "
                "what is done is found in the world.",
            ) from error
        whole += len(line)
    return entries, whole


def _lines(data: bytes) -> list[bytes]:
    """Split at line feeds only: a damaged line may hold any other byte."""
    lines = [line + b"\n" for line in data.split(b"\n")]
    lines[-1] = lines[-1][:-1]
    return [line for line in lines if line]


class Journal:
    """An open journal; safe to append to from several threads.

    Made by :meth:`open`.

    Args:
        path: where it lies.
        descriptor: the open file.
        entries: what it holds.
        listener: told of every line before and after it is written, see :meth:`open`.
    """

    def __init__(
        self, path: Path, descriptor: int, entries: list[Entry], listener: Listener | None
    ) -> None:
        self.path = path
        self._descriptor = descriptor
        self._entries = entries
        self._listener = listener
        self._lock = threading.Lock()
        self._closed = False

    @classmethod
    def open(cls, path: Path, *, listener: Listener | None = None) -> Self:
        """Open a journal for appending, made new when it is not there; cut off a torn last line.

        Args:
            path: where it lies; folders are made.
            listener: called as ``listener(point, entry)`` with ``point`` twice the line's number
                (from nought) before it is written, and one more when it is on the disk.

        Raises:
            StorageFault: it cannot be opened, or a line that is not the last is torn.
            StalePlan: a newer Seatrial wrote it.
        """
        make_folder(path.parent)
        with storage_faults(path):
            fresh = not path.exists()
            data = b"" if fresh else path.read_bytes()
        entries, whole = _parse(path, data)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
        with storage_faults(path):
            descriptor = os.open(path, flags, 0o600)
            try:
                if whole < len(data):
                    os.ftruncate(descriptor, whole)
                flush(descriptor)
                if fresh:
                    flush_folder(path.parent)
            except BaseException:
                os.close(descriptor)
                raise
        return cls(path, descriptor, entries, listener)

    def entries(self) -> Sequence[Entry]:
        """Give all lines so far, the oldest first."""
        with self._lock:
            return tuple(self._entries)

    def append(self, entry: Entry) -> None:
        """Add a line; it is on the disk when this returns.

        Args:
            entry: what to write; its time is set here.

        Raises:
            StorageFault: it could not be written, and the journal is what it was.
        """
        entry = msgspec.structs.replace(entry, at=time.time())
        with self._lock:
            point = 2 * len(self._entries)
            self._tell(point, entry)
            self._write(msgspec.json.encode(entry) + b"\n")
            self._entries.append(entry)
            self._tell(point + 1, entry)

    def _tell(self, point: int, entry: Entry) -> None:
        if self._listener is not None:
            self._listener(point, entry)

    def _write(self, line: bytes) -> None:
        if self._closed:
            raise StorageFault(str(self.path), "the journal is closed")
        with storage_faults(self.path):
            before = os.fstat(self._descriptor).st_size
            try:
                rest = memoryview(line)
                while rest:
                    rest = rest[os.write(self._descriptor, rest) :]
                flush(self._descriptor)
            except BaseException:
                # A part of a line must not stand before the next one.
                with contextlib.suppress(OSError):
                    os.ftruncate(self._descriptor, before)
                raise

    def check_plan(self, plan: str) -> None:
        """Refuse another plan than that which the run was begun with.

        Args:
            plan: the digest of the plan's bytes.

        Raises:
            StalePlan: the run belongs to another plan.
        """
        if any(isinstance(entry, Begun) and entry.plan != plan for entry in self.entries()):
            raise StalePlan(
                str(self.path),
                "the run was begun with another plan",
                next_step="Do not change a run's plan.json; release again for another plan.",
            )

    def begin(self, plan: str, tool: str) -> None:
        """Write that this process begins, or goes on with, the run.

        Args:
            plan: the digest of the plan's bytes.
            tool: the version of Seatrial.

        Raises:
            StalePlan: the run belongs to another plan, or it was undone.
        """
        self.check_plan(plan)
        entries = self.entries()
        # A run that was undone before it had done anything has no line but the last.
        if any(isinstance(e, Undone) or e == Ended(outcome=UNDONE, at=e.at) for e in entries):
            raise StalePlan(
                str(self.path.parent.name),
                "it has been undone, wholly or in part",
                doing="going on with the run",
                next_step="Finish with seatrial undo, then release again.",
            )
        self.append(Begun(plan=plan, tool=tool, pid=os.getpid(), host=socket.gethostname()))

    def close(self) -> None:
        """Close the file; nothing can be appended after that."""
        with self._lock:
            if not self._closed:
                self._closed = True
                os.close(self._descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
