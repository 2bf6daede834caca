"""What a release writes into a file."""

from __future__ import annotations

import msgspec


class FileEdit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One file's new content, and what it must hold before.

    Attributes:
        path: from the repository's root, with forward slashes.
        before: SHA-256 of the file at the planned commit; empty when the file is new.
        after: the whole new content (line endings, BOM and final newline as they stand);
            nothing for a file that is removed.
        diff: the change as a unified diff, for people.
        encoding: the codec that makes bytes of it; where it is not there, UTF-8.
    """

    path: str
    before: str
    after: str | None
    diff: str
    encoding: str = "utf-8"

    @property
    def content(self) -> bytes:
        """The bytes that the file gets; none for one that is removed."""
        return (self.after or "").encode(self.encoding)
