"""The JSON API of one index (``/{index}/pypi/{project}/json``), as far as release tools read it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from packaging.utils import canonicalize_name, canonicalize_version
from packaging.version import InvalidVersion, Version
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from seatrial.dock.entries import FileRecord
from seatrial.dock.estate import Estate
from seatrial.dock.holdings import Holdings
from seatrial.dock.simple import core_metadata, file_url, iso, top

SINGLE = (
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
    "summary",
)


class JsonApi:
    """The endpoint.

    Args:
        estate: what the dock holds.
    """

    def __init__(self, estate: Estate) -> None:
        self._estate = estate

    async def project(self, request: Request) -> Response:
        """Describe a project by its latest release, with the files of all releases."""
        held, files = self._files(request)
        if held is None or not files:
            return _not_found()
        name = request.path_params["project"]
        if name != canonicalize_name(name):
            path = f"{top(request)}/{held.name}/pypi/{canonicalize_name(name)}/json"
            return RedirectResponse(path, 301)
        latest = max(files, key=rank).release
        base = str(request.base_url).rstrip("/")
        body = _described(base, held, files, latest)
        body["releases"] = {
            version: [_file(base, held, file) for file in files if file.version == version]
            for version in dict.fromkeys(file.version for file in files)
        }
        return JSONResponse(body, headers={"Cache-Control": "no-cache"})

    async def release(self, request: Request) -> Response:
        """Describe one release."""
        held, files = self._files(request)
        wanted = canonicalize_version(request.path_params["version"])
        if held is None or not any(file.release == wanted for file in files):
            return _not_found()
        base = str(request.base_url).rstrip("/")
        body = _described(base, held, files, wanted)
        return JSONResponse(body, headers={"Cache-Control": "no-cache"})

    def _files(self, request: Request) -> tuple[Holdings | None, list[FileRecord]]:
        held = self._estate.index(request.path_params["index"])
        if held is None:
            return None, []
        return held, held.project(canonicalize_name(request.path_params["project"]))


def rank(file: FileRecord) -> tuple[bool, bool, Version]:
    """Order releases for "the latest": not yanked, then final, then the highest."""
    try:
        version = Version(file.version)
    except InvalidVersion:
        return False, False, Version("0")
    return file.yanked is False, not version.is_prerelease, version


def _described(
    base: str, held: Holdings, files: Sequence[FileRecord], release: str
) -> dict[str, Any]:
    of_release = [file for file in files if file.release == release]
    # A release keeps the metadata of its first file.
    first = min(of_release, key=lambda file: file.serial)
    info: dict[str, Any] = {key: "".join(first.form.get(key, ("",))[-1:]) or None for key in SINGLE}
    info |= {
        "name": first.project,
        "version": first.version,
        "requires_python": first.requires_python or None,
        "requires_dist": list(first.form.get("requires_dist", ())) or None,
        "classifiers": list(first.form.get("classifiers", ())),
        "yanked": first.yanked is not False,
        "yanked_reason": first.yanked if isinstance(first.yanked, str) else None,
    }
    return {
        "info": info,
        "urls": [_file(base, held, file) for file in of_release],
        "last_serial": held.last_serial(first.normal),
        "vulnerabilities": [],
    }


def _file(base: str, held: Holdings, file: FileRecord) -> dict[str, Any]:
    moment = iso(file.uploaded)
    pyversion = "".join(file.form.get("pyversion", ())[-1:])
    return {
        "core-metadata": core_metadata(file),
        "digests": {"blake2b_256": file.blake2, "sha256": file.sha256},
        "filename": file.name,
        "has_sig": False,
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


def _not_found() -> Response:
    return JSONResponse({"message": "Not Found"}, 404)
