"""How to reach a host: its proxy and the certificates to trust, as the environment says.

Proxies: ``HTTPS_PROXY``, ``HTTP_PROXY``, ``ALL_PROXY`` (lower case first), unless ``NO_PROXY``
names the host.  The loopback is never reached through a proxy.

Certificates: the system's, or ``SSL_CERT_FILE`` and ``SSL_CERT_DIR`` where set (OpenSSL reads
those itself); else the first of ``REQUESTS_CA_BUNDLE``, ``CURL_CA_BUNDLE`` and ``PIP_CERT``, which
twine and pip read.
"""

from __future__ import annotations

import contextlib
import ipaddress
import ssl
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from seatrial.errors import UsageFault

BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PIP_CERT")


def is_loopback(host: str) -> bool:
    """Say whether a host is this machine (RFC 6761, RFC 1122 section 3.2.1.3, RFC 4291)."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False


def proxy_for(url: str, environ: Mapping[str, str]) -> str:
    """Give the address of the proxy for a request, or an empty string.

    Args:
        url: where the request goes.
        environ: the environment.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if is_loopback(host) or _exempt(host, parts.port, _variable("no_proxy", environ)):
        return ""
    proxy = _variable(f"{parts.scheme}_proxy", environ) or _variable("all_proxy", environ)
    return proxy if not proxy or "://" in proxy else f"http://{proxy}"


def _variable(name: str, environ: Mapping[str, str]) -> str:
    return (environ.get(name) or environ.get(name.upper()) or "").strip()


def _exempt(host: str, port: int | None, listed: str) -> bool:
    """Say whether ``NO_PROXY`` names the host: ``*``, a domain, an address or a network."""
    for entry in (part.strip().lower() for part in listed.split(",")):
        if entry == "*":
            return True
        domain, colon, wanted = entry.rpartition(":")
        if not (colon and wanted.isdigit() and ":" not in domain):
            domain, wanted = entry, ""
        domain = domain.lstrip(".")
        if wanted and wanted != str(port):
            continue
        if domain and (host == domain or host.endswith(f".{domain}")):
            return True
        with contextlib.suppress(ValueError):
            if ipaddress.ip_address(host) in ipaddress.ip_network(domain, strict=False):
                return True
    return False


def trust(environ: Mapping[str, str]) -> ssl.SSLContext:
    """Give the TLS settings: the certificates to trust, with host names checked.

    Raises:
        UsageFault: the environment names a bundle that cannot be read.
    """
    if environ.get("SSL_CERT_FILE") or environ.get("SSL_CERT_DIR"):
        return ssl.create_default_context()
    for name in BUNDLES:
        bundle = environ.get(name, "")
        if not bundle:
            continue
        path = Path(bundle)
        try:
            return ssl.create_default_context(
                cafile=None if path.is_dir() else bundle, capath=bundle if path.is_dir() else None
            )
        except (OSError, ssl.SSLError) as error:
            raise UsageFault(
                f"${name}",
                str(error),
                doing="reading the certificates of",
                next_step="Make it name a file of PEM certificates, or unset it.",
            ) from error
    return ssl.create_default_context()
