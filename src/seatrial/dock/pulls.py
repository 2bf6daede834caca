"""The dock's forge: pull requests, forks, and the rules of branches."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from seatrial.dock.estate import Estate
from seatrial.dock.forge import Access, Denied
from seatrial.dock.forge_shapes import BUDGET, LOGIN, problem, repository_shape
from seatrial.dock.forge_state import Repository
from seatrial.dock.hosting import UNKNOWN, Hosted, Pulls, StoredPull
from seatrial.dock.paging import page_of
from seatrial.dock.pull_shapes import (
    RULESET,
    pull_shape,
    rule_shape,
    ruleset_shape,
    whole_pull_shape,
)

MAX_BODY = 65_536
"""Characters that GitHub takes as a pull request's text."""


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What a client says of a pull request; what it leaves out stays as it is."""

    title: str | None = None
    body: str | None = None
    head: str | None = None
    base: str | None = None
    state: str | None = None


class PullRequests:
    """The endpoints for pull requests.

    Args:
        estate: what the dock was told.
        access: who may do what.
    """

    def __init__(self, estate: Estate, access: Access) -> None:
        self._estate = estate
        self._access = access
        self._pulls = Pulls(estate.root)

    async def list(self, request: Request) -> Response:
        """List pull requests: open ones, where nothing else is asked for."""
        repository = self._access.repository(request)
        asked = request.query_params
        state, head, base = asked.get("state", "open"), asked.get("head", ""), asked.get("base")
        found = [
            pull
            for pull in self._pulls.all(repository.full_name)
            if state in {"all", pull.state}
            and (":" not in head or pull.label.lower() == head.lower())
            and base in {None, pull.base}
        ]
        url = f"{self._access.base(request)}/repos/{repository.full_name}/pulls"
        page, headers = page_of(request, url, found)
        shown = [await self._shape(request, repository, pull) for pull in page]
        return JSONResponse(shown, headers=headers)

    async def create(self, request: Request) -> Response:
        """Open a pull request; there is one at most between two branches."""
        said = await self._said(request)
        repository = self._access.repository(request)
        if not (said.title and said.head and said.base):
            raise Denied(_invalid("missing_field", "title"))
        owner, _, branch = said.head.rpartition(":")
        owner = owner or repository.owner
        commit = await self._tip(f"{owner}/{repository.name}", branch)
        if commit is None:
            raise Denied(_invalid("invalid", "head"))
        if await self._tip(repository.full_name, said.base) is None:
            raise Denied(_invalid("invalid", "base"))
        made = self._pulls.add(
            repository.full_name,
            StoredPull(
                number=0,
                title=said.title,
                body=said.body or "",
                base=said.base,
                owner=owner,
                branch=branch,
                commit=commit,
                state="open",
                created=self._estate.now(),
            ),
        )
        if made is None:
            message = f"A pull request already exists for {owner}:{branch}."
            error = {"resource": "PullRequest", "code": "custom", "message": message}
            raise Denied(problem(422, "Validation Failed", error))
        return await self._shown(request, repository, made, 201)

    async def one(self, request: Request) -> Response:
        """Give a pull request."""
        repository, pull = self._found(request)
        return await self._shown(request, repository, pull)

    async def change(self, request: Request) -> Response:
        """Change a pull request: title, text, base, or whether it is open."""
        said = await self._said(request)
        repository, pull = self._found(request)
        if said.state not in {None, "open", "closed"} or (pull.merged and said.state == "open"):
            raise Denied(_invalid("invalid", "state"))
        state = said.state or pull.state
        changed = msgspec.structs.replace(
            pull,
            title=pull.title if said.title is None else said.title,
            body=pull.body if said.body is None else said.body,
            base=pull.base if said.base is None else said.base,
            state=state,
            commit=await self._now(repository, pull),
            closed=None if state == "open" else pull.closed or self._estate.now(),
        )
        kept = self._pulls.keep(repository.full_name, changed)
        return await self._shown(request, repository, kept)

    async def merge(self, request: Request) -> Response:
        """Merge a pull request, with a merge commit."""
        self._access.writer(request)
        repository, pull = self._found(request)
        commit = await self._now(repository, pull)
        title = f"Merge pull request #{pull.number} from {pull.owner}/{pull.branch}"
        hosted = self._hosted(repository.full_name)
        made = await asyncio.to_thread(hosted.merge, pull.base, commit, f"{title}\n\n{pull.title}")
        if pull.state != "open" or not made:
            raise Denied(problem(405, "Pull Request is not mergeable"))
        now = self._estate.now()
        ended = msgspec.structs.replace(
            pull, commit=commit, state="closed", closed=now, merged=now, merged_as=made
        )
        self._pulls.keep(repository.full_name, ended)
        return _json({"sha": made, "merged": True, "message": "Pull Request successfully merged"})

    async def fork(self, request: Request) -> Response:
        """Fork a repository to the account that every token belongs to."""
        if not self._access.logged_in(request):
            raise Denied(problem(401, "Requires authentication"))
        repository = self._access.repository(request)
        fork = self._access.named(LOGIN, repository.name)
        shape = repository_shape(self._access.base(request), fork, push=True)
        return _json(shape | {"fork": True}, 202)

    async def rules(self, request: Request) -> Response:
        """List the rules that hold for a branch."""
        repository = self._access.repository(request)
        hosted = self._hosted(repository.full_name)
        kinds = hosted.rules_of(request.path_params["branch"])
        return JSONResponse([rule_shape(repository, kind) for kind in kinds], headers=BUDGET)

    async def ruleset(self, request: Request) -> Response:
        """Give the ruleset that the rules stand in."""
        repository = self._access.repository(request)
        hosted = self._hosted(repository.full_name)
        if request.path_params["ruleset"] != RULESET or not hosted.rules:
            return problem(404, "Not Found")
        return _json(ruleset_shape(repository, bypass=hosted.bypass))

    async def protection(self, request: Request) -> Response:
        """Say that a branch has no protection of the older kind."""
        self._access.repository(request)
        return problem(404, "Branch not protected")

    def _hosted(self, full_name: str) -> Hosted:
        return self._estate.hosted(full_name)

    async def _tip(self, full_name: str, branch: str) -> str | None:
        return await asyncio.to_thread(self._hosted(full_name).tip, branch)

    async def _now(self, repository: Repository, pull: StoredPull) -> str:
        """Give the commit that an open one comes from; where an ended one was stays."""
        if pull.state != "open":
            return pull.commit
        return await self._tip(f"{pull.owner}/{repository.name}", pull.branch) or pull.commit

    def _found(self, request: Request) -> tuple[Repository, StoredPull]:
        repository = self._access.repository(request)
        pull = self._pulls.one(repository.full_name, request.path_params["number"])
        if pull is None:
            raise Denied(problem(404, "Not Found"))
        return repository, pull

    async def _said(self, request: Request) -> Said:
        try:
            body = await request.body()
        except ClientDisconnect:
            raise Denied(Response(status_code=400)) from None
        if not self._access.logged_in(request):
            raise Denied(problem(401, "Requires authentication"))
        try:
            said = msgspec.json.decode(body, type=Said)
        except msgspec.ValidationError as error:
            raise Denied(problem(422, f"Invalid request.\n\n{error}")) from None
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise Denied(problem(400, "Problems parsing JSON")) from None
        if said.body is not None and len(said.body) > MAX_BODY:
            long = f"body is too long (maximum is {MAX_BODY} characters)"
            raise Denied(_invalid("custom", "body", long))
        return said

    async def _shape(
        self, request: Request, repository: Repository, pull: StoredPull
    ) -> dict[str, Any]:
        pull = msgspec.structs.replace(pull, commit=await self._now(repository, pull))
        onto = await self._tip(repository.full_name, pull.base) or UNKNOWN
        return pull_shape(self._access.base(request), repository, pull, onto)

    async def _shown(
        self, request: Request, repository: Repository, pull: StoredPull, status: int = 200
    ) -> Response:
        pull = msgspec.structs.replace(pull, commit=await self._now(repository, pull))
        onto = await self._tip(repository.full_name, pull.base) or UNKNOWN
        shape = whole_pull_shape(self._access.base(request), repository, pull, onto)
        return _json(shape, status)


def _json(body: dict[str, Any], status: int = 200) -> Response:
    return JSONResponse(body, status, BUDGET)


def _invalid(code: str, field: str, message: str = "") -> Response:
    error = {"resource": "PullRequest", "code": code, "field": field}
    more = {"message": message} if message else {}
    return problem(422, "Validation Failed", error | more)
