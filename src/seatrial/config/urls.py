"""Which addresses may be used: no login in them, and no token over an open line."""

from __future__ import annotations

import ipaddress
from urllib.parse import SplitResult, urlsplit


def url_fault(url: str, *, logs_in: bool) -> str:
    """Say in one clause why an address cannot be used, or give an empty string.

    A login in an address is never shown: the clause does not repeat the address.

    Args:
        url: the address of an index or of a forge's API.
        logs_in: whether a credential will be sent there.
    """
    try:
        parts = urlsplit(url)
        has_host = bool(parts.hostname)
        _ = parts.port
    except ValueError:
        return "this is no address"
    if parts.scheme not in ("http", "https") or not has_host:
        return "an address that begins with https:// or http:// is wanted here"
    if parts.username is not None or parts.password is not None:
        return "an address holds no login; put it in the environment, .pypirc or the keyring"
    if parts.fragment or any(letter.isspace() for letter in url):
        return "an address has no fragment and no space"
    if logs_in and is_open(url):
        return "a credential is sent there, so it has to be https://"
    return ""


def is_open(url: str) -> bool:
    """Say whether others on the way can read and change what an address gives."""
    parts = urlsplit(url)
    return parts.scheme == "http" and not is_loopback(parts)


def is_loopback(parts: SplitResult) -> bool:
    """Say whether an address stays on this machine (RFC 6761 6.3, RFC 1122 3.2.1.3)."""
    host = parts.hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
