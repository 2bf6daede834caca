"""The dock's forge: the part of GitHub's REST API that a release needs.

Every repository exists, and belongs to whoever asks with a token.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from seatrial.dock.estate import FORGE, Estate
from seatrial.dock.forge_shapes import (
    BUDGET,
    already_exists,
    problem,
    release_shape,
    repository_shape,
    user_shape,
)
from seatrial.dock.forge_state import ForgeState, Repository, StoredRelease, TagTaken
from seatrial.dock.paging import page_of

MAX_NOTES = 125_000
"""Characters that GitHub takes as a release's text."""

_BAD_TAG = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|^[/-]|/$|//|\.lock$|\.$")


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What a client says of a release; what it leaves out stays as it is."""

    tag_name: str | None = None
    target_commitish: str | None = None
    name: str | None = None
    body: str | None = None
    draft: bool | None = None
    prerelease: bool | None = None
    make_latest: str | None = None


class Denied(Exception):
    """The request is refused.

    Args:
        answer: what it is answered with.
    """

    def __init__(self, answer: Response) -> None:
        super().__init__()
        self.answer = answer


class Access:
    """Who asks, and for what.

    Args:
        estate: what the dock was told.
    """

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self._state = ForgeState(estate.root)

    def base(self, request: Request) -> str:
        """Give the API's address."""
        return f"{str(request.base_url).rstrip('/')}/{FORGE}"

    def logged_in(self, request: Request) -> bool:
        """Say whether a token came along.

        Raises:
            Denied: it did, and it is not the right one.
        """
        scheme, _, token = request.headers.get("authorization", "").strip().partition(" ")
        if not scheme:
            return False
        wanted = self._estate.settings.forge_token
        right = wanted is None or wanted.reveal() == token.strip()
        if scheme.lower() not in {"bearer", "token"} or not token.strip() or not right:
            raise Denied(problem(401, "Bad credentials"))
        return True

    def may_push(self, request: Request) -> bool:
        """Say whether the one who asks may write; nothing is refused here but a wrong token."""
        return self.logged_in(request) and self._estate.settings.forge_push

    def writer(self, request: Request) -> None:
        """Insist on a token that may write.

        Raises:
            Denied: there is none.
        """
        if not self.logged_in(request):
            raise Denied(problem(401, "Requires authentication"))
        if not self._estate.settings.forge_push:
            raise Denied(problem(403, "Resource not accessible by personal access token"))

    def repository(self, request: Request) -> Repository:
        """Give the repository that is asked for.

        Raises:
            Denied: no repository can have this name.
        """
        params = request.path_params
        return self.named(params["owner"], params["repository"])

    def named(self, owner: str, name: str) -> Repository:
        """Give a repository by its names, which must be some that one can have.

        Raises:
            Denied: no repository can have this name.
        """
        found = self._state.repository(owner, name)
        if found is None:
            raise Denied(problem(404, "Not Found"))
        return found

    def may_push_to(self, request: Request, repository: Repository) -> bool:
        """Say whether the one who asks may write to this very repository."""
        return self.may_push(request) and self._estate.hosted(repository.full_name).push

    def branch(self, repository: Repository) -> str:
        """Give a repository's default branch."""
        return self._estate.hosted(repository.full_name).branch

    def release(self, request: Request) -> tuple[Repository, StoredRelease]:
        """Give the release that is asked for by its id.

        Raises:
            Denied: it does not exist, or is a draft that the one who asks may not see.
        """
        repository = self.repository(request)
        release = repository.release(request.path_params["release"])
        if release is None or (release.draft and not self.may_push(request)):
            raise Denied(problem(404, "Not Found"))
        return repository, release


