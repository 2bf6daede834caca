"""The run's own folder: built files by digest, small records, logs."""

from __future__ import annotations

import contextlib
import hashlib
import re
import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from seatrial.errors import StorageFault
from seatrial.storage import (
    flush,
    flush_folder,
    linked,
    make_folder,
    storage_fault,
    storage_faults,
    write_whole,
)
from seatrial.world.ports import StoredFile

CHUNK: Final = 1 << 20
"""Bytes held in memory at a time."""

AT_A_TIME: Final = 4
"""Files that are copied at a time: digests leave the interpreter's lock alone, disks wait."""

_T = TypeVar("_T")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")


class _Record(msgspec.Struct, frozen=True):
    """What a record's file holds; the key too, because the file's name is only its digest."""

    key: str
    facts: dict[str, str]


class RunStore:
    """The store of one run, in ``artifacts/<sha256>/<name>``, ``records/`` and ``logs/``.

    A built file counts once ``artifacts/kept.json`` names it, which is written last; so a file is
    there wholly or not at all, and a build that was cut short and made again leaves one file a
    name.  One process uses it at a time (the repository's lock), any number of its threads.

    Args:
        folder: the run's folder; made when something is written.
        told: told of each file that was kept, by whichever thread keeps it.
    """

    def __init__(self, folder: Path, told: Callable[[StoredFile], object] | None = None) -> None:
        self._folder = folder
        self._told = told
        self._artifacts = folder / "artifacts"
        self._kept = self._artifacts / "kept.json"
        self._lock = threading.Lock()
        self._checked: dict[Path, tuple[int, int, int]] = {}

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self._folder

    def keep(self, file: Path) -> StoredFile:
        """Take a built file in (fsynced, complete or not at all), and give it back by digest.

        Args:
            file: what to copy; it stays where it is, and no other of its name comes meanwhile.  One
                that was made in the run's own folder is linked, so nobody may write to it later.

        Raises:
            StorageFault: it cannot be read or copied; the store is what it was.
        """
        make_folder(self._artifacts)
        beside = self._artifacts / f".{file.name}.part"
        try:
            digest = self._brought(file, beside)
            folder = self._artifacts / digest
            make_folder(folder)
            path = folder / file.name
            with storage_faults(path):
                beside.replace(path)
                flush_folder(folder)
        except BaseException:
            with contextlib.suppress(OSError):
                beside.unlink()
            raise
        with self._lock:
            kept = self._names() | {file.name: digest}
            write_whole(self._kept, msgspec.json.encode(kept, order="sorted"))
            stored = self._checked_file(file.name, digest)
        if self._told is not None:
            self._told(stored)
        return stored

    def _brought(self, file: Path, to: Path) -> str:
        """Bring a file to a place in the store, onto the disk, and give its SHA-256."""
        own = file.is_relative_to(self._folder) and not file.is_relative_to(self._artifacts)
        with storage_faults(to):
            there = own and linked(file, to)
        return _flushed(to) if there else _copy(file, to)

    def keep_all(self, files: Iterable[Path]) -> Sequence[StoredFile]:
        """Take several files in, some at a time; each as :meth:`keep` does.

        Args:
            files: of different names; each is taken in while the next one is waited for.

        Raises:
            StorageFault: one cannot be read or copied.
        """
        with ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="keep") as pool:
            return tuple(pool.map(self.keep, files))

    def files(self, names: Collection[str] | None = None) -> Sequence[StoredFile]:
        """Give the kept files (of these names), wheels first, each group by name, all checked.

        A file is read again when its size, its time or its place on the disk has changed.

        Raises:
            StorageFault: a file is not there, or no longer what was kept.
        """
        with self._lock:
            kept = self._names().items()
            return wheels_first(
                self._checked_file(name, digest)
                for name, digest in kept
                if names is None or name in names
            )

    def record(self, key: str, facts: Mapping[str, str]) -> None:
        """Remember that something only this machine can know was done (a gate that passed).

        Args:
            key: what it is of; what was recorded for it before is replaced.
            facts: names with values.

        Raises:
            StorageFault: it cannot be written.
        """
        path = self._record(key)
        make_folder(path.parent)
        write_whole(path, msgspec.json.encode(_Record(key, dict(facts)), order="deterministic"))

    def recorded(self, key: str) -> Mapping[str, str] | None:
        """Give what was recorded, or nothing.

        Raises:
            StorageFault: it cannot be read.
        """
        found = _read(self._record(key), _Record)
        return None if found is None else found.facts

    def log(self, name: str) -> Path:
        """Give the path of a log, its folder made.

        Args:
            name: what it is of; characters that file systems dislike are replaced.

        Raises:
            StorageFault: the folder cannot be made.
        """
        logs = self._folder / "logs"
        make_folder(logs)
        safe = _UNSAFE.sub("-", name)[:100]
        if safe != name or safe.startswith("."):
            safe = f"{safe.lstrip('.')}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
        return logs / f"{safe}.log"

    def _record(self, key: str) -> Path:
        return self._folder / "records" / f"{hashlib.sha256(key.encode()).hexdigest()}.json"

    def _names(self) -> dict[str, str]:
        """Give the kept names with their digests."""
        return _read(self._kept, dict[str, str]) or {}

    def _checked_file(self, name: str, digest: str) -> StoredFile:
        path = self._artifacts / digest / name
        with storage_faults(path):
            stat = path.stat()
        seen = (stat.st_size, stat.st_mtime_ns, stat.st_ino)
        if self._checked.get(path) != seen:
            with storage_faults(path), path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
            if found != digest:
                raise StorageFault(
                    str(path),
                    f"its SHA-256 is {found}, so it was changed after it was built",
                    doing="reading",
                    next_step="Put the built file back, or undo the run and release again.",
                )
            self._checked[path] = seen
        return StoredFile(name=name, sha256=digest, size=stat.st_size, path=path)


def wheels_first(files: Iterable[StoredFile]) -> list[StoredFile]:
    """Give files in the order they are uploaded in: wheels first, each group by name."""
    return sorted(files, key=lambda file: (not file.name.endswith(".whl"), file.name))


def _copy(source: Path, to: Path) -> str:
    """Copy a file onto the disk and give its SHA-256; a MiB in memory at a time."""
    digest = hashlib.sha256()
    with storage_faults(source):
        reading = source.open("rb")
    with reading, storage_faults(to), to.open("wb") as writing:
        while chunk := reading.read(CHUNK):
            digest.update(chunk)
            writing.write(chunk)
        writing.flush()
        flush(writing.fileno())
    return digest.hexdigest()


def _flushed(path: Path) -> str:
    """Have a file on the disk, and give its SHA-256."""
    with storage_faults(path), path.open("rb+") as file:
        flush(file.fileno())
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read(path: Path, kind: type[_T]) -> _T | None:
    """Read a small file of ours; nothing when it is not there."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise storage_fault(path, error) from error
    except msgspec.DecodeError as error:
        raise StorageFault(
            str(path),
            f"it was changed and cannot be understood: {error}",
            doing="reading",
            next_step="Move the run's folder away and release again.",
        ) from error
