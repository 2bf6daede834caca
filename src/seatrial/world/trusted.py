"""Trusted publishing: a job's identity, given by its forge, is exchanged for an upload token.

The library ``id`` finds the identity, for GitHub Actions, GitLab, Buildkite, CircleCI and Google
Cloud.  The index is asked for the audience and for the token at the host of its upload address, as
twine and uv do it.  Nothing of either token is kept; what is minted is fetched when it is needed,
and again when its time is over.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import msgspec

from seatrial.addresses import INDEXES
from seatrial.errors import CannotTell, CredentialMissing, CredentialRefused, Unreachable
from seatrial.secret import Redactor, Secret
from seatrial.world.bodies import JsonBody
from seatrial.world.exchange import Answer, Request, one_line, shown
from seatrial.world.http import Http

SERVICES: Final = (
    ("GITHUB_ACTIONS", "GitHub Actions"),
    ("GITLAB_CI", "GitLab"),
    ("BUILDKITE", "Buildkite"),
    ("CIRCLECI", "CircleCI"),
    ("GOOGLE_SERVICE_ACCOUNT_NAME", "Google Cloud"),
)
"""The variable by which each is known."""

TOLD: Final = (
    "repository",
    "job_workflow_ref",
    "project_path",
    "ci_config_ref_uri",
    "environment",
    "email",
    "organization_slug",
    "pipeline_slug",
)
"""Claims that publishers are set up by, where a token has them."""

EARLY: Final = 60.0
"""Seconds before its end from which a token is not used any more."""

LARGEST: Final = 64 * 1024
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """A job that can be told who it is.

    Attributes:
        index: the index's name.
        upload_url: where that takes uploads.
        service: what runs the job ("GitHub Actions").
        audience: for whom its identity is to be.
        claims: what its identity says, as far as publishers are set up by it.
    """

    index: str
    upload_url: str
    service: str
    audience: str
    claims: Mapping[str, str]

    @property
    def described(self) -> str:
        """The job in words, for a person to compare with the publisher that is set up."""
        return ", ".join(f"{name} {value}" for name, value in self.claims.items())


class MintedToken(msgspec.Struct, frozen=True, kw_only=True):
    """A token to upload with, and until when it is to be used, by this machine's clock."""

    token: Secret
    until: float


def service_of(environ: Mapping[str, str]) -> str:
    """Give what runs this job, where that can vouch for it; empty elsewhere."""
    return next((name for variable, name in SERVICES if environ.get(variable)), "")


def find_identity(
    index: str, upload_url: str, environ: Mapping[str, str], http: Http
) -> Identity | None:
    """See whether this job can publish by its identity; nothing when the index knows no such way.

    Nothing is exchanged.

    Args:
        index: the index's name.
        upload_url: where it takes uploads.
        environ: the environment; the library reads the process's own.
        http: asks the index.

    Raises:
        CredentialMissing: the job may not ask for its identity.
        Unreachable: the index or the job's service did not answer.
    """
    service = service_of(environ)
    audience = _audience(upload_url, http) if service else ""
    if not audience:
        return None
    token = _identity_token(audience, service, environ)
    return Identity(
        index=index,
        upload_url=upload_url,
        service=service,
        audience=audience,
        claims=_told(token),
    )


def mint(
    identity: Identity,
    environ: Mapping[str, str],
    http: Http,
    clock: Callable[[], float] = time.time,
) -> MintedToken:
    """Exchange the job's identity for a token to upload with.

    Args:
        identity: the job.
        environ: the environment.
        http: asks the index.
        clock: gives seconds since the epoch.

    Raises:
        CredentialMissing: the job may not ask for its identity.
        CredentialRefused: no publisher of the index fits; what to set up is named.
        CannotTell: the index's answer is none.
        Unreachable: one of them did not answer.
    """
    token = _identity_token(identity.audience, identity.service, environ)
    url = urljoin(identity.upload_url, "/_/oidc/mint-token")
    return exchange(identity, url, token, http, clock)


