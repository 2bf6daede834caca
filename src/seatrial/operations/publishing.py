"""Uploading files that are there already: what need not wait for anything else begins at once.

The files are read and the index is asked while most of the program is still being imported; so
this module imports little by itself.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.utils import parse_sdist_filename, parse_wheel_filename

from seatrial.addresses import INDEXES
from seatrial.ahead import Ahead
from seatrial.errors import InvalidConfiguration, NoRepository
from seatrial.world.given import GivenFiles

if TYPE_CHECKING:
    from seatrial.operations.indexes import Outside
    from seatrial.operations.running import Watch
    from seatrial.operations.single import SingleReport
    from seatrial.world.ports import HeldFile

RECENT = 0.4
"""Seconds for which an answer of the index serves the look before the uploads, too."""


@dataclass(frozen=True, kw_only=True)
class Begun:
    """Files on their way to an index.

    Attributes:
        name: the package's name.
        version: its version.
        index: the index's name.
        outside: how it is reached.
        store: what holds the files, once they are read.
        read: ends when they are.
        asked: what the index holds of the package.
    """

    name: str
    version: str
    index: str
    outside: Outside
    store: GivenFiles
    read: Ahead[None]
    asked: Ahead[Mapping[str, HeldFile]]


@contextlib.contextmanager
def beginning(files: Sequence[Path], index: str) -> Iterator[Begun]:
    """Begin to read files of one release, and to ask the index about it.

    Args:
        files: sdists and wheels of one version of one package.
        index: the index's name.

    Raises:
        InvalidConfiguration: they are not files of one release.
        UnknownIndex: nobody has described the index.
    """
    name, version = _release_of(files)
    with tempfile.TemporaryDirectory(prefix="seatrial-", ignore_cleanup_errors=True) as folder:
        store = GivenFiles(Path(folder).resolve())
        read = Ahead(partial(_read, store, files))
        outside = surroundings()
        asked = Ahead(partial(outside.index(index).files, name))
        yield Begun(
            name=name,
            version=version,
            index=index,
            outside=outside,
            store=store,
            read=read,
            asked=asked,
        )


class Awaited(Mapping[str, "HeldFile"]):
    """What an index holds, waited for when somebody looks: the files are read meanwhile.

    Args:
        asked: the answer.  Whoever looks meets what it raises.
    """

    def __init__(self, asked: Ahead[Mapping[str, HeldFile]]) -> None:
        self._asked = asked

    def __getitem__(self, name: str) -> HeldFile:
        """Give a file."""
        return self._asked.result()[name]

    def __iter__(self) -> Iterator[str]:
        """Give the names."""
        return iter(self._asked.result())

    def __len__(self) -> int:
        """Count the files."""
        return len(self._asked.result())


def publish(begun: Begun, watch: Watch) -> SingleReport:
    """Upload files of one release to an index, each decided by its SHA-256.

    Args:
        begun: the files, and where they are to go.
        watch: who is told and asked.

    Raises:
        InspectionFailed: one of them is not what it should be.
        SeatrialError: whatever the index said.
    """
    from seatrial.inspection.verdict import Asked
    from seatrial.operations import single
    from seatrial.operations.running import artifacts_of, perform
    from seatrial.operations.worlds import lone_world
    from seatrial.plan.assemble import upload_and_show

    name, version, index = begun.name, begun.version, begun.index
    upload, visible = upload_and_show(name, version, index)
    plan = single.lone_plan(name, version, "", (upload, visible), upload.key)
    (begun.store.folder / "plan.json").write_bytes(plan.encode())
    world = lone_world(begun.outside, plan, begun.store)
    begun.read.result()
    # Where reading took its time, the index answers anew while the files are inspected.
    again = Ahead(partial(world.index(index).files, name, asked_after=time.monotonic() - RECENT))
    held = Asked(name=index, strict=index in INDEXES, files=Awaited(begun.asked))
    findings = single.inspected(begun.store.files(), name, version, held)
    world.index(index).check_credential(name)
    again.result()
    perform(plan, world, begun.store.folder, watch)
    return single.report_of("published", plan, begun.store.folder, artifacts_of(world), findings)


def surroundings() -> Outside:
    """Give the settings of the repository around this folder, or the usual ones without one."""
    from seatrial.operations.indexes import Outside
    from seatrial.operations.project import Project

    try:
        project = Project.open(Path())
    except NoRepository:
        return Outside.usual()
    return project.outside


def _read(store: GivenFiles, files: Sequence[Path]) -> None:
    with ThreadPoolExecutor(os.cpu_count(), "read") as pool:
        list(pool.map(store.keep, files))


def _release_of(files: Sequence[Path]) -> tuple[str, str]:
    """Read name and version from the names of files; they must agree."""
    found = {}
    for file in files:
        parse = parse_wheel_filename if file.name.endswith(".whl") else parse_sdist_filename
        try:
            name, version, *_ = parse(file.name)
        except ValueError as error:
            raise InvalidConfiguration(
                str(file), str(error), doing="reading", next_step="Name sdists and wheels only."
            ) from error
        found[str(name), str(version)] = file
    if len(found) != 1:
        names = ", ".join(f"{name} {version}" for name, version in found)
        raise InvalidConfiguration(
            names or "no file",
            "the files are not of one release",
            doing="reading",
            next_step="Publish one version of one package at a time.",
        )
    return next(iter(found))
