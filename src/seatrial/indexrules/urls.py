"""Addresses of the web, as far as PyPI looks at them."""

from __future__ import annotations

import re
from typing import Final

PLAIN: Final = re.compile(
    r"https?://[a-z0-9]+(?:[.-][a-z0-9]+)*(?::[0-9]{1,4})?(?:/[A-Za-z0-9._~/-]*)?(?:#[A-Za-z0-9._-]*)?",
    re.ASCII,
)
"""What nearly all addresses are, and what the library takes for sure; it takes long to import."""


def is_web_address(text: str) -> bool:
    """Say whether PyPI takes the text for a URL: ``http`` or ``https``, and little else asked.

    No authority is required; one that cannot be read is ignored, a port above 65535 is not.

    Source: ``utils/http.py::is_valid_uri``, with the library it uses.
    """
    return PLAIN.fullmatch(text) is not None or asked_in_full(text)


def asked_in_full(text: str) -> bool:
    """Say the same of any text, as the library that PyPI uses says it."""
    # rfc3986 has no types; it is asked for one answer here.
    from rfc3986 import exceptions, uri_reference, validators  # type: ignore[import-untyped]

    judge = (
        validators.Validator()
        .allow_schemes("http", "https")
        .require_presence_of("scheme")
        .check_validity_of("scheme", "host", "port", "path", "query")
    )
    try:
        judge.validate(uri_reference(text).normalize())
    except (exceptions.ValidationError, exceptions.RFC3986Exception):
        return False
    return True
