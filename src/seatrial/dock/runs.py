"""The dock's forge: what CI built from a commit, in GitHub's shapes.

The dock runs no workflows.  It shows the runs and artifacts that were laid into its folder.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response

from seatrial.dock.estate import Estate
from seatrial.dock.forge import Access, Denied
from seatrial.dock.forge_shapes import moment, problem
from seatrial.dock.paging import page_of
from seatrial.dock.storage import write_whole


class StoredArtifact(msgspec.Struct, frozen=True, kw_only=True):
    """An artifact of a run; its archive lies beside the run.

    Attributes:
        id: unique in the repository.
        name: what the workflow calls it.
        expired: whether it was thrown away.
    """

    id: int
    name: str
    expired: bool = False


class StoredRun(msgspec.Struct, frozen=True, kw_only=True):
    """A run of a workflow.

    Attributes:
        id: unique in the repository.
        workflow: its file's name ("build.yml").
        commit: the commit that it ran on.
        branch: the branch.
        conclusion: how it ended ("success"); empty while it runs.
        created: seconds since the epoch.
        artifacts: what it left behind.
    """

    id: int
    workflow: str
    commit: str
    branch: str = "main"
    conclusion: str = "success"
    created: float = 0.0
    artifacts: tuple[StoredArtifact, ...] = ()


class Runs:
    """The runs of all repositories, on disk.

    Args:
        root: the dock's folder.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def all(self, full_name: str) -> list[StoredRun]:
        """Give those of a repository, the newest first."""
        found = (
            msgspec.json.decode(path.read_bytes(), type=StoredRun)
            for path in self._folder(full_name).glob("*.json")
        )
        return sorted(found, key=lambda run: -run.id)

    def add(self, full_name: str, run: StoredRun, archives: dict[str, bytes]) -> StoredRun:
        """Lay down a run with its artifacts.

        Args:
            full_name: the repository.
            run: the run, without artifacts.
            archives: an artifact's name → its ZIP archive.
        """
        artifacts = []
        for number, (name, data) in enumerate(archives.items(), 1):
            artifact = StoredArtifact(id=run.id * 100 + number, name=name)
            write_whole(self._root, self.archive(full_name, artifact.id), data)
            artifacts.append(artifact)
        return self.keep(full_name, msgspec.structs.replace(run, artifacts=tuple(artifacts)))

    def keep(self, full_name: str, run: StoredRun) -> StoredRun:
        """Put a run in place of the one with its id."""
        path = self._folder(full_name) / f"{run.id}.json"
        write_whole(self._root, path, msgspec.json.encode(run))
        return run

    def archive(self, full_name: str, artifact: int) -> Path:
        """Give the path of an artifact's archive."""
        return self._folder(full_name) / f"{artifact}.zip"

    def _folder(self, full_name: str) -> Path:
        return self._root / "forge" / full_name.lower() / "runs"


class Actions:
    """The endpoints for runs and artifacts.

    Args:
        estate: what the dock was told.
        access: who may do what.
    """

    def __init__(self, estate: Estate, access: Access) -> None:
        self._access = access
        self._runs = Runs(estate.root)

    async def runs(self, request: Request) -> Response:
        """List runs, those of one commit where it is named."""
        repository = self._access.repository(request)
        commit = request.query_params.get("head_sha")
        found = [
            run for run in self._runs.all(repository.full_name) if commit in {None, run.commit}
        ]
        base = f"{self._access.base(request)}/repos/{repository.full_name}/actions"
        page, headers = page_of(request, f"{base}/runs", found)
        shown = [_run_shape(base, run) for run in page]
        return JSONResponse({"total_count": len(found), "workflow_runs": shown}, headers=headers)

    async def artifacts(self, request: Request) -> Response:
        """List the artifacts of a run."""
        repository = self._access.repository(request)
        run = self._found(repository.full_name, request.path_params["run"])
        base = f"{self._access.base(request)}/repos/{repository.full_name}/actions"
        page, headers = page_of(request, f"{base}/runs/{run.id}/artifacts", run.artifacts)
        shown = [
            _artifact_shape(base, run, one, self._runs.archive(repository.full_name, one.id))
            for one in page
        ]
        count = len(run.artifacts)
        return JSONResponse({"total_count": count, "artifacts": shown}, headers=headers)

    async def archive(self, request: Request) -> Response:
        """Send who has a token to where an artifact's archive lies."""
        if not self._access.logged_in(request):
            raise Denied(problem(401, "Requires authentication"))
        full_name = self._access.repository(request).full_name
        wanted = request.path_params["artifact"]
        found = (a for run in self._runs.all(full_name) for a in run.artifacts if a.id == wanted)
        artifact = next(found, None)
        if artifact is None:
            raise Denied(problem(404, "Not Found"))
        if artifact.expired:
            raise Denied(problem(410, "Artifact has expired"))
        digest = _digest(self._runs.archive(full_name, wanted))
        base = self._access.base(request)
        # The digest in the address is the permission to read, so no token is needed there.
        return RedirectResponse(f"{base}/kept/{full_name}/{wanted}/{digest}", 302)

    async def kept(self, request: Request) -> Response:
        """Give an archive to who knows its digest."""
        full_name = self._access.repository(request).full_name
        path = self._runs.archive(full_name, request.path_params["artifact"])
        if not path.is_file() or _digest(path) != request.path_params["digest"]:
            return problem(404, "Not Found")
        return FileResponse(path, media_type="application/zip")

    def _found(self, full_name: str, number: int) -> StoredRun:
        run = next((run for run in self._runs.all(full_name) if run.id == number), None)
        if run is None:
            raise Denied(problem(404, "Not Found"))
        return run


def _run_shape(base: str, run: StoredRun) -> dict[str, Any]:
    at = f"{base}/runs/{run.id}"
    return {
        "id": run.id,
        "node_id": f"WR_{run.id}",
        "name": run.workflow,
        "display_title": run.workflow,
        "path": f".github/workflows/{run.workflow}",
        "head_sha": run.commit,
        "head_branch": run.branch,
        "event": "push",
        "status": "completed" if run.conclusion else "in_progress",
        "conclusion": run.conclusion or None,
        "run_number": run.id,
        "run_attempt": 1,
        "workflow_id": 1,
        "url": at,
        "html_url": at,
        "artifacts_url": f"{at}/artifacts",
        "created_at": moment(run.created),
        "updated_at": moment(run.created),
    }


def _artifact_shape(
    base: str, run: StoredRun, artifact: StoredArtifact, archive: Path
) -> dict[str, Any]:
    at = f"{base}/artifacts/{artifact.id}"
    return {
        "id": artifact.id,
        "node_id": f"A_{artifact.id}",
        "name": artifact.name,
        "size_in_bytes": archive.stat().st_size,
        "url": at,
        "archive_download_url": f"{at}/zip",
        "expired": artifact.expired,
        "digest": f"sha256:{_digest(archive)}",
        "created_at": moment(run.created),
        "expires_at": moment(run.created + 90 * 24 * 3600),
        "updated_at": moment(run.created),
        "workflow_run": {"id": run.id, "head_branch": run.branch, "head_sha": run.commit},
    }


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