class Forge:
    """The endpoints for releases.

    Args:
        estate: what the dock was told.
        access: who may do what.
    """

    def __init__(self, estate: Estate, access: Access) -> None:
        self._now: Callable[[], float] = estate.now
        self._access = access

    async def user(self, request: Request) -> Response:
        """Say whose token it is."""
        if not self._access.logged_in(request):
            return problem(401, "Requires authentication")
        return _json(user_shape(self._access.base(request)))

    async def repository(self, request: Request) -> Response:
        """Describe a repository, and what the token may do there."""
        repository = self._access.repository(request)
        known = self._access.logged_in(request)
        push = self._access.may_push_to(request, repository) if known else None
        shape = repository_shape(self._access.base(request), repository, push=push)
        return _json(shape | {"default_branch": self._access.branch(repository)})

    async def releases(self, request: Request) -> Response:
        """List releases, page by page; drafts only for who may write."""
        repository = self._access.repository(request)
        all_of_them = self._access.may_push(request)
        shown = [r for r in repository.releases() if all_of_them or not r.draft]
        base = self._access.base(request)
        url = f"{base}/repos/{repository.full_name}/releases"
        page, headers = page_of(request, url, shown)
        return JSONResponse([release_shape(base, repository, one) for one in page], headers=headers)

    async def latest(self, request: Request) -> Response:
        """Give the latest release: public, and no pre-release."""
        repository = self._access.repository(request)
        public = [r for r in repository.releases() if not r.draft and not r.prerelease]
        if not public:
            return problem(404, "Not Found")
        return self._shown(request, repository, max(public, key=lambda r: (r.latest, r.id)))

    async def by_tag(self, request: Request) -> Response:
        """Give the public release of a tag; drafts are never found by their tag."""
        repository = self._access.repository(request)
        for release in repository.releases():
            if release.tag == request.path_params["tag"] and not release.draft:
                return self._shown(request, repository, release)
        return problem(404, "Not Found")

    async def by_id(self, request: Request) -> Response:
        """Give a release."""
        repository, release = self._access.release(request)
        return self._shown(request, repository, release)

    async def create(self, request: Request) -> Response:
        """Open a release; drafts of one tag may be many, public ones not."""
        said = await self._said(request)
        repository = self._access.repository(request)
        if said.tag_name is None:
            return problem(422, 'Invalid request.\n\n"tag_name" wasn\'t supplied.')
        new = StoredRelease(
            id=repository.next_id(),
            tag=said.tag_name,
            target="main",
            title="",
            notes="",
            draft=False,
            prerelease=False,
            created=self._now(),
        )
        return self._keep(request, repository, new, said)

    async def change(self, request: Request) -> Response:
        """Change a release; ``draft: false`` makes it public."""
        said = await self._said(request)
        repository, release = self._access.release(request)
        return self._keep(request, repository, release, said)

    async def delete(self, request: Request) -> Response:
        """Remove a release with its assets; the tag stays."""
        self._access.writer(request)
        repository, release = self._access.release(request)
        repository.remove(release)
        return Response(status_code=204)

    def _shown(
        self, request: Request, repository: Repository, release: StoredRelease, status: int = 200
    ) -> Response:
        return _json(release_shape(self._access.base(request), repository, release), status)

    async def _said(self, request: Request) -> Draft:
        try:
            body = await request.body()
        except ClientDisconnect:
            raise Denied(Response(status_code=400)) from None
        self._access.writer(request)
        try:
            said = msgspec.json.decode(body, type=Draft)
        except msgspec.ValidationError as error:
            raise Denied(problem(422, f"Invalid request.\n\n{error}")) from None
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise Denied(problem(400, "Problems parsing JSON")) from None
        fault = _fault(said)
        if fault:
            raise Denied(problem(422, "Validation Failed", {"resource": "Release", **fault}))
        return said

    def _keep(
        self, request: Request, repository: Repository, release: StoredRelease, said: Draft
    ) -> Response:
        now = self._now()
        new = repository.release(release.id) is None
        public = not release.draft if said.draft is None else not said.draft
        latest = release.latest
        if public and not (latest and said.make_latest is None):
            latest = 0.0 if said.make_latest == "false" else now
        changed = msgspec.structs.replace(
            release,
            tag=release.tag if said.tag_name is None else said.tag_name,
            target=release.target if said.target_commitish is None else said.target_commitish,
            title=release.title if said.name is None else said.name,
            notes=release.notes if said.body is None else said.body,
            draft=not public,
            prerelease=release.prerelease if said.prerelease is None else said.prerelease,
            published=(release.published or now) if public else None,
            latest=latest,
        )
        try:
            kept = repository.keep(changed)
        except TagTaken:
            return already_exists("Release", "tag_name")
        answer = self._shown(request, repository, kept, 201 if new else 200)
        if new:
            base = self._access.base(request)
            answer.headers["location"] = f"{base}/repos/{repository.full_name}/releases/{kept.id}"
        return answer


def _fault(said: Draft) -> dict[str, str]:
    """Give what GitHub would not take, or nothing."""
    if said.tag_name is not None and (not said.tag_name or _BAD_TAG.search(said.tag_name)):
        return {"code": "custom", "field": "tag_name", "message": "tag_name is not well-formed"}
    if said.body is not None and len(said.body) > MAX_NOTES:
        long = f"body is too long (maximum is {MAX_NOTES} characters)"
        return {"code": "custom", "field": "body", "message": long}
    return {}


def _json(body: dict[str, Any], status: int = 200) -> Response:
    return JSONResponse(body, status, BUDGET)
