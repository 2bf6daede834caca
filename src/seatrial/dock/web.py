"""The dock's pages for people: what it holds, what came in, and what was said to it.

No page has a script, and none may have one: everything that was uploaded is escaped, descriptions
are cleaned as PyPI cleans them, and the browser is told to load and to run nothing.
"""

from __future__ import annotations

import asyncio
import base64
import functools
import hashlib
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import msgspec
from packaging.utils import canonicalize_name, canonicalize_version
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from seatrial import __version__
from seatrial.dock.entries import FileRecord
from seatrial.dock.estate import Estate
from seatrial.dock.holdings import Holdings
from seatrial.dock.json_api import rank
from seatrial.dock.simple import file_url, top

if TYPE_CHECKING:
    from jinja2 import Template

SHOWN: Final = 500
"""Projects of an index, files of a project, and uploads that one page shows."""

SHOWN_ELSEWHERE: Final = frozenset(
    {
        ":action",
        "attestations",
        "blake2_256_digest",
        "comment",
        "description",
        "filetype",
        "md5_digest",
        "metadata_version",
        "name",
        "protocol_version",
        "pyversion",
        "sha256_digest",
        "summary",
        "version",
    }
)
"""Fields of the form that are about the file, or that have their own place on the page."""

_WEB: Final = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_STEERS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069]")


class ShownProject(msgspec.Struct, frozen=True, kw_only=True):
    """A project in the list of an index: its latest release and how much there is of it."""

    normal: str
    name: str
    version: str
    summary: str
    count: int
    size: int


class ShownIndex(msgspec.Struct, frozen=True, kw_only=True):
    """An index: its name, the first of its projects, and how many it has."""

    name: str
    projects: tuple[ShownProject, ...]
    count: int


class ShownFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a release, with where it is to be had."""

    record: FileRecord
    url: str


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """A value of a metadata field: a label before it, the text, and whether that is a link."""

    label: str = ""
    text: str
    link: bool = False


class Web:
    """The pages.

    Args:
        estate: what the dock holds.
    """

    def __init__(self, estate: Estate) -> None:
        self._estate = estate

    async def home(self, request: Request) -> Response:
        """Show the indexes, their projects, and the uploads with their verdicts."""
        return await asyncio.to_thread(self._home, request)

    async def project(self, request: Request) -> Response:
        """Show a release of a project: the one that is asked for, or the latest."""
        # A description can take a while to render; others are served meanwhile.
        return await asyncio.to_thread(self._project, request)

    def _home(self, request: Request) -> Response:
        arrivals = self._estate.arrivals
        return _answer(
            request,
            "home",
            indexes=[_index(held) for held in self._estate.indexes()],
            arrivals=arrivals.latest()[:SHOWN],
            arrived=arrivals.count,
            shown=SHOWN,
            base=str(request.base_url).rstrip("/"),
        )

    def _project(self, request: Request) -> Response:
        held = self._estate.index(request.path_params["index"])
        name = request.path_params["project"]
        version = request.path_params.get("version", "")
        found = [] if held is None else held.project(canonicalize_name(name))
        wanted = version or (max(found, key=rank).version if found else "")
        release = [file for file in found if file.release == canonicalize_version(wanted)]
        if held is None or not release:
            return _answer(request, "nothing", 404, wanted=f"{name} {version}".strip())
        if name != release[0].normal:
            at = f"{top(request)}/{held.name}/project/{release[0].normal}/"
            return RedirectResponse(f"{at}{release[0].version}/" if version else at, 301)
        # A release keeps the metadata of its first file.
        first = min(release, key=lambda file: file.serial)
        base = str(request.base_url).rstrip("/")
        return _answer(
            request,
            "project",
            index=held.name,
            first=first,
            summary=_last(first, "summary"),
            release=[ShownFile(record=file, url=file_url(base, held, file)) for file in release],
            versions=list(dict.fromkeys(file.version for file in reversed(found))),
            fields=dict(_fields(first)),
            description=_description(first),
        )


def _index(held: Holdings) -> ShownIndex:
    by_project = held.by_project()
    shown = list(by_project.items())[:SHOWN]
    return ShownIndex(
        name=held.name,
        projects=tuple(_listed(normal, found) for normal, found in shown),
        count=len(by_project),
    )


def _listed(normal: str, found: Sequence[FileRecord]) -> ShownProject:
    latest = max(found, key=rank)
    return ShownProject(
        normal=normal,
        name=found[-1].project,
        version=latest.version,
        summary=_last(latest, "summary"),
        count=len(found),
        size=sum(file.size for file in found),
    )


def _last(file: FileRecord, field: str) -> str:
    return "".join(file.form.get(field, ())[-1:])


def _fields(file: FileRecord) -> Iterator[tuple[str, list[Value]]]:
    """Give the metadata of a release: the field in words, and its values."""
    for field, given in sorted(file.form.items()):
        if field not in SHOWN_ELSEWHERE and any(value.strip() for value in given):
            words = field.replace("_", " ").capitalize()
            yield words, [_value(field, text) for text in given if text.strip()]


def _value(field: str, text: str) -> Value:
    label, _, rest = text.partition(",") if field == "project_urls" else ("", "", text)
    address = rest.strip()
    if _WEB.fullmatch(address):
        return Value(label=label.strip(), text=address, link=True)
    return Value(text=text)


def _description(file: FileRecord) -> tuple[str, bool]:
    """Give a description, and whether it is HTML; as plain text where it does not render."""
    # Imported late: what judges and renders takes longer to import than the server itself.
    from seatrial.indexrules.descriptions import FALLS, render
    from seatrial.indexrules.values import Limits

    text = _last(file, "description")
    if not text.strip() or len(text) > Limits().description:
        return text[: Limits().description], False
    try:
        html = render(text, _last(file, "description_content_type"))
    except FALLS:
        html = None
    return (text, False) if html is None else (html, True)


@functools.lru_cache(maxsize=1)
def _style() -> tuple[str, str]:
    """Give the style of all pages, and the digest by which the browser is told to trust it."""
    report = files("seatrial.report").joinpath("page.css").read_text("utf-8")
    style = report + files("seatrial.dock").joinpath("web.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return style, f"'sha256-{digest}'"


@functools.lru_cache(maxsize=1)
def _template() -> Template:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    environment = SandboxedEnvironment(
        autoescape=True,
        finalize=_visible,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["moment"] = _moment
    return environment.from_string(
        files("seatrial.dock").joinpath("web.html.jinja").read_text("utf-8")
    )


def _answer(request: Request, page: str, status: int = 200, **shown: object) -> Response:
    style, trusted = _style()
    # The digest is of these very bytes, so the style goes in as it is.
    text = _template().render(page=page, at=top(request), style=style, tool=__version__, **shown)
    policy = (
        f"default-src 'none'; style-src {trusted}; img-src data:; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    )
    headers = {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-cache",
    }
    return HTMLResponse(text.encode("utf-8", "replace"), status, headers)


def _visible(value: object) -> object:
    """Show what would turn the order of letters, or hide, as what it is."""
    if not isinstance(value, str) or hasattr(value, "__html__"):
        return value
    return _STEERS.sub(lambda found: f"\\u{ord(found[0]):04x}", value)


def _moment(seconds: float) -> str:
    """Give a time as people read it, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")
