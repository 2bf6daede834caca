"""A package index over HTTP: the Simple API to look, the legacy upload API to upload."""

from __future__ import annotations

import email.utils
import hashlib
import http
import math
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import Version

from seatrial.addresses import INDEXES
from seatrial.errors import (
    CannotTell,
    CredentialMissing,
    CredentialRefused,
    ReleaseClosed,
    SeatrialError,
    Unreachable,
    UploadRefused,
)
from seatrial.secret import Redactor
from seatrial.storage import storage_faults
from seatrial.world.credentials import Credential, same_place
from seatrial.world.exchange import REDIRECTS, Answer, Request, login_apart, shown
from seatrial.world.http import Http
from seatrial.world.ports import HeldFile, StoredFile
from seatrial.world.simplepage import ACCEPT, held_files, project_status
from seatrial.world.uploadform import fields_of, multipart

CLOSED_AFTER = 14 * 24 * 3600.0
"""Seconds after which PyPI takes no new files for a release (Warehouse, from 2026-07-08)."""

UPLOAD_PATIENCE = 300.0
"""Seconds to wait for the answer to an upload: the index looks through the whole file first."""

FETCHED = 16 << 30
"""Bytes of a file to fetch whose size the index does not state."""

GATHERED = 0.1
"""Seconds that a look waits at most for other uploads of ours, to be theirs as well."""

UNAUTHORIZED = frozenset({http.HTTPStatus.UNAUTHORIZED, http.HTTPStatus.FORBIDDEN})


class _Flight:
    """One request for a project page, which several threads may wait for.

    Attributes:
        began: when it was sent (``time.monotonic()``); not yet when infinite.
        landed: set when the answer is there, or is not to come.
        held: the answer.
        fault: why there is none.
    """

    def __init__(self) -> None:
        self.began = math.inf
        self.landed = threading.Event()
        self.held: Mapping[str, HeldFile] | None = None
        self.fault: SeatrialError | None = None


