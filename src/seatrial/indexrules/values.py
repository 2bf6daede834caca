"""The values the rules judge, and the values they answer with."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final, Literal

import msgspec

MEBIBYTE: Final = 1024**2
GIBIBYTE: Final = 1024**3

_CHUNK: Final = 1 << 20


class UploadedFile(msgspec.Struct, frozen=True, kw_only=True):
    """The file part of an upload.

    Attributes:
        name: the file name the client gave, as it came.
        path: where the bytes are; None leaves out every rule that reads the archive.
        size: in bytes.
        sha256: 64 lower-case hexadecimal digits.
        md5: 32 lower-case hexadecimal digits.
        blake2: BLAKE2b of 32 bytes, as 64 lower-case hexadecimal digits.
        content_type: of the part; None when the part states an empty one.
        seen: what is known of its content; None lets the rules read it.
    """

    name: str
    path: Path | None = None
    size: int
    sha256: str
    md5: str
    blake2: str
    content_type: str | None = "application/octet-stream"
    seen: Seen | None = None

    @classmethod
    def read(
        cls, path: Path, *, name: str | None = None, content_type: str | None = "application/zip"
    ) -> UploadedFile:
        """Digest the file at ``path`` and describe it as an upload called ``name``.

        Raises:
            OSError: the file cannot be read.
        """
        hashes = (
            hashlib.sha256(),
            hashlib.md5(usedforsecurity=False),
            hashlib.blake2b(digest_size=32),
        )
        size = 0
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                size += len(chunk)
                for one in hashes:
                    one.update(chunk)
        return cls(
            name=path.name if name is None else name,
            path=path,
            size=size,
            sha256=hashes[0].hexdigest(),
            md5=hashes[1].hexdigest(),
            blake2=hashes[2].hexdigest(),
            content_type=content_type,
        )


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody says of an archive who has read it to its last byte.

    Every member was sound, and no Python file held a mark of encrypted code; who finds anything
    else says nothing, and the rules read the archive themselves.

    Attributes:
        names: of all members of a tar, as ``tarfile`` has them, in order; empty for a ZIP.
        sparse: whether one of them is sparse.
    """

    names: tuple[str, ...] = ()
    sparse: bool = False


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of an upload, in the order they came; a key may come more than once.

    Attributes:
        fields: key and value.
        files: keys that came as a file part (``content`` among them, when it did).
    """

    fields: tuple[tuple[str, str], ...]
    files: tuple[str, ...] = ()

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]], *, files: Iterable[str] = ()) -> Form:
        """Make a form of pairs of key and value."""
        return cls(fields=tuple(pairs), files=tuple(files))

    def all(self, name: str) -> tuple[str, ...]:
        """Give every value of a key, in order; none when it did not come."""
        return tuple(value for key, value in self.fields if key == name)

    def one(self, name: str) -> str:
        """Give the first value of a key, or an empty text."""
        return next((value for key, value in self.fields if key == name), "")

    def last(self, name: str) -> str | None:
        """Give the last value of a key, or None."""
        return next((value for key, value in reversed(self.fields) if key == name), None)


class HeldFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file the index holds, in whatever project."""

    name: str
    sha256: str
    blake2: str


class HeldRelease(msgspec.Struct, frozen=True, kw_only=True):
    """A release the project has.

    Attributes:
        version: as the index states it.
        created: seconds since the epoch, UTC; where only files are known, the first upload's.
        has_sdist: whether one of its files is an sdist.
    """

    version: str
    created: float
    has_sdist: bool = False


class Uploader(msgspec.Struct, frozen=True, kw_only=True):
    """Who uploads, where the account is a part of the question.

    Attributes:
        name: of the user; empty for a trusted publisher.
        publisher: whether it is a trusted publisher's token.
        allowed: whether the project lets it upload.
        token_faults: why its token is not good for this upload, in PyPI's words.
    """

    name: str = ""
    publisher: bool = False
    allowed: bool = True
    token_faults: tuple[str, ...] = ()


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """What the index already holds that bears on one upload.

    Attributes:
        exists: whether the project exists.
        files: of every project, as far as known: names and contents are unique in the index.
        releases: of this project.
        similar: names of other projects, at least those that look alike.
        prohibited: normalised names the index gives to nobody.
        burnt: file names that were used and deleted.
        size_used: bytes of all files of this project.
        uploader: None leaves out the rules on accounts.
        registration_open: whether new projects may be made.
        statements: whether what attestations say is compared with the file; PyPI does so after it
            has verified their signatures, which is not done here.
    """

    exists: bool = False
    files: tuple[HeldFile, ...] = ()
    releases: tuple[HeldRelease, ...] = ()
    similar: tuple[str, ...] = ()
    prohibited: frozenset[str] = frozenset({"requirements-txt", "rrequirements-txt"})
    burnt: frozenset[str] = frozenset()
    size_used: int = 0
    uploader: Uploader | None = None
    registration_open: bool = True
    statements: bool = False


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Sizes and times; the first three are PyPI's, the others are our own bounds.

    Attributes:
        file_size: bytes of one file.
        project_size: bytes of all files of a project.
        release_open: seconds after its creation in which a release takes files.
        description: characters we render at most.
        unpacked: bytes we unpack of one sdist at most.
        members: members of one archive we look at at most.
    """

    file_size: int = 100 * MEBIBYTE
    project_size: int = 10 * GIBIBYTE
    release_open: float = 14 * 24 * 3600
    description: int = 8 * MEBIBYTE
    unpacked: int = 4 * GIBIBYTE
    members: int = 500_000

    @classmethod
    def granted(cls, *, file_size: int = 0, project_size: int = 0) -> Limits:
        """Give the limits of a project that has been granted others.

        The largest of PyPI's default, the project's and its organisation's counts, so one below
        the default has no effect.

        Source: ``packaging/models.py::Project.upload_limit_size``, ``::total_size_limit_value``.
        """
        return cls(
            file_size=max(cls().file_size, file_size),
            project_size=max(cls().project_size, project_size),
        )


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """One ground on which the index refuses an upload.

    Attributes:
        rule: the stable code.
        status: of HTTP.
        message: PyPI's own words, or ours where PyPI has none.
        source: where PyPI's rule is written, from the folder ``warehouse/`` of its repository.
        ours: PyPI answers 500 here, or does not look; the words and the status are ours.
    """

    rule: str
    status: int
    message: str
    source: str
    ours: bool = False


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """Something the index accepts, and writes to the project's users about."""

    rule: str
    message: str
    source: str


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What the index says to an upload.

    Attributes:
        refusals: every ground, in PyPI's own order; PyPI says the first one only.
        duplicate: accepted without effect, for the very same file is there already.
        notices: what PyPI would send a mail about.
    """

    refusals: tuple[Refusal, ...] = ()
    duplicate: bool = False
    notices: tuple[Notice, ...] = ()

    @property
    def outcome(self) -> Literal["accepted", "duplicate", "refused"]:
        """Say in one word what becomes of the upload."""
        if self.refusals:
            return "refused"
        return "duplicate" if self.duplicate else "accepted"
