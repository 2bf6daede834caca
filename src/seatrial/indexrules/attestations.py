"""Attestations: who may give them, and their shape (V1, V3 to V5); what they say comes after."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from seatrial.indexrules.messages import refuse
from seatrial.indexrules.statements import BEFORE, statement_rules
from seatrial.indexrules.upload import Upload
from seatrial.indexrules.values import Refusal

MOST: Final = 2
"""Attestations of one file."""

_ABSENT: Final = object()
_SOURCE: Final = "attestations/services.py::IntegrityService.parse_attestations"


def attestation_rules(upload: Upload) -> Iterator[Refusal]:
    """V1, V3 to V5: attestations come from a trusted publisher, as one or two objects of PEP 740.

    The text of V3 is the validation library's; ours says the same in one line.

    Source: ``attestations/services.py::_extract_attestations_from_request``.
    """
    text = upload.form.last("attestations")
    if text is None:
        return
    who = upload.held.uploader
    if who is not None and not who.publisher:
        said = "Attestations are only supported when using Trusted Publishing"
        yield refuse("V1", BEFORE + said, _SOURCE)
        return
    fault = _malformed(text)
    if fault is not None:
        yield refuse("V3", f"{BEFORE}Malformed attestations: {fault}", _SOURCE)
        return
    attestations = json.loads(text)
    count = len(attestations)
    if count == 0:
        said = "Malformed attestations: an empty attestation set is not permitted"
        yield refuse("V4", BEFORE + said, _SOURCE)
    elif count > MOST:
        said = f"A maximum of {MOST} attestations per file are supported"
        yield refuse("V5", BEFORE + said, _SOURCE)
    elif upload.held.statements:
        yield from statement_rules(upload, attestations)


def _malformed(text: str) -> str | None:
    """Say what is wrong with the shape, or None."""
    head = "1 validation error for list[Attestation]"
    try:
        value = json.loads(text)
        # Half a surrogate pair, written as an escape, is no text; Python's reader lets it pass.
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return f"{head}\n  Invalid JSON"
    if not isinstance(value, list):
        shown, kind = repr(value), type(value).__name__
        long = 50
        if len(shown) > long:
            shown = f"{shown[:25]}...{shown[-22:]}"
        return (
            f"{head}\n  Input should be a valid array "
            f"[type=list_type, input_value={shown}, input_type={kind}]"
        )
    for index, one in enumerate(value):
        for place, wrong in SHAPE.items():
            words = wrong(_at(one, place))
            if words:
                return f"{head}\n{'.'.join((str(index), *place))}\n  {words}"
    return None


def _at(value: object, place: tuple[str, ...]) -> object:
    """Give what stands at a place, or :data:`_ABSENT`; what is around it was looked at before."""
    for key in place:
        value = value.get(key, _ABSENT) if isinstance(value, dict) else _ABSENT
    return value


def _no_object(value: object) -> str:
    return "" if isinstance(value, dict) else _absent(value) or "Input should be an object"


def _not_one(value: object) -> str:
    return "" if value == 1 else _absent(value) or "Input should be 1"


def _no_base64(value: object) -> str:
    if not isinstance(value, str):
        return _absent(value) or "Input should be a valid bytes"
    try:
        base64.b64decode(value.encode("utf-8", "surrogatepass"))
    except binascii.Error as error:
        return f"Base64 decoding error: '{error}'"
    return ""


def _no_entries(value: object) -> str:
    if not isinstance(value, list):
        return _absent(value) or "Input should be a valid array"
    if not value:
        return "List should have at least 1 item after validation, not 0"
    return next(filter(None, map(_no_object, value)), "")


def _absent(value: object) -> str:
    return "Field required" if value is _ABSENT else ""


SHAPE: Final[Mapping[tuple[str, ...], Callable[[object], str]]] = {
    (): _no_object,
    ("version",): _not_one,
    ("verification_material",): _no_object,
    ("verification_material", "certificate"): _no_base64,
    ("verification_material", "transparency_entries"): _no_entries,
    ("envelope",): _no_object,
    ("envelope", "statement"): _no_base64,
    ("envelope", "signature"): _no_base64,
}
"""Place in an attestation → what says why it cannot stand there; the outer ones first.

Source: ``pypi_attestations/_impl.py::Attestation`` (PEP 740, attestation objects).
"""
