"""Sizes and digests (Z1 to Z5)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from seatrial import addresses
from seatrial.indexrules.messages import refuse, refuse_ourselves
from seatrial.indexrules.upload import Upload
from seatrial.indexrules.values import GIBIBYTE, MEBIBYTE, Refusal

_VIEW: Final = "forklift/legacy.py::file_upload"
_CHUNK: Final = 8096
_LIMITS: Final = f"{addresses.PYPI_DOCS}/project-management/storage-limits"


def _passes_at(size: int, room: int) -> int:
    """Number the chunk of 8,096 bytes with which ``size`` bytes pass ``room``."""
    return min(max(room, -1) // _CHUNK + 1, -(-size // _CHUNK))


def z1_z2_sizes(upload: Upload) -> Iterator[Refusal]:
    """Z1, Z2: the file is not too large, nor the project with it.

    PyPI asks both after every chunk it reads, so the limit that is passed first is named.

    Source: ``forklift/legacy.py::file_upload``, ``packaging/models.py::Project``.
    """
    size = upload.file.size
    file_limit, project_limit = upload.limits.file_size, upload.limits.project_size
    room = project_limit - upload.held.size_used
    found: list[tuple[int, Refusal]] = []
    if size > file_limit:
        said = (
            f"File too large. Limit for project {upload.name!r} is {file_limit // MEBIBYTE} MB. "
            f"See {_LIMITS}#requesting-a-file-size-limit-increase for more information."
        )
        found.append((_passes_at(size, file_limit), refuse("Z1", said, _VIEW)))
    if size and size > room:
        said = (
            f"Project size too large. Limit for project {upload.name!r} total size is "
            f"{project_limit // GIBIBYTE} GB. "
            f"See {_LIMITS}#requesting-a-project-size-limit-increase"
        )
        found.append((_passes_at(size, room), refuse("Z2", said, _VIEW)))
    yield from (refusal for _, refusal in sorted(found, key=lambda pair: pair[0]))


def z4_digests(upload: Upload) -> Iterator[Refusal]:
    """Z4 (and Z5): every digest that was given is the file's.

    Source: ``forklift/legacy.py::file_upload``.
    """
    digests = (
        ("md5_digest", upload.file.md5),
        ("sha256_digest", upload.file.sha256),
        ("blake2_256_digest", upload.file.blake2),
    )
    for field, true in digests:
        given = upload.form.one(field)
        if not given.isascii():
            said = f"The {field} is no hexadecimal number; PyPI answers 500 to this."
            yield refuse_ourselves("X500.2", said, _VIEW)
            return
        if given and given.lower() != true:
            said = "The digest supplied does not match a digest calculated from the uploaded file."
            yield refuse("Z4", said, _VIEW)
            return


def size_rules(upload: Upload) -> Iterator[Refusal]:
    """Judge sizes, then digests."""
    yield from z1_z2_sizes(upload)
    yield from z4_digests(upload)
