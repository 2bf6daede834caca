"""The inspection of a whole release: every file by itself, all together, and PyPI's verdict."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

import msgspec

from seatrial.artifacts.filenames import version_of
from seatrial.artifacts.findings import Finding
from seatrial.artifacts.inspect import Looked, check_set, inspect_file
from seatrial.errors import InspectionFailed
from seatrial.inspection.policy import check_policy
from seatrial.inspection.verdict import (
    Asked,
    Part,
    findings_of,
    findings_of_name,
    holdings,
    part_of,
    verdict,
)
from seatrial.plan.values import Contents
from seatrial.world.ports import StoredFile

MOST_THREADS = 8
"""More than this only wait for the interpreter's lock."""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What a set of files is held against.

    Attributes:
        name: the project's name, in any spelling.
        version: the version of the release; empty where only the files tell it.
        now: seconds since the epoch, UTC.
        indexes: where the files are to go; PyPI's rules alone when empty.
        contents: what the project itself wants of them.
    """

    name: str
    version: str
    now: float
    indexes: tuple[Asked, ...] = ()
    contents: Contents = Contents()


class Inspection(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it.

    Attributes:
        looked: every file with what it says of itself.
        findings: of all files, and of the set; the gravest first within each file.
    """

    looked: tuple[Looked, ...]
    findings: tuple[Finding, ...]


def inspect_release(files: Sequence[StoredFile], question: Question) -> Inspection:
    """Inspect the files of one release; as :class:`Inspecting` does, once all are there.

    Args:
        files: sdist and wheels, in the order of their upload.
        question: what they are held against.

    Raises:
        StorageFault: a file cannot be read.
    """
    with Inspecting(question) as inspecting:
        return inspecting.all(files)


class Inspecting:
    """An inspection of the files of one release, which may begin before all are there.

    Each is read to its last byte, in bounded memory, several at a time; nothing is unpacked to the
    disk, and nothing leaves this machine.

    Args:
        question: what they are held against.
    """

    def __init__(self, question: Question) -> None:
        self._question = question
        # Inflating and hashing leave the interpreter's lock alone.
        workers = min(MOST_THREADS, os.cpu_count() or 1)
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="inspect")
        self._begun: dict[StoredFile, Future[Looked]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def begin(self, file: StoredFile) -> None:
        """Begin with a file that nobody changes any more, where it is known what it should be."""
        if self._question.version:
            self._begun[file] = self._pool.submit(_look, self._question, file)

    def all(self, files: Sequence[StoredFile], contents: Contents | None = None) -> Inspection:
        """Inspect the files; those that were begun are not read again.

        Args:
            files: all there are, in the order of their upload.
            contents: what the project wants of them, where only the files tell it; libraries that
                others bring are those of the question all the same.

        Raises:
            StorageFault: a file cannot be read.
        """
        if not self._question.version:
            version = min((str(version_of(file.name)) for file in files), default="")
            self._question = msgspec.structs.replace(self._question, version=version)
        if contents is not None:
            self._question = msgspec.structs.replace(self._question, contents=contents)
        question = self._question
        for file in files:
            if file not in self._begun:
                self._begun[file] = self._pool.submit(_look, question, file)
        looked = tuple(self._begun[file].result() for file in files)
        found = [
            *(finding for one in looked for finding in one.findings),
            *check_set(looked),
            *check_policy(looked, question.contents),
            *self._verdicts(files, looked),
        ]
        # Two indexes with PyPI's rules say the same of a file.
        return Inspection(looked=looked, findings=tuple(dict.fromkeys(found)))

    def _verdicts(self, files: Sequence[StoredFile], looked: Sequence[Looked]) -> Iterator[Finding]:
        question = self._question
        asked = question.indexes or (Asked(),)
        parts = [part for part in map(_part, files, looked) if part is not None]
        given = [
            self._pool.submit(_verdict, question, index, parts, number)
            for index in asked
            for number in range(len(parts))
        ]
        for index in asked:
            yield from findings_of_name(question.name, index)
        for each in given:
            yield from each.result()


def _look(question: Question, file: StoredFile) -> Looked:
    return inspect_file(
        file.path,
        name=question.name,
        version=question.version,
        libraries=question.contents.libraries,
    )


def _verdict(
    question: Question, index: Asked, parts: Sequence[Part], number: int
) -> tuple[Finding, ...]:
    """Give PyPI's verdict on the upload of that number, when those before it are there."""
    held = holdings(index, parts, number, question.now)
    given = verdict(parts[number], held, index, question.now)
    return tuple(findings_of(parts[number].file.name, given, index))


def _part(file: StoredFile, looked: Looked) -> Part | None:
    try:
        return part_of(file, looked)
    except InspectionFailed:
        return None  # said already, by who read the file
