"""An upload's form, as values."""

from __future__ import annotations

from pathlib import Path

import msgspec


class ReceivedFile(msgspec.Struct, frozen=True, kw_only=True):
    """The file of an upload, as it was received.

    Attributes:
        name: the name that the client gave it.
        kind: the content type that the client gave it; empty when it gave an empty one.
        path: where it lies for now.
        size: bytes.
        sha256: hexadecimal.
        blake2: BLAKE2b with 32 bytes, hexadecimal.
        md5: hexadecimal; empty where the form states none to compare it with.
    """

    name: str
    kind: str
    path: Path
    size: int
    sha256: str
    blake2: str
    md5: str


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """An upload's form: fields (each with all its values, in order) and the file.

    ``misplaced`` names fields other than the file's that came as a file.
    """

    fields: dict[str, list[str]]
    file: ReceivedFile | None = None
    misplaced: tuple[str, ...] = ()

    def value(self, name: str) -> str:
        """Give the last value of a field, or an empty text."""
        return "".join(self.fields.get(name, [])[-1:])
