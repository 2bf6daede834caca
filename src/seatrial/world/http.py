"""One small HTTP client: bounded, streaming, thread-safe, and silent about secrets."""

from __future__ import annotations

import email.utils
import errno
import os
import platform
import random
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias
from urllib.parse import unquote, urlsplit, urlunsplit

import msgspec
import urllib3
from urllib3 import exceptions as faults

from seatrial import __version__
from seatrial.errors import InvalidConfiguration, StorageFault, Unreachable
from seatrial.world.exchange import (
    LIMIT,
    Answer,
    Request,
    login_apart,
    one_line,
    origin,
    redirected,
    shown,
)
from seatrial.world.route import is_loopback, proxy_for, trust

CONNECT = 10.0
"""Seconds to wait for a connection."""

SEND = 60.0
"""Seconds to wait for the other side to take a piece of the body."""

ATTEMPTS = 4
ONCE_MORE = 2
"""Attempts where nobody is there to come back in a moment."""

LONGEST_WAIT = 60.0
"""Seconds: who asks for a longer pause is left, and the person told."""

SLOWEST = 1024
"""Bytes a second that an answer must come with in the long run."""

PIECE = 64 * 1024
MAX_REDIRECTS = 5
POOL = 32

Take: TypeAlias = Callable[[urllib3.BaseHTTPResponse, Request], bytes]
Renew: TypeAlias = Callable[[Request], Request]


class _NoAnswer(Exception):
    """No whole answer came; ``most`` says how many attempts are worth making."""

    def __init__(self, said: str, *, most: int = 1) -> None:
        super().__init__(said)
        self.said = said
        self.most = most


class _Connection(urllib3.connection.HTTPConnection):
    """A connection whose sends may take longer than the connecting."""

    def connect(self) -> None:
        super().connect()
        self.sock.settimeout(SEND)


