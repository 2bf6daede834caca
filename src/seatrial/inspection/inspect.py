"""The inspection of a whole release: every file by itself, all together, and PyPI's verdict."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import msgspec

from seatrial.artifacts.findings import Finding
from seatrial.artifacts.inspect import Looked, check_set, inspect_file
from seatrial.errors import InspectionFailed
from seatrial.inspection import verdict
from seatrial.inspection.policy import check_policy
from seatrial.inspection.verdict import Asked, Part
from seatrial.plan.values import Contents
from seatrial.world.ports import StoredFile

MOST_THREADS = 8
"""Inflating and hashing leave the interpreter's lock alone; more threads than this only wait."""

_From = TypeVar("_From")
_To = TypeVar("_To")


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What a set of files is held against.

    Attributes:
        name: the project's name, in any spelling.
        version: the version of the release.
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
    """Inspect the files of one release.

    Each is read to its last byte, in bounded memory, several at a time; nothing is unpacked to the
    disk, and nothing leaves this machine.

    Args:
        files: sdist and wheels, in the order of their upload.
        question: what they are held against.

    Raises:
        StorageFault: a file cannot be read.
    """

    def look(file: StoredFile) -> Looked:
        return inspect_file(file.path, name=question.name, version=question.version)

    looked = tuple(_each(look, files))
    asked = question.indexes or (Asked(),)
    found = [
        *(finding for one in looked for finding in one.findings),
        *check_set(looked),
        *check_policy(looked, question.contents),
        *_verdicts(files, question, asked),
    ]
    # Two indexes with PyPI's rules say the same of a file.
    return Inspection(looked=looked, findings=tuple(dict.fromkeys(found)))


def _verdicts(
    files: Sequence[StoredFile], question: Question, asked: Iterable[Asked]
) -> Iterator[Finding]:
    """Give PyPI's verdict for the very upload of each file that can be read at all."""
    parts = [part for part in _each(_part, files) if part is not None]
    for index in asked:
        yield from verdict.findings_of_name(question.name, index)

        def judge(number: int, index: Asked = index) -> list[Finding]:
            held = verdict.holdings(index, parts, number, question.now)
            given = verdict.verdict(parts[number], held, index, question.now)
            return list(verdict.findings_of(parts[number].file.name, given, index))

        for found in _each(judge, range(len(parts))):
            yield from found


def _part(file: StoredFile) -> Part | None:
    try:
        return verdict.part_of(file)
    except InspectionFailed:
        return None  # said already, by who read the file


def _each(do: Callable[[_From], _To], items: Sequence[_From]) -> Iterator[_To]:
    """Do the same to all, several at a time, and give the results in order."""
    if len(items) < 2:  # noqa: PLR2004 -- one needs no threads
        yield from map(do, items)
        return
    workers = min(MOST_THREADS, os.cpu_count() or 1, len(items))
    with ThreadPoolExecutor(workers, thread_name_prefix="inspect") as pool:
        yield from pool.map(do, items)
