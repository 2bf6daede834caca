"""Whether the index takes an upload: the one place where PyPI's rules enter the dock.

The messages and their order are PyPI's own (the upload view of ``pypi/warehouse``), for the rules
that every upload meets.
"""

from __future__ import annotations

import re
from urllib.parse import urljoin

import msgspec
from packaging.utils import canonicalize_name, canonicalize_version
from packaging.version import InvalidVersion, Version

from seatrial.addresses import INDEXES
from seatrial.dock.form import Form, ReceivedFile
from seatrial.dock.holdings import FileRecord, Holdings

RELEASE_OPEN = 14 * 24 * 60 * 60
"""Seconds after its first file in which a release takes more of them."""

NAME = re.compile(r"[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9]")
SEE = "See the core metadata specification for more information."
REUSE = f"See {urljoin(INDEXES['pypi'].simple, '/help/#file-name-reuse')} for more information."
EXTENSIONS = {"sdist": (".tar.gz", ".zip"), "bdist_wheel": (".whl",)}


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Sizes an index takes, in bytes.

    Attributes:
        file: the largest file; 100 MiB on PyPI where a project has not asked for more.
        project: all files of a project together.
    """

    file: int = 100 * 1024 * 1024
    project: int = 10 * 1024 * 1024 * 1024


class Answer(msgspec.Struct, frozen=True):
    """What the index says to an upload.

    Attributes:
        status: the status.
        message: why it is refused; empty for success.
        record: the record to keep; nothing when nothing is to be stored.
    """

    status: int
    message: str = ""
    record: FileRecord | None = None


class _No(Exception):
    """A check failed; its text is the message."""


def decide(form: Form, held: Holdings, now: float, limits: Limits) -> Answer:
    """Judge an upload.  Changes nothing.

    Args:
        form: what was sent.
        held: what the index holds.
        now: the index's time, seconds since the epoch.
        limits: the sizes it takes.
    """
    try:
        _check_form(form)
        file = _the_file(form)
        version = _version(form)
        _check_name(form, file)
        _check_content(form, file, held, limits)
        known = held.file(file.name)
        if known is not None and known.sha256 == file.sha256:
            return Answer(200)
        _check_held(form, file, held, version, now)
        _check_fits(form, file, version)
    except _No as no:
        return Answer(400, str(no))
    record = FileRecord(
        name=file.name,
        project=form.value("name"),
        version=str(version),
        filetype=form.value("filetype"),
        sha256=file.sha256,
        blake2=file.blake2,
        size=file.size,
        uploaded=now,
        form=form.fields,
    )
    return Answer(200, record=record)


def _check_form(form: Form) -> None:
    if form.misplaced:
        raise _No(f"{form.misplaced[0]}: Should not be a tuple.")
    if form.fields.get("protocol_version", ["1"])[-1] != "1":
        raise _No("Unknown protocol version.")
    name = form.value("name")
    if not name:
        raise _No(f"'' is an invalid value for Name. Error: This field is required. {SEE}")
    if not NAME.fullmatch(name):
        raise _No(
            f"{_short(name)!r} is an invalid value for Name. Error: Start and end with a letter or "
            f"numeral containing only ASCII numeric and '.', '_' and '-'. {SEE}"
        )
    if not form.value("filetype"):
        raise _No("Invalid value for filetype. Error: This field is required.")
    if form.value("filetype") not in EXTENSIONS:
        raise _No("Invalid value for filetype. Error: Use a known file type.")
    if not any(form.value(f"{kind}_digest") for kind in ("md5", "sha256", "blake2_256")):
        raise _No("Error: Include at least one message digest.")


def _the_file(form: Form) -> ReceivedFile:
    if form.file is None:
        raise _No("Upload payload does not have a file.")
    return form.file


def _version(form: Form) -> Version:
    stated = form.value("version")
    if not stated:
        raise _No(f"'version' is a required field. {SEE}")
    try:
        version = Version(stated)
    except InvalidVersion:
        raise _No(f"{stated!r} is invalid for 'version'. {SEE}") from None
    if version.local:
        raise _No(
            f"The use of local versions in '{version}' is not allowed. See the version "
            "specifiers specification for more information."
        )
    return version


def _check_name(form: Form, file: ReceivedFile) -> None:
    if re.search(r"[\x00-\x1f\x7f]", file.name):
        raise _No(
            "Cannot upload a file with non-printable characters (ordinals 0-31) or the DEL "
            "character (ordinal 127) in the name."
        )
    if "/" in file.name or "\\" in file.name:
        raise _No(r"Cannot upload a file with '/' or '\' in the name.")
    if not re.fullmatch(r".+\.(tar\.gz|zip|whl)", file.name, re.IGNORECASE):
        raise _No(
            "Invalid file extension: Use .tar.gz, .whl or .zip extension. See PEP 527 and "
            "PEP 715 for more information"
        )
    filetype = form.value("filetype")
    if not file.name.endswith(EXTENSIONS[filetype]):
        extension = re.sub(r".*(\.tar\.gz|\.zip|\.whl)$", r"\1", file.name, flags=re.IGNORECASE)
        raise _No(
            f"Invalid file extension: Extension {extension} is invalid for filetype {filetype}. "
            "See PEP 527 for more information."
        )
    # PyPI ends in an error of its own for a name that its file system does not take.
    if len(file.name.encode()) > 246:  # noqa: PLR2004 - 255 bytes less ".metadata"
        raise _No(f"Filename is too long: '{file.name}'")


def _check_content(form: Form, file: ReceivedFile, held: Holdings, limits: Limits) -> None:
    name = form.value("name")
    if file.size > limits.file:
        raise _No(
            f"File too large. Limit for project {name!r} is {limits.file // 1024**2} MB. See "
            "/project-management/storage-limits#requesting-a-file-size-limit-increase "
            "for more information."
        )
    already = sum(record.size for record in held.project(canonicalize_name(name)))
    if already + file.size > limits.project:
        raise _No(
            f"Project size too large. Limit for project {name!r} total size is "
            f"{limits.project // 1024**3} GB. See "
            "/project-management/storage-limits#requesting-a-project-size-limit-increase"
        )
    computed = {"md5": file.md5, "sha256": file.sha256, "blake2_256": file.blake2}
    for kind, digest in computed.items():
        if form.value(f"{kind}_digest").lower() not in {"", digest}:
            raise _No(
                "The digest supplied does not match a digest calculated from the uploaded file."
            )


def _check_held(
    form: Form, file: ReceivedFile, held: Holdings, version: Version, now: float
) -> None:
    if held.file(file.name) is not None or held.with_content(file.blake2) is not None:
        raise _No(
            f"File already exists ('{file.name}', with blake2_256 hash '{file.blake2}'). {REUSE}"
        )
    release = [
        record
        for record in held.project(canonicalize_name(form.value("name")))
        if record.release == canonicalize_version(version)
    ]
    first = min((r.uploaded for r in release if r.uploaded is not None), default=now)
    if now - first > RELEASE_OPEN:
        raise _No("Uploading new files to releases older than 14 days is not allowed.")
    if form.value("filetype") == "sdist" and any(r.filetype == "sdist" for r in release):
        raise _No("Only one sdist may be uploaded per release.")


def _check_fits(form: Form, file: ReceivedFile, version: Version) -> None:
    name = form.value("name")
    normal = canonicalize_name(name).replace("-", "_")
    if form.value("filetype") == "sdist":
        wanted = f"{normal}-{version}.tar.gz"
        if file.name != wanted:
            raise _No(f"Filename {file.name!r} is invalid, should be '{wanted}'.")
        return
    parts = file.name.removesuffix(".whl").split("-")
    if len(parts) not in {5, 6}:
        raise _No(
            f"Invalid wheel filename (wrong number of parts): '{file.name.removesuffix('.whl')}'"
        )
    if canonicalize_name(parts[0]) != canonicalize_name(name):
        raise _No(f"Start filename for {name!r} with '{normal}'.")
    try:
        stated = Version(parts[1])
    except InvalidVersion:
        raise _No(
            f"Invalid wheel filename (invalid version): '{file.name.removesuffix('.whl')}'"
        ) from None
    if stated != version:
        raise _No(f"Version in filename should be '{version}' not '{stated}'.")


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:30]}...{text[-30:]}"  # noqa: PLR2004 - PyPI's own
