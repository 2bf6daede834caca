"""What is asked over HTTP and what is answered, as values; no socket is opened here."""

from __future__ import annotations

import base64
import html.parser
import http
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, Protocol
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit

import msgspec

from seatrial.errors import CredentialMissing, Unreachable
from seatrial.secret import Secret

LIMIT = 128 * 1024 * 1024
"""Bytes that an answer held in memory may have; the largest project pages have some 30 MiB."""

SENTENCE = 500
"""Characters of the other side's words that are shown."""

PASSING = frozenset({429, 500, 502, 503, 504})
"""Statuses that another attempt may change (RFC 9110, RFC 6585)."""

REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Body(Protocol):
    """Something to send, piece by piece; the pieces can be had more than once."""

    @property
    def length(self) -> int:
        """Bytes in all."""
        ...

    def chunks(self) -> Iterable[bytes]:
        """Give the pieces from the start."""
        ...


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One request.

    Attributes:
        url: where to; a login in it becomes the authorization and is never shown.
        method: the verb; GET and HEAD are asked again after a passing fault, others never.
        headers: names with values.
        authorization: the value of that header; it goes to this origin only.
        body: what is sent, streamed.
        limit: bytes the answer may have.
        patience: seconds without a byte of the answer before giving up.
    """

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = {}
    authorization: Secret | None = None
    body: Body | None = None
    limit: int = LIMIT
    patience: float = 60.0

    @property
    def repeatable(self) -> bool:
        """Whether asking twice is the same as asking once (RFC 9110, section 9.2.1)."""
        return self.method in {"GET", "HEAD"}


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One answer.

    Attributes:
        status: the status code.
        reason: the reason phrase, as sent.
        headers: names in lower case, with values.
        body: the content, decoded; empty when it went to a file.
        url: the address that answered, after redirects.
    """

    status: int
    reason: str = ""
    headers: Mapping[str, str] = {}
    body: bytes = b""
    url: str = ""

    @property
    def ok(self) -> bool:
        """Whether it is a success."""
        return 200 <= self.status < 300  # noqa: PLR2004 - RFC 9110, section 15.3

    @property
    def passing(self) -> bool:
        """Whether it is a fault that may be gone at the next attempt.

        A 403 that says when to come back is a rate limit (GitHub's secondary one).
        """
        return self.status in PASSING or (
            self.status == http.HTTPStatus.FORBIDDEN and "retry-after" in self.headers
        )

    @property
    def media_type(self) -> str:
        """The content type without parameters, in lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def sentence(self) -> str:
        """What the other side said, in one line, with the status.

        JSON comes first, because Warehouse has the whole message there while a line break cuts the
        reason phrase; then a reason phrase that is not the standard one; then the text.
        """
        usual = _usual_phrase(self.status)
        for words in (self._words_of_json(), self.reason, self._words_of_text()):
            said = one_line(words)
            if said and said.lower() not in {usual.lower(), f"{self.status} {usual}".lower()}:
                return f"{said} (HTTP {self.status})"
        return f"HTTP {self.status} {usual}".rstrip()

    def _words_of_json(self) -> str:
        if not self.media_type.endswith("json"):
            return ""
        try:
            page = msgspec.json.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return ""
        return _words(page, self.status) if isinstance(page, dict) else ""

    def _words_of_text(self) -> str:
        if not self.media_type.startswith(("text/", "application/xhtml")):
            return ""
        text = self.body[: 64 * 1024].decode("utf-8", "replace")
        if "<" in text:
            reader = _TextOfHtml()
            reader.feed(text)
            text = "\n".join(reader.texts)
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        usual = f"{self.status} {_usual_phrase(self.status)}".strip()
        telling = [line for line in lines if line != usual]
        return (telling or lines or [""])[0]


def _words(page: dict[str, Any], status: int) -> str:
    """Find the message in the error objects of Warehouse, GitHub, devpi and Artifactory."""
    code = page.get("code")
    if isinstance(code, str) and code.startswith(f"{status} "):
        return code.removeprefix(f"{status} ")
    found = [page["message"]] if isinstance(page.get("message"), str) else []
    errors = page.get("errors")
    for error in errors if isinstance(errors, list) else []:
        if isinstance(error, str):
            found.append(error)
        elif isinstance(error, dict):
            found.append(
                error["message"]
                if isinstance(error.get("message"), str)
                else " ".join(str(error[key]) for key in ("field", "code") if error.get(key))
            )
    return "; ".join(found)


def _usual_phrase(status: int) -> str:
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:
        return ""


class _TextOfHtml(html.parser.HTMLParser):
    """Collects the texts of a page that a person would see in its body."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self._hidden += tag in {"script", "style", "title"}

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style", "title"}:
            self._hidden = max(0, self._hidden - 1)

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.texts.append(data)


def one_line(text: str) -> str:
    """Give the text as one bounded line without control characters (a terminal obeys those)."""
    visible = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text[: 8 * SENTENCE])
    line = re.sub(r"\s+", " ", visible).strip()
    return line if len(line) <= SENTENCE else f"{line[: SENTENCE - 1]}…"


def shown(url: str) -> str:
    """Give an address as it may be shown: without login, query and fragment."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "(an address that cannot be read)"
    host = parts.netloc.rpartition("@")[2]
    return one_line(urlunsplit((parts.scheme, host, parts.path, "", "")))


def basic(username: str, password: Secret) -> Secret:
    """Give the Authorization value of HTTP Basic (RFC 7617, UTF-8)."""
    pair = f"{username}:{password.reveal()}".encode()
    return Secret("Basic " + base64.b64encode(pair).decode("ascii"))


def bearer(token: Secret) -> Secret:
    """Give the Authorization value for a bearer token (RFC 6750).

    Raises:
        CredentialMissing: no header can carry it (and an error about it would show it).
    """
    value = token.reveal()
    if not (value.isascii() and value.isprintable()):
        raise CredentialMissing("the token", "it holds characters that no token has")
    return Secret(f"Bearer {value}")


def login_apart(url: str) -> tuple[str, Secret | None]:
    """Split an address into itself without its login, and that login as an authorization."""
    parts = urlsplit(url)
    login, at, host = parts.netloc.rpartition("@")
    if not at:
        return url, None
    username, _, password = login.partition(":")
    bare = urlunsplit((parts.scheme, host, parts.path, parts.query, parts.fragment))
    return bare, basic(unquote(username), Secret(unquote(password)))


def origin(url: str) -> tuple[str, str, int | None]:
    """Give scheme, host and port: what a login belongs to (RFC 6454)."""
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    return scheme, parts.hostname or "", parts.port or {"http": 80, "https": 443}.get(scheme)


def redirected(request: Request, answer: Answer) -> Request | None:
    """Give the request that a redirect asks for; nothing when it is none that may be followed.

    Only reads are followed.  The login stays behind when the origin changes.

    Raises:
        Unreachable: it leads from an encrypted address to an open one, or nowhere.
    """
    where = answer.headers.get("location", "")
    if not (request.repeatable and answer.status in REDIRECTS and where):
        return None
    try:
        target = urljoin(request.url, where)
        old, new = origin(request.url), origin(target)
    except ValueError:
        raise Unreachable(shown(request.url), "it redirects to no valid address") from None
    if new[0] not in {"http", "https"} or (old[0], new[0]) == ("https", "http"):
        raise Unreachable(
            shown(request.url), f"it redirects to {shown(target)}, which is not encrypted"
        )
    target, _ = login_apart(target)
    kept = request.authorization if old == new else None
    return msgspec.structs.replace(request, url=target, authorization=kept)
