"""The legacy upload API of one index (``/{index}/legacy/``)."""

from __future__ import annotations

import asyncio
import base64
import binascii
import zipfile
from http import HTTPStatus
from urllib.parse import unquote_to_bytes, urljoin

import msgspec
from packaging.utils import canonicalize_name
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from seatrial.addresses import INDEXES, READTHEDOCS
from seatrial.dock.answers import Reasoned, upload_answer
from seatrial.dock.arrivals import Arrival
from seatrial.dock.entries import FileRecord
from seatrial.dock.estate import Estate
from seatrial.dock.form import Form, ReceivedFile
from seatrial.dock.holdings import Holdings
from seatrial.dock.reader import (
    MAX_FIELDS_BYTES,
    MalformedForm,
    NoBoundary,
    TooLong,
    read_form,
)
from seatrial.dock.simple import not_found
from seatrial.dock.storage import incoming, place, write_whole
from seatrial.dock.tokens import Minted
from seatrial.dock.values import Answer

TOKEN_USER = "__token__"  # noqa: S105 - the user name that goes with every token
HELP = urljoin(INDEXES["pypi"].simple, "/help/")
UNKNOWN = (
    "Invalid or non-existent authentication information. "
    f"See {HELP}#invalid-auth for more information."
)
MOVED = (
    "An upload was attempted to /legacy but the expected upload URL is /legacy/ (with a trailing "
    "slash)"
)
NO_FORM = "Invalid Form Data."
TOO_LONG = f"The fields of the form have more than {MAX_FIELDS_BYTES} bytes together, our bound."
GONE = {
    "submit": "Project pre-registration is no longer required or supported, upload your files "
    "instead.",
    "submit_pkg_info": "Project pre-registration is no longer required or supported, upload your "
    "files instead.",
    "doc_upload": "Uploading documentation is no longer supported, we recommend using "
    f"{READTHEDOCS}.",
}


class Legacy:
    """The endpoint.

    Args:
        estate: what the dock holds.
    """

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        # Uploads are received side by side; judging and keeping is one at a time, so that two
        # files of one name cannot both be new.
        self._turn = asyncio.Lock()

    async def upload(self, request: Request) -> Response:
        """Take an upload."""
        held = self._estate.index(request.path_params["index"])
        accept = request.headers.get("accept", "")
        if held is None:
            return upload_answer(404, "", accept)
        if _is_junk(request.scope["query_string"]):
            return PlainTextResponse("Invalid bytes in query string.", 400)
        half = incoming(self._estate.root)
        try:
            kind = request.headers.get("content-type", "")
            most = max(self._estate.limits.file, held.largest_elsewhere)
            form = await read_form(kind, request.stream(), half, most)
        except NoBoundary:
            self._note(held, Answer(400, NO_FORM))
            return PlainTextResponse(NO_FORM, 400)
        except TooLong:
            self._note(held, Answer(400, TOO_LONG))
            return upload_answer(400, TOO_LONG, accept)
        except MalformedForm:
            # Nothing in it is known then; the address may say what is wanted.
            form = None
        except ClientDisconnect:
            self._note(held, Answer(0, "The connection ended before the body did."))
            return Response(status_code=400)
        try:
            answer = await self._answer(request, form or Form(fields={}), held)
        finally:
            half.unlink(missing_ok=True)
        unread = "" if form is not None else "The body is no form that can be read."
        self._note(held, Answer(answer.status, answer.message or unread), form)
        return _answered(answer, accept)

    async def _answer(self, request: Request, form: Form, held: Holdings) -> Answer:
        action = request.query_params.get(":action") or form.value(":action")
        if action in GONE:
            return Answer(410, GONE[action])
        if action != "file_upload":
            return Answer(405)
        if form.misplaced:
            # Said before anything else, even to somebody who may not upload (S3).
            return Answer(400, f"{form.misplaced[0]}: Should not be a tuple.")
        user, password = login_of(request.headers.get("authorization", ""))
        minted = self._estate.minted.get(password) if user == TOKEN_USER else None
        if minted is None:
            refusal = self._refuse_login(user, password)
        else:
            refusal = "" if minted.index == held.name else UNKNOWN
        if refusal:
            return Answer(403, refusal)
        async with self._turn:
            return await asyncio.to_thread(self._judge, form, held, minted)

    def _note(self, held: Holdings, answer: Answer, form: Form | None = None) -> None:
        """Remember an upload and its verdict, for the page."""
        file = None if form is None else form.file
        self._estate.arrivals.add(
            Arrival(
                index=held.name,
                file="" if file is None else file.name,
                size=0 if file is None else file.size,
                moment=self._estate.now(),
                status=answer.status,
                message=answer.message,
            )
        )

    async def missing_slash(self, request: Request) -> Response:
        """Send a client on to the address with its final slash."""
        answer = Reasoned("", 308, "text/plain", MOVED)
        answer.headers["location"] = f"{request.scope['path']}/"
        return answer

    async def page(self, request: Request) -> Response:
        """Say what this is to somebody who looks."""
        held = self._estate.index(request.path_params["index"])
        if held is None:
            return not_found()
        if request.query_params.get(":action") == "file_upload":
            answer = upload_answer(405, "", request.headers.get("accept", ""))
            answer.headers["allow"] = "POST"
            return answer
        return PlainTextResponse(f"Upload to the index {held.name} here, with twine or uv.\n")

    def _judge(self, form: Form, held: Holdings, minted: Minted | None) -> Answer:
        """Judge one upload and keep it if it is taken; runs in a thread, one at a time."""
        # Another upload may have begun the index since.
        held = self._estate.index(held.name) or held
        # Imported late, like all that looks into files: the server is up sooner.
        from seatrial.dock.rules import decide

        answer = decide(form, held, self._estate.now(), self._estate.limits, minted)
        if answer.record is not None and form.file is not None:
            metadata = _core_metadata(form, answer.record)
            digest = self._estate.digest(metadata)
            record = msgspec.structs.replace(answer.record, metadata_sha256=digest)
            self._estate.kept(held).add(record, form.file.path, metadata)
        elif answer.status == HTTPStatus.OK and form.file is not None:
            _bring_back(form, form.file, held)
        return answer

    def _refuse_login(self, user: str, password: str) -> str:
        """Give the sentence of a refusal, or an empty one."""
        if password and self._estate.knows_login(user, password):
            return ""
        if password and user != TOKEN_USER:
            return (
                "Username/Password authentication is no longer supported. Migrate to API Tokens or "
                f"Trusted Publishers instead. See {HELP}#apitoken and {HELP}#trusted-publishers"
            )
        return UNKNOWN


