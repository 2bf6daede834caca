"""What PyPI does to the form before it judges anything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from seatrial.indexrules.messages import refuse
from seatrial.indexrules.values import Form, Refusal

_SOURCE: Final = "forklift/decorators.py::sanitize"
_MAY_BE_FILES: Final = frozenset({"content", "gpg_signature"})


def clean(form: Form) -> Form:
    r"""Drop keys whose last value is ``UNKNOWN`` (S1) and spell NUL as ``\x00`` (S2).

    Several values collapse into the changed one.

    Source: ``forklift/decorators.py::sanitize``.
    """
    fields = list(form.fields)
    for key in dict.fromkeys(key for key, _ in form.fields):
        value = next(value for name, value in reversed(fields) if name == key)
        if value.strip() == "UNKNOWN":
            fields = [pair for pair in fields if pair[0] != key]
        if "\0" in value:
            fields = [pair for pair in fields if pair[0] != key]
            fields.append((key, value.replace("\0", "\\x00")))
    return Form(fields=tuple(fields), files=form.files)


def s3_file_parts(form: Form) -> Iterator[Refusal]:
    """S3: only the file itself and a signature may come as a file part.

    Source: ``forklift/decorators.py::sanitize``.
    """
    for key in dict.fromkeys(form.files):
        if key not in _MAY_BE_FILES:
            yield refuse("S3", f"{key}: Should not be a tuple.", _SOURCE)
