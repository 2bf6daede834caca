"""The dock's forge: labels of pull requests, and the pull requests that a commit came by."""

from __future__ import annotations

import asyncio

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from seatrial.dock.estate import Estate
from seatrial.dock.forge import Access, Denied
from seatrial.dock.forge_shapes import BUDGET, problem
from seatrial.dock.hosting import UNKNOWN, Hosted, Pulls, StoredPull
from seatrial.dock.pull_shapes import label_shape, pull_shape


class Said(msgspec.Struct, frozen=True):
    """The labels that a client gives."""

    labels: tuple[str, ...]


class Labels:
    """The endpoints for labels.

    Args:
        estate: what the dock was told.
        access: who may do what.
    """

    def __init__(self, estate: Estate, access: Access) -> None:
        self._estate = estate
        self._access = access
        self._pulls = Pulls(estate.root)

    async def of_commit(self, request: Request) -> Response:
        """List the pull requests that a commit came by, merged ones and open ones."""
        repository = self._access.repository(request)
        commit = request.path_params["commit"]
        hosted = self._estate.hosted(repository.full_name)
        found = await asyncio.to_thread(self._brought, hosted, repository.full_name, commit)
        base = self._access.base(request)
        shown = [pull_shape(base, repository, pull, UNKNOWN) for pull in found]
        return JSONResponse(shown, headers=BUDGET)

    async def add(self, request: Request) -> Response:
        """Add labels to a pull request (an issue with the same number, as GitHub has it)."""
        try:
            body = await request.body()
        except ClientDisconnect:
            raise Denied(Response(status_code=400)) from None
        self._access.writer(request)
        repository = self._access.repository(request)
        pull = self._pulls.one(repository.full_name, request.path_params["number"])
        if pull is None:
            raise Denied(problem(404, "Not Found"))
        try:
            said = msgspec.json.decode(body, type=Said)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise Denied(problem(422, "Invalid request.")) from None
        names = tuple(dict.fromkeys((*pull.labels, *said.labels)))
        self._pulls.keep(repository.full_name, msgspec.structs.replace(pull, labels=names))
        base = self._access.base(request)
        shown = [label_shape(base, repository, name) for name in names]
        return JSONResponse(shown, headers=BUDGET)

    def _brought(self, hosted: Hosted, full_name: str, commit: str) -> list[StoredPull]:
        return [pull for pull in self._pulls.all(full_name) if hosted.brought(pull, commit)]
