"""The form of the legacy upload API: the fields of one file, and their bytes on the way.

The API is PyPI's and twine's; it is described in Warehouse's documentation ("Upload API").  Its
field names are those of the core metadata in lower case with ``_``; fields that may be given
several times are sent several times.
"""

from __future__ import annotations

import errno
import hashlib
import secrets
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from packaging.utils import InvalidWheelFilename, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from seatrial.errors import InspectionFailed, StorageFault
from seatrial.world.bodies import pieces
from seatrial.world.ports import StoredFile

if TYPE_CHECKING:
    from packaging.metadata import RawMetadata

BROKEN = (
    *(tarfile.TarError, zipfile.BadZipFile, EOFError, zlib.error, struct.error),
    *(RuntimeError, ValueError, OverflowError, NotImplementedError),
)
"""What the readers of archives raise on broken or hostile ones."""

METADATA_LIMIT = 32 * 1024 * 1024

SPELLING = {
    "platforms": "platform",
    "supported_platforms": "supported_platform",
    "license_files": "license_file",
    "import_names": "import_name",
    "import_namespaces": "import_namespace",
}
"""Where the form's name for a field is not the one of :class:`packaging.metadata.RawMetadata`."""

LICENCE_FILES = Version("2.4")
"""The version of the metadata that brought ``License-File`` (PEP 639)."""

Fields = tuple[tuple[str, str], ...]


class Multipart(msgspec.Struct, frozen=True, kw_only=True):
    """A ``multipart/form-data`` body (RFC 7578) with one file, read as it is sent.

    Attributes:
        head: everything before the file's bytes.
        tail: everything after them.
        file: the file.
        boundary: the text between the parts.
    """

    head: bytes
    tail: bytes
    file: StoredFile
    boundary: str

    @property
    def content_type(self) -> str:
        """The request's content type."""
        return f"multipart/form-data; boundary={self.boundary}"

    @property
    def length(self) -> int:
        """Bytes in all."""
        return len(self.head) + self.file.size + len(self.tail)

    def chunks(self) -> Iterator[bytes]:
        """Give the pieces from the start.

        The bytes are compared with the file's digest on their way, and the last of them are held
        back until they are known to be right: other bytes than those kept never arrive whole.

        Raises:
            InspectionFailed: its bytes are not those that were kept.
            StorageFault: the file cannot be read, or is not as long as it was.
        """
        yield self.head
        digest, held = hashlib.sha256(), b""
        for piece in pieces(self.file.path, self.file.size):
            digest.update(piece)
            if held:
                yield held
            held = piece
        if digest.hexdigest() != self.file.sha256:
            raise InspectionFailed(
                str(self.file.path),
                f"its SHA-256 is {digest.hexdigest()}, and it was kept as {self.file.sha256}",
                next_step="Something wrote to the run's files: release again from the start.",
            )
        yield held + self.tail


def multipart(fields: Fields, file: StoredFile) -> Multipart:
    """Put the fields and the file, under the name ``content``, into one body."""
    boundary = secrets.token_hex(16)
    head = b"".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields
    )
    # The escapes that browsers use, as RFC 7578 (section 4.2) leaves it to them.
    named = file.name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
    head += (
        f'--{boundary}\r\nContent-Disposition: form-data; name="content"; filename="{named}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    ).encode()
    tail = f"\r\n--{boundary}--\r\n".encode()
    return Multipart(head=head, tail=tail, file=file, boundary=boundary)


def fields_of(file: StoredFile, metadata: bytes | None = None) -> Fields:
    """Give the form's fields for a wheel or an sdist, without the file itself.

    Args:
        file: the wheel or sdist.
        metadata: its METADATA or PKG-INFO, where that was read already.

    Raises:
        InspectionFailed: it is neither, or its metadata cannot be read.
        StorageFault: it cannot be read.
    """
    kind, python = _kind(file.name)
    # Imported late: it takes longer than all the rest of this module.
    from packaging.metadata import parse_email

    raw, _ = parse_email(_metadata(file, kind) if metadata is None else metadata)
    return (
        (":action", "file_upload"),
        ("protocol_version", "1"),
        ("filetype", kind),
        ("pyversion", python),
        *_metadata_fields(raw),
        # The index compares one digest at least; the strongest that it knows is enough.
        ("sha256_digest", file.sha256),
    )


def _kind(name: str) -> tuple[str, str]:
    """Give the file's type and its Python tag in the form's words."""
    if name.endswith((".tar.gz", ".zip")):
        return "sdist", "source"
    try:
        parse_wheel_filename(name)
    except InvalidWheelFilename as error:
        raise InspectionFailed(name, str(error)) from error
    return "bdist_wheel", name.split("-")[-3]


def _metadata_fields(raw: RawMetadata) -> Iterator[tuple[str, str]]:
    """Give the fields of the metadata.

    Setuptools has written ``License-File`` since long before metadata 2.4 brought it; PyPI refuses
    it with an older version, and twine leaves it out then, as is done here.
    """
    for key, value in raw.items():
        if key == "license_files" and _before_licence_files(raw):
            continue
        name = SPELLING.get(key, key)
        if isinstance(value, dict):
            yield from ((name, f"{label}, {url}") for label, url in value.items())
        elif isinstance(value, list):
            texts = [", ".join(value)] if key == "keywords" else value
            yield from ((name, text) for text in texts)
        elif value:
            yield name, str(value)


def _before_licence_files(raw: RawMetadata) -> bool:
    try:
        return Version(raw.get("metadata_version", "")) < LICENCE_FILES
    except InvalidVersion:
        return False


def _metadata(file: StoredFile, kind: str) -> bytes:
    """Read ``*.dist-info/METADATA`` of a wheel, or the top folder's ``PKG-INFO`` of an sdist."""
    try:
        if file.name.endswith(".tar.gz"):
            data = _from_tar(file.path)
        else:
            data = _from_zip(file.path, ".dist-info/METADATA" if kind != "sdist" else "/PKG-INFO")
    except BROKEN as error:
        raise InspectionFailed(file.name, f"its metadata cannot be read: {error}") from error
    except OSError as error:
        if error.errno in {None, errno.EINVAL}:  # what it states leads before its beginning
            raise InspectionFailed(file.name, f"its metadata cannot be read: {error}") from error
        raise StorageFault(str(file.path), error.strerror or str(error), doing="reading") from error
    if data is None:
        raise InspectionFailed(file.name, "it holds no metadata")
    if len(data) > METADATA_LIMIT:
        raise InspectionFailed(file.name, "its metadata is absurdly long")
    return data


def _from_zip(path: Path, ending: str) -> bytes | None:
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.count("/") == 1 and name.endswith(ending):
                with archive.open(name) as member:
                    return member.read(METADATA_LIMIT + 1)
    return None


def _from_tar(path: Path) -> bytes | None:
    with tarfile.open(path, "r:gz") as archive:
        for member in archive:
            if member.isfile() and member.name.count("/") == 1:
                if not member.name.endswith("/PKG-INFO"):
                    continue
                content = archive.extractfile(member)
                return content.read(METADATA_LIMIT + 1) if content else None
    return None
