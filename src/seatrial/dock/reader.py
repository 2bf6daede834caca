"""Reading an upload's form as a stream: the file goes to disk while it comes, never to memory."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from seatrial.dock.form import Form, ReceivedFile

MAX_FIELDS_BYTES = 32 * 1024 * 1024
"""Bytes that all fields but the file may have together; a description has a few at most."""

PART_BYTES = 512
"""What a part costs at least, whatever is in it: a million of empty ones are a large body too."""

UNTYPED = b"application/octet-stream"
"""The content type of a part that states none; one that states an empty one has none."""

BATCH = 1024 * 1024
"""Bytes gathered before they are written and hashed."""


_UNHEARD = logging.getLogger(__name__)
_UNHEARD.addHandler(logging.NullHandler())
"""What the parser says of every broken body; a person at a terminal has no use for it."""


class MalformedForm(Exception):
    """The body is no form that can be read."""


class NoBoundary(MalformedForm):
    """The body is announced as a form, and nothing says where its parts end (T11)."""


class TooLong(MalformedForm):
    """The fields are more than is taken into memory; the bound is ours."""


class Sink:
    """A file that is written and hashed as it comes.

    Args:
        path: where to.
        blake2: whether the BLAKE2 digest is wanted as well.
        most: bytes that are kept; of a longer file the size and the digests are still its own, but
            its end is thrown away, because nobody will have it.
    """

    def __init__(self, path: Path, *, blake2: bool = False, most: int | None = None) -> None:
        self.path = path
        self._most = most
        self.size = 0
        self.sha256 = hashlib.sha256()
        self.blake2 = hashlib.blake2b(digest_size=32) if blake2 else None
        self._file: BinaryIO = path.open("wb")
        self._waiting = bytearray()

    @property
    def is_full(self) -> bool:
        """Whether it is time to write what came."""
        return len(self._waiting) >= BATCH

    def write(self, data: bytes | memoryview) -> None:
        """Take more bytes; who does so calls :meth:`flush` whenever it is full."""
        self._waiting += data

    def flush(self) -> None:
        """Write and hash what came; for another thread than the server's, one at a time."""
        self.sha256.update(self._waiting)
        if self.blake2 is not None:
            self.blake2.update(self._waiting)
        if self._most is None or self.size <= self._most:
            self._file.write(self._waiting)
        self.size += len(self._waiting)
        self._waiting.clear()

    def close(self) -> None:
        """Write what is left; quiet when it is closed already."""
        if not self._file.closed:
            try:
                self.flush()
            finally:
                self._file.close()

    def discard(self) -> None:
        """Forget what came, and remove the file; quiet when there is none."""
        self._waiting.clear()
        # Closing writes what is buffered, which a full disk refuses: nobody wants it any more.
        with contextlib.suppress(OSError):
            self._file.close()
        self.path.unlink(missing_ok=True)


class _Part:
    """One part of the body while it is read."""

    def __init__(self) -> None:
        self.headers: dict[bytes, bytes] = {}
        self.header = b""
        self.value = b""
        self.name = ""
        self.filename: str | None = None
        self.data = bytearray()


