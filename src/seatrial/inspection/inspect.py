"""The inspection of a whole release: every file by itself, all together, and PyPI's verdict."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import msgspec

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
    asked = question.indexes or (Asked(),)
    with ThreadPoolExecutor(_workers(files), thread_name_prefix="inspect") as pool:
        looked = tuple(pool.map(partial(_look, question), files))
        parts = [part for part in map(_part, files, looked) if part is not None]
        given = [
            pool.submit(_verdict, question, index, parts, number)
            for index in asked
            for number in range(len(parts))
        ]
        verdicts = [finding for each in given for finding in each.result()]
    found = [
        *(finding for one in looked for finding in one.findings),
        *check_set(looked),
        *check_policy(looked, question.contents),
        *(finding for index in asked for finding in findings_of_name(question.name, index)),
        *verdicts,
    ]
    # Two indexes with PyPI's rules say the same of a file.
    return Inspection(looked=looked, findings=tuple(dict.fromkeys(found)))


def _workers(files: Sequence[StoredFile]) -> int:
    """Give the number of threads: inflating and hashing leave the interpreter's lock alone."""
    return max(1, min(MOST_THREADS, os.cpu_count() or 1, 2 * len(files)))


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
