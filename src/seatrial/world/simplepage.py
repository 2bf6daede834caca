"""The project page of the Simple API, in JSON (PEP 691, 700) and in HTML (PEP 503, 592)."""

from __future__ import annotations

import datetime as dt
import html.parser
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import msgspec

from seatrial.errors import CannotTell
from seatrial.world.exchange import Answer, shown
from seatrial.world.ports import HeldFile

ACCEPT = (
    "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, "
    "text/html;q=0.01"
)
"""What is asked for: JSON first, as PEP 691 has it ("Version + Format Selection")."""

HEAD = 4096
"""Bytes of an HTML page in which its head lies."""

SUFFIXES = (".whl", ".tar.gz", ".zip", ".egg", ".tar.bz2", ".exe")


class _Meta(msgspec.Struct, frozen=True, rename="kebab"):
    api_version: str = "1.0"


class _File(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    filename: str
    url: str
    hashes: dict[str, str] | None = None
    yanked: bool | str | None = False
    upload_time: str | None = None
    size: int | None = None
    requires_python: str | None = None


class _Page(msgspec.Struct, frozen=True, kw_only=True):
    files: tuple[_File, ...]
    meta: _Meta = _Meta()


class _Status(msgspec.Struct, frozen=True):
    status: str = "active"


class _OfStatus(msgspec.Struct, frozen=True, rename="kebab"):
    project_status: _Status = _Status()


def held_files(answer: Answer) -> dict[str, HeldFile]:
    """Read a project page.

    Args:
        answer: a successful answer to a request for one.

    Raises:
        CannotTell: it is no page of the Simple API, or of a later major version.
    """
    if answer.media_type.endswith("json"):
        files = _from_json(answer)
    elif answer.media_type in {
        "text/html",
        "application/xhtml+xml",
        "application/vnd.pypi.simple.v1+html",
    }:
        files = _from_html(answer)
    else:
        raise _no_page(answer, f"it is of type {answer.media_type or 'unknown'}")
    held: dict[str, HeldFile] = {}
    for file in files:
        held.setdefault(file.name, file)
    return held


def project_status(answer: Answer) -> str:
    """Give the status that a project page states (PEP 792); ``active`` when it states none.

    Args:
        answer: one that :func:`held_files` could read.
    """
    if answer.media_type.endswith("json"):
        try:
            return msgspec.json.decode(answer.body, type=_OfStatus).project_status.status
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return "active"
    head = _Anchors(answer.url)
    head.feed(answer.body[:HEAD].decode("utf-8", "replace"))
    return head.status


def _no_page(answer: Answer, said: str) -> CannotTell:
    return CannotTell(
        shown(answer.url),
        f"this is no project page that can be read: {said}",
        next_step="See whether the index's simple-url is right, then run this again.",
    )


def _check_version(answer: Answer, version: str) -> None:
    """Refuse a page of a later major version, as PEP 629 wants it."""
    major = version.partition(".")[0]
    if major != "1":
        raise _no_page(answer, f"it speaks version {version} of the Simple API")


def _from_json(answer: Answer) -> list[HeldFile]:
    try:
        page = msgspec.json.decode(answer.body, type=_Page)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _no_page(answer, str(error)) from error
    _check_version(answer, page.meta.api_version)
    return [
        HeldFile(
            name=file.filename,
            sha256=(file.hashes or {}).get("sha256", "").lower(),
            url=_address(answer.url, file.url)[0],
            yanked=file.yanked or False,
            uploaded=_moment(file.upload_time),
            size=file.size or 0,
            requires_python=file.requires_python or "",
        )
        for file in page.files
    ]


def _moment(text: str | None) -> float | None:
    """Read an upload time (PEP 700: RFC 3339 in UTC); nothing when it is in another form."""
    try:
        when = dt.datetime.fromisoformat(text or "")
    except ValueError:
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=dt.UTC)
    return when.timestamp()


def _address(base: str, href: str) -> tuple[str, str]:
    """Give the absolute address without its fragment, and the fragment; empty when unreadable."""
    try:
        url, fragment = urldefrag(urljoin(base, href))
    except ValueError:
        return "", ""
    return url, fragment


class _Anchors(html.parser.HTMLParser):
    """Collects the anchors of a page, its base, and the version it states."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.base = url
        self.version = "1.0"
        self.status = "active"
        self.anchors: list[tuple[dict[str, str | None], str]] = []
        self._open: dict[str, str | None] | None = None
        self._text = ""
        self._based = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "base" and values.get("href") and not self._based:
            self.base, self._based = _address(self.base, values["href"] or "")[0], True
        elif tag == "meta" and values.get("name") == "pypi:repository-version":
            self.version = values.get("content") or "1.0"
        elif tag == "meta" and values.get("name") == "pypi:project-status":
            self.status = values.get("content") or "active"
        elif tag == "a":
            self._close()
            self._open, self._text = values, ""

    def handle_data(self, data: str) -> None:
        self._text += data if self._open is not None else ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._close()

    def close(self) -> None:
        super().close()
        self._close()

    def _close(self) -> None:
        if self._open is not None and self._open.get("href"):
            self.anchors.append((self._open, self._text.strip()))
        self._open = None


def _from_html(answer: Answer) -> list[HeldFile]:
    page = _Anchors(answer.url)
    page.feed(answer.body.decode("utf-8", "replace"))
    page.close()
    _check_version(answer, page.version)
    files = []
    for attributes, text in page.anchors:
        url, fragment = _address(page.base, attributes["href"] or "")
        name = _file_name(url, text)
        if name:
            digest = fragment.removeprefix("sha256=") if fragment.startswith("sha256=") else ""
            yanked = "data-yanked" in attributes
            files.append(
                HeldFile(
                    name=name,
                    sha256=digest.partition("&")[0].lower(),
                    url=url,
                    yanked=(attributes["data-yanked"] or True) if yanked else False,
                    requires_python=attributes.get("data-requires-python") or "",
                )
            )
    return files


def _file_name(url: str, text: str) -> str:
    """Give the file's name as installers read it, from the address; else the anchor's text.

    Links of a page that lead to no distribution (to the folder above, to a home page) have none.
    """
    for name in (unquote(urlsplit(url).path.rpartition("/")[2]), text):
        if name.lower().endswith(SUFFIXES):
            return name
    return ""