class FormReader:
    """Takes a ``multipart/form-data`` body in pieces.

    Args:
        content_type: the request's header, with the boundary.
        path: where the file in the field ``content`` goes.
        most: bytes of that file that are kept.

    Raises:
        MalformedForm: it is no such form.
    """

    def __init__(self, content_type: str, path: Path, most: int | None = None) -> None:
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary", b"")
        if kind != b"multipart/form-data":
            raise MalformedForm
        if not boundary:
            raise NoBoundary
        self._path = path
        self._most = most
        self._part = _Part()
        self._fields: dict[str, list[str]] = {}
        self._misplaced: list[str] = []
        self._sink: Sink | None = None
        self._named: tuple[str, str] = ("", "")
        self._bytes = 0
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begin,
                    "on_header_field": self._header_name,
                    "on_header_value": self._header_value,
                    "on_header_end": self._header_end,
                    "on_headers_finished": self._headers_finished,
                    "on_part_data": self._data,
                    "on_part_end": self._end,
                },
            )
        except FormParserError as error:
            raise MalformedForm from error
        self._parser.logger = _UNHEARD

    def feed(self, data: bytes) -> None:
        """Take the next piece of the body.

        Raises:
            MalformedForm: it cannot be read.
        """
        try:
            self._parser.write(data)
        except FormParserError as error:
            raise MalformedForm from error

    @property
    def is_full(self) -> bool:
        """Whether :meth:`flush` is due."""
        return self._sink is not None and self._sink.is_full

    def flush(self) -> None:
        """Write and hash what came of the file; for another thread than the server's."""
        if self._sink is not None:
            self._sink.flush()

    def finish(self) -> Form:
        """Give what was read; a part that broke off is left out, as PyPI does.

        It may read the file once more, for a digest: that is for another thread than the server's.
        """
        file = None
        if self._sink is not None:
            self._sink.close()
            file = ReceivedFile(
                name=self._named[0],
                kind=self._named[1],
                path=self._path,
                size=self._sink.size,
                sha256=self._sink.sha256.hexdigest(),
                blake2=self._sink.blake2.hexdigest() if self._sink.blake2 is not None else "",
                # Nobody but a client that states it wants to know this slowest one.
                md5=_md5(self._path) if "md5_digest" in self._fields else "",
            )
        return Form(fields=self._fields, file=file, misplaced=tuple(self._misplaced))

    def discard(self) -> None:
        """Forget the file."""
        if self._sink is not None:
            self._sink.discard()

    def _begin(self) -> None:
        self._count(PART_BYTES)
        self._part = _Part()

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._count(end - start)
        self._part.header += data[start:end].lower()

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._count(end - start)
        self._part.value += data[start:end]

    def _header_end(self) -> None:
        self._part.headers[self._part.header] = self._part.value
        self._part.header = self._part.value = b""

    def _headers_finished(self) -> None:
        part = self._part
        _, options = parse_options_header(part.headers.get(b"content-disposition", b""))
        if b"name" not in options:
            raise MalformedForm
        part.name = options[b"name"].decode("utf-8", "replace")
        if b"filename" not in options:
            return
        part.filename = options[b"filename"].decode("utf-8", "replace")
        if part.name == "content":
            # Several parts of that name: the last one counts.
            if self._sink is not None:
                self._sink.close()
            self._sink = Sink(self._path, blake2=True, most=self._most)
            kind = part.headers.get(b"content-type", UNTYPED).decode("latin-1")
            self._named = (part.filename, kind)

    def _data(self, data: bytes, start: int, end: int) -> None:
        part = self._part
        if part.name == "content" and part.filename is not None and self._sink is not None:
            self._sink.write(memoryview(data)[start:end])
            return
        self._count(end - start)
        part.data += data[start:end]

    def _count(self, size: int) -> None:
        """Count what stays in memory."""
        self._bytes += size
        if self._bytes > MAX_FIELDS_BYTES:
            raise TooLong

    def _end(self) -> None:
        part = self._part
        if part.filename is None:
            value = part.data.decode("utf-8", "replace")
            self._fields.setdefault(part.name, []).append(value)
        elif part.name not in {"content", "gpg_signature"}:
            self._misplaced.append(part.name)


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, partial(hashlib.md5, usedforsecurity=False)).hexdigest()


async def read_form(
    content_type: str, body: AsyncIterator[bytes], path: Path, most: int | None = None
) -> Form:
    """Read an upload's form from its body.

    Args:
        content_type: the request's header.
        body: the pieces of the body, as they come; read to its end, come what may, because a
            client that is answered while it writes may not see the answer.
        path: where the file goes.
        most: bytes of the file that are kept; all when absent.

    Raises:
        MalformedForm: it is no form that can be read.
    """
    reader: FormReader | None = None
    fault: MalformedForm | None = None
    complete = False
    try:
        try:
            reader = FormReader(content_type, path, most)
        except MalformedForm as error:
            fault = error
        async for piece in body:
            if reader is not None and fault is None:
                try:
                    reader.feed(piece)
                except MalformedForm as error:
                    fault = error
                if reader.is_full:
                    # Other uploads go on meanwhile, on other cores.
                    await asyncio.to_thread(reader.flush)
        if reader is None or fault is not None:
            raise fault or MalformedForm
        form = await asyncio.to_thread(reader.finish)
        complete = True
        return form
    finally:
        if reader is not None and not complete:
            reader.discard()
