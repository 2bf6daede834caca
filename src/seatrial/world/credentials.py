"""Where the login for an index comes from.

The places, in this order; the first that holds a password or a token wins:

1. ``SEATRIAL_TOKEN_NAME``, or ``SEATRIAL_USERNAME_NAME`` with ``SEATRIAL_PASSWORD_NAME``; ``NAME``
   is the index's name in upper case, with ``_`` for all but letters and digits
   (``SEATRIAL_TOKEN_TESTPYPI``).
2. ``TWINE_USERNAME`` with ``TWINE_PASSWORD``, then ``UV_PUBLISH_TOKEN``, then
   ``UV_PUBLISH_USERNAME`` with ``UV_PUBLISH_PASSWORD``.  They name no index.  Beside them,
   ``TWINE_REPOSITORY``, ``TWINE_REPOSITORY_URL``, ``UV_PUBLISH_INDEX`` or ``UV_PUBLISH_URL`` say
   which index they are for; without one of these they are for the index to publish to, and never
   for the staging index.
3. The identity of the CI job that this runs in, where the index knows trusted publishing.
4. ``~/.pypirc``: the section called like the index, else the one whose ``repository`` is its
   upload address.  Values are taken as they stand, ``%`` too.
5. The keyring, if that library is installed, under the upload address, as twine has it.

A token of PyPI's names the host it was made for; where that is another one, it is passed over.
"""

from __future__ import annotations

import base64
import binascii
import configparser
import math
import re
import stat
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, TypeAlias
from urllib.parse import urlsplit

import msgspec

from seatrial.addresses import INDEXES
from seatrial.errors import CredentialMissing
from seatrial.secret import Secret
from seatrial.world.exchange import basic, origin, shown

TOKEN_USER = "__token__"  # noqa: S105 - the user name that goes with every token


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """The index that a credential is wanted for.

    Attributes:
        name: its name in the configuration ("pypi").
        upload_url: where it takes uploads.
        staging: whether it is the staging index; variables that name no index are not for it.
    """

    name: str
    upload_url: str
    staging: bool = False


class Credential(msgspec.Struct, frozen=True, kw_only=True):
    """What to log in with.

    Attributes:
        username: ``__token__`` for a token.
        password: the password or the token.
        origin: where it was found, in words ("$TWINE_PASSWORD", "~/.pypirc [pypi]").
        remarks: what a person should know of it and of the places before it, a sentence each.
        exchange: gives what to log in with in the end, where this is only the way to it (trusted
            publishing); the password is empty then.
        until: when it is to be found anew, seconds since the epoch.
    """

    username: str
    password: Secret
    origin: str
    remarks: tuple[str, ...] = ()
    exchange: Callable[[], Credential] | None = None
    until: float = math.inf

    @property
    def authorization(self) -> Secret:
        """The value of the Authorization header."""
        return basic(self.username, self.password)


Trusted: TypeAlias = Callable[[Target], Credential | None]
"""Gives the way in by the job's identity; nothing where there is none."""


class _Found(NamedTuple):
    """What one place holds: a password in words of nobody, or the reason why there is none."""

    origin: str
    username: str = ""
    password: str = ""
    remark: str = ""
    whole: Credential | None = None


def find_credential(
    target: Target,
    environ: Mapping[str, str],
    home: Path,
    *,
    keyring: bool = True,
    trusted: Trusted | None = None,
) -> Credential:
    """Find the login for an index; the places are listed at the top of this module.

    Args:
        target: the index.
        environ: the environment.
        home: the folder that holds ``.pypirc``.
        keyring: whether the keyring may be asked.
        trusted: looks for the job's identity; it is not looked for when absent.

    Raises:
        CredentialMissing: there is none; ``said`` names each place and what was there.
    """
    looked: list[str] = []
    remarks: list[str] = []
    usernames: list[str] = []
    steps: list[str] = []
    for found in _places(
        target, environ, home, usernames if keyring else None, _identity(target, trusted, steps)
    ):
        if found.whole is not None:
            return msgspec.structs.replace(found.whole, remarks=tuple(remarks))
        password = found.password.strip()
        reason = _unfit(password, target) if password else found.remark or "nothing"
        if password and not reason:
            username = found.username.strip() or TOKEN_USER
            remarks += [text for text in (found.remark, _odd_pair(username, password)) if text]
            return Credential(
                username=username,
                password=Secret(password),
                origin=found.origin,
                remarks=tuple(remarks),
            )
        if reason != "nothing":
            remarks.append(f"{found.origin}: {reason}")
        looked.append(f"{found.origin}: {reason}")
        if found.username.strip():
            usernames.append(found.username.strip())
    usual = (
        f"Set ${_own_variable('TOKEN', target)}, or add a section [{target.name}] with username"
        " and password to ~/.pypirc."
    )
    raise CredentialMissing(
        f"{target.name} ({shown(target.upload_url)})",
        "looked in\n" + "\n".join(f"  {line}" for line in looked),
        next_step=" Or: ".join((*steps, usual)),
    )


