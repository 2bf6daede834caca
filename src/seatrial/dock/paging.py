"""Lists of the dock's forge, cut into pages as GitHub cuts them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeVar
from urllib.parse import urlencode

from starlette.requests import Request

from seatrial.dock.forge_shapes import BUDGET

T = TypeVar("T")

USUAL, LARGEST = 30, 100
"""Things on a page."""


def page_of(request: Request, url: str, things: Sequence[T]) -> tuple[Sequence[T], dict[str, str]]:
    """Give the page that is asked for, and the headers that lead to the others (RFC 8288).

    Args:
        request: names ``page`` and ``per_page``.
        url: of the list.
        things: all of them.
    """
    size = min(_number(request, "per_page", USUAL), LARGEST)
    page = _number(request, "page", 1)
    last = max(1, -(-len(things) // size))
    pages: dict[str, int] = {}
    if page > 1:
        pages |= {"prev": page - 1, "first": 1}
    if page < last:
        pages |= {"next": page + 1, "last": last}
    asked = dict(request.query_params) | {"per_page": str(size)}
    link = ", ".join(
        f'<{url}?{urlencode(asked | {"page": str(number)})}>; rel="{rel}"'
        for rel, number in pages.items()
    )
    return things[(page - 1) * size : page * size], BUDGET | ({"Link": link} if link else {})


def _number(request: Request, name: str, usual: int) -> int:
    text = request.query_params.get(name, "")
    return int(text) if re.fullmatch(r"[1-9][0-9]{0,8}", text) else usual