class _TlsConnection(urllib3.connection.HTTPSConnection):
    """The same, encrypted."""

    def connect(self) -> None:
        super().connect()
        self.sock.settimeout(SEND)


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class Http:
    """Asks, and asks again where that is harmless; one of it serves all threads.

    Reads (GET, HEAD) are repeated, with back-off and jitter, when there is no answer, or 429, or a
    5xx; once alone where nobody is there.  ``Retry-After`` is honoured up to :data:`LONGEST_WAIT`.
    Everything else is one attempt.

    Args:
        user_agent: what it calls itself.
        environ: where proxies and certificates are looked up; the process's when absent.
        wait: how to pause, in seconds.
        attempts: how often a read is asked in all.
        connect: seconds to wait for a connection.
    """

    def __init__(
        self,
        *,
        user_agent: str = "",
        environ: Mapping[str, str] | None = None,
        wait: Callable[[float], None] = time.sleep,
        attempts: int = ATTEMPTS,
        connect: float = CONNECT,
    ) -> None:
        self.user_agent = user_agent or (
            f"seatrial/{__version__} {platform.python_implementation()}/{platform.python_version()}"
        )
        self._environ: Mapping[str, str] = os.environ if environ is None else environ
        self._wait = wait
        self._attempts = attempts
        self._connect = connect
        self._managers: dict[tuple[str, str], urllib3.PoolManager] = {}
        self._lock = threading.Lock()
        self._dice = random.SystemRandom()

    def ask(self, request: Request) -> Answer:
        """Send a request and give the answer, whatever its status.

        Raises:
            Unreachable: no answer; for a read also 429 and 5xx, as often as we may ask.
        """
        return self._follow(request, body_of)

    def download(self, request: Request, to: Path) -> Answer:
        """Write what a read answers to a file, complete or not at all; a refusal is given back.

        Args:
            request: a GET; its ``limit`` bounds the file.
            to: where to; replaced when it is there.

        Raises:
            Unreachable: no whole answer, as often as we may ask.
            StorageFault: the file cannot be written.
        """
        part = to.with_name(f"{to.name}.part")

        def take(response: urllib3.BaseHTTPResponse, request: Request) -> bytes:
            if response.status != 200:  # noqa: PLR2004 - only a whole answer is a file
                return body_of(response, msgspec.structs.replace(request, limit=LIMIT))
            try:
                with part.open("wb") as file:
                    for piece in pieces(response, request):
                        file.write(piece)
                part.replace(to)
            except OSError as error:
                raise StorageFault(str(to), error.strerror or str(error)) from error
            return b""

        try:
            return self._follow(request, take)
        finally:
            part.unlink(missing_ok=True)

    def receive(self, request: Request, take: Take, renew: Renew) -> Answer:
        """Send a read and hand its answer on as it comes.

        Args:
            request: a GET.
            take: is handed each answer, and gives what of it is kept in memory.
            renew: gives the request as each attempt is to send it.

        Raises:
            Unreachable: no whole answer, as often as we may ask.
        """
        return self._follow(request, take, renew)

    def _follow(self, request: Request, take: Take, renew: Renew | None = None) -> Answer:
        try:
            url, login = login_apart(request.url)
            scheme, host, _ = origin(url)
        except ValueError:
            scheme = host = ""
        if scheme not in {"http", "https"} or not host:
            raise InvalidConfiguration(shown(request.url), "this is no address of HTTP")
        if login is not None:
            request = msgspec.structs.replace(
                request, url=url, authorization=request.authorization or login
            )
        asked = shown(url)
        for _ in range(MAX_REDIRECTS + 1):
            answer = self._persist(request, take, renew)
            target = redirected(request, answer)
            if target is None:
                return answer
            request = target
        raise Unreachable(asked, f"it redirects more than {MAX_REDIRECTS} times")

    def _persist(self, request: Request, take: Take, renew: Renew | None) -> Answer:
        attempts = self._attempts if request.repeatable else 1
        said = ""
        for attempt in range(1, attempts + 1):
            pause = min(LONGEST_WAIT, 0.5 * 2**attempt) * self._dice.uniform(0.5, 1.0)
            try:
                answer = self._once(renew(request) if renew else request, take)
            except _NoAnswer as fault:
                said = fault.said
                if attempt >= fault.most:
                    break
            else:
                if not (request.repeatable and answer.passing):
                    return answer
                said = answer.sentence
                asked_for = retry_after(answer)
                if asked_for > LONGEST_WAIT:
                    said = f"{said}; it asks to come back in {asked_for:.0f} s"
                    break
                pause = max(pause, asked_for)
            if attempt < attempts:
                self._wait(pause)
        raise Unreachable(shown(request.url), said)

    def _once(self, request: Request, take: Take) -> Answer:
        """Send a request once, following nothing.

        Raises:
            _NoAnswer: no whole answer came.
        """
        headers = {"User-Agent": self.user_agent, "Accept-Encoding": "gzip", **request.headers}
        if request.authorization is not None:
            headers["Authorization"] = request.authorization.reveal()
        if request.body is not None:
            headers["Content-Length"] = str(request.body.length)
        try:
            response = self._manager(request.url).request(
                request.method,
                request.url,
                headers=headers,
                body=None if request.body is None else iter(request.body.chunks()),
                timeout=urllib3.Timeout(connect=self._connect, read=request.patience),
                preload_content=False,
                redirect=False,
                retries=False,
            )
            try:
                content = take(response, request)
            except BaseException:
                # What is left unread would else be taken for the next request's answer.
                response.close()
                raise
            response.release_conn()
        except (faults.HTTPError, OSError) as error:
            raise _NoAnswer(why(error), most=_worth(error, self._attempts)) from None
        return Answer(
            status=response.status,
            reason=response.reason or "",
            headers={name.lower(): value for name, value in response.headers.itermerged()},
            body=content,
            url=request.url,
        )

    def _manager(self, url: str) -> urllib3.PoolManager:
        proxy = proxy_for(url, self._environ)
        scheme = "https" if url.lower().startswith("https:") else "http"
        with self._lock:
            manager = self._managers.get((scheme, proxy))
            if manager is None:
                manager = self._new_manager(scheme, proxy)
                manager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}
                self._managers[scheme, proxy] = manager
        return manager

    def _new_manager(self, scheme: str, proxy: str) -> urllib3.PoolManager:
        encrypted = scheme == "https" or proxy.startswith("https:")
        context = trust(self._environ) if encrypted else None
        if not proxy:
            return urllib3.PoolManager(POOL, maxsize=POOL, ssl_context=context)
        parts = urlsplit(proxy)
        login, at, host = parts.netloc.rpartition("@")
        return urllib3.ProxyManager(
            urlunsplit((parts.scheme, host, "", "", "")),
            POOL,
            maxsize=POOL,
            ssl_context=context,
            proxy_headers=urllib3.make_headers(proxy_basic_auth=unquote(login)) if at else None,
        )


