"""What one index of the dock holds: in memory to answer from, in the ledger to come back with."""

from __future__ import annotations

import bisect
import threading
from collections.abc import Sequence
from pathlib import Path

import msgspec
from packaging.utils import canonicalize_name, canonicalize_version
from packaging.version import InvalidVersion, Version

from seatrial.dock.entries import FileRecord, ProjectRecord, Status
from seatrial.dock.ledger import Ledger
from seatrial.dock.storage import place, write_whole
from seatrial.indexrules.names import ultranormal


class Holdings:
    """One index: its files by project, with the folder they lie in.

    Safe to use from several threads.

    Args:
        ledger: the dock's database.
        name: the index's name.
    """

    def __init__(self, ledger: Ledger, name: str) -> None:
        self.name = name
        self.root = ledger.root
        self.folder = ledger.root / name
        self._ledger = ledger
        self._lock = threading.RLock()
        self._files: dict[str, FileRecord] = {}
        self._by_content: dict[str, str] = {}
        self._projects: dict[str, dict[str, FileRecord]] = {}
        self._ordered: dict[str, list[FileRecord]] = {}
        self._spelt: dict[str, str] = {}
        self._alike: dict[str, set[str]] = {}
        self._known: dict[str, ProjectRecord] = ledger.projects(name)
        self._burnt = ledger.burnt(name)
        self._largest_elsewhere = 0
        self._serial = max((known.serial for known in self._known.values()), default=0)
        for normal, known in self._known.items():
            self._spell(normal, known.name)
        for record in sorted(ledger.files(name), key=lambda one: one.serial):
            self._remember(record)

    @property
    def serial(self) -> int:
        """How many changes there were."""
        with self._lock:
            return self._serial

    def file(self, name: str) -> FileRecord | None:
        """Give the file of that name, in whatever project."""
        with self._lock:
            return self._files.get(name)

    def with_content(self, blake2: str, sha256: str) -> FileRecord | None:
        """Give a file with these bytes, in whatever project and under whatever name.

        Args:
            blake2: hexadecimal.
            sha256: hexadecimal; it counts where the other is not known.
        """
        with self._lock:
            name = self._by_content.get(blake2) or self._by_content.get(sha256)
            return self._files.get(name) if name else None

    def by_project(self) -> dict[str, list[FileRecord]]:
        """Give all files: normal form of the project → its files, in the order they came."""
        with self._lock:
            return {
                normal: sorted(files.values(), key=lambda record: record.serial)
                for normal, files in sorted(self._projects.items())
            }

    def project(self, normal: str) -> list[FileRecord]:
        """Give a project's files by version and name; empty when it is not known."""
        with self._lock:
            return list(self._in_order(normal))

    def release(self, normal: str, version: Version) -> list[FileRecord]:
        """Give the files of one release, however its version is spelt, by name.

        Args:
            normal: the project's normal form.
            version: the release's.
        """

        def versions(record: FileRecord) -> tuple[bool, Version]:
            return _order(record.version)

        with self._lock:
            files = self._in_order(normal)
            start = bisect.bisect_left(files, (True, version), key=versions)
            return files[start : bisect.bisect_right(files, (True, version), key=versions)]

    def size(self, normal: str) -> int:
        """Give the bytes of all files of a project."""
        with self._lock:
            return sum(record.size for record in self._projects.get(normal, {}).values())

    @property
    def largest_elsewhere(self) -> int:
        """How large the largest file of the real index is, bytes: so much was granted there."""
        with self._lock:
            return self._largest_elsewhere

    def projects(self) -> dict[str, str]:
        """Give all projects: normal form → name as last spelt, by normal form."""
        with self._lock:
            return dict(sorted(self._spelt.items()))

    def alike(self, name: str) -> tuple[str, ...]:
        """Give the projects whose names look the same to PyPI, as last spelt."""
        with self._lock:
            return tuple(self._spelt[normal] for normal in self._alike.get(ultranormal(name), ()))

    def exists(self, normal: str) -> bool:
        """Say whether there is such a project; it may have no files."""
        with self._lock:
            return normal in self._spelt

    def status(self, normal: str) -> Status:
        """Give a project's status (PEP 792)."""
        with self._lock:
            known = self._known.get(normal)
            return known.status if known else "active"

    def made_by(self, normal: str) -> str:
        """Give the pending publisher that made a project; empty where none did."""
        with self._lock:
            known = self._known.get(normal)
            return known.publisher if known else ""

    def last_serial(self, normal: str) -> int:
        """Give the serial of a project's last change; 0 when there was none."""
        with self._lock:
            known = self._known.get(normal)
            files = self._projects.get(normal, {}).values()
            latest = max((record.serial for record in files), default=0)
            return max(latest, known.serial if known else 0)

    def is_burnt(self, name: str) -> bool:
        """Say whether a file of that name was held once, and is gone."""
        with self._lock:
            return name in self._burnt

    def path(self, record: FileRecord) -> Path:
        """Give the place of a file that lies here."""
        return record.below(self.folder)

    def metadata_path(self, record: FileRecord) -> Path:
        """Give the place of a wheel's served metadata."""
        return record.metadata_below(self.folder)

    def add(self, record: FileRecord, half: Path | None = None, metadata: bytes = b"") -> None:
        """Take a file in.

        Args:
            record: its record; the serial is given here.
            half: where it was received to; nothing for a file of the real index.
            metadata: the core metadata to serve beside it; empty for none.
        """
        with self._lock:
            if metadata:
                write_whole(self.root, self.metadata_path(record), metadata)
            if half is not None:
                place(half, self.path(record))
            self._keep([record])

    def add_seeds(self, records: Sequence[FileRecord]) -> None:
        """Take in files of the real index; one whose name is held already stays as it is."""
        with self._lock:
            self._keep([record for record in records if record.name not in self._files])

    def yank(self, normal: str, version: str, reason: str = "") -> None:
        """Yank every file of a release (PEP 592).

        Args:
            normal: the project's normal form.
            version: any spelling of the version.
            reason: why; may be empty.
        """
        wanted = canonicalize_version(version)
        with self._lock:
            self._keep(
                [
                    msgspec.structs.replace(record, yanked=reason or True)
                    for record in self.project(normal)
                    if record.release == wanted
                ]
            )

    def delete(self, name: str) -> None:
        """Delete a file; its name is burnt.  Quiet when it is not held."""
        with self._lock:
            record = self._files.pop(name, None)
            self._ledger.burn(self.name, name)
            self._burnt.add(name)
            if record is None:
                return
            self._projects[record.normal].pop(name)
            self._ordered.pop(record.normal, None)
            for digest in (record.blake2, record.sha256):
                self._by_content.pop(digest, None)
            self.set_status(record.project, self.status(record.normal))
            self.path(record).unlink(missing_ok=True)
            self.metadata_path(record).unlink(missing_ok=True)

    def set_status(self, project: str, status: Status, publisher: str = "") -> None:
        """Give a project a status (PEP 792); it is made where there is none.

        Args:
            project: its name, in any spelling.
            status: the new one.
            publisher: the pending publisher that makes it; none when empty.
        """
        normal = canonicalize_name(project)
        with self._lock:
            self._serial += 1
            name = self._spell(normal, self._spelt.get(normal, project))
            known = ProjectRecord(
                name=name,
                status=status,
                serial=self._serial,
                publisher=publisher or self.made_by(normal),
            )
            self._ledger.keep_project(self.name, normal, known)
            self._known[normal] = known

    def _in_order(self, normal: str) -> list[FileRecord]:
        found = self._ordered.get(normal)
        if found is None:
            found = sorted(self._projects.get(normal, {}).values(), key=_place)
            if found:
                self._ordered[normal] = found
        return found

    def _keep(self, records: Sequence[FileRecord]) -> None:
        numbered = [
            msgspec.structs.replace(record, serial=self._serial + number)
            for number, record in enumerate(records, 1)
        ]
        self._ledger.keep(self.name, numbered)
        for record in numbered:
            self._remember(record)

    def _spell(self, normal: str, name: str) -> str:
        self._spelt[normal] = name
        self._alike.setdefault(ultranormal(normal), set()).add(normal)
        return name

    def _remember(self, record: FileRecord) -> None:
        ordered = self._ordered.get(record.normal)
        if record.name in self._files or ordered is None:
            self._ordered.pop(record.normal, None)
        else:
            # Sorting thousands of files anew for each that comes would take longer than its upload.
            bisect.insort(ordered, record, key=_place)
        self._files[record.name] = record
        self._projects.setdefault(record.normal, {})[record.name] = record
        self._spell(record.normal, record.project)
        self._by_content[record.blake2 or record.sha256] = record.name
        self._serial = max(self._serial, record.serial)
        if record.url:
            self._largest_elsewhere = max(self._largest_elsewhere, record.size)


def _place(record: FileRecord) -> tuple[tuple[bool, Version], str]:
    return _order(record.version), record.name


def _order(version: str) -> tuple[bool, Version]:
    """Order versions by PEP 440, those it does not know first."""
    try:
        return True, Version(version)
    except InvalidVersion:
        return False, Version("0")
