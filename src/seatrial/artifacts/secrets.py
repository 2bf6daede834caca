"""Secrets by their form: only what cannot easily be anything else."""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Callable, Iterator

import msgspec

_BASE62 = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CHECK = 6
_EXAMPLE = re.compile(rb"EXAMPLE|example|(.)\1{7}|XXXX|xxxx|1234567890", re.DOTALL)


class Secret(msgspec.Struct, frozen=True, kw_only=True):
    """Something that looks like a secret.

    Attributes:
        kind: what it would open, for people ("a GitHub token").
        certain: whether its own checksum or form proves it, so that it is no mere likeness.
        token: whether it is a token of a service, and no key that a test may have made.
        line: where it begins, counted from 1.
    """

    kind: str
    certain: bool
    token: bool
    line: int


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """One form of secret.

    Attributes:
        kind: what it would open.
        needle: the bytes that each has; looked for first, because that is quick.
        pattern: the whole of it.
        proves: tells from the match whether it is certain; nothing when it never is.
        token: whether it is a service's token; then what looks like a made-up one is left out.
    """

    kind: str
    needle: bytes
    pattern: re.Pattern[bytes]
    proves: Callable[[bytes], bool] | None = None
    token: bool = True


def _has_checksum(token: bytes) -> bool:
    """Say whether the last six characters are the CRC-32 of those after the prefix, in base 62.

    Source: GitHub, "Behind GitHub's new authentication token formats" (2021).
    """
    body, stated = token[token.index(b"_") + 1 : -_CHECK], token[-_CHECK:]
    rest, digits = zlib.crc32(body), bytearray()
    while rest:
        rest, digit = divmod(rest, 62)
        digits.append(_BASE62[digit])
    return bytes(reversed(digits)).rjust(_CHECK, b"0") == stated


def _is_macaroon(token: bytes) -> bool:
    """Say whether a PyPI token decodes to a macaroon that names its place."""
    body = token.removeprefix(b"pypi-")
    try:
        raw = base64.urlsafe_b64decode(body + b"=" * (-len(body) % 4))
    except (ValueError, binascii.Error):
        return False
    # Version 2 of the binary format: the version, then the location's field and length.
    return raw[:2] == b"\x02\x01" and raw[3 : 3 + raw[2]].endswith(b"pypi.org")


FORMS = (
    *(
        Form(
            kind="a GitHub token",
            needle=prefix,
            pattern=re.compile(prefix + rb"[A-Za-z0-9]{36}(?![A-Za-z0-9])"),
            proves=_has_checksum,
        )
        for prefix in (b"ghp_", b"gho_", b"ghs_")
    ),
    Form(
        kind="a GitHub token",
        needle=b"github_pat_",
        pattern=re.compile(rb"github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}(?![A-Za-z0-9])"),
    ),
    Form(
        kind="an npm token",
        needle=b"npm_",
        pattern=re.compile(rb"(?<![A-Za-z0-9_])npm_[A-Za-z0-9]{36}(?![A-Za-z0-9_])"),
    ),
    Form(
        kind="a PyPI token",
        needle=b"pypi-AgE",
        pattern=re.compile(rb"pypi-AgE[A-Za-z0-9_-]{60,}"),
        proves=_is_macaroon,
    ),
    Form(
        kind="an AWS access key",
        needle=b"AKIA",
        pattern=re.compile(rb"(?<![A-Za-z0-9+/])AKIA[A-Z2-7]{16}(?![A-Za-z0-9+/=])"),
    ),
    Form(
        kind="a Slack token",
        needle=b"xox",
        pattern=re.compile(rb"xox[abp]-[0-9]{10,13}-[0-9]{10,13}-[A-Za-z0-9-]{20,}"),
    ),
    Form(
        kind="a Stripe key",
        needle=b"k_live_",
        pattern=re.compile(rb"[sr]k_live_[A-Za-z0-9]{24,}"),
    ),
    Form(
        kind="a GitLab token",
        needle=b"glpat-",
        pattern=re.compile(rb"glpat-[A-Za-z0-9_-]{20}(?![A-Za-z0-9_-])"),
    ),
    Form(
        kind="a private key",
        needle=b"PRIVATE KEY-----",
        pattern=re.compile(
            rb"-----BEGIN (?:RSA |EC |DSA |OPENSSH )?PRIVATE KEY-----"
            rb"\s+(?:[A-Za-z0-9+/=]{60,76}\s+){2}"
        ),
        token=False,
    ),
)


# One search for all needles of a first letter: it goes from one such letter to the next, which is
# several times as fast as a search for each needle, and nearly every file ends here.
GATES = tuple(
    re.compile(pattern)
    for pattern in (
        rb"g(?:h[pos]_|ithub_pat_|lpat-)",
        rb"p(?:m_[A-Za-z0-9]|ypi-AgE)",
        rb"AKIA[A-Z2-7]",
        rb"xox[abp]-",
        rb"k_live_",
        rb"PRIVATE KEY-----",
    )
)


def find_secrets(data: bytes) -> Iterator[Secret]:
    """Find what looks like a secret in the content of a text file.

    Examples of the makers' own documentation are left out.

    Args:
        data: the whole content.
    """
    if not any(gate.search(data) for gate in GATES):
        return
    for form in FORMS:
        if form.needle not in data:
            continue
        for found in form.pattern.finditer(data):
            if form.token and _EXAMPLE.search(found[0]):
                continue
            certain = form.proves is not None and form.proves(found[0])
            if form.proves is not None and not certain:
                # It has a checksum, and that is wrong: an example.
                continue
            line = data.count(b"\n", 0, found.start()) + 1
            yield Secret(kind=form.kind, certain=certain, token=form.token, line=line)
