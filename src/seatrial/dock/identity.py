"""The dock's issuer: it plays the forge that tells an index which job is asking.

It signs whatever it is asked for, by anybody on this machine: it proves nothing but that an
exchange goes as it is meant to.  Its tokens name the dock as their issuer, so no other index takes
them.
"""

from __future__ import annotations

import base64
import hashlib
import threading
import uuid
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from seatrial.addresses import GITLAB_HOST
from seatrial.dock.publishers import Kind
from seatrial.errors import ToolMissing

ISSUER: Final = "/_/issuer/"
"""Path before the kind of the forge that is played."""

LEEWAY: Final = 30
"""Seconds by which the clocks of issuer and index may differ."""

ALGORITHM: Final = "RS256"


class InvalidIdentity(Exception):
    """A token that is none, or is not good for this index."""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A job of a forge, as its identity token describes it.

    Attributes:
        repository: ``owner/name``.
        workflow: GitHub: the file's name in ``.github/workflows``; GitLab: the pipeline's path.
        environment: the environment it runs in; none when empty.
        ref: what it runs for.
        event: what started it.
        kind: the forge.
        lifetime: seconds for which its tokens are good; negative ones are of the past.
        claims: claims instead of, or beside, those that follow from the rest; ``None`` leaves a
            claim out.
    """

    repository: str
    workflow: str = "release.yml"
    environment: str = ""
    ref: str = "refs/heads/main"
    event: str = "push"
    kind: Kind = "github"
    lifetime: float = 300.0
    claims: Mapping[str, Any] = {}

    def ticket(self) -> str:
        """Give what its requests for tokens carry, as text for a header."""
        return base64.urlsafe_b64encode(msgspec.json.encode(self)).decode("ascii")

    @classmethod
    def of_ticket(cls, ticket: str) -> Job:
        """Read what :meth:`ticket` gave.

        Raises:
            InvalidIdentity: it is none.
        """
        try:
            return msgspec.json.decode(base64.urlsafe_b64decode(ticket), type=cls)
        except ValueError as error:
            raise InvalidIdentity from error

    def stated(self) -> dict[str, Any]:
        """Give what its tokens say of it, without issuer, audience and times."""
        owner = self.repository.partition("/")[0]
        sha = hashlib.sha1(self.ref.encode(), usedforsecurity=False).hexdigest()
        claims: dict[str, Any]
        if self.kind == "github":
            claims = {
                "event_name": self.event,
                "job_workflow_ref": f"{self.repository}/.github/workflows/{self.workflow}"
                f"@{self.ref}",
                "ref": self.ref,
                "repository": self.repository,
                "repository_owner": owner,
                "repository_owner_id": "1",
                "sha": sha,
                "sub": f"repo:{self.repository}:ref:{self.ref}",
                "workflow_ref": f"{self.repository}/.github/workflows/{self.workflow}@{self.ref}",
            }
        else:
            claims = {
                "ci_config_ref_uri": f"{GITLAB_HOST}/{self.repository}//{self.workflow}@{self.ref}",
                "project_path": self.repository,
                "ref_path": self.ref,
                "sha": sha,
                "sub": f"project_path:{self.repository}:ref_type:branch:ref:{self.ref}",
            }
        if self.environment:
            claims["environment"] = self.environment
        claims |= {"jti": str(uuid.uuid4())} | dict(self.claims)
        return {name: value for name, value in claims.items() if value is not None}


class Issuer:
    """Signs identity tokens, and checks them, with a key that is made at the first use.

    Safe to use from several threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._key: Any = None
        self._name = uuid.uuid4().hex

    def sign(self, claims: Mapping[str, Any]) -> str:
        """Give a signed token.

        Raises:
            ToolMissing: the library is not there.
        """
        jwt = _library()
        return str(
            jwt.encode(
                dict(claims), self._private(), algorithm=ALGORITHM, headers={"kid": self._name}
            )
        )

    def public(self) -> dict[str, Any]:
        """Give the public key as a set of keys (RFC 7517).

        Raises:
            ToolMissing: the library is not there.
        """
        jwt = _library()
        key = jwt.algorithms.RSAAlgorithm.to_jwk(self._private().public_key(), as_dict=True)
        return {"keys": [{**key, "kid": self._name, "alg": ALGORITHM, "use": "sig"}]}

    def read(self, token: str, issuer: str, audience: str, now: float) -> dict[str, Any]:
        """Give what a token says, after checking signature, issuer, audience and times.

        Args:
            token: the token.
            issuer: who has to have issued it.
            audience: for whom it has to be, as one text.
            now: seconds since the epoch.

        Raises:
            InvalidIdentity: it is not good.
            ToolMissing: the library is not there.
        """
        jwt = _library()
        try:
            header = jwt.get_unverified_header(token)
            if header.get("kid") != self._name:
                raise InvalidIdentity
            # The times are looked at below, by the index's own clock.
            claims: dict[str, Any] = jwt.decode(
                token,
                self._private().public_key(),
                algorithms=[ALGORITHM],
                audience=audience,
                issuer=issuer,
                options={
                    "require": ["iss", "iat", "exp", "aud"],
                    "strict_aud": True,
                    "verify_exp": False,
                    "verify_iat": False,
                    "verify_nbf": False,
                },
            )
            times = {name: float(claims.get(name, now)) for name in ("iat", "nbf", "exp")}
        except (jwt.PyJWTError, TypeError, ValueError) as error:
            raise InvalidIdentity from error
        if times["exp"] <= now - LEEWAY or max(times["iat"], times["nbf"]) > now + LEEWAY:
            raise InvalidIdentity
        return claims

    def _private(self) -> Any:  # noqa: ANN401 - the library's type, which may not be there
        from cryptography.hazmat.primitives.asymmetric import rsa

        with self._lock:
            if self._key is None:
                self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
            return self._key


def issuer_of(token: str) -> str:
    """Give who a token says has issued it; nothing of it is checked.

    Raises:
        InvalidIdentity: it is no token, or does not say.
    """
    try:
        body = token.split(".")[1]
        claims = msgspec.json.decode(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        issuer = claims["iss"]
    except (IndexError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise InvalidIdentity from error
    if not isinstance(issuer, str) or len(token.split(".")) != 3:  # noqa: PLR2004 - RFC 7515
        raise InvalidIdentity
    return issuer


def _library() -> Any:  # noqa: ANN401 - a module
    try:
        import jwt
        import jwt.algorithms
        from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: F401 - looked for
    except ImportError as error:
        raise ToolMissing(
            "pyjwt with cryptography",
            str(error),
            doing="playing an issuer of identity tokens with",
            next_step="Install them: pip install 'seatrial[trusted]'.",
        ) from error
    return jwt