def _places(
    target: Target,
    environ: Mapping[str, str],
    home: Path,
    usernames: list[str] | None,
    identity: Iterator[_Found],
) -> Iterator[_Found]:
    yield from _own_variables(target, environ)
    yield from _shared_variables(target, environ)
    yield from identity
    yield from _pypirc(target, home / ".pypirc")
    if usernames is not None:
        yield _keyring(target, usernames)


def _identity(target: Target, trusted: Trusted | None, steps: list[str]) -> Iterator[_Found]:
    """Look for the job's identity; what it lacks is told with the places after it."""
    where = "trusted publishing"
    try:
        found = trusted(target) if trusted is not None else None
    except CredentialMissing as error:
        steps.append(error.next_step)
        yield _Found(where, remark=f"not possible: {error.said}")
    else:
        if found is not None:
            yield _Found(where, whole=found)


def _own_variable(what: str, target: Target) -> str:
    return f"SEATRIAL_{what}_{re.sub('[^A-Z0-9]', '_', target.name.upper())}"


def _own_variables(target: Target, environ: Mapping[str, str]) -> Iterator[_Found]:
    token, password = _own_variable("TOKEN", target), _own_variable("PASSWORD", target)
    yield _Found(f"${token}", TOKEN_USER, environ.get(token, ""))
    username = environ.get(_own_variable("USERNAME", target), "")
    yield _Found(f"${password}", username, environ.get(password, ""))


class _Family(NamedTuple):
    """Variables of another tool's: which hold the login, and which say where it goes."""

    secret: str
    username: str
    named: str
    address: str


FAMILIES = (
    _Family("TWINE_PASSWORD", "TWINE_USERNAME", "TWINE_REPOSITORY", "TWINE_REPOSITORY_URL"),
    _Family("UV_PUBLISH_TOKEN", "", "UV_PUBLISH_INDEX", "UV_PUBLISH_URL"),
    _Family("UV_PUBLISH_PASSWORD", "UV_PUBLISH_USERNAME", "UV_PUBLISH_INDEX", "UV_PUBLISH_URL"),
)


def _shared_variables(target: Target, environ: Mapping[str, str]) -> Iterator[_Found]:
    for family in FAMILIES:
        password = environ.get(family.secret, "")
        elsewhere = _meant_elsewhere(family, target, environ) if password.strip() else ""
        if elsewhere:
            yield _Found(f"${family.secret}", remark=elsewhere)
        else:
            username = environ.get(family.username, "") if family.username else TOKEN_USER
            yield _Found(f"${family.secret}", username, password)


def _meant_elsewhere(family: _Family, target: Target, environ: Mapping[str, str]) -> str:
    """Say why a login that names no index is not for this one; empty when it is."""
    address, name = environ.get(family.address, ""), environ.get(family.named, "")
    if address:
        if same_place(address, target.upload_url):
            return ""
        return f"passed over: ${family.address} says it is for {shown(address)}"
    if name:
        return "" if name == target.name else f"passed over: ${family.named} says {name}"
    if target.staging:
        return f"passed over: neither ${family.named} nor ${family.address} names {target.name}"
    return ""


def same_place(one: str, other: str) -> bool:
    """Say whether two addresses have the same origin: whoever has it may see the login."""
    try:
        return origin(one) == origin(other)
    except ValueError:
        return False


