"""The dock's application: which address leads where."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from seatrial.dock.disturbed import Disturbance, Disturbed
from seatrial.dock.estate import FORGE, Estate
from seatrial.dock.forge import Access, Denied, Forge
from seatrial.dock.forge_assets import Assets
from seatrial.dock.identity import ISSUER
from seatrial.dock.integrity import Integrity
from seatrial.dock.json_api import JsonApi
from seatrial.dock.legacy import Legacy
from seatrial.dock.minting import Minting
from seatrial.dock.pull_labels import Labels
from seatrial.dock.pulls import PullRequests
from seatrial.dock.record import RequestLog
from seatrial.dock.runs import Actions
from seatrial.dock.simple import Simple
from seatrial.dock.web import Web

READ: Final = ("GET", "HEAD", "OPTIONS")
"""Methods of the pages for installers; the last is answered like the first."""

Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]


class Marked:
    """The application under two addresses: with the dock's mark before the path, and without.

    Args:
        app: the application.
        mark: the mark; everything that pages link to carries it where the request did.
    """

    def __init__(self, app: ASGIApp, mark: str) -> None:
        self._app = app
        self._prefix = f"/{mark}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["path"].startswith(f"{self._prefix}/"):
            scope["root_path"] = self._prefix
        await self._app(scope, receive, send)


def make_app(estate: Estate, mark: str, log: RequestLog, disturbance: Disturbance) -> ASGIApp:
    """Make the application.

    Args:
        estate: what the dock holds.
        mark: the word that tells this dock from others.
        log: where every request is noted.
        disturbance: faults and delays.
    """
    # The forge comes first: no index can have its name.
    routes = [*_forge(estate), *_indexes(estate)]
    served = Disturbed(Router(routes, redirect_slashes=False), log, disturbance)
    return Marked(served, mark)


def _indexes(estate: Estate) -> list[Route]:
    legacy, simple, json_api = Legacy(estate), Simple(estate), JsonApi(estate)
    web = Web(estate)
    packages = "/{index}/packages/{first}/{second}/{rest}/{name}"
    minting = Minting(estate)
    issuer = f"{ISSUER}{{kind}}"
    exchange = [
        Route(f"{at}/_/oidc/{path}", endpoint, methods=[method])
        for at in ("", "/{index}")
        for path, endpoint, method in (
            ("audience", minting.audience, "GET"),
            ("mint-token", minting.mint, "POST"),
            ("github/mint-token", minting.mint, "POST"),
            ("burn-token", minting.burn, "POST"),
        )
    ]
    provenance = "/{index}/integrity/{project}/{version}/{file}/provenance"
    return [
        *exchange,
        Route(provenance, Integrity(estate).provenance),
        Route(f"{issuer}/.well-known/openid-configuration", minting.discovery),
        Route(f"{issuer}/.well-known/jwks", minting.keys),
        Route(f"{issuer}/token", minting.token),
        Route("/", web.home),
        Route("/{index}/project/{project}/", web.project),
        Route("/{index}/project/{project}/{version}/", web.project),
        Route("/{index}/legacy/", legacy.upload, methods=["POST"]),
        Route("/{index}/legacy/", legacy.page, methods=["GET"]),
        Route("/{index}/legacy", legacy.missing_slash, methods=["POST"]),
        Route("/{index}/simple/", simple.projects, methods=READ),
        Route("/{index}/simple", simple.missing_slash, methods=READ),
        Route("/{index}/simple/{project}/", simple.project, methods=READ),
        Route("/{index}/simple/{project}", simple.missing_slash, methods=READ),
        Route(packages, simple.file),
        Route("/{index}/pypi", json_api.classifiers),
        *(
            Route(f"/{{index}}/pypi/{path}/json{slash}", endpoint)
            for path, endpoint in (
                ("{project}", json_api.project),
                ("{project}/{version}", json_api.release),
            )
            for slash in ("", "/")
        ),
    ]


def _forge(estate: Estate) -> list[Route]:
    access = Access(estate)
    forge, assets = Forge(estate, access), Assets(estate, access)
    asking, labels = PullRequests(estate, access), Labels(estate, access)
    actions = Actions(estate, access)
    at = f"/{FORGE}"
    of = "{owner}/{repository}"
    releases = f"{at}/repos/{of}/releases"
    pulls = f"{at}/repos/{of}/pulls"

    def route(path: str, endpoint: Endpoint, method: str = "GET") -> Route:
        return Route(path, _denials_answered(endpoint), methods=[method])

    return [
        route(f"{at}/user", forge.user),
        route(f"{at}/repos/{of}", forge.repository),
        route(releases, forge.releases),
        route(releases, forge.create, "POST"),
        route(f"{releases}/latest", forge.latest),
        route(f"{releases}/tags/{{tag:path}}", forge.by_tag),
        route(f"{releases}/assets/{{asset:int}}", assets.asset),
        route(f"{releases}/assets/{{asset:int}}", assets.delete, "DELETE"),
        route(f"{releases}/{{release:int}}", forge.by_id),
        route(f"{releases}/{{release:int}}", forge.change, "PATCH"),
        route(f"{releases}/{{release:int}}", forge.delete, "DELETE"),
        route(f"{releases}/{{release:int}}/assets", assets.list),
        route(pulls, asking.list),
        route(pulls, asking.create, "POST"),
        route(f"{pulls}/{{number:int}}", asking.one),
        route(f"{pulls}/{{number:int}}", asking.change, "PATCH"),
        route(f"{pulls}/{{number:int}}/merge", asking.merge, "PUT"),
        route(f"{at}/repos/{of}/commits/{{commit}}/pulls", labels.of_commit),
        route(f"{at}/repos/{of}/issues/{{number:int}}/labels", labels.add, "POST"),
        route(f"{at}/repos/{of}/forks", asking.fork, "POST"),
        route(f"{at}/repos/{of}/rules/branches/{{branch:path}}", asking.rules),
        route(f"{at}/repos/{of}/rulesets/{{ruleset:int}}", asking.ruleset),
        route(f"{at}/repos/{of}/branches/{{branch:path}}/protection", asking.protection),
        route(f"{at}/repos/{of}/actions/runs", actions.runs),
        route(f"{at}/repos/{of}/actions/runs/{{run:int}}/artifacts", actions.artifacts),
        route(f"{at}/repos/{of}/actions/artifacts/{{artifact:int}}/zip", actions.archive),
        route(f"{at}/kept/{of}/{{artifact:int}}/{{digest}}", actions.kept),
        route(f"{at}/uploads/repos/{of}/releases/{{release:int}}/assets", assets.upload, "POST"),
        route(f"{at}/storage/{of}/{{asset:int}}/{{digest}}", assets.stored),
        route(f"{at}/web/{of}/releases/download/{{tag:path}}/{{name}}", assets.download),
    ]


def _denials_answered(endpoint: Endpoint) -> Endpoint:
    async def answered(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Denied as denied:
            return denied.answer

    return answered
