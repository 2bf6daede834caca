"""What installers read: the Simple API (PEP 503, 592, 629, 658, 691, 700, 714) and the files.

It answers as PyPI does, but for one header: a page may be kept and must be asked for again
(``no-cache`` instead of ten minutes), because the next dock may have this one's address and hold
something else.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec
from packaging.utils import canonicalize_name
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response

from seatrial.dock.entries import FileRecord
from seatrial.dock.estate import Estate
from seatrial.dock.holdings import Holdings
from seatrial.dock.negotiate import best
from seatrial.dock.pages import Page, Pages, etag

API_VERSION = "1.4"
HTML = "text/html"
JSON = "application/vnd.pypi.simple.v1+json"
OFFERS = (HTML, "application/vnd.pypi.simple.v1+html", JSON)
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "Content-Type, If-Match, If-Modified-Since, If-None-Match, "
    "If-Unmodified-Since",
    "Access-Control-Allow-Methods": "GET",
    "Access-Control-Max-Age": "86400",
    "Access-Control-Expose-Headers": "X-PyPI-Last-Serial",
}
FOREVER = "max-age=365000000, immutable, public"
SMALL = 1024 * 1024
"""Bytes up to which a file is sent in one piece."""


class Simple:
    """The pages and files of the indexes.

    Args:
        estate: what the dock holds.
    """

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self._pages = Pages()

    async def projects(self, request: Request) -> Response:
        """Give the list of projects."""
        held = self._held(request)
        if held is None:
            return not_found()
        kind = best(request.headers.get("accept", ""), OFFERS) or HTML
        key, serial = (held.name, kind, top(request)), held.serial
        page = self._pages.get(key, serial)
        if page is None:
            page = self._pages.keep(key, serial, _list(held, kind, top(request)))
        return _answer(request, page, kind, serial)

    async def project(self, request: Request) -> Response:
        """Give a project's files, or say where it is to be found."""
        held = self._held(request)
        if held is None:
            return not_found()
        name = request.path_params["project"]
        normal = canonicalize_name(name)
        everything = held.project(normal)
        files = self._estate.shown(everything)
        if not held.exists(normal) or (everything and not files):
            elsewhere = self._estate.elsewhere(normal)
            if elsewhere:
                return RedirectResponse(elsewhere, 307, {"Cache-Control": "no-cache", **CORS})
            return not_found()
        if name != normal:
            return RedirectResponse(f"{top(request)}/{held.name}/simple/{normal}/", 301, CORS)
        kind = best(request.headers.get("accept", ""), OFFERS) or HTML
        if held.status(normal) == "quarantined":
            files = everything = []
        fresh = len(files) == len(everything)
        serial = held.last_serial(normal) if fresh else max(file.serial for file in files)
        base = str(request.base_url).rstrip("/")
        # What is shown of a page that stays as it was is a part of it.
        key, now = (held.name, kind, base, normal, len(files)), held.serial
        page = self._pages.get(key, now)
        if page is None:
            body = _detail(held, normal, files, (kind, base, serial))
            page = self._pages.keep(key, now, body)
        return _answer(request, page, kind, serial)

    async def missing_slash(self, request: Request) -> Response:
        """Send a client on to the address with its final slash."""
        return RedirectResponse(f"{request.scope['path']}/", 301, CORS)

    async def file(self, request: Request) -> Response:
        """Give a held file, or a wheel's metadata beside it."""
        held = self._held(request)
        name = request.path_params["name"]
        wanted = name.removesuffix(".metadata")
        record = held.file(wanted) if held is not None else None
        digest = "".join(request.path_params[part] for part in ("first", "second", "rest"))
        if held is None or record is None or record.blake2 != digest:
            return not_found()
        if name != wanted:
            return _metadata(held, record)
        headers = {"Cache-Control": FOREVER, "ETag": f'"{record.sha256}"'}
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        return _bytes_of(held, record, headers, parts="range" in request.headers)

    def _held(self, request: Request) -> Holdings | None:
        return self._estate.index(request.path_params["index"])


def not_found() -> Response:
    """Give the answer for what is not there."""
    return PlainTextResponse("404 Not Found", 404, CORS)


def _metadata(held: Holdings, record: FileRecord) -> Response:
    """Give a wheel's METADATA (PEP 658)."""
    if not record.metadata_sha256:
        return not_found()
    try:
        data = held.metadata_path(record).read_bytes()
    except FileNotFoundError:
        return _lost(f"{record.name}.metadata")
    return Response(data, headers={"Cache-Control": FOREVER, "ETag": etag(data)})


def _bytes_of(
    held: Holdings, record: FileRecord, headers: dict[str, str], *, parts: bool
) -> Response:
    """Give a file's bytes, or parts of them, where it lies in the folder still."""
    path = held.path(record)
    if not path.is_file():
        return _lost(record.name)
    kind = "application/zip" if record.name.endswith((".whl", ".zip")) else "application/x-tar"
    if record.size <= SMALL and not parts:
        headers["Accept-Ranges"] = "bytes"
        return Response(path.read_bytes(), headers=headers, media_type=kind)
    return FileResponse(path, headers=headers, media_type=kind)


def _lost(name: str) -> Response:
    """Give the answer for a file that somebody took out of the dock's folder."""
    said = f"404 Not Found: {name} is no longer in the dock's folder. Upload it again."
    return PlainTextResponse(said, 404, CORS)


def top(request: Request) -> str:
    """Give the path under which the request found the dock: its mark, or nothing."""
    prefix: str = request.scope.get("root_path", "")
    return prefix