def login_of(header: str) -> tuple[str, str]:
    """Give user and password of an ``Authorization`` header; both may be empty."""
    scheme, _, given = header.strip().partition(" ")
    if scheme.lower() == "basic":
        try:
            user, _, password = base64.b64decode(given, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return "", ""
        return user, password.strip()
    return (TOKEN_USER, given.strip()) if scheme.lower() in {"bearer", "token"} else ("", "")


def _is_junk(query: bytes) -> bool:
    """Say whether a query string holds bytes that are not UTF-8 (T12)."""
    try:
        unquote_to_bytes(query).decode()
    except UnicodeDecodeError:
        return True
    return False


def _answered(answer: Answer, accept: str) -> Response:
    response = upload_answer(answer.status, answer.message, accept)
    if answer.status == HTTPStatus.METHOD_NOT_ALLOWED:
        response.headers["allow"] = "GET, HEAD, OPTIONS"
    return response


def _bring_back(form: Form, file: ReceivedFile, held: Holdings) -> None:
    """Put the bytes of a file that is held already where somebody has taken them away."""
    record = held.file(file.name)
    if record is None or record.url:
        return
    if record.metadata_sha256 and not held.metadata_path(record).exists():
        write_whole(held.root, held.metadata_path(record), _core_metadata(form, record))
    if not held.path(record).exists():
        place(file.path, held.path(record))


def _core_metadata(form: Form, record: FileRecord) -> bytes:
    """Give the wheel's METADATA (PEP 658), or nothing for an sdist or an unreadable wheel."""
    if form.file is None or record.filetype != "bdist_wheel":
        return b""
    wanted = f"{canonicalize_name(record.project).replace('-', '_')}-{record.version}.dist-info"
    first = "-".join(record.name.split("-")[:2]) + ".dist-info"
    try:
        with zipfile.ZipFile(form.file.path) as wheel:
            names = set(wheel.namelist())
            for folder in (first, wanted):
                if f"{folder}/METADATA" in names:
                    return wheel.read(f"{folder}/METADATA")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError):
        return b""
    return b""
