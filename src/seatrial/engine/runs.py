"""The folders of a repository's runs: one a run, with its plan, journal, built files and logs."""

from __future__ import annotations

import contextlib
import hashlib
import re
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from seatrial.engine.history import history
from seatrial.engine.journal import UNDONE, read_entries
from seatrial.errors import SeatrialError, UnknownRun
from seatrial.storage import make_folder, storage_fault, write_whole

RUNS = "seatrial/runs"
KEPT = 20
"""How many finished runs keep their built files and logs."""

LARGE = ("artifacts", "logs", "clone", "scratch")
"""Folders of a run that serve nobody when it has long been finished."""

STAMP = "%Y%m%dT%H%M%SZ"
_ID = re.compile(r"(\d{8}T\d{6}Z)-.+-[0-9a-f]{6}(-\d+)?")


class RunFolder(msgspec.Struct, frozen=True, kw_only=True):
    """One run's folder.

    Attributes:
        id: its name, sortable by time ("20261121T004512Z-1.2.3-ab12cd").
        path: where it lies.
    """

    id: str
    path: Path

    @property
    def plan(self) -> Path:
        """The plan's file."""
        return self.path / "plan.json"

    @property
    def journal(self) -> Path:
        """The journal's file."""
        return self.path / "journal.jsonl"

    @property
    def artifacts(self) -> Path:
        """The folder of the built files."""
        return self.path / "artifacts"

    @property
    def logs(self) -> Path:
        """The folder of the logs."""
        return self.path / "logs"


def create(common: Path, plan: bytes, label: str) -> RunFolder:
    """Make the folder of a new run; without its plan, written last, it does not count.

    A clock that was set back must not put a new run behind an older one, so the time in the id is
    at least a second after that of the newest.

    Args:
        common: the repository's common git directory; nobody else makes a run there meanwhile.
        plan: the plan's bytes.
        label: what people call the run (the version).

    Raises:
        StorageFault: it cannot be written.
    """
    stamps = [match[1] for run in list_runs(common) if (match := _ID.fullmatch(run.id))]
    now = int(time.time())
    if stamps:
        newest = datetime.strptime(max(stamps), STAMP).replace(tzinfo=UTC)
        now = max(now, int(newest.timestamp()) + 1)
    stamp = datetime.fromtimestamp(now, UTC).strftime(STAMP)
    short = hashlib.sha256(plan).hexdigest()[:6]
    name = f"{stamp}-{re.sub(r'[^A-Za-z0-9.+!]', '_', label) or 'run'}-{short}"
    run = RunFolder(id=name, path=common / RUNS / name)
    make_folder(run.artifacts)
    make_folder(run.logs)
    write_whole(run.plan, plan)
    return run


def list_runs(common: Path) -> list[RunFolder]:
    """Give the runs of a repository, the oldest first.

    Raises:
        StorageFault: the folder cannot be read.
    """
    folder = common / RUNS
    try:
        names = sorted(entry.name for entry in folder.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise storage_fault(folder, error) from error
    runs = [RunFolder(id=name, path=folder / name) for name in names]
    return [run for run in runs if run.plan.is_file()]


def finished(run: RunFolder) -> bool:
    """Say whether nothing is left to do for a run; one whose journal cannot be read is not."""
    with contextlib.suppress(SeatrialError):
        return history(read_entries(run.journal)).finished
    return False


def undone(run: RunFolder) -> bool:
    """Say whether a run was taken back; one whose journal cannot be read was not."""
    with contextlib.suppress(SeatrialError):
        return history(read_entries(run.journal)).outcome == UNDONE
    return False


def make_room(common: Path, keep: int = KEPT) -> None:
    """Remove what the oldest finished runs hold beside plan, journal and pages; quiet if it cannot.

    Args:
        common: the repository's common git directory; nobody else is at its runs meanwhile.
        keep: how many finished runs, the newest, stay whole.
    """
    over = [run for run in list_runs(common) if finished(run)]
    for run in over[: max(0, len(over) - keep)]:
        for part in LARGE:
            shutil.rmtree(run.path / part, ignore_errors=True)


def find(common: Path, wanted: str = "") -> RunFolder:
    """Find a run.

    Args:
        common: the repository's common git directory.
        wanted: the beginning of its id, enough of it to be the only one; empty is the latest
            that was not undone.  One begun before a finished one is of the past.

    Raises:
        UnknownRun: there is none, or there are several.
        StorageFault: the folder cannot be read.
    """
    runs = list_runs(common)
    if not runs:
        raise UnknownRun(
            wanted or "to go on with",
            "this repository has none",
            next_step="Begin one with seatrial rehearse or seatrial release.",
        )
    if not wanted:
        return next((run for run in reversed(runs) if not undone(run)), runs[-1])
    found = [run for run in runs if run.id == wanted] or [
        run for run in runs if run.id.startswith(wanted)
    ]
    if len(found) == 1:
        return found[0]
    many = "several begin so: " if found else "there is none; the known ones are "
    raise UnknownRun(wanted, many + ", ".join(run.id for run in found or runs))
