"""Core metadata: the headers of METADATA and PKG-INFO.

The specification is https://packaging.python.org/specifications/core-metadata/.
"""

from __future__ import annotations

import email.parser
import email.policy
import re

import msgspec

# Metadata before 2.1 kept the description in a header: lines after the first are indented by
# eight columns, the last of which may be a bar.
_INDENT = re.compile(r"\n(?: {7}\|| {8})")


class CoreMetadata(msgspec.Struct, frozen=True, kw_only=True):
    """The headers of a METADATA or PKG-INFO file.

    Attributes:
        headers: name in lower case ("requires-dist") → its values, in order.
        description: the long description, as it stands.
        faults: what is wrong with the file's form, for people; empty when nothing is.
        raw: the file's bytes.
    """

    headers: dict[str, tuple[str, ...]]
    description: str
    faults: tuple[str, ...]
    raw: bytes

    def first(self, name: str) -> str:
        """Give the first value of a header, or an empty string."""
        return self.headers.get(name.lower(), ("",))[0]

    def every(self, name: str) -> tuple[str, ...]:
        """Give all values of a header."""
        return self.headers.get(name.lower(), ())


def parse_metadata(raw: bytes) -> CoreMetadata:
    """Read a METADATA or PKG-INFO file.

    Raises:
        UnicodeDecodeError: it is not UTF-8.
    """
    headers, body, faults = parse_headers(raw)
    description = body
    if not body.strip() and "description" in headers:
        description = _INDENT.sub("\n", headers["description"][0])
    return CoreMetadata(headers=headers, description=description, faults=faults, raw=raw)


def parse_headers(raw: bytes) -> tuple[dict[str, tuple[str, ...]], str, tuple[str, ...]]:
    """Read a file in the form of e-mail headers (METADATA, PKG-INFO, WHEEL).

    Returns:
        Headers by lower-case name, the body, and what is wrong with the form.

    Raises:
        UnicodeDecodeError: it is not UTF-8.
    """
    text = raw.decode("utf-8").replace("\r\n", "\n")
    message = email.parser.Parser(policy=email.policy.compat32).parsestr(text)
    headers: dict[str, tuple[str, ...]] = {}
    for name, value in message.items():
        headers[name.lower()] = (*headers.get(name.lower(), ()), str(value).strip())
    payload = message.get_payload()
    faults = tuple(str(fault.__doc__ or fault) for fault in message.defects)
    if not isinstance(payload, str):
        return headers, "", (*faults, "It says to be a multipart message.")
    return headers, payload, faults
