"""Trusted publishing: an identity token of a job is exchanged for a token to upload with.

Answers, in PyPI's words and order, are those of ``oidc/views.py`` of its server.
"""

from __future__ import annotations

import asyncio
import threading
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from seatrial.dock.estate import Estate
from seatrial.dock.holdings import Holdings
from seatrial.dock.identity import ISSUER, InvalidIdentity, Job, issuer_of
from seatrial.dock.publishers import Claims, Kind, Publisher, Unfit, find_publisher
from seatrial.dock.simple import not_found
from seatrial.dock.tokens import LIFETIME, Minted
from seatrial.errors import ToolMissing

USUAL: Final = "pypi"
"""The index that is meant where an address names none: clients ask at the root of the host."""

MOST: Final = 64 * 1024
"""Bytes that a request for a token may have."""

KINDS: Final[tuple[Kind, ...]] = ("github", "gitlab")


class _Refused(Exception):
    """No token; code and description are what the answer says."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(code, description)
        self.code = code
        self.description = description


class Minting:
    """The endpoints of the exchange, and of the issuer that plays the forge.

    Args:
        estate: what the dock holds.
    """

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self._turn = threading.Lock()
        self._used: dict[str, float] = {}

    async def audience(self, request: Request) -> Response:
        """Say for whom identity tokens have to be."""
        held = self._held(request)
        return not_found() if held is None else JSONResponse({"audience": held.name})

    async def mint(self, request: Request) -> Response:
        """Exchange an identity token."""
        held = self._held(request)
        if held is None:
            return not_found()
        return await asyncio.to_thread(self._mint, await _body(request), held)

    async def burn(self, request: Request) -> Response:
        """Let a minted token be good no more; clients ask for it when they have done.

        PyPI has it since 2026-06-22; the words of a refusal are ours.
        """
        try:
            token = _token_of(await _body(request))
            if not self._estate.minted.burn(token):
                return _refusal("invalid-token", "no token that was minted here")
        except _Refused as refused:
            return _refusal(refused.code, refused.description)
        return JSONResponse({"success": True})

    def _held(self, request: Request) -> Holdings | None:
        return self._estate.index(request.path_params.get("index", USUAL))

    def _mint(self, body: bytes, held: Holdings) -> Response:
        try:
            with self._turn:
                token, expires = self._exchange(_token_of(body), held)
        except _Refused as refused:
            return _refusal(refused.code, refused.description)
        except ToolMissing as error:
            return _cannot(error)
        return JSONResponse({"success": True, "token": token, "expires": int(expires)})

    def _exchange(self, token: str, held: Holdings) -> tuple[str, float]:
        kind, claims = self._claims(token, held.name)
        # What was given as pending is looked at first.
        made = self._make_pending(kind, claims, held)
        now = self._estate.now()
        self._used = {one: until for one, until in self._used.items() if until > now - LIFETIME}
        if claims.get("jti") in self._used:
            raise _Refused("invalid-reuse-token", "invalid token: already used")
        try:
            of_index = self._estate.publishers.usual(held)
            found = made or find_publisher(of_index, kind, claims)
        except Unfit as reason:
            said = f"valid token, but no corresponding publisher ({reason})"
            raise _Refused("invalid-publisher", said) from None
        self._used[claims["jti"]] = float(claims["exp"])
        minted = Minted(
            index=held.name,
            publisher=found[0],
            projects=frozenset(one.normal for one in found),
            since=now,
            until=now + LIFETIME,
        )
        return self._estate.minted.add(minted), minted.until

    def _claims(self, token: str, audience: str) -> tuple[Kind, Claims]:
        try:
            issuer = issuer_of(token)
        except InvalidIdentity:
            raise _Refused("invalid-payload", "malformed JWT") from None
        base = f"{self._estate.url}{ISSUER}"
        kinds: list[Kind] = [kind for kind in KINDS if issuer == f"{base}{kind}"]
        if not kinds:
            raise _Refused("invalid-payload", "unknown trusted publishing issuer")
        try:
            claims = self._estate.issuer.read(token, issuer, audience, self._estate.now())
        except InvalidIdentity:
            raise _Refused("invalid-token", "malformed or invalid token") from None
        return kinds[0], claims

    def _make_pending(self, kind: Kind, claims: Claims, held: Holdings) -> list[Publisher]:
        """Make the project of a pending publisher, where one fits; give what it has become."""
        try:
            found = find_publisher(self._estate.publishers.pending(held), kind, claims)[0]
        except Unfit:
            return []
        if held.exists(found.normal):
            self._estate.publishers.forget(found)
            raise _Refused("invalid-pending-publisher", "valid token, but project already exists")
        # Imported late, like all rules: the server is up sooner.
        from seatrial.indexrules.names import name_rules
        from seatrial.indexrules.values import Held

        others = tuple(held.projects().values())
        refusals = list(name_rules(found.project, Held(similar=others)))
        if refusals:
            raise _Refused("invalid-payload", refusals[0].message)
        self._estate.kept(held).set_status(found.project, "active", publisher=found.key)
        return [found]

    async def discovery(self, request: Request) -> Response:
        """Describe the issuer (OpenID Connect Discovery 1.0, section 4)."""
        kind = request.path_params["kind"]
        if kind not in KINDS:
            return not_found()
        issuer = f"{self._estate.url}{ISSUER}{kind}"
        return JSONResponse(
            {
                "issuer": issuer,
                "jwks_uri": f"{issuer}/.well-known/jwks",
                "subject_types_supported": ["public"],
                "response_types_supported": ["id_token"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "scopes_supported": ["openid"],
                "claims_supported": ["sub", "aud", "exp", "iat", "iss", "jti", "nbf"],
            }
        )

    async def keys(self, request: Request) -> Response:
        """Give the issuer's public key."""
        if request.path_params["kind"] not in KINDS:
            return not_found()
        try:
            return JSONResponse(await asyncio.to_thread(self._estate.issuer.public))
        except ToolMissing as error:
            return _cannot(error)

    async def token(self, request: Request) -> Response:
        """Give a job its identity token, as GitHub Actions does it."""
        scheme, _, ticket = request.headers.get("authorization", "").partition(" ")
        audience = request.query_params.get("audience", "")
        try:
            job = Job.of_ticket(ticket.strip() if scheme.lower() == "bearer" else "")
            value = await asyncio.to_thread(self._estate.identity, job, audience)
        except InvalidIdentity:
            return JSONResponse({"message": "This is no job of the dock's."}, 401)
        except ToolMissing as error:
            return _cannot(error)
        return JSONResponse({"count": 1, "value": value})


async def _body(request: Request) -> bytes:
    """Read a body to its end; of a long one no more is kept than shows that it is too long."""
    body = bytearray()
    async for piece in request.stream():
        body += piece[: MOST + 1 - len(body)]
    return bytes(body)


def _refusal(code: str, description: str) -> Response:
    errors = [{"code": code, "description": description}]
    return JSONResponse({"message": "Token request failed", "errors": errors}, 422)


def _cannot(error: ToolMissing) -> Response:
    return JSONResponse({"message": str(error)}, 501)


def _token_of(body: bytes) -> str:
    """Read the request's body; its faults are told as the library pydantic tells them."""
    head = "1 validation error for TokenPayload"
    try:
        payload: Any = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _Refused("invalid-payload", f"{head}\n  Invalid JSON: {error}") from None
    if not isinstance(payload, dict):
        raise _Refused("invalid-payload", f"{head}\n  Input should be an object")
    if "token" not in payload:
        raise _Refused("invalid-payload", f"{head}\ntoken\n  Field required")
    if not isinstance(payload["token"], str):
        raise _Refused("invalid-payload", f"{head}\ntoken\n  Input should be a valid string")
    return payload["token"]
