"""The dock's forge: the files of a release."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response

from seatrial.dock.estate import Estate
from seatrial.dock.forge import Access, Denied
from seatrial.dock.forge_shapes import BUDGET, already_exists, asset_shape, problem
from seatrial.dock.forge_state import NameTaken, Repository, StoredAsset, StoredRelease
from seatrial.dock.negotiate import best
from seatrial.dock.reader import Sink
from seatrial.dock.storage import incoming, place

LARGEST = 2 * 1024**3
"""Bytes of the largest asset that GitHub takes."""

BYTES = "application/octet-stream"


class Assets:
    """The endpoints for assets.

    Args:
        estate: what the dock was told.
        access: who may do what.
    """

    def __init__(self, estate: Estate, access: Access) -> None:
        self._root = estate.root
        self._now: Callable[[], float] = estate.now
        self._access = access

    async def list(self, request: Request) -> Response:
        """List the assets of a release."""
        repository, release = self._access.release(request)
        base = self._access.base(request)
        shown = [asset_shape(base, repository, release, asset) for asset in release.assets]
        return JSONResponse(shown, headers=BUDGET)

    async def upload(self, request: Request) -> Response:
        """Attach a file, streamed to disk."""
        try:
            repository, release = self._allowed(request)
            starter = self._starter(request, repository, release)
        except Denied as denied:
            # A client that is answered while it still writes may never read the answer.
            await _drain(request)
            return denied.answer
        half = incoming(self._root)
        sink = Sink(half)
        try:
            async for piece in request.stream():
                sink.write(piece)
                if sink.is_full:
                    await asyncio.to_thread(sink.flush)
        except ClientDisconnect:
            # The starter stays, as on GitHub: whoever comes next has to remove it.
            return Response(status_code=400)
        else:
            sink.close()
            place(half, repository.blob(starter))
        finally:
            sink.discard()
        asset = msgspec.structs.replace(
            starter, state="uploaded", size=sink.size, sha256=sink.sha256.hexdigest()
        )
        try:
            repository.attach(release.id, asset)
        except KeyError:
            return problem(404, "Not Found")
        shape = asset_shape(self._access.base(request), repository, release, asset)
        return JSONResponse(shape, 201, BUDGET)

    async def asset(self, request: Request) -> Response:
        """Describe an asset, or send who asks for its bytes to where they lie."""
        repository, release, asset = self._found(request)
        wanted = best(request.headers.get("accept", "*/*"), ("application/json", BYTES))
        if wanted != BYTES:
            shape = asset_shape(self._access.base(request), repository, release, asset)
            return JSONResponse(shape, headers=BUDGET)
        if asset.state != "uploaded":
            return problem(404, "Not Found")
        base = self._access.base(request)
        # The digest in the address is the permission to read, so no token is needed there.
        url = f"{base}/storage/{repository.full_name}/{asset.id}/{asset.sha256}"
        return RedirectResponse(url, 302)

    async def delete(self, request: Request) -> Response:
        """Remove an asset."""
        self._access.writer(request)
        repository, release, asset = self._found(request)
        repository.detach(release, asset)
        return Response(status_code=204)

    async def stored(self, request: Request) -> Response:
        """Give the bytes of an asset to who knows their digest."""
        repository = self._access.repository(request)
        found = repository.asset(request.path_params["asset"])
        if found is None or found[1].sha256 != request.path_params["digest"]:
            return problem(404, "Not Found")
        return _bytes(repository, found[1])

    async def download(self, request: Request) -> Response:
        """Give an asset of a public release by its name, as a browser gets it."""
        repository = self._access.repository(request)
        tag, name = request.path_params["tag"], request.path_params["name"]
        for release in repository.releases():
            for asset in release.assets if release.tag == tag and not release.draft else ():
                if asset.name == name and asset.state == "uploaded":
                    return _bytes(repository, asset)
        return problem(404, "Not Found")

    def _allowed(self, request: Request) -> tuple[Repository, StoredRelease]:
        self._access.writer(request)
        repository, release = self._access.release(request)
        length = request.headers.get("content-length", "")
        if length == "0":
            raise Denied(problem(400, "Bad Content-Length: 0"))
        if length.isdecimal() and int(length) > LARGEST:
            long = f"size must be less than or equal to {LARGEST}"
            error = {"resource": "ReleaseAsset", "code": "custom", "field": "size", "message": long}
            raise Denied(problem(422, "Validation Failed", error))
        return repository, release

    def _starter(
        self, request: Request, repository: Repository, release: StoredRelease
    ) -> StoredAsset:
        """Note that an asset is coming."""
        name = spelt(request.query_params.get("name", ""))
        if not name:
            raise Denied(problem(400, "Invalid name for request"))
        starter = StoredAsset(
            id=repository.next_id(),
            name=name,
            label=request.query_params.get("label", ""),
            kind=request.headers.get("content-type", BYTES),
            state="starter",
            size=0,
            sha256="",
            created=self._now(),
        )
        try:
            repository.attach(release.id, starter)
        except NameTaken:
            raise Denied(already_exists("ReleaseAsset", "name")) from None
        return starter

    def _found(self, request: Request) -> tuple[Repository, StoredRelease, StoredAsset]:
        repository = self._access.repository(request)
        found = repository.asset(request.path_params["asset"])
        if found is None or (found[0].draft and not self._access.may_push(request)):
            raise Denied(problem(404, "Not Found"))
        return repository, *found


def spelt(name: str) -> str:
    """Give an asset's name as GitHub spells it: other than plain characters become dots."""
    return re.sub(r"[^A-Za-z0-9_.@+-]+", ".", name).strip(".")


async def _drain(request: Request) -> None:
    try:
        async for _ in request.stream():
            pass
    except ClientDisconnect:
        return


def _bytes(repository: Repository, asset: StoredAsset) -> Response:
    return FileResponse(repository.blob(asset), media_type=BYTES, filename=asset.name)
