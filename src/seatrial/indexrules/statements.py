"""What an attestation says of the file (V6, V8, V9), as far as it is said without signatures.

PyPI verifies the signature, the certificate against the publisher, and the transparency log before
it reads the statement.  None of that is verified here: it needs Sigstore's services.  What is
compared is the statement itself: subject, digest, type.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    parse_sdist_filename,
    parse_wheel_filename,
)

from seatrial import addresses
from seatrial.indexrules.messages import refuse
from seatrial.indexrules.upload import Upload
from seatrial.indexrules.values import Refusal, UploadedFile

BEFORE: Final = "Invalid attestations supplied during upload: "

PREDICATES: Final = (
    f"{addresses.PYPI_DOCS}/attestations/publish/v1",
    f"{addresses.SLSA}/provenance/v1",
)
"""The types of statements that PyPI takes (V8)."""

STATEMENT: Final = f"{addresses.IN_TOTO}/Statement/v1"

_UNVERIFIED: Final = "Could not verify the uploaded artifact using the included attestation: "
_SOURCE: Final = "attestations/services.py::IntegrityService.parse_attestations"


def statement_rules(upload: Upload, attestations: Sequence[Mapping[str, Any]]) -> Iterator[Refusal]:
    """V6, V8, V9: each statement is about this file, of a known type, and the only one of it.

    Args:
        upload: the upload.
        attestations: as they came, of the right shape.

    Source: ``attestations/services.py::IntegrityService.parse_attestations``.
    """
    seen: set[str] = set()
    for attestation in attestations:
        statement = _statement(attestation)
        fault = _fault(statement, upload.file)
        if fault:
            yield refuse("V6", f"{BEFORE}{_UNVERIFIED}{fault}", _SOURCE)
            return
        kind = str(statement.get("predicateType"))
        if kind not in PREDICATES:
            said = f"Attestation with unsupported predicate type: {kind}"
            yield refuse("V8", BEFORE + said, _SOURCE)
            return
        if kind in seen:
            said = (
                "Multiple attestations for the same file with the same predicate type "
                f"({kind}) are not supported"
            )
            yield refuse("V9", BEFORE + said, _SOURCE)
            return
        seen.add(kind)


def _statement(attestation: Mapping[str, Any]) -> dict[str, Any]:
    """Read a statement; empty when it is none."""
    envelope = attestation["envelope"]
    text = envelope.get("statement") if isinstance(envelope, dict) else None
    try:
        found = json.loads(base64.b64decode(text or "", validate=True))
    except (binascii.Error, ValueError, TypeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _fault(statement: Mapping[str, Any], file: UploadedFile) -> str:
    """Say what keeps a statement from being about the file; empty when nothing does."""
    if statement.get("_type") != STATEMENT:
        return "invalid statement: it is no in-toto statement of version 1"
    subjects = statement.get("subject")
    if not isinstance(subjects, list) or len(subjects) != 1:
        return "too many subjects in statement (must be exactly one)"
    subject = subjects[0] if isinstance(subjects[0], dict) else {}
    name, digests = subject.get("name"), subject.get("digest")
    if not isinstance(name, str) or not name:
        return "invalid subject: missing name"
    try:
        stated = _parsed(name)
    except ValueError as error:
        return f"invalid subject: {error}"
    if stated != _parsed_or_none(file.name):
        return f"subject does not match distribution name: {name} != {file.name}"
    digest = digests.get("sha256") if isinstance(digests, dict) else None
    return "" if digest == file.sha256 else "subject does not match distribution digest"


def _parsed(name: str) -> tuple[object, ...]:
    """Give a file name's parts, the same for every spelling of the name."""
    if name.endswith(".whl"):
        try:
            return parse_wheel_filename(name)
        except InvalidWheelFilename as error:
            raise ValueError(str(error)) from error
    try:
        return parse_sdist_filename(name)
    except InvalidSdistFilename as error:
        raise ValueError(str(error)) from error


def _parsed_or_none(name: str) -> tuple[object, ...] | None:
    try:
        return _parsed(name)
    except ValueError:
        return None
