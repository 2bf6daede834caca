"""Trusted publishing in a rehearsal: the dock plays the index's publisher and the job's forge."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Mapping

import msgspec

from seatrial.dock.identity import Job
from seatrial.dock.publishers import Publisher, parse_publisher
from seatrial.dock.server import Dock
from seatrial.errors import CannotTell, CredentialMissing, Unreachable
from seatrial.operations.project import Project
from seatrial.operations.staged import Identified
from seatrial.plan.values import Plan, Upload
from seatrial.secret import Secret
from seatrial.world.credentials import TOKEN_USER, Credential
from seatrial.world.exchange import Request, bearer, shown
from seatrial.world.http import Http
from seatrial.world.trusted import Identity, exchange, find_identity, service_of

NOT_INSTALLED = "Trusted publishing is not rehearsed: that needs pip install 'seatrial[trusted]'."


def play_publisher(dock: Dock, project: Project, plan: Plan) -> tuple[dict[str, Identified], str]:
    """Let the dock know the publisher that the configuration names, and a job that asks.

    The job is the one that this runs in, so that one that would be refused is refused here; outside
    of CI it is one that the publisher fits.

    Args:
        dock: it runs, and holds what the real index does.
        project: the repository.
        plan: what is rehearsed.

    Returns:
        index → how to be told who the job is, and why there is none; empty where none is wanted.

    Raises:
        InvalidConfiguration: the publisher cannot be read.
    """
    text = project.settings.trusted_publisher
    names = {a.index for a in plan.actions if isinstance(a, Upload) and not a.staging}
    if not text or not names:
        return {}, ""
    if importlib.util.find_spec("jwt") is None:
        return {}, NOT_INSTALLED
    index = min(names)
    for package in plan.names:
        publisher = parse_publisher(f"{package}={text}", pending=not dock.holds(index, package))
        dock.admit(msgspec.structs.replace(publisher, index=index))
    job = _job(project, index, publisher)
    return {
        index: Identified(
            token_url=dock.token_url(job),
            ticket=job.ticket(),
            mint_url=f"{dock.url}/{index}/_/oidc/mint-token",
        )
    }, ""


def _job(project: Project, index: str, publisher: Publisher) -> Job:
    """Give the job that this runs in, else one that the publisher fits."""
    try:
        found = _this_job(project, index)
    except (CredentialMissing, Unreachable):
        # That is told with what a real release lacks.
        found = None
    if found is not None:
        return found
    return Job(
        repository=publisher.repository,
        workflow=publisher.workflow,
        environment=publisher.environment,
        kind=publisher.kind,
    )


def _this_job(project: Project, index: str) -> Job | None:
    address = project.index(index).upload_url
    if not service_of(os.environ):
        return None
    found = find_identity(index, address, os.environ, project.http)
    return job_of(found.claims) if found is not None else None


def job_of(claims: Mapping[str, str]) -> Job | None:
    """Give a job of the dock's that says of itself what a real one does; nothing of other forges.

    Args:
        claims: what the real job's identity says.
    """
    environment = claims.get("environment", "")
    for kind, repository, reference in (
        ("github", "repository", "job_workflow_ref"),
        ("gitlab", "project_path", "ci_config_ref_uri"),
    ):
        if claims.get(repository) and claims.get(reference):
            return Job(
                repository=claims[repository],
                environment=environment,
                ref=claims[reference].rpartition("@")[2],
                kind="github" if kind == "github" else "gitlab",
                claims={reference: claims[reference]},
            )
    return None


def login_of(index: str, identified: Identified, http: Http) -> Callable[[], Credential]:
    """Give what logs in to the dock's index by the job's identity.

    Args:
        index: the index's name.
        identified: how the job is told who it is.
        http: asks the dock.
    """
    identity = Identity(
        index=index,
        upload_url="",
        service="the rehearsal",
        audience=index,
        claims={},
    )

    def exchanged() -> Credential:
        url = f"{identified.token_url}?audience={index}"
        answer = http.ask(Request(url=url, authorization=bearer(Secret(identified.ticket))))
        if not answer.ok:
            raise CannotTell(shown(url), answer.sentence)
        value = msgspec.json.decode(answer.body, type=_Value).value
        minted = exchange(identity, identified.mint_url, Secret(value), http)
        return Credential(
            username=TOKEN_USER,
            password=minted.token,
            origin="trusted publishing, rehearsed",
            until=minted.until,
        )

    def found() -> Credential:
        return Credential(
            username=TOKEN_USER,
            password=Secret(""),
            origin="trusted publishing, rehearsed",
            exchange=exchanged,
        )

    return found


class _Value(msgspec.Struct, frozen=True):
    value: str
