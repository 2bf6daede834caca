"""What GitHub Actions built from a commit, over the REST API (version 2022-11-28)."""

from __future__ import annotations

import http as codes
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote, urlencode

import msgspec

from seatrial.artifacts.listing import TAIL
from seatrial.errors import Conflict
from seatrial.world.credentials import Credential
from seatrial.world.exchange import Request, bearer
from seatrial.world.forge.github import VERSION, GitHub
from seatrial.world.peeking import names_in
from seatrial.world.ports_ci import CiArtifact, CiRun
from seatrial.world.resuming import Told, download_on, untold

MOST = 100
"""Runs or artifacts on a page."""


class HeldRun(msgspec.Struct, frozen=True, kw_only=True):
    """A run of a workflow."""

    id: int
    path: str
    head_sha: str
    conclusion: str | None = None
    html_url: str = ""


class HeldRuns(msgspec.Struct, frozen=True):
    """A page of runs."""

    workflow_runs: tuple[HeldRun, ...]


class HeldArtifact(msgspec.Struct, frozen=True, kw_only=True):
    """An artifact."""

    id: int
    name: str
    size_in_bytes: int
    expired: bool
    digest: str | None = None


class HeldArtifacts(msgspec.Struct, frozen=True):
    """A page of artifacts."""

    artifacts: tuple[HeldArtifact, ...]


class GitHubRuns(GitHub):
    """The runs of a repository's workflows on GitHub, or a server that speaks like it.

    It is a :class:`~seatrial.world.ports_ci.Ci`; the arguments are those of
    :class:`~seatrial.world.forge.github.GitHub`.
    """

    def runs(self, commit: str) -> Sequence[CiRun]:
        """Give the runs of a commit, the newest first.

        Raises:
            Unreachable: no answer.
            CredentialMissing: there is no token.
            CredentialRefused: the token may not look.
        """
        login = self._credential()
        asked = urlencode({"head_sha": commit, "per_page": MOST})
        url = f"{self._base}/actions/runs?{asked}"
        pages = self._pages(url, HeldRuns, "listing the runs of", login)
        held = [one for page in pages for one in page.workflow_runs]
        found = [
            CiRun(
                id=str(one.id),
                workflow=one.path.partition("@")[0].rpartition("/")[2],
                commit=one.head_sha,
                outcome=one.conclusion or "",
                page=one.html_url,
            )
            for one in sorted(held, key=lambda one: -one.id)
        ]
        # A filter that a server does not know is no filter.
        return tuple(one for one in found if one.commit == commit)

    def artifacts(self, run: str) -> Sequence[CiArtifact]:
        """Give what a run left behind; raises what :meth:`runs` raises."""
        login = self._credential()
        url = f"{self._base}/actions/runs/{quote(run)}/artifacts?per_page={MOST}"
        pages = self._pages(url, HeldArtifacts, "listing the artifacts of", login)
        return tuple(
            CiArtifact(
                id=str(one.id),
                name=one.name,
                size=one.size_in_bytes,
                sha256=(one.digest or "").removeprefix("sha256:"),
                expired=one.expired,
            )
            for page in pages
            for one in page.artifacts
        )

    def fetch(self, artifact: str, size: int, to: Path, told: Told = untold) -> None:
        """Write an artifact's archive to a file; the token does not go to where it lies.

        Args:
            artifact: its id.
            size: its bytes, at most.
            to: where to; a part of it that lies there is gone on with.
            told: told how far it has come.

        Raises:
            Unreachable: no whole answer, as often as we may ask.
            CredentialMissing: there is no token.
            CredentialRefused: the token may not look.
            Conflict: it is gone.
            StorageFault: the file cannot be written.
        """
        login = self._credential()
        answer = download_on(self._http, self._archive(artifact, login, size), to, told)
        if answer.status == codes.HTTPStatus.GONE:
            raise Conflict(
                self.name,
                f"the artifact {artifact} is gone: GitHub keeps one for a time only",
                doing="fetching from",
                next_step="Run the workflow again on this commit, then release again.",
            )
        if not answer.ok:
            self._refuse(answer, "fetching an artifact from", login)

    def names(self, artifact: str) -> tuple[str, ...] | None:
        """Give the names of an artifact's files; nothing where they cannot be seen from afar."""
        return names_in(self._http, self._archive(artifact, self._credential(), TAIL))

    def _archive(self, artifact: str, login: Credential, limit: int) -> Request:
        return Request(
            url=f"{self._base}/actions/artifacts/{quote(artifact)}/zip",
            headers={"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": VERSION},
            authorization=bearer(login.password),
            limit=limit,
        )
