"""Answers of the upload endpoint, in the form that PyPI gives them.

Every refusal stands in the reason phrase, which twine prints, and in full in the body, which uv
reads as JSON.
"""

from __future__ import annotations

import html
import http

import msgspec
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from seatrial.dock.negotiate import best

GENERIC = {
    200: "",
    400: "The server could not comply with the request since it is either malformed or otherwise "
    "incorrect.",
    403: "Access was denied to this resource.",
    410: "This resource is no longer available.  No forwarding address is given.",
}


class Reasoned(Response):
    """A response whose status line holds a sentence of ours.

    Args:
        body: the body.
        status: the status.
        kind: its content type.
        reason: the sentence; characters outside ISO-8859-1 become ``?``, and a line break, which
            would make a malformed status line, becomes a space.
    """

    def __init__(self, body: str, status: int, kind: str, reason: str) -> None:
        super().__init__(body, status, media_type=kind)
        self.reason = " ".join(reason.split()).encode("latin-1", "replace")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""

        async def with_reason(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["reason"] = self.reason
            await send(message)

        await super().__call__(scope, receive, with_reason)


def upload_answer(status: int, message: str, accept: str) -> Response:
    """Give the upload endpoint's answer.

    Args:
        status: the status.
        message: what is refused and why; empty for success.
        accept: the ``Accept`` header; plain text when it is empty.
    """
    title = http.HTTPStatus(status).phrase
    line = f"{status} {message or title}"
    body = f"{GENERIC.get(status, title)}\n\n\n{message}\n\n"
    kind = best(accept, ("text/html", "application/json", "text/plain")) or "text/plain"
    if kind == "application/json":
        text = msgspec.json.encode({"message": body, "code": line, "title": title}).decode()
    elif kind == "text/html":
        head = html.escape(line)
        text = f"<html><head><title>{head}</title></head><body><h1>{head}</h1>{html.escape(body)}"
        text += "</body></html>"
    else:
        text = f"{line}\n\n{body}"
    return Reasoned(text, status, kind, message or title)
