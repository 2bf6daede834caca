"""The dock's database: which files it holds, beside the files themselves.

A file is held when its row is there.  The row is written last, in one transaction, so a server that
is killed in mid-upload comes back without the file, never with half of it.  What a kill leaves
between the two is mended at the next start: a row whose file is gone or cut short is taken out, a
file without a row is put aside.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from seatrial.dock.entries import FileRecord, ProjectRecord
from seatrial.errors import InvalidConfiguration, StorageFault

NAME: Final = "index.sqlite3"

VERSION: Final = 1
"""Of the tables; kept as SQLite's ``user_version``."""

STRAYS: Final = ".strays"
"""Folder for files that no row speaks of; nothing of a person's is ever deleted."""

_BUSY: Final = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
"""What SQLite answers where another process has the file."""

_TABLES: Final = """
CREATE TABLE files (
    held TEXT NOT NULL, name TEXT NOT NULL, project TEXT NOT NULL, record BLOB NOT NULL,
    PRIMARY KEY (held, name)
) WITHOUT ROWID;
CREATE TABLE projects (
    held TEXT NOT NULL, project TEXT NOT NULL, record BLOB NOT NULL,
    PRIMARY KEY (held, project)
) WITHOUT ROWID;
CREATE TABLE burnt (
    held TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (held, name)
) WITHOUT ROWID;
"""


class Ledger:
    """The database of one dock's folder.

    It is made at the first thing to keep.  Safe to use from several threads; one process at a time
    can have it.

    Args:
        root: the dock's folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None

    def open(self) -> None:
        """Open what is there already, and mend it; nothing is made where there is nothing.

        Raises:
            InvalidConfiguration: another dock has it.
            OSError: it cannot be read or written.
            StorageFault: it is no database of ours.
        """
        with self._lock:
            if self._connection is None and (self.root / NAME).exists():
                self._open()
                self._mend()

    def close(self) -> None:
        """Close it; it opens again when it is needed."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    def indexes(self) -> list[str]:
        """Give the names of the indexes that hold something."""
        found = self._rows("SELECT held FROM files UNION SELECT held FROM projects ORDER BY held")
        return [str(row[0]) for row in found]

    def files(self, index: str) -> list[FileRecord]:
        """Give every file that an index holds."""
        rows = self._rows("SELECT record FROM files WHERE held = ?", index)
        return [msgspec.json.decode(row[0], type=FileRecord) for row in rows]

    def projects(self, index: str) -> dict[str, ProjectRecord]:
        """Give the projects of an index of which more is known than their files."""
        rows = self._rows("SELECT project, record FROM projects WHERE held = ?", index)
        return {row[0]: msgspec.json.decode(row[1], type=ProjectRecord) for row in rows}

    def burnt(self, index: str) -> set[str]:
        """Give the names of files that an index held once."""
        return {row[0] for row in self._rows("SELECT name FROM burnt WHERE held = ?", index)}

    def keep(self, index: str, records: Sequence[FileRecord]) -> None:
        """Write down files: all of them, or none."""
        with self._writing() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)",
                [(index, one.name, one.normal, msgspec.json.encode(one)) for one in records],
            )

    def keep_project(self, index: str, normal: str, record: ProjectRecord) -> None:
        """Write down what is known of a project."""
        with self._writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO projects VALUES (?, ?, ?)",
                (index, normal, msgspec.json.encode(record)),
            )

    def burn(self, index: str, name: str) -> None:
        """Forget a file, but not its name, in one step."""
        with self._writing() as connection:
            connection.execute("DELETE FROM files WHERE held = ? AND name = ?", (index, name))
            connection.execute("INSERT OR IGNORE INTO burnt VALUES (?, ?)", (index, name))

    def _rows(self, query: str, *values: str) -> list[tuple[str, bytes]]:
        with self._lock:
            if self._connection is None:
                if not (self.root / NAME).exists():
                    return []
                self._open()
            assert self._connection is not None  # noqa: S101 - for the type checker
            return list(self._connection.execute(query, values))

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            connection = self._connection or self._open()
            try:
                with connection:
                    yield connection
            except sqlite3.OperationalError as error:
                # A full disk, and the like: the server's answer is the same as for the files.
                raise OSError(str(error)) from error

    def _open(self) -> sqlite3.Connection:
        path = self.root / NAME
        self.root.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=0.2, check_same_thread=False)
        try:
            # In this order the second process that comes is told that it is locked.
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version not in {0, VERSION}:
                raise _unreadable(path, f"its tables are of version {version}, ours of {VERSION}")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            if version == 0:
                connection.executescript(f"BEGIN;{_TABLES}PRAGMA user_version = {VERSION};COMMIT;")
        except StorageFault:
            connection.close()
            raise
        except sqlite3.OperationalError as error:
            connection.close()
            if getattr(error, "sqlite_errorcode", None) in _BUSY:
                raise _locked(self.root, error) from error
            raise OSError(str(error)) from error
        except sqlite3.DatabaseError as error:
            connection.close()
            raise _unreadable(path, str(error)) from error
        self._connection = connection
        return connection

    def _mend(self) -> None:
        """Bring rows and files together again."""
        for index in self.indexes():
            records = self.files(index)
            whole = [one for one in records if one.url or _lies_whole(self.root / index, one)]
            kept = {one.name for one in whole}
            with self._writing() as connection:
                connection.executemany(
                    "DELETE FROM files WHERE held = ? AND name = ?",
                    [(index, one.name) for one in records if one.name not in kept],
                )
            self._put_aside(index, {(one.normal, one.name) for one in whole if not one.url})
            poor = [
                msgspec.structs.replace(one, metadata_sha256="")
                for one in whole
                if one.metadata_sha256 and not one.metadata_below(self.root / index).exists()
            ]
            self.keep(index, poor)

    def _put_aside(self, index: str, known: set[tuple[str, str]]) -> None:
        for path in (self.root / index).glob("*/files/*"):
            if (path.parents[1].name, path.name) not in known:
                aside = self.root / STRAYS / index / path.name
                aside.parent.mkdir(parents=True, exist_ok=True)
                path.replace(aside)


def _lies_whole(folder: Path, record: FileRecord) -> bool:
    try:
        return record.below(folder).stat().st_size == record.size
    except OSError:
        return False


def _locked(root: Path, error: Exception) -> InvalidConfiguration:
    return InvalidConfiguration(
        str(root),
        f"another dock has this folder ({error})",
        doing="opening the dock in",
        next_step="End the other one, or name another folder.",
    )


def _unreadable(path: Path, said: str) -> StorageFault:
    return StorageFault(
        str(path),
        said,
        doing="reading the dock's index",
        next_step="Name another folder, or move this file away: the index begins anew.",
    )
