"""File names of wheels, and what has to be in them (W1 to W15)."""

from __future__ import annotations

import configparser
import csv
import re
from collections.abc import Iterator
from typing import Final

import msgspec
from packaging.utils import canonicalize_name
from packaging.version import Version

from seatrial.indexrules.archives import broken, info_folder, unread
from seatrial.indexrules.filenames import LONGEST
from seatrial.indexrules.messages import refuse
from seatrial.indexrules.tags import is_admitted
from seatrial.indexrules.upload import Upload
from seatrial.indexrules.values import Notice, Refusal
from seatrial.indexrules.zipends import BadZip
from seatrial.indexrules.zips import UnreadableMember, Zip

_VIEW: Final = "forklift/legacy.py::file_upload"
_PARSER: Final = "packaging/utils.py::parse_wheel_filename"
_WHEEL: Final = "utils/wheel.py"
_DISTRIBUTION: Final = re.compile(r"^[\w.]*$")
_SCRIPT: Final = re.compile(r"[\w.-]+")
_EXEMPT: Final = ("RECORD.jws", "RECORD.p7s")
_PLAIN_DASHES: Final = 4
_BUILD_DASHES: Final = 5


class WheelName(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of a wheel's file name that PyPI compares.

    Attributes:
        distribution: as it stands.
        platforms: the platform tags, in lower case.
    """

    distribution: str
    version: Version
    platforms: tuple[str, ...]


def w1_w4_parse(file_name: str) -> WheelName | Refusal:
    """W1 to W4: the file name has the five or six parts of a wheel's (PEP 427).

    Source: ``packaging/utils.py::parse_wheel_filename``.
    """
    stem = file_name.removesuffix(".whl")
    dashes = stem.count("-")
    if dashes not in {_PLAIN_DASHES, _BUILD_DASHES}:
        return refuse("W1", f"Invalid wheel filename (wrong number of parts): {stem!r}", _PARSER)
    distribution, version_text, *build, tags = stem.split("-", dashes - 2)
    if "__" in distribution or not _DISTRIBUTION.match(distribution):
        return refuse("W2", f"Invalid project name: {stem!r}", _PARSER)
    try:
        version = Version(version_text)
    except ValueError:
        return refuse("W3", f"Invalid wheel filename (invalid version): {stem!r}", _PARSER)
    if build and not re.match("[0-9]", build[0]):
        return refuse("W4", f"Invalid build number: {build[0]} in {stem!r}", _PARSER)
    platforms = tags.rpartition("-")[2].lower().split(".")
    return WheelName(distribution=distribution, version=version, platforms=tuple(platforms))


def w5_platform(upload: Upload, name: WheelName) -> Iterator[Refusal]:
    """W5: every platform tag is one PyPI admits.

    Source: ``forklift/legacy.py::_valid_platform_tag``.
    """
    for tag in dict.fromkeys(name.platforms):
        if not is_admitted(tag):
            said = f"Binary wheel '{upload.file.name}' has an unsupported platform tag '{tag}'."
            yield refuse("W5", said, _VIEW)


def w6_w7_project(upload: Upload, name: WheelName) -> Iterator[Refusal]:
    """W6, W7: the distribution part is the project's name, normalised to the letter.

    Source: ``forklift/legacy.py::file_upload`` (PEP 427).
    """
    if canonicalize_name(name.distribution) != upload.normal:
        said = f"Start filename for {upload.name!r} with {upload.stem!r}."
        yield refuse("W6", said, _VIEW)
    elif name.distribution != upload.stem:
        said = (
            f"Filename {upload.file.name!r} should contain the normalized project name "
            f"{upload.stem!r}, not {name.distribution!r}."
        )
        yield refuse("W7", said, _VIEW)


def w8_version(upload: Upload, name: WheelName) -> Iterator[Refusal]:
    """W8: the version in the file name is the form's.

    Source: ``forklift/legacy.py::file_upload``.
    """
    version = upload.version
    if version is not None and version != name.version:
        said = f"Version in filename should be {str(version)!r} not {str(name.version)!r}."
        yield refuse("W8", said, _VIEW)


def w9_licenses(upload: Upload, archive: Zip) -> Iterator[Refusal]:
    """W9: every licence file the metadata names is in the wheel's folder for them.

    Source: ``forklift/legacy.py::file_upload`` (PEP 639).
    """
    for license_file in upload.license_files:
        target = f"{info_folder(upload.file.name)}/licenses/{license_file}"
        if target in archive:
            archive.pass_through(target)
            continue
        said = (
            f"License-File {license_file} does not exist in distribution file "
            f"{upload.file.name} at {target}"
        )
        yield refuse("W9", said, _VIEW)


def _record_rows(archive: Zip, folder: str) -> list[list[str]] | None:
    """Read RECORD, or give None when it is missing, not UTF-8 or no CSV."""
    try:
        text = archive.read(f"{folder}/RECORD").decode("utf-8")
        return list(csv.reader(text.splitlines()))
    except (KeyError, UnicodeDecodeError, csv.Error):
        return None


def w10_w12_record(upload: Upload, archive: Zip) -> Iterator[Refusal | Notice]:
    """W10 to W12: RECORD is there, and names the files that are there.

    A difference is accepted, and the project's users get a mail (W11).

    Source: ``utils/wheel.py::_validate_record``.
    """
    folder = info_folder(upload.file.name)
    rows = _record_rows(archive, str(folder))
    if rows is None:
        said = (
            f"Wheel '{upload.file.name}' does not contain the required RECORD file: {folder}/RECORD"
        )
        yield refuse("W10", said, f"{_WHEEL}::validate_record")
        return
    if [] in rows:
        yield broken("X500.4", "RECORD holds a blank line; PyPI answers 500 to this")
        return
    exempt = {f"{folder}/{name}" for name in _EXEMPT}
    listed = {row[0].replace("\\", "/") for row in rows}
    present = {name for name in archive.names if not name.endswith(("/", "\\"))} - exempt
    if listed != present:
        said = (
            f"{len(present - listed)} files of the wheel are not in RECORD, and "
            f"{len(listed - present)} files of RECORD are not in the wheel"
        )
        yield Notice(rule="W11", message=said, source=f"{_WHEEL}::validate_record")


class _EntryPoints(configparser.ConfigParser):
    """An INI file as the entry points specification has it: case counts, only ``=`` separates."""

    def __init__(self) -> None:
        super().__init__(delimiters=("=",))

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def are_entry_points(data: bytes) -> bool:
    """Say whether ``entry_points.txt`` is an INI file and its scripts have plain names.

    Source: ``utils/wheel.py::_validate_entrypoints``.
    """
    parser = _EntryPoints()
    try:
        parser.read_string(data.decode("utf-8"))
    except (UnicodeDecodeError, configparser.Error):
        return False
    names = (
        name
        for section in ("console_scripts", "gui_scripts")
        if parser.has_section(section)
        for name in parser[section]
    )
    return all(_SCRIPT.fullmatch(name) for name in names)


def w13_entry_points(upload: Upload, archive: Zip) -> Iterator[Refusal]:
    """W13: entry points, where there are any, are well formed.

    Source: ``utils/wheel.py::validate_entrypoints``.
    """
    target = f"{info_folder(upload.file.name)}/entry_points.txt"
    if target in archive and not are_entry_points(archive.read(target)):
        said = (
            f"Wheel '{upload.file.name}' has invalid entry points defined in the "
            "entry_points.txt file"
        )
        yield refuse("W13", said, f"{_WHEEL}::validate_entrypoints")


def w14_metadata(upload: Upload, archive: Zip) -> Iterator[Refusal]:
    """W14: METADATA is there.

    Source: ``forklift/legacy.py::file_upload``.
    """
    target = f"{info_folder(upload.file.name)}/METADATA"
    if target in archive:
        archive.pass_through(target)
        return
    said = f"Wheel '{upload.file.name}' does not contain the required METADATA file: {target}"
    yield refuse("W14", said, _VIEW)


def w15_too_long(upload: Upload) -> Iterator[Refusal]:
    """W15: the name leaves room for ``.metadata`` behind it.

    Source: ``forklift/legacy.py::file_upload`` (PEP 658).
    """
    size = len(upload.file.name.encode("utf-8", "surrogatepass"))
    if LONGEST - len(".metadata") < size <= LONGEST:
        yield refuse("W15", f"Filename is too long: '{upload.file.name}'", _VIEW)


def wheel_rules(upload: Upload, archive: Zip | None) -> Iterator[Refusal | Notice]:
    """Judge a wheel's name and what is in it, in PyPI's order.

    Args:
        upload: the upload.
        archive: None when it cannot be read.
    """
    name = w1_w4_parse(upload.file.name)
    if isinstance(name, Refusal):
        yield name
    else:
        yield from w5_platform(upload, name)
        yield from w6_w7_project(upload, name)
        yield from w8_version(upload, name)
    if archive is not None and info_folder(upload.file.name) is not None:
        for rule in (w9_licenses, w10_w12_record, w13_entry_points, w14_metadata):
            try:
                yield from rule(upload, archive)
            except (BadZip, UnreadableMember) as error:
                yield unread(error)
    yield from w15_too_long(upload)
