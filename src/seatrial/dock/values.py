"""What the parts of the dock tell each other of an upload: the sizes taken, the answer given."""

from __future__ import annotations

import msgspec

from seatrial.dock.entries import FileRecord


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Sizes an index takes, in bytes.

    Attributes:
        file: the largest file; 100 MiB on PyPI where a project has not asked for more.
        project: all files of a project together.
    """

    file: int = 100 * 1024 * 1024
    project: int = 10 * 1024 * 1024 * 1024


class Answer(msgspec.Struct, frozen=True):
    """What the index says to an upload.

    Attributes:
        status: the status.
        message: why it is refused; empty for success.
        record: the record to keep; nothing when nothing is to be stored.
    """

    status: int
    message: str = ""
    record: FileRecord | None = None
