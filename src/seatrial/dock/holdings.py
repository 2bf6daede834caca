"""What one index of the dock holds, in memory and on disk.

A file is held when its record is: the record is written last, and atomically, so a server that is
killed in mid-upload comes back without the file, never with half of it.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
from packaging.utils import canonicalize_name, canonicalize_version
from packaging.version import InvalidVersion, Version

from seatrial.dock.storage import place, write_whole

LONGEST = 255
"""Bytes in one file name, on the file systems that matter; held names are ASCII."""


class SeedFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that the real index holds already.

    Attributes:
        name: the file's name.
        sha256: hexadecimal.
        url: where the real index serves it, absolute.
        size: bytes; 0 when unknown.
        requires_python: as stated, or empty.
        uploaded: seconds since the epoch; nothing when unknown.
        yanked: the reason, ``True`` without one, ``False`` when not yanked.
    """

    name: str
    sha256: str
    url: str
    size: int = 0
    requires_python: str = ""
    uploaded: float | None = None
    yanked: bool | str = False


class FileRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One held file.

    Attributes:
        name: the file's name.
        project: the project's name as the upload spelt it.
        version: normalised (PEP 440).
        filetype: ``sdist`` or ``bdist_wheel``.
        sha256: hexadecimal.
        blake2: BLAKE2b with 32 bytes, hexadecimal; empty for a file of the real index.
        size: bytes.
        uploaded: seconds since the epoch; nothing when unknown.
        serial: the index's count of uploads at this one.
        metadata_sha256: of the served core metadata (PEP 658); empty when there is none.
        url: where the real index serves it; empty for a file that lies here.
        yanked: as in :class:`SeedFile`.
        form: the upload's fields, without the file.
    """

    name: str
    project: str
    version: str
    filetype: str
    sha256: str
    blake2: str = ""
    size: int = 0
    uploaded: float | None = None
    serial: int = 0
    metadata_sha256: str = ""
    url: str = ""
    yanked: bool | str = False
    form: Mapping[str, Sequence[str]] = {}

    @property
    def normal(self) -> str:
        """The project's normal form (PEP 503)."""
        return canonicalize_name(self.project)

    @property
    def release(self) -> str:
        """The release it belongs to: ``1.0`` and ``1.0.0`` are one."""
        return canonicalize_version(self.version)

    @property
    def requires_python(self) -> str:
        """As stated in its own upload, or empty."""
        return "".join(self.form.get("requires_python", ("",))[-1:])


class Holdings:
    """One index: its files by project, with the folder they lie in.

    Safe to use from several threads.

    Args:
        root: the dock's folder.
        name: the index's name.
    """

    def __init__(self, root: Path, name: str) -> None:
        self.root = root
        self.name = name
        self.folder = root / name
        self._lock = threading.RLock()
        self._files: dict[str, FileRecord] = {}
        for path in sorted(self.folder.glob("*/records/*.json")):
            record = msgspec.json.decode(path.read_bytes(), type=FileRecord)
            self._files[record.name] = record

    @property
    def serial(self) -> int:
        """How many changes there were."""
        with self._lock:
            return max((record.serial for record in self._files.values()), default=0)

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
            same = (
                record
                for record in self._files.values()
                if (record.blake2 == blake2 if record.blake2 else record.sha256 == sha256)
            )
            return next(same, None)

    def by_project(self) -> dict[str, list[FileRecord]]:
        """Give all files: normal form of the project → its files, in the order they came."""
        with self._lock:
            files = sorted(self._files.values(), key=lambda record: record.serial)
        found: dict[str, list[FileRecord]] = {}
        for file in files:
            found.setdefault(file.normal, []).append(file)
        return dict(sorted(found.items()))

    def project(self, normal: str) -> list[FileRecord]:
        """Give a project's files by version and name; empty when it is not known."""
        with self._lock:
            files = [record for record in self._files.values() if record.normal == normal]
        return sorted(files, key=lambda record: (_order(record.version), record.name))

    def projects(self) -> dict[str, str]:
        """Give all projects: normal form → name as last spelt, by normal form."""
        with self._lock:
            latest = sorted(self._files.values(), key=lambda record: record.serial)
        return dict(sorted({record.normal: record.project for record in latest}.items()))

    def path(self, record: FileRecord) -> Path:
        """Give the place of a file that lies here."""
        return self.folder / record.normal / "files" / record.name

    def metadata_path(self, record: FileRecord) -> Path:
        """Give the place of a wheel's served metadata."""
        return self.folder / record.normal / "metadata" / _beside(record.name, ".metadata")

    def add(self, record: FileRecord, half: Path | None = None, metadata: bytes = b"") -> None:
        """Take a file in.

        Args:
            record: its record; the serial is given here.
            half: where it was received to; nothing for a file of the real index.
            metadata: the core metadata to serve beside it; empty for none.
        """
        with self._lock:
            record = msgspec.structs.replace(record, serial=self.serial + 1)
            if metadata:
                write_whole(self.root, self.metadata_path(record), metadata)
            if half is not None:
                place(half, self.path(record))
            self._record(record)

    def yank(self, normal: str, version: str, reason: str = "") -> None:
        """Yank every file of a release (PEP 592).

        Args:
            normal: the project's normal form.
            version: any spelling of the version.
            reason: why; may be empty.
        """
        with self._lock:
            for record in self.project(normal):
                if record.release == canonicalize_version(version):
                    serial = self.serial + 1
                    self._record(
                        msgspec.structs.replace(record, yanked=reason or True, serial=serial)
                    )

    def _record(self, record: FileRecord) -> None:
        path = self.folder / record.normal / "records" / _beside(record.name, ".json")
        write_whole(self.root, path, msgspec.json.encode(record))
        self._files[record.name] = record


def _beside(name: str, suffix: str) -> str:
    """Give the name of what lies beside a file, also where the file's own leaves no room for it."""
    if len(name) + len(suffix) <= LONGEST:
        return f"{name}{suffix}"
    return hashlib.sha256(name.encode()).hexdigest() + suffix


def _order(version: str) -> tuple[bool, Version]:
    """Order versions by PEP 440, those it does not know first."""
    try:
        return True, Version(version)
    except InvalidVersion:
        return False, Version("0")