class HttpIndex:
    """One package index.

    Args:
        name: its name in the configuration.
        upload_url: the address of its legacy upload API.
        simple_url: the address of its Simple API.
        credential: finds the login at the moment of use; it is sent to the host of ``upload_url``
            only.
        http: the client.
    """

    def __init__(
        self,
        name: str,
        upload_url: str,
        simple_url: str,
        credential: Callable[[], Credential],
        http: Http,
    ) -> None:
        self.name = name
        self.upload_url = upload_url
        self.simple_url = simple_url.rstrip("/") + "/"
        self._credential = credential
        self._http = http
        self._lock = threading.Lock()
        self._login_lock = threading.Lock()
        self._login: Credential | None = None
        self._flights: dict[str, _Flight] = {}
        self._statuses: dict[str, str] = {}
        self._unknown: set[str] = set()
        self._changed = 0.0
        self._uploading = 0
        self._upload_ended = threading.Condition(self._lock)

    def files(self, project: str, *, asked_after: float = 0.0) -> Mapping[str, HeldFile]:
        """Give the files of a project by name; empty when the index does not know it.

        Args:
            project: its name, in any spelling.
            asked_after: the request for the answer must have begun after this moment
                (``time.monotonic()``), and after the last upload from here
                has ended.  Without it, only a request that is under way is shared.

        Raises:
            Unreachable: it did not answer, after bounded retries.
            CredentialRefused: it wants a login that it did not accept.
            CannotTell: its answer is no project page.
        """
        project = canonicalize_name(project)
        while True:
            with self._lock:
                flight = self._flights.get(project)
                shared = (
                    flight is not None
                    and flight.began > max(asked_after, self._changed)
                    and (asked_after > 0 or not flight.landed.is_set())
                )
                if flight is None or not shared:
                    flight = self._flights[project] = _Flight()
            if not shared:
                return self._fly(flight, project)
            flight.landed.wait()
            if flight.fault is not None:
                raise type(flight.fault)(
                    flight.fault.thing,
                    flight.fault.said,
                    doing=flight.fault.doing,
                    next_step=flight.fault.next_step,
                )
            if flight.held is not None:
                return flight.held
            # Who had begun it was interrupted: begin another one.

    def _fly(self, flight: _Flight, project: str) -> Mapping[str, HeldFile]:
        try:
            self._gather(flight)
            flight.held = self._ask_for(project)
        except SeatrialError as error:
            flight.fault = error
            raise
        else:
            return flight.held
        finally:
            with self._lock:
                if flight.held is None and self._flights.get(project) is flight:
                    del self._flights[project]
            flight.landed.set()

    def _gather(self, flight: _Flight) -> None:
        """Wait a moment while others upload: one look then serves all that end meanwhile.

        Who looks when no upload is under way any more does not wait.
        """
        with self._upload_ended:
            self._upload_ended.wait_for(lambda: not self._uploading, GATHERED)
            flight.began = time.monotonic()

    def _ask_for(self, project: str) -> Mapping[str, HeldFile]:
        request = Request(
            url=f"{self.simple_url}{project}/",
            headers={"Accept": ACCEPT, "Cache-Control": "no-cache, max-age=0"},
        )
        answer = self._http.ask(request)
        if answer.status in UNAUTHORIZED:
            answer = self._ask_with_login(request, answer)
        if answer.status in {http.HTTPStatus.NOT_FOUND, http.HTTPStatus.GONE}:
            self._unknown.add(project)
            return {}
        self._unknown.discard(project)
        if not answer.ok:
            raise CannotTell(shown(request.url), answer.sentence)
        held = held_files(answer)
        self._statuses[project] = project_status(answer)
        return held

    def knows(self, project: str) -> bool:
        """Whether there is a project of that name, as it was when its page was last asked for."""
        return canonicalize_name(project) not in self._unknown

    def status(self, project: str) -> str:
        """Give the status of a project (PEP 792), as its page had it when it was last read."""
        return self._statuses.get(canonicalize_name(project), "active")

    def _ask_with_login(self, request: Request, answer: Answer) -> Answer:
        """Ask once more with the upload's login, where the page lies on the same host."""
        said = answer.sentence
        if same_place(self.simple_url, self.upload_url):
            try:
                login = self._log_in()
            except CredentialMissing as error:
                said = f"{said}; {error}"
            else:
                again = Request(
                    url=request.url, headers=request.headers, authorization=login.authorization
                )
                answer = self._http.ask(again)
                said = _without(login, answer.sentence)
                if answer.status in UNAUTHORIZED:
                    self._forget_login()
        if answer.status in UNAUTHORIZED:
            raise CredentialRefused(f"{self.name} ({shown(request.url)})", said)
        return answer

    def fetch(self, file: HeldFile, to: Path) -> None:
        """Write a file that the index holds to the disk, and see that it has the stated digest.

        Raises:
            CannotTell: it is not there any more, or has other bytes than the page states.
            Unreachable: no whole answer.
            StorageFault: it cannot be written.
        """
        request = Request(url=file.url, limit=file.size or FETCHED)
        answer = self._http.download(request, to)
        if answer.status in UNAUTHORIZED and same_place(file.url, self.upload_url):
            login = self._log_in()
            again = msgspec.structs.replace(request, authorization=login.authorization)
            answer = self._http.download(again, to)
        if not answer.ok:
            raise CannotTell(shown(file.url), answer.sentence, doing="fetching")
        with storage_faults(to), to.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        if file.sha256 and digest != file.sha256:
            to.unlink()
            said = f"its SHA-256 is {digest[:16]}…, and the page states {file.sha256[:16]}…"
            raise CannotTell(shown(file.url), said, doing="fetching")

    def upload(self, file: StoredFile) -> None:
        """Upload one file, streamed, in one attempt.

        Raises:
            UploadRefused: the index said no; ``said`` is its own sentence.
            ReleaseClosed: the index refused it, and its page shows a release that is too old.
            CredentialMissing: there is nothing to log in with.
            CredentialRefused: 401 or 403.
            Unreachable: no answer, 429 or 5xx: the file may be there all the same.
            InspectionFailed: the file is neither wheel nor sdist, or its bytes have changed.
            StorageFault: the file cannot be read.
        """
        body = multipart(fields_of(file), file)
        login = self._log_in()
        request = Request(
            method="POST",
            url=login_apart(self.upload_url)[0],
            headers={
                "Content-Type": body.content_type,
                # Warehouse gives its whole message in JSON only.
                "Accept": "application/json;q=0.9, text/plain;q=0.8, text/html;q=0.7",
            },
            authorization=login.authorization,
            body=body,
            patience=UPLOAD_PATIENCE,
        )
        with self._lock:
            self._uploading += 1
        try:
            answer = self._http.ask(request)
        except Unreachable as error:
            thing = f"{file.name} to {shown(self.upload_url)}"
            raise Unreachable(thing, error.said, doing="uploading") from error
        finally:
            with self._upload_ended:
                self._uploading -= 1
                self._changed = time.monotonic()
                self._upload_ended.notify_all()
        if not answer.ok:
            self._refuse(file, login, answer)

    def _refuse(self, file: StoredFile, login: Credential, answer: Answer) -> None:
        """Raise what an answer means; its status and the project's page decide, never its words."""
        said = _without(login, answer.sentence)
        thing = f"{file.name} to {self.name}"
        if answer.passing:
            raise Unreachable(thing, said, doing="uploading")
        if answer.status in UNAUTHORIZED:
            self._forget_login()
            raise CredentialRefused(
                f"{self.name} ({shown(self.upload_url)})",
                f"{said}. The login came from {login.origin}.",
            )
        if answer.status in REDIRECTS:
            where = shown(answer.headers.get("location", "")) or "nowhere"
            raise UploadRefused(
                thing,
                f"{shown(self.upload_url)} leads to {where} (HTTP {answer.status})",
                next_step="Set the index's upload-url to the address that takes uploads.",
            )
        if answer.status == http.HTTPStatus.BAD_REQUEST and self._is_closed(file, answer):
            raise ReleaseClosed(f"{self.name} ({file.name})", said)
        raise UploadRefused(thing, said)

    def _is_closed(self, file: StoredFile, answer: Answer) -> bool:
        """Say whether the release is too old for a new file, by the page and the index's clock."""
        if self.name not in INDEXES:
            return False
        try:
            project, version = _release(file.name)
            held = self.files(project)
        except (ValueError, SeatrialError):
            return False
        if file.name in held:
            return False
        times = [
            one.uploaded
            for one in held.values()
            if one.uploaded is not None and _release_or_none(one.name) == (project, version)
        ]
        return bool(times) and _clock(answer) - min(times) > CLOSED_AFTER

    def check_credential(self, project: str = "") -> str:
        """Say where the credential comes from, with what there is to remark of it.

        Args:
            project: what is to be uploaded to.  Where the index has it, a job's identity is
                exchanged to see that this works.  Elsewhere it is not: the exchange itself can make
                a project that a publisher is waiting for.

        Raises:
            CredentialMissing: there is none.
            CredentialRefused: the exchange was refused.
        """
        self._forget_login()
        with self._login_lock:
            login = self._credential()
            if login.exchange is None:
                self._login = login
        if login.exchange is not None and project and self.files(project):
            self._log_in()
        return "; ".join((login.origin, *login.remarks))

    def _log_in(self) -> Credential:
        """Find the login, once for all threads: a keyring may ask a person each time."""
        with self._login_lock:
            if self._login is None or self._login.until <= time.time():
                found = self._credential()
                self._login = found if found.exchange is None else found.exchange()
            return self._login

    def _forget_login(self) -> None:
        with self._login_lock:
            self._login = None


def _without(login: Credential, said: str) -> str:
    """Mask the login in what the other side said, should it have repeated it."""
    redactor = Redactor(login.password, login.authorization)
    return redactor.clean(said.encode()).decode()


def _release(name: str) -> tuple[str, Version]:
    try:
        return parse_wheel_filename(name)[:2]
    except InvalidWheelFilename:
        return parse_sdist_filename(name)


def _release_or_none(name: str) -> tuple[str, Version] | None:
    try:
        return _release(name)
    except InvalidSdistFilename:
        return None


def _clock(answer: Answer) -> float:
    """Give the time by the index's clock (RFC 9110, section 6.6.1), else by ours."""
    try:
        return email.utils.parsedate_to_datetime(answer.headers.get("date", "")).timestamp()
    except (TypeError, ValueError, OverflowError):
        return time.time()
