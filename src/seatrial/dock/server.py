"""The dock: an index and a forge on the loopback, in a thread of its own."""

from __future__ import annotations

import os
import select
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from packaging.utils import canonicalize_name

from seatrial.dock.certificates import authority_in, make_certificate
from seatrial.dock.entries import SeedFile, Status
from seatrial.dock.estate import Estate, Settings
from seatrial.dock.faults import Fault
from seatrial.dock.holdings import Holdings
from seatrial.dock.hosting import Hosted
from seatrial.dock.identity import ISSUER, Job
from seatrial.dock.publishers import Publisher, parse_publisher
from seatrial.dock.record import RequestLog, RequestSeen
from seatrial.dock.room import BACKLOG
from seatrial.dock.storage import clear_incoming, mark
from seatrial.dock.values import Limits
from seatrial.errors import InvalidConfiguration, SeatrialError
from seatrial.secret import Secret
from seatrial.storage import storage_faults

if TYPE_CHECKING:
    import asyncio

    from seatrial.dock.serving import Server

HOST = "127.0.0.1"


@dataclass(eq=False)
class Dock:
    """An index and a forge on the loopback.

    The listening socket is bound before :meth:`start` returns, so that its addresses are known and
    can be used at once; the server itself comes up behind it, while the caller goes on: with the
    first connection, or when :meth:`wake` is called.

    Attributes:
        folder: where everything is kept; a new dock on the same folder holds the same.
        foreign: Simple API address of the user's usual index, where requests for names that are not
            under release are sent; none are when it is empty.
        own: names under release; they are never looked for elsewhere.
        faults: disturbances that were asked for.
        port: the port; a free one when 0.
        clock: gives the index's time, seconds since the epoch.
        delay: seconds that each request takes longer, all of them at the same time.
        credential: user and password that an upload needs; any API token when absent.
        forge_token: what writing to the forge needs; any token when absent.
        forge_push: whether a token may write to the forge at all.
        limits: sizes the indexes take.
        repositories: ``owner/name`` → what is known of a repository on the forge.
        slow: seconds that a ``slow`` fault takes.
        publishers: trusted publishers, who may exchange an identity token for one to upload with.
        tls: whether it serves over HTTPS, with a certificate that :attr:`authority` vouches for.
        met: those of the faults that a request has met.
    """

    folder: Path
    foreign: str = field(default="", kw_only=True)
    own: frozenset[str] = field(default=frozenset(), kw_only=True)
    faults: Sequence[Fault] = field(default=(), kw_only=True)
    port: int = field(default=0, kw_only=True)
    clock: Callable[[], float] = field(default=time.time, kw_only=True)
    delay: float = field(default=0.0, kw_only=True)
    credential: tuple[str, Secret] | None = field(default=None, kw_only=True)
    forge_token: Secret | None = field(default=None, kw_only=True)
    forge_push: bool = field(default=True, kw_only=True)
    limits: Limits = field(default=Limits(), kw_only=True)
    repositories: Mapping[str, Hosted] = field(default_factory=dict, kw_only=True)
    slow: float = field(default=5.0, kw_only=True)
    publishers: Sequence[Publisher] = field(default=(), kw_only=True)
    tls: bool = field(default=False, kw_only=True)
    met: set[Fault] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        settings = Settings(
            foreign=self.foreign,
            own=frozenset(canonicalize_name(name) for name in self.own),
            credential=self.credential,
            forge_token=self.forge_token,
            forge_push=self.forge_push,
            clock=self.clock,
            limits=self.limits,
            publishers=tuple(self.publishers),
            stale=max((fault.seconds for fault in self.faults), default=0),
            hidden=lambda: self.met.update(fault for fault in self.faults if fault.seconds),
            repositories={name.lower(): one for name, one in self.repositories.items()},
        )
        self._estate = Estate(self.folder, settings)
        self._log = RequestLog(self.folder / "requests.log")
        self._mark = ""
        self._chain: Path | None = None
        self._thread: threading.Thread | None = None
        self._running: Future[tuple[asyncio.AbstractEventLoop, Server]] = Future()
        self._waker: socket.socket | None = None

    @property
    def url(self) -> str:
        """The dock's own address, without a final slash."""
        return f"http{'s' if self.tls else ''}://{HOST}:{self.port}"

    @property
    def authority(self) -> Path:
        """The file of the authority that clients have to trust, where it serves over HTTPS."""
        return authority_in(self.folder)

    @property
    def forge_api(self) -> str:
        """The address of the forge's REST API, in GitHub's shape."""
        return f"{self.url}/forge"

    @property
    def requests(self) -> list[RequestSeen]:
        """Every request that was answered, or cut, in that order."""
        return self._log.seen()

    def upload_url(self, index: str) -> str:
        """Give the address of an index's legacy upload API."""
        return f"{self.url}/{index}/legacy/"

    def simple_url(self, index: str) -> str:
        """Give the address of an index's Simple API, one that no other dock ever has.

        uv keeps wheels by the index's address and the file's name.  Two docks that came to the same
        port would otherwise have it install the bytes of the first from the second.
        """
        return f"{self.url}/{self._mark}/{index}/simple/"

    def seed(self, index: str, project: str, files: Sequence[SeedFile]) -> None:
        """Let an index start from what the real one holds of a project.

        Args:
            index: the index's name.
            project: the project's name.
            files: what is held; links to them point to the real index.
        """
        self._estate.seed(self._index(index), project, files)

    def yank(self, index: str, project: str, version: str, reason: str = "") -> None:
        """Yank a release (PEP 592)."""
        self._index(index).yank(canonicalize_name(project), version, reason)

    def delete(self, index: str, file: str) -> None:
        """Delete a file by its name, which nobody can use any more from then on."""
        self._keeping(index).delete(file)

    def set_status(self, index: str, project: str, status: Status) -> None:
        """Archive a project, quarantine it, or let it be active again (PEP 792)."""
        self._keeping(index).set_status(project, status)

    def admit(self, publisher: Publisher) -> None:
        """Let one more trusted publisher upload."""
        self._estate.publishers.add(publisher)

    def holds(self, index: str, project: str) -> bool:
        """Say whether an index has a project."""
        return self._index(index).exists(canonicalize_name(project))

    def token_url(self, job: Job) -> str:
        """Give where a job asks for its identity."""
        return f"{self.url}{ISSUER}{job.kind}/token"

    def trust(self, publisher: str, *, pending: bool = False) -> None:
        """Let one more trusted publisher upload.

        Args:
            publisher: as the command takes it: ``demo=github:me/demo:release.yml:pypi``.
            pending: whether the project is made at the first use.

        Raises:
            InvalidConfiguration: it cannot be read.
        """
        self.admit(parse_publisher(publisher, pending=pending))

    def identity(self, job: Job, audience: str = "pypi") -> str:
        """Give a job's identity token, signed by the dock, which plays its forge.

        Raises:
            ToolMissing: the library that signs is not there.
        """
        return self._estate.identity(job, audience)

    def job(self, job: Job, audience: str = "pypi") -> dict[str, str]:
        """Give the environment variables by which clients find the identity of a job.

        Args:
            job: the job; its tokens are signed by the dock, which plays its forge.
            audience: for whom the token is, where it has to be made beforehand (GitLab).

        Raises:
            ToolMissing: the library that signs is not there.
        """
        if job.kind == "gitlab":
            return {"GITLAB_CI": "true", "PYPI_ID_TOKEN": self.identity(job, audience)}
        return {
            "GITHUB_ACTIONS": "true",
            "ACTIONS_ID_TOKEN_REQUEST_URL": self.token_url(job),
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": job.ticket(),
        }

    def start(self) -> None:
        """Bind the port and start serving.

        Raises:
            InvalidConfiguration: the port is taken, or none that we may have; or another dock has
                the folder.
            ToolMissing: it is to serve over HTTPS, and the library for that is not there.
            StorageFault: the folder cannot be written to, or its database not be read.
        """
        with storage_faults(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            clear_incoming(self.folder)
            self._mark = mark(self.folder)
        listener = self._bind()
        try:
            with storage_faults(self.folder):
                self._estate.ledger.open()
                self._chain = make_certificate(self.folder, HOST) if self.tls else None
                self._log.open()
        except SeatrialError:
            listener.close()
            self._estate.ledger.close()
            raise
        self.port = listener.getsockname()[1]
        self._estate.url = self.url
        self._running = Future()
        self._waker, woken = socket.socketpair()
        self._thread = threading.Thread(
            target=self._serve, args=(listener, woken), name="dock", daemon=True
        )
        self._thread.start()

    def wake(self) -> None:
        """Let the server come up before anybody connects; quiet when it has, or is not to."""
        if self._waker is not None:
            self._waker.close()
            self._waker = None

    def stop(self) -> None:
        """Stop serving: requests under way may end, within a moment; quiet when it does not run."""
        if self._thread is None:
            self._estate.ledger.close()
            return
        self.wake()
        loop, server = self._running.result()
        with suppress(RuntimeError):  # The loop has ended by itself.
            loop.call_soon_threadsafe(server.ended.set)
        self._thread.join()
        self._thread = None
        self._log.close()
        self._estate.ledger.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _bind(self) -> socket.socket:
        # asyncio switches Nagle's algorithm off only where the protocol is named; with it, each
        # answer on a connection that is used again waits 40 ms for the client's delayed ACK.
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            if os.name != "nt":  # There, it would let another program take the port from us.
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((HOST, self.port))
            listener.listen(BACKLOG)
        except (OSError, OverflowError) as error:
            listener.close()
            raise InvalidConfiguration(
                f"port {self.port}",
                str(error),
                doing="opening the dock on",
                next_step="Name another port, or none to get a free one.",
            ) from error
        return listener

    def _index(self, name: str) -> Holdings:
        held = self._estate.index(name)
        if held is None:
            raise InvalidConfiguration(repr(name), "not a name that an index of the dock can have")
        return held

    def _keeping(self, name: str) -> Holdings:
        return self._estate.kept(self._index(name))

    def _serve(self, listener: socket.socket, woken: socket.socket) -> None:
        select.select([listener, woken], [], [])
        woken.close()
        import asyncio

        try:
            asyncio.run(self._main(listener))
        except BaseException as error:
            if not self._running.done():
                self._running.set_exception(error)
            raise
        finally:
            listener.close()

    async def _main(self, listener: socket.socket) -> None:
        # Starlette and uvicorn take a tenth of a second to import.  That happens here, in the
        # dock's thread, while connections already wait at the listening socket.
        import asyncio

        from seatrial.dock.app import make_app
        from seatrial.dock.disturbed import Disturbance
        from seatrial.dock.serving import Server

        disturbance = Disturbance(
            faults=tuple(self.faults), met=self.met, delay=self.delay, slow=self.slow
        )
        app = make_app(self._estate, self._mark, self._log, disturbance)
        server = Server(app, self.clock, self._chain)
        self._running.set_result((asyncio.get_running_loop(), server))
        await server.serve(sockets=[listener])
