"""File names as such, and the content type beside them (X1 to X5)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from seatrial import addresses
from seatrial.indexrules.fields import FILE_TYPES
from seatrial.indexrules.messages import refuse, refuse_ourselves
from seatrial.indexrules.upload import Upload
from seatrial.indexrules.values import Refusal

LONGEST: Final = 255
"""Bytes in one file name, on the file systems that matter."""

_VALIDATE: Final = "forklift/legacy.py::_validate_filename"
_VIEW: Final = "forklift/legacy.py::file_upload"
_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f]")
_EXTENSION: Final = re.compile(r".+?(\.(?:tar\.gz|zip|whl))$", re.IGNORECASE)
_PEP_527: Final = f"{addresses.PEPS_OF_OLD}/pep-0527"


def x1_unprintable(upload: Upload) -> Iterator[Refusal]:
    """X1: the file name holds no control character.

    Source: ``forklift/legacy.py::_validate_filename``.
    """
    if _UNPRINTABLE.search(upload.file.name):
        said = (
            "Cannot upload a file with non-printable characters (ordinals 0-31) "
            "or the DEL character (ordinal 127) in the name."
        )
        yield refuse("X1", said, _VALIDATE)


def x2_separators(upload: Upload) -> Iterator[Refusal]:
    """X2: the file name is no path.

    Source: ``forklift/legacy.py::_validate_filename``.
    """
    if "/" in upload.file.name or "\\" in upload.file.name:
        yield refuse("X2", "Cannot upload a file with '/' or '\\' in the name.", _VALIDATE)


def x3_x4_extension(upload: Upload) -> Iterator[Refusal]:
    """X3, X4: the extension is known, and belongs to the file type.

    Source: ``forklift/legacy.py::_validate_filename`` (PEP 527, PEP 715).
    """
    found = _EXTENSION.match(upload.file.name)
    filetype = upload.form.one("filetype")
    if found is None:
        said = (
            f"Invalid file extension: Use .tar.gz, .whl or .zip extension. See {_PEP_527} "
            f"and {addresses.PEPS}/pep-0715/ for more information"
        )
        yield refuse("X3", said, _VALIDATE)
    elif filetype in FILE_TYPES and found[1] not in FILE_TYPES[filetype]:
        said = (
            f"Invalid file extension: Extension {found[1]} is invalid for filetype {filetype}. "
            f"See {_PEP_527} for more information."
        )
        yield refuse("X4", said, _VALIDATE)


def x5_content_type(upload: Upload) -> Iterator[Refusal]:
    """X5: the part is no image.

    Source: ``forklift/legacy.py::file_upload``.
    """
    kind = upload.file.content_type
    if not kind or kind.startswith("image/"):
        yield refuse("X5", "Invalid distribution file.", _VIEW)


def x500_3_too_long(upload: Upload) -> Iterator[Refusal]:
    """X500.3: a name that no file can have; PyPI answers 500.

    Source: ``forklift/legacy.py::file_upload``.
    """
    size = len(upload.file.name.encode("utf-8", "surrogatepass"))
    if size > LONGEST:
        said = (
            f"The file name has {size} bytes, and no file can have more than {LONGEST}; "
            "PyPI answers 500 to this."
        )
        yield refuse_ourselves("X500.3", said, _VIEW)


def filename_rules(upload: Upload) -> Iterator[Refusal]:
    """Judge the file's name and its content type, in PyPI's order."""
    for rule in (x1_unprintable, x2_separators, x3_x4_extension, x5_content_type, x500_3_too_long):
        yield from rule(upload)
