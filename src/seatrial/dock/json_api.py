"""The JSON API of one index (``/{index}/pypi/{project}/json``), in PyPI's shape."""

from __future__ import annotations

import asyncio
import functools
import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from packaging.utils import canonicalize_name, canonicalize_version
from packaging.version import InvalidVersion, Version
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from seatrial.dock.entries import FileRecord
from seatrial.dock.estate import Estate
from seatrial.dock.holdings import Holdings
from seatrial.dock.pages import etag
from seatrial.dock.simple import CORS, core_metadata, file_url, iso, top

SINGLE: Final = (
    "author",
    "author_email",
    "description",
    "description_content_type",
    "download_url",
    "home_page",
    "license",
    "license_expression",
    "maintainer",
    "maintainer_email",
    "platform",
    "summary",
)
SEVERAL: Final = {
    "dynamic": "dynamic",
    "license_files": "license_file",
    "provides_extra": "provides_extra",
    "requires_dist": "requires_dist",
}
"""Key of the answer → field of the form; null where nothing was given."""

UNCOUNTED: Final = {"last_day": -1, "last_month": -1, "last_week": -1}
OWNER: Final = "you"
"""Whoever uploads to the dock owns what is there."""


class JsonApi:
    """The endpoint.

    Args:
        estate: what the dock holds.
    """

    def __init__(self, estate: Estate) -> None:
        self._estate = estate

    async def project(self, request: Request) -> Response:
        """Describe a project by its latest release, with the files of all releases."""
        return await asyncio.to_thread(self._project, request)

    async def release(self, request: Request) -> Response:
        """Describe one release."""
        return await asyncio.to_thread(self._release, request)

    async def classifiers(self, request: Request) -> Response:
        """List the classifiers that are valid (``/pypi?:action=list_classifiers``)."""
        if request.query_params.get(":action") != "list_classifiers":
            return _not_found()
        from trove_classifiers import classifiers

        return PlainTextResponse("\n".join(sorted(classifiers)))

    def _project(self, request: Request) -> Response:
        held, files = self._files(request)
        if held is None or not files:
            return _not_found()
        moved = _moved(request, held, "json")
        if moved is not None:
            return moved
        latest = max(files, key=rank).release
        base = str(request.base_url).rstrip("/")
        body = _described(base, held, files, latest)
        body["releases"] = {
            version: [_file(base, held, file) for file in files if file.version == version]
            for version in dict.fromkeys(file.version for file in files)
        }
        return _answer(request, body)

    def _release(self, request: Request) -> Response:
        held, files = self._files(request)
        version = request.path_params["version"]
        wanted = canonicalize_version(version)
        if held is None or not any(file.release == wanted for file in files):
            return _not_found()
        moved = _moved(request, held, f"{version}/json")
        if moved is not None:
            return moved
        base = str(request.base_url).rstrip("/")
        return _answer(request, _described(base, held, files, wanted))

    def _files(self, request: Request) -> tuple[Holdings | None, list[FileRecord]]:
        held = self._estate.index(request.path_params["index"])
        normal = canonicalize_name(request.path_params["project"])
        if held is None or held.status(normal) == "quarantined":
            return None, []
        return held, held.project(normal)


def rank(file: FileRecord) -> tuple[bool, bool, Version]:
    """Order releases for "the latest": not yanked, then final, then the highest."""
    try:
        version = Version(file.version)
    except InvalidVersion:
        return False, False, Version("0")
    return file.yanked is False, not version.is_prerelease, version


def _moved(request: Request, held: Holdings, rest: str) -> Response | None:
    """Send another spelling of the name on to the normal one."""
    name = request.path_params["project"]
    normal = canonicalize_name(name)
    if name == normal:
        return None
    return RedirectResponse(f"{top(request)}/{held.name}/pypi/{normal}/{rest}", 301, CORS)


def _described(
    base: str, held: Holdings, files: Sequence[FileRecord], release: str
) -> dict[str, Any]:
    of_release = [file for file in files if file.release == release]
    # A release keeps the metadata of its first file.
    first = min(of_release, key=lambda file: file.serial)
    form = first.form
    at = f"{base}/{held.name}/project/{first.normal}/"
    info: dict[str, Any] = {key: "".join(form.get(key, ("",))[-1:]) or None for key in SINGLE}
    info |= {key: list(form.get(field, ())) or None for key, field in SEVERAL.items()}
    info |= {
        "bugtrack_url": None,
        "classifiers": list(form.get("classifiers", ())),
        "docs_url": None,
        "downloads": UNCOUNTED,
        "keywords": _keywords(form.get("keywords", ())),
        "name": held.projects().get(first.normal, first.project),
        "package_url": at,
        "project_url": at,
        "project_urls": _urls(form.get("project_urls", ())),
        "release_url": f"{at}{first.version}/",
        "requires_python": first.requires_python or None,
        "version": first.version,
        "yanked": first.yanked is not False,
        "yanked_reason": first.yanked if isinstance(first.yanked, str) else None,
    }
    return {
        "info": info,
        "urls": [_file(base, held, file) for file in of_release],
        "last_serial": held.last_serial(first.normal),
        "ownership": {"organization": None, "roles": [{"role": "Owner", "user": OWNER}]},
        "vulnerabilities": [],
    }


def _keywords(given: Sequence[str]) -> str | None:
    words = (word.strip() for word in "".join(given[-1:]).split(","))
    return ", ".join(word for word in words if word) or None


def _urls(given: Iterable[str]) -> dict[str, str] | None:
    pairs = (one.partition(",") for one in given)
    return {label.strip(): url.strip() for label, _, url in pairs} or None


def _file(base: str, held: Holdings, file: FileRecord) -> dict[str, Any]:
    moment = iso(file.uploaded)
    pyversion = "".join(file.form.get("pyversion", ())[-1:])
    md5 = "" if file.url else _md5(held.path(file), file.sha256)
    return {
        "comment_text": "".join(file.form.get("comment", ())[-1:]) or None,
        "core-metadata": core_metadata(file),
        "digests": {
            "blake2b_256": file.blake2 or None,
            "md5": md5 or None,
            "sha256": file.sha256 or None,
        },
        "downloads": -1,
        "filename": file.name,
        "has_sig": False,
        "md5_digest": md5 or None,
        "packagetype": file.filetype,
        "python_version": "source" if file.filetype == "sdist" else pyversion,
        "requires_python": file.requires_python or None,
        "size": file.size,
        "upload_time": moment[:19] if moment else None,
        "upload_time_iso_8601": moment,
        "url": file_url(base, held, file),
        "yanked": file.yanked is not False,
        "yanked_reason": file.yanked if isinstance(file.yanked, str) else None,
    }


@functools.lru_cache(maxsize=10_000)
def _md5(path: Path, sha256: str) -> str:
    """Give the digest that nobody else asks for; it is made when it is asked for, once.

    Args:
        path: the file.
        sha256: its content, so that the answer is right for as long as it is kept.
    """
    del sha256
    try:
        with path.open("rb") as stream:
            made = functools.partial(hashlib.md5, usedforsecurity=False)
            return hashlib.file_digest(stream, made).hexdigest()
    except OSError:
        return ""


def _answer(request: Request, body: dict[str, Any]) -> Response:
    answer = JSONResponse(body)
    headers = {
        "Cache-Control": "no-cache",
        "ETag": etag(bytes(answer.body)),
        "Vary": "Accept-Encoding",
        "X-PyPI-Last-Serial": str(body["last_serial"]),
        **CORS,
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    answer.headers.update(headers)
    return answer


def _not_found() -> Response:
    return JSONResponse({"message": "Not Found"}, 404, CORS)
