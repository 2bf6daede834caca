"""A certificate for the dock on this machine, by an authority that nobody knows but who asks.

twine and uv exchange identities over HTTPS alone, whatever the address of the index is.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Final

from seatrial.dock.storage import write_whole
from seatrial.errors import ToolMissing

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec

FOLDER: Final = "tls"
AUTHORITY: Final = "ca.pem"
CHAIN: Final = "server.pem"
DAYS: Final = 30
"""For which a certificate is good; it is made anew at every start."""


def authority_in(root: Path) -> Path:
    """Give the file that clients are told to trust, in a dock's folder."""
    return root / FOLDER / AUTHORITY


def make_certificate(root: Path, host: str) -> Path:
    """Make an authority and a certificate; give the file with certificate and key.

    The authority's key is not kept.

    Args:
        root: the dock's folder.
        host: the address that the certificate is for, beside ``localhost``.

    Raises:
        ToolMissing: the library is not there.
    """
    x509 = _library()
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    of_authority, own = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    issuer = _named("Seatrial's dock, authority")
    authority = (
        _begun(issuer, issuer, of_authority.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(of_authority, hashes.SHA256())
    )
    names = [x509.IPAddress(ipaddress.ip_address(host)), x509.DNSName("localhost")]
    certificate = (
        _begun(_named("Seatrial's dock"), issuer, own.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(of_authority.public_key()),
            critical=False,
        )
        .sign(of_authority, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    key = own.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    write_whole(root, authority_in(root), authority.public_bytes(pem))
    chain = root / FOLDER / CHAIN
    write_whole(root, chain, certificate.public_bytes(pem) + key)
    chain.chmod(0o600)
    return chain


def _named(name: str) -> x509.Name:
    from cryptography import x509

    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    from cryptography import x509

    # The system's own time: clients know nothing of a clock that the dock was given.
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=DAYS))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _library() -> ModuleType:
    try:
        from cryptography import x509
    except ImportError as error:
        raise ToolMissing(
            "cryptography",
            str(error),
            doing="making a certificate with",
            next_step="Install it: pip install 'seatrial[trusted]'.",
        ) from error
    return x509
