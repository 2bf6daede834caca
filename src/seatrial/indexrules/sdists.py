"""File names of sdists, and the licence files in them (B1 to B4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from packaging.utils import canonicalize_name
from packaging.version import Version

from seatrial.indexrules.archives import MixedPaths, common_path, join
from seatrial.indexrules.messages import refuse
from seatrial.indexrules.tars import Listing
from seatrial.indexrules.upload import Upload
from seatrial.indexrules.values import Refusal

_VIEW: Final = "forklift/legacy.py::file_upload"
_EXTENSIONS: Final = (".tar.gz", ".zip")


def _name_in(file_name: str) -> str | None:
    """Give what stands before the version, or None when there is none (PEP 625)."""
    for extension in _EXTENSIONS:
        if file_name.endswith(extension):
            name, dash, version = file_name.removesuffix(extension).rpartition("-")
            try:
                Version(version)
            except ValueError:
                return None
            return name if dash else None
    return None


def b1_parses(upload: Upload) -> Iterator[Refusal]:
    """B1: the file name ends in a version.

    Source: ``packaging/utils.py::parse_sdist_filename``.
    """
    if _name_in(upload.file.name) is None:
        yield refuse("B1", f"Invalid source distribution filename: {upload.file.name}", _VIEW)


def b2_project(upload: Upload) -> Iterator[Refusal]:
    """B2: the file name begins with the project's name.

    For a post-release the version may hold a dash (``1.0-1``), so the one before is tried too.

    Source: ``forklift/legacy.py::file_upload``.
    """
    file_name = upload.file.name
    name, version = _name_in(file_name), upload.version
    if name is None:
        return
    is_post = version is not None and version.is_postrelease
    if is_post and canonicalize_name(name) != upload.normal and file_name.count("-") > 1:
        name = file_name.rpartition("-")[0].rpartition("-")[0]
    if canonicalize_name(name) != upload.normal:
        said = f"Start filename for {upload.name!r} with {upload.stem!r}."
        yield refuse("B2", said, _VIEW)


def b3_exact(upload: Upload) -> Iterator[Refusal]:
    """B3: the file name is exactly what PEP 625 says.

    Source: ``forklift/legacy.py::file_upload``.
    """
    if upload.version is None:
        return
    expected = f"{upload.stem}-{upload.version}.tar.gz"
    if upload.file.name != expected:
        said = f"Filename {upload.file.name!r} is invalid, should be {expected!r}."
        yield refuse("B3", said, _VIEW)


def b4_licenses(upload: Upload, listing: Listing) -> Iterator[Refusal]:
    """B4: every licence file the metadata names is there.

    Source: ``forklift/legacy.py::file_upload`` (PEP 639).
    """
    try:
        top = common_path(listing.names)
    except MixedPaths:
        return
    for license_file in upload.license_files:
        target = join(top, license_file)
        if target not in listing.names:
            said = (
                f"License-File {license_file} does not exist in distribution file "
                f"{upload.file.name} at {target}"
            )
            yield refuse("B4", said, _VIEW)


def sdist_rules(upload: Upload, listing: Listing | None) -> Iterator[Refusal]:
    """Judge an sdist's name and its licence files, in PyPI's order.

    Args:
        upload: the upload.
        listing: of the archive; None when it is no tar or cannot be read.
    """
    yield from b1_parses(upload)
    yield from b2_project(upload)
    yield from b3_exact(upload)
    if listing is not None:
        yield from b4_licenses(upload, listing)
