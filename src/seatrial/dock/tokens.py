"""Tokens that were minted for trusted publishers, and the publishers themselves."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Iterable
from typing import Final

import msgspec

from seatrial.dock.holdings import Holdings
from seatrial.dock.publishers import Publisher

LIFETIME: Final = 900
"""Seconds for which a minted token is good."""

REMEMBERED: Final = 24 * 3600
"""Seconds for which a token that has expired is still known as such."""


class Minted(msgspec.Struct, frozen=True, kw_only=True):
    """What a minted token is good for.

    Attributes:
        index: the index that takes it.
        publisher: whom it was minted for.
        projects: normal forms of the names that it may upload to.
        since: seconds since the epoch.
        until: seconds since the epoch.
    """

    index: str
    publisher: Publisher
    projects: frozenset[str]
    since: float
    until: float

    def faults(self, project: str, normal: str, now: float) -> tuple[str, ...]:
        """Say why it does not allow an upload, as PyPI does: each caveat that fails, twice.

        A token's caveats are checked as they stand in it, and as they were stored.

        Args:
            project: the project, as its name is shown.
            normal: its normal form.
            now: seconds since the epoch.

        Source: ``macaroons/caveats/__init__.py``, ``macaroons/services.py::verify``.
        """
        found = []
        if normal not in self.projects:
            found.append(f"OIDC scoped token is not valid for project {project!r}")
        if not self.since <= now < self.until:
            found.append("token is expired")
        return (*found, *found)


class MintedTokens:
    """The tokens of a dock's life; of each only a digest is kept.

    Safe to use from several threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, Minted] = {}

    def add(self, minted: Minted) -> str:
        """Remember one, and give the token."""
        token = f"pypi-{secrets.token_urlsafe(96)}"
        with self._lock:
            oldest = minted.since - REMEMBERED
            self._known = {key: one for key, one in self._known.items() if one.until > oldest}
            self._known[_digest(token)] = minted
        return token

    def burn(self, token: str) -> bool:
        """Forget a token; say whether it was there."""
        with self._lock:
            return self._known.pop(_digest(token), None) is not None

    def get(self, token: str) -> Minted | None:
        """Give what a token is good for; nothing when it was not minted here."""
        with self._lock:
            return self._known.get(_digest(token))


class Publishers:
    """The trusted publishers of a dock.

    Safe to use from several threads.

    Args:
        given: those it was told of.
    """

    def __init__(self, given: Iterable[Publisher]) -> None:
        self._lock = threading.Lock()
        self._given = list(given)

    def add(self, publisher: Publisher) -> None:
        """Let one more publish."""
        with self._lock:
            self._given.append(publisher)

    def usual(self, held: Holdings) -> list[Publisher]:
        """Give those that publish to projects of an index, with those that were pending once."""
        return [
            one for one in self._of(held) if not one.pending or held.made_by(one.normal) == one.key
        ]

    def pending(self, held: Holdings) -> list[Publisher]:
        """Give those whose project they have not made yet."""
        return [
            one for one in self._of(held) if one.pending and held.made_by(one.normal) != one.key
        ]

    def forget(self, publisher: Publisher) -> None:
        """Let one publish no more."""
        with self._lock:
            self._given = [one for one in self._given if one != publisher]

    def _of(self, held: Holdings) -> list[Publisher]:
        with self._lock:
            return [one for one in self._given if one.index == held.name]


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
