"""The form's own fields: protocol, name, file type, Python version, digests (F1 to F10)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from seatrial.indexrules.messages import SEE, refuse
from seatrial.indexrules.values import Form, Refusal

FILE_TYPES: Final = {"sdist": (".zip", ".tar.gz"), "bdist_wheel": (".whl",)}
"""Which extensions belong to which type of file."""

NAME: Final = re.compile(r"[A-Z0-9]|[A-Z0-9][A-Z0-9._-]*[A-Z0-9]", re.ASCII | re.IGNORECASE)
"""A project's name, matched in full (PEP 508)."""

_SOURCE: Final = "forklift/forms.py::UploadForm"
_LONG: Final = 60
_END: Final = 30
_REQUIRED: Final = "This field is required."
_HEX_DIGEST: Final = re.compile(r"^[A-F0-9]{64}$", re.IGNORECASE)


def f1_protocol(form: Form) -> Iterator[Refusal]:
    """F1: the protocol version is 1, or absent.

    Source: ``forklift/legacy.py::file_upload``.
    """
    if form.last("protocol_version") not in {None, "1"}:
        yield refuse("F1", "Unknown protocol version.", "forklift/legacy.py::file_upload")


def f2_f3_name(form: Form) -> Iterator[Refusal]:
    """F2, F3: there is a name, and it is one.

    Source: ``forklift/forms.py::UploadForm``, ``forklift/legacy.py::file_upload``.
    """
    name = form.one("name")
    if name and NAME.fullmatch(name):
        return
    rule, error = "F2", _REQUIRED
    if name:
        rule = "F3"
        error = (
            "Start and end with a letter or numeral containing only ASCII numeric "
            "and '.', '_' and '-'."
        )
    shown = f"{name[:_END]}...{name[-_END:]}" if len(name) > _LONG else name
    said = f"{shown!r} is an invalid value for Name. Error: {error} {SEE}"
    yield refuse(rule, said, _SOURCE)


def _digest(form: Form, *, rule: str, field: str, kind: str) -> Iterator[Refusal]:
    value = form.one(field)
    if value.strip() and not _HEX_DIGEST.match(value):
        error = f"Use a valid, hex-encoded, {kind} message digest."
        yield refuse(rule, f"Invalid value for {field}. Error: {error}", _SOURCE)


def f7_blake2(form: Form) -> Iterator[Refusal]:
    """F7: the BLAKE2 digest, when given, is 64 hexadecimal digits.

    Source: ``forklift/forms.py::UploadForm``.
    """
    yield from _digest(form, rule="F7", field="blake2_256_digest", kind="BLAKE2")


def f6_sha256(form: Form) -> Iterator[Refusal]:
    """F6: the SHA-256 digest, when given, is 64 hexadecimal digits.

    Source: ``forklift/forms.py::UploadForm``.
    """
    yield from _digest(form, rule="F6", field="sha256_digest", kind="SHA256")


def f4_f5_filetype(form: Form) -> Iterator[Refusal]:
    """F4, F5: there is a file type, and it is ``sdist`` or ``bdist_wheel``.

    Source: ``forklift/forms.py::UploadForm``.
    """
    value = form.one("filetype")
    if value not in FILE_TYPES:
        rule, error = ("F5", "Use a known file type.") if value else ("F4", _REQUIRED)
        yield refuse(rule, f"Invalid value for filetype. Error: {error}", _SOURCE)


def f8_f9_pyversion(form: Form) -> Iterator[Refusal]:
    """F8, F9: a wheel names a Python version; an sdist names ``source`` or none.

    Source: ``forklift/forms.py::UploadForm.validate``.
    """
    value, filetype = form.one("pyversion"), form.one("filetype")
    said = "Invalid value for pyversion. Error: "
    if filetype == "bdist_wheel" and not value:
        said += "Python version is required for binary distribution uploads."
        yield refuse("F8", said, _SOURCE)
    if filetype == "sdist" and value not in {"", "source"}:
        yield refuse("F9", f"{said}Use 'source' as Python version for an sdist.", _SOURCE)


def f10_digest(form: Form) -> Iterator[Refusal]:
    """F10: at least one digest is given.

    Source: ``forklift/forms.py::UploadForm.validate``.
    """
    if not any(map(form.one, ("md5_digest", "sha256_digest", "blake2_256_digest"))):
        yield refuse("F10", "Error: Include at least one message digest.", _SOURCE)


def form_rules(form: Form) -> Iterator[Refusal]:
    """Judge the form's own fields, in PyPI's order."""
    for rule in (
        f1_protocol,
        f2_f3_name,
        f7_blake2,
        f4_f5_filetype,
        f6_sha256,
        f8_f9_pyversion,
        f10_digest,
    ):
        yield from rule(form)