def exchange(
    identity: Identity,
    url: str,
    token: Secret,
    http: Http,
    clock: Callable[[], float] = time.time,
) -> MintedToken:
    """Exchange an identity token that is there already.

    Args:
        identity: the job.
        url: where the index exchanges.
        token: the identity token.
        http: asks the index.
        clock: gives seconds since the epoch.

    Raises:
        CredentialRefused: no publisher of the index fits; what to set up is named.
        CannotTell: the index's answer is none.
        Unreachable: it did not answer.
    """
    body = msgspec.json.encode({"token": token.reveal()})
    request = Request(
        method="POST",
        url=url,
        headers={"Content-Type": "application/json", "Accept": "application/json"},
        body=JsonBody(data=body),
        limit=LARGEST,
    )
    answer = http.ask(request)
    if answer.passing:
        raise Unreachable(shown(url), answer.sentence, doing="exchanging this job's identity at")
    if not answer.ok:
        raise _refused(identity, _said(answer, token))
    try:
        granted = msgspec.json.decode(answer.body, type=_Granted)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        said = "its answer to a request for a token is of another form"
        raise CannotTell(shown(url), said) from error
    now = clock()
    until = granted.expires if granted.expires is not None else now + EARLY
    return MintedToken(token=Secret(granted.token), until=until - EARLY)


class _Granted(msgspec.Struct, frozen=True):
    token: str
    expires: float | None = None


class _Audience(msgspec.Struct, frozen=True):
    audience: str


def _audience(upload_url: str, http: Http) -> str:
    """Ask the index for whom an identity has to be; empty where it knows no trusted publishing."""
    parts = urlsplit(upload_url)
    if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        return ""
    answer = http.ask(Request(url=urljoin(upload_url, "/_/oidc/audience"), limit=LARGEST))
    if not answer.ok:
        return ""
    try:
        return msgspec.json.decode(answer.body, type=_Audience).audience
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""


def _identity_token(audience: str, service: str, environ: Mapping[str, str]) -> Secret:
    import id as identities

    lacking = _lacking(service, audience, environ)
    if lacking:
        raise CredentialMissing(
            f"an identity of this job of {service}", lacking[0], next_step=lacking[1]
        )
    doing = "asking for this job's identity"
    try:
        token = identities.detect_credential(audience)
    except identities.GitHubOidcPermissionCredentialError as error:
        raise CredentialMissing(f"an identity of this job of {service}", str(error)) from error
    except identities.IdentityError as error:
        raise Unreachable(service, one_line(str(error)), doing=doing) from error
    if token is None:
        raise Unreachable(service, "it gave none", doing=doing)
    return Secret(token)


def _lacking(service: str, audience: str, environ: Mapping[str, str]) -> tuple[str, str] | None:
    """Say what the job is not allowed or not given, and what to do about it."""
    if service == "GitHub Actions" and not (
        environ.get("ACTIONS_ID_TOKEN_REQUEST_URL")
        and environ.get("ACTIONS_ID_TOKEN_REQUEST_TOKEN")
    ):
        step = (
            "Give the job `permissions: id-token: write`; a workflow that a pull request from a"
            " fork has started never gets it."
        )
        return "the job has no permission `id-token: write`", step
    variable = f"{audience.upper()}_ID_TOKEN"
    if service == "GitLab" and not environ.get(variable):
        return (
            f"the job has no ${variable}",
            f"Give the job `id_tokens: {variable}: aud: {audience}`.",
        )
    return None


def _told(token: Secret) -> dict[str, str]:
    """Give what a token says; its signature is the index's business."""
    try:
        body = token.reveal().split(".")[1]
        claims: Any = msgspec.json.decode(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (IndexError, ValueError, RecursionError):
        return {}
    if not isinstance(claims, dict):
        return {}
    return {name: one_line(str(claims[name])) for name in TOLD if claims.get(name)}


def _said(answer: Answer, token: Secret) -> str:
    """Give the index's words: the description of its first error, else what any answer says."""
    said = answer.sentence
    try:
        page: Any = msgspec.json.decode(answer.body)
        said = f"{page['errors'][0]['description']} (HTTP {answer.status})"
    except (msgspec.DecodeError, UnicodeDecodeError, LookupError, TypeError, RecursionError):
        pass
    return one_line(Redactor(token).clean(said.encode()).decode())


def _refused(identity: Identity, said: str) -> CredentialRefused:
    known = INDEXES.get(identity.index)
    where = f" ({urljoin(known.simple, '/manage/account/publishing/')})" if known else ""
    lacking = "environment" not in identity.claims and bool(identity.claims)
    environment = ", and no environment" if lacking else ""
    described = f": {identity.described}{environment}" if identity.claims else ""
    return CredentialRefused(
        f"{identity.index} by this job's identity",
        said,
        next_step=f"Set a trusted publisher up on {identity.index}{where} that this job fits"
        f"{described}; or publish with a token.",
    )
