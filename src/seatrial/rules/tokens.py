"""What can be read of a token without asking anyone."""

from __future__ import annotations

import base64
import binascii
import string
import zlib
from collections.abc import Iterator

import msgspec

_DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_LOCATION, _IDENTIFIER, _SIGNATURE, _END = 1, 2, 6, 0
_SIGNED = 32
_PROJECT_NAMES, _PROJECT_IDS, _PUBLISHER = 1, 2, 4


class PypiToken(msgspec.Struct, frozen=True, kw_only=True):
    """What a PyPI token says of itself.

    Attributes:
        host: the host it was made for.
        projects: whether it is bound to projects, or to a trusted publisher of one.
    """

    host: str
    projects: bool


def read_pypi_token(token: str) -> PypiToken | None:
    """Read a PyPI token; nothing when it is none.

    A token is ``pypi-`` and a macaroon (libmacaroons' format 2, URL-safe base64).  Its caveats are
    JSON: the old form is ``{"permissions": "user"}`` or ``{"permissions": {"projects": […]}}``, the
    new one a list that begins with a number (warehouse, ``warehouse/macaroons/caveats``: 1 and 2
    name projects, 4 a publisher).

    Args:
        token: the text.
    """
    if not token.startswith("pypi-"):
        return None
    encoded = token.removeprefix("pypi-")
    try:
        packed = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
        fields = list(_fields(packed))
    except (binascii.Error, ValueError, IndexError):
        return None
    if not fields or fields[-1][0] != _SIGNATURE or len(fields[-1][1]) != _SIGNED:
        return None
    if fields[0][0] != _LOCATION:
        return None
    identifiers = [data for kind, data in fields if kind == _IDENTIFIER]
    return PypiToken(
        host=fields[0][1].decode("ascii", "replace"),
        projects=any(_binds(caveat) for caveat in identifiers[1:]),
    )


def _fields(packed: bytes) -> Iterator[tuple[int, bytes]]:
    """Give the fields of a macaroon: a type, and its data after a length in base 128."""
    if packed[:1] != b"\x02":
        message = "no macaroon of format 2"
        raise ValueError(message)
    at = 1
    while at < len(packed):
        kind = packed[at]
        at += 1
        if kind == _END:
            continue
        length, shift = 0, 0
        while True:
            byte = packed[at]
            at += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:  # noqa: PLR2004 - the bit that says that more follows
                break
        if at + length > len(packed):
            message = "it is cut off"
            raise ValueError(message)
        yield kind, packed[at : at + length]
        at += length


def _binds(caveat: bytes) -> bool:
    try:
        said = msgspec.json.decode(caveat)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    if isinstance(said, dict):
        return isinstance(said.get("permissions"), dict)
    binding = {_PROJECT_NAMES, _PROJECT_IDS, _PUBLISHER}
    return isinstance(said, list) and bool(said) and said[0] in binding


def is_github_token(token: str) -> bool:
    """Whether the checksum at the end of a GitHub token is right.

    The last six characters are the CRC-32 of the thirty before, in base 62 ("Behind GitHub's new
    authentication token formats", GitHub's engineering blog, 2021).

    Args:
        token: ``ghp_`` (or another prefix of four) and 36 characters.
    """
    body = token[4:]
    number, spelt = zlib.crc32(body[:-6].encode()), ""
    while number:
        number, rest = divmod(number, len(_DIGITS))
        spelt = _DIGITS[rest] + spelt
    return spelt.rjust(6, "0") == body[-6:]
