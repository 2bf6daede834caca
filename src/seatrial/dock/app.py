"""The dock's application: which address leads where."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp

from seatrial.dock.disturbed import Disturbance, Disturbed
from seatrial.dock.estate import Estate
from seatrial.dock.json_api import JsonApi
from seatrial.dock.legacy import Legacy
from seatrial.dock.record import RequestLog
from seatrial.dock.simple import Simple

ABOUT = """This is Seatrial's dock: an index and a forge for rehearsals.

upload to    /NAME/legacy/
install from /NAME/simple/
the forge    /forge
"""


async def about(_: Request) -> Response:
    """Say what this is."""
    return PlainTextResponse(ABOUT)


def make_app(estate: Estate, log: RequestLog, disturbance: Disturbance) -> ASGIApp:
    """Make the application.

    Args:
        estate: what the dock holds.
        log: where every request is noted.
        disturbance: faults and delays.
    """
    legacy, simple, json_api = Legacy(estate), Simple(estate), JsonApi(estate)
    packages = "/{index}/packages/{first}/{second}/{rest}/{name}"
    routes = [
        Route("/", about),
        Route("/{index}/legacy/", legacy.upload, methods=["POST"]),
        Route("/{index}/legacy/", legacy.page, methods=["GET"]),
        Route("/{index}/legacy", legacy.missing_slash, methods=["POST"]),
        Route("/{index}/simple/", simple.projects),
        Route("/{index}/simple", simple.missing_slash),
        Route("/{index}/simple/{project}/", simple.project),
        Route("/{index}/simple/{project}", simple.missing_slash),
        Route(packages, simple.file),
        Route("/{index}/pypi/{project}/json", json_api.project),
        Route("/{index}/pypi/{project}/{version}/json", json_api.release),
    ]
    return Disturbed(Router(routes, redirect_slashes=False), log, disturbance)