def file_url(base: str, held: Holdings, file: FileRecord) -> str:
    """Give where a file is served: here by its content's digest, or on the real index."""
    if file.url:
        return file.url
    digest = f"{file.blake2[:2]}/{file.blake2[2:4]}/{file.blake2[4:]}"
    return f"{base}/{held.name}/packages/{digest}/{file.name}"


def provenance_url(base: str, held: Holdings, record: FileRecord) -> str:
    """Give where a file's provenance is served; empty when it has none."""
    if not record.attestations:
        return ""
    at = f"{base}/{held.name}/integrity/{record.normal}/{record.version}/{record.name}"
    return f"{at}/provenance"


def iso(moment: float | None) -> str | None:
    """Give a time as PyPI writes it; microseconds are left out when zero."""
    if moment is None:
        return None
    return datetime.fromtimestamp(moment, UTC).isoformat().replace("+00:00", "Z")


def core_metadata(file: FileRecord) -> dict[str, str] | bool:
    """Give the value of ``core-metadata`` (PEP 714)."""
    return {"sha256": file.metadata_sha256} if file.metadata_sha256 else False


class _Listed(NamedTuple):
    """A file as a page has it: with its address, that of its provenance, and its release's say."""

    file: FileRecord
    url: str
    provenance: str
    requires_python: str


def _listed(held: Holdings, files: Sequence[FileRecord], base: str) -> list[_Listed]:
    # A release keeps the metadata of its first file, and what Python it needs is a part of that.
    first: dict[str, FileRecord] = {}
    for file in sorted(files, key=lambda one: one.serial):
        first.setdefault(file.release, file)
    return [
        _Listed(
            file,
            file_url(base, held, file),
            provenance_url(base, held, file),
            (file if file.url else first[file.release]).requires_python,
        )
        for file in files
    ]


def _file_entry(listed: _Listed) -> dict[str, Any]:
    file = listed.file
    entry: dict[str, Any] = {
        "filename": file.name,
        "url": listed.url,
        "hashes": {"sha256": file.sha256} if file.sha256 else {},
        "requires-python": listed.requires_python or None,
        "yanked": file.yanked,
        "core-metadata": core_metadata(file),
        "data-dist-info-metadata": core_metadata(file),
        "provenance": listed.provenance or None,
    }
    # What is not known of a file of the real index is left out, not invented.
    if file.size or not file.url:
        entry["size"] = file.size
    if file.uploaded is not None:
        entry["upload-time"] = iso(file.uploaded)
    return entry


def _link(listed: _Listed) -> str:
    file = listed.file
    attributes = ""
    if listed.requires_python:
        attributes += f' data-requires-python="{html.escape(listed.requires_python)}"'
    if file.yanked is not False:
        reason = "" if file.yanked is True else html.escape(file.yanked)
        attributes += f' data-yanked="{reason}"'
    if file.metadata_sha256:
        for key in ("data-dist-info-metadata", "data-core-metadata"):
            attributes += f' {key}="sha256={file.metadata_sha256}"'
    if listed.provenance:
        attributes += f' data-provenance="{html.escape(listed.provenance)}"'
    fragment = f"#sha256={file.sha256}" if file.sha256 else ""
    href = html.escape(f"{listed.url}{fragment}")
    return f'    <a href="{href}"{attributes}>{html.escape(file.name)}</a><br />\n'


def _list(held: Holdings, kind: str, prefix: str) -> bytes:
    """Write the list of projects."""
    names = {
        normal: name
        for normal, name in held.projects().items()
        if held.status(normal) != "quarantined"
    }
    if kind == JSON:
        return _json(
            {
                "meta": {"_last-serial": held.serial, "api-version": API_VERSION},
                "projects": [
                    {"_last-serial": held.last_serial(normal), "name": name}
                    for normal, name in names.items()
                ],
            }
        )
    links = "".join(
        f'    <a href="{prefix}/{held.name}/simple/{normal}/">{html.escape(name)}</a>\n'
        for normal, name in names.items()
    )
    return _page("Simple index", "", links, "")


def _detail(
    held: Holdings, normal: str, files: Sequence[FileRecord], shape: tuple[str, str, int]
) -> bytes:
    """Write the page of a project.

    Args:
        held: the index.
        normal: the project's normal form.
        files: those that are shown.
        shape: type of the page, the address in front of those in it, the project's serial.
    """
    kind, base, serial = shape
    status = held.status(normal)
    listed = _listed(held, files, base)
    if kind == JSON:
        return _json(
            {
                "meta": {"_last-serial": serial, "api-version": API_VERSION},
                "name": normal,
                "project-status": {"status": status},
                "versions": list(dict.fromkeys(file.version for file in files)),
                "files": [_file_entry(one) for one in listed],
            }
        )
    links = "".join(_link(one) for one in listed)
    meta = f'\n    <meta name="pypi:project-status" content="{status}">'
    return _page(f"Links for {normal}", meta, links, f"<!--SERIAL {serial}-->\n")


def _page(title: str, meta: str, links: str, end: str) -> bytes:
    return (
        "<!DOCTYPE html>\n<html>\n  <head>\n"
        f'    <meta name="pypi:repository-version" content="{API_VERSION}">{meta}\n'
        f"    <title>{title}</title>\n  </head>\n  <body>\n    <h1>{title}</h1>\n"
        f"{links}  </body>\n</html>\n{end}"
    ).encode()


def _json(value: object) -> bytes:
    return msgspec.json.encode(value, order="sorted") + b"\n"


def _answer(request: Request, page: Page, kind: str, serial: int) -> Response:
    headers = {
        "X-PyPI-Last-Serial": str(serial),
        "Cache-Control": "no-cache",
        "ETag": page.etag,
        "Vary": "Accept, Accept-Encoding",
        **CORS,
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(page.body, headers=headers, media_type=kind)
