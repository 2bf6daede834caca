"""Duplicates, names used before, releases that are closed (Q1 to Q6)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from packaging.utils import canonicalize_version
from packaging.version import Version

from seatrial.indexrules.messages import refuse, see_help
from seatrial.indexrules.upload import Upload
from seatrial.indexrules.values import HeldRelease, Refusal

_VIEW: Final = "forklift/legacy.py::file_upload"
_HELP: Final = see_help("file-name-reuse")
_DAY: Final = 24 * 3600


def q1_is_duplicate(upload: Upload) -> bool:
    """Q1: the very same file is in the index; the upload is accepted and has no effect.

    Source: ``forklift/legacy.py::_is_duplicate_file``.
    """
    file = upload.file
    return any(
        (one.name, one.sha256, one.blake2) == (file.name, file.sha256, file.blake2)
        for one in upload.held.files
    )


def q2_q3_taken(upload: Upload) -> Iterator[Refusal]:
    """Q2, Q3: no file of this name is there, and none of this content under any name.

    Source: ``forklift/legacy.py::_is_duplicate_file``.
    """
    file = upload.file
    names = {one.name for one in upload.held.files}
    if file.name in names or file.blake2 in {one.blake2 for one in upload.held.files}:
        said = f"File already exists ({file.name!r}, with blake2_256 hash {file.blake2!r}). {_HELP}"
        yield refuse("Q2" if file.name in names else "Q3", said, _VIEW)


def q4_burnt(upload: Upload) -> Iterator[Refusal]:
    """Q4: the name was not used by a file that is gone.

    Source: ``packaging/models.py::add_filename_to_registry``.
    """
    if upload.file.name in upload.held.burnt:
        said = (
            "This filename was previously used by a file that has since been deleted. "
            f"Use a different version. {_HELP}"
        )
        yield refuse("Q4", said, _VIEW)


def release_of(upload: Upload) -> HeldRelease | None:
    """R1: find the release the file would join, by canonical version, or None.

    Where several are the same release, the one spelt like the form's version is taken.

    Source: ``forklift/legacy.py::file_upload``.
    """
    version = upload.version
    if version is None:
        return None
    found = [one for one in upload.held.releases if _canonical(one.version) == _canonical(version)]
    exact = [one for one in found if one.version == str(version)]
    return next(iter(exact or found), None)


def _canonical(version: Version | str) -> str:
    try:
        return canonicalize_version(Version(str(version)))
    except ValueError:
        return str(version)


def q5_closed(upload: Upload) -> Iterator[Refusal]:
    """Q5: the release is not older than 14 days.

    Source: ``forklift/legacy.py::MAXIMUM_AGE_FOR_NEW_UPLOADS_DAYS``.
    """
    release = release_of(upload)
    if release is not None and release.created < upload.now - upload.limits.release_open:
        days = int(upload.limits.release_open // _DAY)
        said = f"Uploading new files to releases older than {days} days is not allowed."
        yield refuse("Q5", said, _VIEW)


def q6_second_sdist(upload: Upload) -> Iterator[Refusal]:
    """Q6: the release has no sdist yet, when this is one.

    Source: ``forklift/legacy.py::file_upload``.
    """
    release = release_of(upload)
    if upload.form.one("filetype") == "sdist" and release is not None and release.has_sdist:
        yield refuse("Q6", "Only one sdist may be uploaded per release.", _VIEW)


def reuse_rules(upload: Upload) -> Iterator[Refusal]:
    """Judge an upload that is no duplicate against what the index holds, in PyPI's order."""
    yield from q2_q3_taken(upload)
    yield from q4_burnt(upload)
    yield from q5_closed(upload)
    yield from q6_second_sdist(upload)