def _pypirc(target: Target, path: Path) -> Iterator[_Found]:
    where = "~/.pypirc"
    try:
        text = path.read_text(encoding="utf-8-sig")
        mode = path.stat().st_mode
    except FileNotFoundError:
        yield _Found(where, remark="no such file")
        return
    except (OSError, UnicodeDecodeError) as error:
        yield _Found(where, remark=f"cannot be read ({type(error).__name__})")
        return
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except configparser.Error as error:
        # Its text may quote a line that holds the password.
        line = getattr(error, "lineno", None) or next(
            (number for number, _ in getattr(error, "errors", [])), "?"
        )
        yield _Found(where, remark=f"cannot be understood at line {line}")
        return
    open_to_others = sys.platform != "win32" and mode & (stat.S_IRGRP | stat.S_IROTH)
    section, refused = _section(parser, target)
    if not section:
        yield _Found(where, remark=refused or f"no section [{target.name}]")
        return
    values = parser[section]
    yield _Found(
        f"{where} [{section}]",
        values.get("username", ""),
        values.get("password", ""),
        "others on this machine can read this file: chmod 600 it"
        if open_to_others and values.get("password", "").strip()
        else "no password there",
    )


def _section(parser: configparser.RawConfigParser, target: Target) -> tuple[str, str]:
    """Find the section for an index, or say why the one of its name is not for it."""
    refused = ""
    if parser.has_section(target.name):
        known = INDEXES.get(target.name)
        address = parser[target.name].get("repository", known.upload if known else "").strip()
        if not address or same_place(address, target.upload_url):
            return target.name, ""
        refused = f"passed over: [{target.name}] is for {shown(address)}"
    for section in parser.sections():
        address = parser[section].get("repository", "").strip()
        if address.rstrip("/") == target.upload_url.rstrip("/"):
            return section, ""
    return "", refused


def _keyring(target: Target, usernames: list[str]) -> _Found:
    where = f"keyring ({shown(target.upload_url)})"
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return _Found(where, remark="the library keyring is not installed")
    try:
        for username in (*usernames[-1:], None):
            held = keyring.get_credential(target.upload_url, username)
            if held is not None and held.password:
                return _Found(where, held.username or "", held.password)
        password = keyring.get_password(target.upload_url, TOKEN_USER) or ""
    except (KeyringError, OSError, RuntimeError, ValueError, TypeError, LookupError) as error:
        # Backends talk to the desktop, and each fails in its own way.
        return _Found(where, remark=f"did not answer ({type(error).__name__})")
    return _Found(where, TOKEN_USER, password)


def _unfit(password: str, target: Target) -> str:
    """Say why a password is not sent to this index; empty when it may be."""
    if not password.isprintable():
        return "passed over: it holds control characters"
    made_for, wanted = token_host(password), _token_host_of(target.upload_url)
    if made_for and wanted and made_for != wanted:
        return f"passed over: it is a token made for {made_for}, not for {wanted}"
    return ""


def _odd_pair(username: str, password: str) -> str:
    if token_host(password) and username != TOKEN_USER:
        return f"a token goes with the user name {TOKEN_USER}, not with {username}"
    return ""


def _token_host_of(upload_url: str) -> str:
    """Give the host that tokens for a known index name; empty for an index we do not know."""
    for address in INDEXES.values():
        if same_place(address.upload, upload_url):
            return urlsplit(address.simple).hostname or ""
    return ""


def token_host(token: str) -> str:
    """Give the host that a PyPI token was made for; empty when it is no such token.

    A token is ``pypi-`` and a macaroon (version 2, URL-safe base64) whose first field, of type 1,
    is the location: one byte of version, the type, the length, the text.
    """
    if not token.startswith("pypi-"):
        return ""
    encoded = token.removeprefix("pypi-")
    try:
        packed = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
    except (binascii.Error, ValueError):
        return ""
    if packed[:2] != b"\x02\x01" or len(packed) < 3 or packed[2] > 127:  # noqa: PLR2004 - as above
        return ""
    return packed[3 : 3 + packed[2]].decode("ascii", "replace")
