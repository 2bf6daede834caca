"""What GitLab CI built from a commit, over its REST API (version 4)."""

from __future__ import annotations

import http as codes
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote, urlencode

import msgspec

from seatrial.artifacts.listing import TAIL
from seatrial.errors import CannotTell, Conflict, CredentialRefused, Unreachable
from seatrial.secret import Redactor, Secret
from seatrial.world.exchange import Answer, Request, bearer, origin, shown
from seatrial.world.forge.githubpages import next_page
from seatrial.world.http import Http
from seatrial.world.peeking import names_in
from seatrial.world.ports_ci import SUCCESS, CiArtifact, CiRun
from seatrial.world.resuming import Told, download_on, untold

T = TypeVar("T")

MOST = 100
"""Pipelines or jobs on a page."""

MOST_PAGES = 100

PIPELINE = ".gitlab-ci.yml"
"""What every pipeline is made from; a project has one."""

UNDER_WAY = frozenset(
    {"created", "waiting_for_resource", "preparing", "pending", "running", "scheduled", "manual"}
)


class HeldPipeline(msgspec.Struct, frozen=True, kw_only=True):
    """A pipeline."""

    id: int
    sha: str
    status: str
    web_url: str = ""


class HeldFile(msgspec.Struct, frozen=True):
    """The archive of what a job left behind."""

    size: int = 0


class HeldJob(msgspec.Struct, frozen=True, kw_only=True):
    """A job of a pipeline; what it left has a time to be thrown away at, also when that is past."""

    id: int
    name: str
    status: str
    artifacts_file: HeldFile | None = None
    artifacts_expire_at: str | None = None


class GitLabJobs:
    """The pipelines of a project on a GitLab server.  It is a :class:`~..ports_ci.Ci`.

    Args:
        host: the server, for people.
        project: the project's path ("group/name").
        api: the address of the REST API, up to ``/api/v4``.
        token: what is sent; a public project needs none.
        http: the client.
    """

    def __init__(self, host: str, project: str, api: str, token: Secret | None, http: Http) -> None:
        self._host = host
        self._project = project
        self._base = f"{api.rstrip('/')}/projects/{quote(project, safe='')}"
        self._token = token
        self._http = http

    @property
    def name(self) -> str:
        """What a person calls it, with the project."""
        return f"GitLab {self._host}/{self._project}"

    def runs(self, commit: str) -> Sequence[CiRun]:
        """Give the pipelines of a commit, the newest first.

        Raises:
            Unreachable: no answer.
            CredentialRefused: the project is not there, or may not be looked at like this.
            CannotTell: the answer cannot be read.
        """
        asked = urlencode({"sha": commit, "per_page": MOST})
        held = self._all(f"/pipelines?{asked}", tuple[HeldPipeline, ...])
        return tuple(
            CiRun(
                id=str(one.id),
                workflow=PIPELINE,
                commit=one.sha,
                outcome="" if one.status in UNDER_WAY else one.status,
                page=one.web_url,
            )
            for one in sorted(held, key=lambda one: -one.id)
            if one.sha == commit
        )

    def artifacts(self, run: str) -> Sequence[CiArtifact]:
        """Give what the jobs of a pipeline left behind, by the jobs' names."""
        held = self._all(f"/pipelines/{quote(run)}/jobs?per_page={MOST}", tuple[HeldJob, ...])
        return tuple(
            CiArtifact(
                id=str(one.id),
                name=one.name,
                size=one.artifacts_file.size if one.artifacts_file else 0,
                expired=one.artifacts_file is None,
            )
            for one in held
            if one.status == SUCCESS and (one.artifacts_file or one.artifacts_expire_at)
        )

    def fetch(self, artifact: str, size: int, to: Path, told: Told = untold) -> None:
        """Write the archive of a job to a file; the token does not go to where it lies.

        Args:
            artifact: the job's id.
            size: its bytes, at most.
            to: where to; a part of it that lies there is gone on with.
            told: told how far it has come.

        Raises:
            Unreachable: no whole answer, as often as we may ask.
            CredentialRefused: it may not be looked at like this.
            Conflict: it is gone.
            StorageFault: the file cannot be written.
        """
        answer = download_on(self._http, self._archive(artifact, size), to, told)
        if answer.status in {codes.HTTPStatus.NOT_FOUND, codes.HTTPStatus.GONE}:
            raise Conflict(
                self.name,
                f"the artifacts of job {artifact} are gone: GitLab keeps them for a time only",
                doing="fetching from",
                next_step="Run the job again on this commit, then release again.",
            )
        if not answer.ok:
            self._refuse(answer)

    def names(self, artifact: str) -> tuple[str, ...] | None:
        """Give the names of what a job left; nothing where they cannot be seen from afar."""
        return names_in(self._http, self._archive(artifact, TAIL))

    def _archive(self, artifact: str, limit: int) -> Request:
        login = bearer(self._token) if self._token else None
        url = f"{self._base}/jobs/{quote(artifact)}/artifacts"
        return Request(url=url, authorization=login, limit=limit)

    def _all(self, path: str, kind: type[tuple[T, ...]]) -> Iterator[T]:
        """Give what is on all pages of a list."""
        login = bearer(self._token) if self._token else None
        url = f"{self._base}{path}"
        for _ in range(MOST_PAGES):
            answer = self._http.ask(Request(url=url, authorization=login))
            if not answer.ok:
                self._refuse(answer)
            try:
                yield from msgspec.json.decode(answer.body, type=kind)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                raise CannotTell(self.name, f"its answer cannot be read: {error}") from error
            url = next_page(answer)
            if not url:
                return
            if origin(url) != origin(self._base):
                raise CannotTell(self.name, f"a list goes on at {shown(url)}")

    def _refuse(self, answer: Answer) -> None:
        said = answer.sentence
        if self._token is not None:
            said = Redactor(self._token).clean(said.encode()).decode()
        if answer.passing:
            raise Unreachable(self.name, said)
        raise CredentialRefused(
            self.name,
            f"{said}: it is not there, or may not be looked at like this",
            next_step="Set $GITLAB_TOKEN to a token that may read the project's API.",
        )
