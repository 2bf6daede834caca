"""What the dock knows of a file and of a project, as values."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeAlias

import msgspec
from packaging.utils import canonicalize_name, canonicalize_version

LONGEST = 255
"""Bytes in one file name, on the file systems that matter; held names are ASCII."""

Status: TypeAlias = Literal["active", "archived", "quarantined"]
"""Of a project, as PyPI uses PEP 792."""


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


class ProjectRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a project beside its files.

    Attributes:
        name: as it was spelt.
        status: whether it takes uploads and is shown (PEP 792).
        serial: the index's count of changes at the last one here.
        publisher: the pending publisher that made it; empty where none did.
    """

    name: str
    status: Status = "active"
    serial: int = 0
    publisher: str = ""


class FileRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One held file.

    Attributes:
        name: the file's name.
        project: the project's name as the upload spelt it.
        version: normalised (PEP 440).
        filetype: ``sdist`` or ``bdist_wheel``.
        sha256: hexadecimal.
        blake2: BLAKE2b with 32 bytes, hexadecimal; empty for a file of the real index.
        md5: hexadecimal; empty where nobody wanted to know it.
        size: bytes.
        uploaded: seconds since the epoch; nothing when unknown.
        serial: the index's count of changes at this one.
        metadata_sha256: of the served core metadata (PEP 658); empty when there is none.
        url: where the real index serves it; empty for a file that lies here.
        yanked: as in :class:`SeedFile`.
        form: the upload's fields, without the file.
        publisher: who uploaded it, as PEP 740 states it; empty for an API token.
    """

    name: str
    project: str
    version: str
    filetype: str
    sha256: str
    blake2: str = ""
    md5: str = ""
    size: int = 0
    uploaded: float | None = None
    serial: int = 0
    metadata_sha256: str = ""
    url: str = ""
    yanked: bool | str = False
    form: Mapping[str, Sequence[str]] = {}
    publisher: Mapping[str, Any] = {}

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

    @property
    def attestations(self) -> str:
        """The attestations that came with it (PEP 740), as JSON; empty when none."""
        return "".join(self.form.get("attestations", ())[-1:])

    def below(self, folder: Path) -> Path:
        """Give the place of a file that lies here, in the index's folder."""
        return folder / self.normal / "files" / self.name

    def metadata_below(self, folder: Path) -> Path:
        """Give the place of a wheel's served metadata, in the index's folder."""
        return folder / self.normal / "metadata" / _beside(self.name, ".metadata")


def _beside(name: str, suffix: str) -> str:
    """Give the name of what lies beside a file, also where the file's own leaves no room for it."""
    if len(name) + len(suffix) <= LONGEST:
        return f"{name}{suffix}"
    return hashlib.sha256(name.encode()).hexdigest() + suffix
