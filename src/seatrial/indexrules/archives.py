"""What an archive is: the refusals of all kinds of archive, and the checks of ZIP (A1 to A11)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

from seatrial.indexrules import framing, scanner
from seatrial.indexrules.messages import ARCHIVES, refuse, refuse_ourselves
from seatrial.indexrules.streams import is_tar
from seatrial.indexrules.upload import Upload
from seatrial.indexrules.values import MEBIBYTE, Refusal
from seatrial.indexrules.zipends import BadZip
from seatrial.indexrules.zips import DEFLATED, STORED, TooMuch, UnreadableMember, Zip, is_zip

RATIO: Final = 50
"""How many times its own size an archive may unpack to, above :data:`RATIO_FROM`."""

RATIO_FROM: Final = 64 * MEBIBYTE

_CHECK: Final = "forklift/legacy.py::_is_valid_dist_file"


def invalid(rule: str, said: str, source: str = _CHECK) -> Refusal:
    """Make the refusal of an archive: PyPI puts the same words before all of them."""
    return refuse(rule, f"Invalid distribution file. {said}", source)


def broken(rule: str, why: str) -> Refusal:
    """Make the refusal of an archive that PyPI answers 500 to, or that passes our bounds."""
    return refuse_ourselves(rule, f"The archive cannot be read: {why}.", _CHECK)


def unread(error: Exception) -> Refusal:
    """Make the refusal of a ZIP of which something cannot be read, or is more than we read."""
    if isinstance(error, TooMuch):
        return broken("T1", str(error))
    return broken("X500.7", f"{error}; PyPI answers 500 to this")


class MixedPaths(ValueError):
    """Absolute and relative paths in one archive."""


def common_path(names: Iterable[str]) -> str:
    """Give the folder that all names share, as ``os.path.commonpath`` does on POSIX.

    Without names it is empty.

    Raises:
        MixedPaths: some are absolute, and some are not.
    """
    shared: list[str] | None = None
    absolute: bool | None = None
    for name in names:
        if absolute not in {None, name.startswith("/")}:
            raise MixedPaths
        absolute = name.startswith("/")
        parts = [part for part in name.split("/") if part not in {"", "."}]
        if shared is None:
            shared = parts
            continue
        length = 0
        for mine, other in zip(shared, parts, strict=False):
            if mine != other:
                break
            length += 1
        shared = shared[:length]
    return ("/" if absolute else "") + "/".join(shared or ())


def join(folder: str, name: str) -> str:
    """Put a name into a folder, as ``os.path.join`` does on POSIX."""
    if name.startswith("/") or not folder:
        return name
    return f"{folder}{name}" if folder.endswith("/") else f"{folder}/{name}"


def a5_a15_top_level(top: str, rule: str) -> Iterator[Refusal]:
    """A5, A15: all members of an sdist lie in one folder.

    Source: ``forklift/legacy.py::_is_valid_dist_file``.
    """
    if top in {"", ".", "/"}:
        yield invalid(rule, "Incorrect number of top-level directories in sdist")


def a1_polyglot(path: Path, stream: BinaryIO) -> Iterator[Refusal]:
    """A1: the file is not a ZIP and a tar in one.

    Source: ``forklift/legacy.py::_is_valid_dist_file``.
    """
    if is_zip(stream) and is_tar(path) is not False:
        yield invalid("A1", "File is both a zip and a tar file")


def a3_ratio(upload: Upload, archive: Zip) -> Iterator[Refusal]:
    """A3: the archive does not unpack to a multiple of its size.

    Source: ``forklift/legacy.py::COMPRESSION_RATIO_THRESHOLD``.
    """
    unpacked = sum(member.size for member in archive.members)
    if unpacked > RATIO_FROM and unpacked > RATIO * upload.file.size:
        yield invalid("A3", f"File exceeds compression ratio of {RATIO}")


def a4_compression(archive: Zip) -> Iterator[Refusal]:
    """A4: every member is stored or deflated.

    Source: ``forklift/legacy.py::_is_valid_dist_file``.
    """
    if any(member.method not in {STORED, DEFLATED} for member in archive.members):
        yield invalid("A4", "File does not use a supported compression type")


def a5_a6_layout(archive: Zip) -> Iterator[Refusal]:
    """A5, A6: a ``.zip`` has one folder at the top, and ``PKG-INFO`` in it.

    Source: ``forklift/legacy.py::_is_valid_dist_file``.
    """
    try:
        top = common_path(archive.names)
    except MixedPaths:
        yield broken("X500.6", "it mixes absolute and relative names; PyPI answers 500 to this")
        return
    refusals = list(a5_a15_top_level(top, "A5"))
    yield from refusals
    target = join(top, "PKG-INFO")
    if not refusals and target not in archive:
        yield invalid("A6", f"PKG-INFO not found at {target}")
    elif not refusals:
        archive.pass_through(target)


def info_folder(file_name: str) -> str | None:
    """Give the folder of a wheel's metadata, by the file's name; None when that has no version."""
    parts = file_name.split("-", 2)
    return f"{parts[0]}-{parts[1]}.dist-info" if len(parts) == 3 else None  # noqa: PLR2004 - 2 cuts


def a7_a8_wheel(upload: Upload, archive: Zip) -> Iterator[Refusal]:
    """A7, A8: the file name tells the metadata's folder, and ``WHEEL`` is in it.

    Source: ``forklift/legacy.py::_is_valid_dist_file``.
    """
    folder = info_folder(upload.file.name)
    if folder is None:
        yield invalid("A7", "Unable to parse name and version from wheel filename")
        return
    target = f"{folder}/WHEEL"
    if target not in archive:
        yield invalid("A8", f"WHEEL not found at {target}")
    else:
        archive.pass_through(target)


def a9_scan(archive: Zip, *, seen: bool) -> Iterator[Refusal]:
    """A9: no Python file is encrypted (Y1, Y2); the first that is speaks.

    Source: ``utils/scanner.py::check_members``.

    Args:
        archive: the wheel or ZIP.
        seen: whether the content is known to be sound and not encrypted.
    """
    for member in archive.members:
        if member.is_folder or not scanner.is_scanned(member.name):
            continue
        if seen:
            archive.reach(member)
            continue
        if member.size > scanner.LARGEST:
            archive.pass_through(member.name)
            continue
        found = scanner.y1_y2_encrypted(archive.read(member.name))
        if found is not None:
            yield found
            return


def a10_framing(archive: Zip, stream: BinaryIO) -> Iterator[Refusal]:
    """A10: the archive is one chain of records that agree (K1 to K21).

    Source: ``utils/zipfiles.py::validate_zipfile``.
    """
    try:
        framing.check(stream, archive)
    except framing.BadFraming as fault:
        said = f"ZIP archive not accepted: {fault.said}. {ARCHIVES}"
        yield invalid(fault.rule, said, "utils/zipfiles.py::_validate_zipfile")


def a2_a4_open(upload: Upload, stream: BinaryIO) -> tuple[Zip | None, tuple[Refusal, ...]]:
    """A2 to A4, A11: open a ``.whl`` or ``.zip``; a bomb is looked at no further.

    Source: ``forklift/legacy.py::_is_valid_dist_file``.
    """
    if not is_zip(stream):
        return None, (invalid("A2", "File is not a zipfile"),)
    try:
        archive = Zip(stream, members=upload.limits.members)
    except BadZip:
        return None, (invalid("A11", "None"),)
    except UnreadableMember as error:
        return None, (unread(error),)
    refusals = (*a3_ratio(upload, archive), *a4_compression(archive))
    return (None if refusals else archive), refusals


def zip_rules(upload: Upload, archive: Zip, stream: BinaryIO) -> Iterator[Refusal]:
    """Judge what is in a ``.whl`` or ``.zip``, in PyPI's order."""
    is_wheel = upload.file.name.endswith(".whl")
    layout = a7_a8_wheel(upload, archive) if is_wheel else a5_a6_layout(archive)
    for rules in (layout, a9_scan(archive, seen=upload.file.seen is not None)):
        yield from a11_readable(rules)
    yield from a10_framing(archive, stream)


def a11_readable(rules: Iterator[Refusal]) -> Iterator[Refusal]:
    """A11: what is read on the way has its local name and its checksum.

    Source: ``forklift/legacy.py::_is_valid_dist_file``.
    """
    try:
        yield from rules
    except BadZip:
        yield invalid("A11", "None")
    except UnreadableMember as error:
        yield unread(error)
