"""Attestations: who may give them, and their shape (V1, V3 to V5); what they say comes after."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from seatrial.indexrules.messages import refuse
from seatrial.indexrules.statements import BEFORE, statement_rules
from seatrial.indexrules.upload import Upload
from seatrial.indexrules.values import Refusal

MOST: Final = 2
"""Attestations of one file."""

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
        if not isinstance(one, dict):
            return f"{head}\n{index}\n  Input should be an object"
        missing = {"version", "verification_material", "envelope"} - set(one)
        if missing:
            return f"{head}\n{index}.{min(missing)}\n  Field required"
        if one["version"] != 1:
            return f"{head}\n{index}.version\n  Input should be 1"
    return None