def pieces(response: urllib3.BaseHTTPResponse, request: Request) -> Iterator[bytes]:
    """Read an answer piece by piece, within its limit and at a bearable pace.

    Raises:
        _NoAnswer: it is too long, or comes too slowly.
    """
    began, received = time.monotonic(), 0
    while piece := response.read1(PIECE):
        received += len(piece)
        if received > request.limit:
            raise _NoAnswer(f"its answer is longer than {request.limit} bytes")
        # Each byte restarts the socket's timeout, so that one alone would not end a trickle.
        if received < (time.monotonic() - began - request.patience) * SLOWEST:
            raise _NoAnswer(f"its answer comes slower than {SLOWEST} bytes a second")
        yield piece


def body_of(response: urllib3.BaseHTTPResponse, request: Request) -> bytes:
    """Give an answer's content in memory, within the request's limit."""
    return b"".join(pieces(response, request))


def retry_after(answer: Answer) -> float:
    """Give the seconds that an answer asks to wait (RFC 9110, section 10.2.3), or 0."""
    value = answer.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        when = email.utils.parsedate_to_datetime(value)
        return max(0.0, when.timestamp() - time.time())
    except (TypeError, ValueError, OverflowError):
        return 0.0


MEANINGS: tuple[tuple[type[BaseException], str], ...] = (
    (faults.NameResolutionError, "its name does not resolve"),
    (faults.NewConnectionError, "no connection: {words}"),
    (faults.ConnectTimeoutError, "no connection in time"),
    (faults.TimeoutError, "no answer in time"),
    (faults.DecodeError, "its answer cannot be unpacked"),
    (faults.IncompleteRead, "the connection was cut in the middle of the answer"),
    (faults.LocationParseError, "its address cannot be read"),
    (faults.SSLError, "no encrypted connection: {words}"),
    (BaseException, "the connection was cut: {words}"),
)
"""What a fault means; the first that fits counts."""


def why(error: BaseException) -> str:
    """Give one sentence for a fault on the way; it holds no address and no header."""
    if isinstance(error, faults.ProxyError):
        return f"the proxy: {why(error.original_error)}"
    inner = _innermost(error)
    if isinstance(inner, ssl.SSLCertVerificationError):
        return one_line(
            f"its certificate is not trusted: {inner.verify_message}"
            " (SSL_CERT_FILE can name others to trust)"
        )
    if isinstance(error, faults.ProtocolError) and isinstance(inner, TimeoutError):
        return "it does not take what is sent"
    words = (inner.strerror or "") if isinstance(inner, OSError) else ""
    said = next(said for kind, said in MEANINGS if isinstance(error, kind))
    return one_line(said.replace("{words}", words).rstrip(": "))


def _innermost(error: BaseException) -> BaseException:
    """Find the system's own error in what urllib3 wraps around it."""
    while True:
        inner = next(
            (part for part in (*error.args, error.__cause__) if isinstance(part, BaseException)),
            None,
        )
        if inner is None:
            return error
        error = inner


def _worth(error: BaseException, attempts: int) -> int:
    """Say how often a read is worth sending that failed like this.

    A certificate stays what it is.  A name that is not known, a network without a way there, a
    host that says nothing at all, and this machine where nobody listens are not busy, and a person
    waits.
    """
    inner = _innermost(error)
    if isinstance(inner, ssl.SSLCertVerificationError):
        return 1
    at = error.original_error if isinstance(error, faults.ProxyError) else error
    gone = isinstance(at, faults.ConnectTimeoutError | faults.NameResolutionError)
    if isinstance(at, faults.NewConnectionError) and isinstance(inner, OSError):
        nowhere = inner.errno in {errno.ENETUNREACH, errno.EHOSTUNREACH}
        refused = isinstance(inner, ConnectionRefusedError) and is_loopback(at.conn.host)
        gone = nowhere or refused or isinstance(at, faults.NameResolutionError)
    return min(ONCE_MORE, attempts) if gone else attempts
