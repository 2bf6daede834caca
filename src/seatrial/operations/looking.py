"""What a repository's runs look like from outside: nothing is changed, no lock is taken."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from seatrial.engine.history import history
from seatrial.engine.journal import Entry, Expanded
from seatrial.engine.lock import running
from seatrial.engine.runs import RunFolder, find, list_runs
from seatrial.errors import InvalidConfiguration, StalePlan, StorageFault
from seatrial.operations.pages import HTML
from seatrial.operations.planfiles import plan_of
from seatrial.operations.project import Project
from seatrial.operations.running import journal_of
from seatrial.plan.values import Plan, Upload


class RunStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One run.

    Attributes:
        run: its name.
        package: what it releases.
        version: as which version.
        commit: from which commit.
        state: "running", "done", "undone", "interrupted", "killed", "unreadable", or the error it
            stopped with.
        done: how many of its actions are done.
        actions: how many it has.
        said: what the error said.
        holder: which process is at it.
        began: when it was begun, seconds since the epoch; nothing when it never was.
        page: its HTML page, if there is one.
        forever: whether something is done that cannot be taken back.
    """

    run: str
    package: str
    version: str
    commit: str
    state: str
    done: int
    actions: int
    said: str = ""
    holder: str = ""
    began: float | None = None
    page: str = ""
    forever: bool = False


def statuses(path: Path, wanted: str = "") -> Sequence[RunStatus]:
    """Give the runs of a repository, the newest first.

    Args:
        path: a folder in the repository.
        wanted: the beginning of a run's name, when only one is asked for.

    Raises:
        UnknownRun: there is none of that name.
    """
    common = Project.open(path).snapshot.common
    runs = [find(common, wanted)] if wanted else list(reversed(list_runs(common)))
    at_work = running(common)
    return [_status(run, str(at_work or ""), newest=run == runs[0]) for run in runs]


def _status(run: RunFolder, at_work: str, *, newest: bool) -> RunStatus:
    try:
        plan = plan_of(run)
        entries = journal_of(run.path)
        past = history(entries)
    except (InvalidConfiguration, StalePlan, StorageFault) as error:
        # One damaged run must not hide the others.
        return RunStatus(
            run=run.id,
            package="",
            version="",
            commit="",
            state="unreadable",
            done=0,
            actions=0,
            said=f"{error}\n{error.next_step}",
        )
    mine = at_work if newest and not past.outcome else ""
    keys = {action.key for action in plan.actions}
    failed = next((a for a in past.actions.values() if a.status == "failed" and a.why), None)
    page = run.path / HTML
    return RunStatus(
        run=run.id,
        package=plan.title.removesuffix(f" {plan.version}"),
        version=plan.version,
        commit=plan.commit,
        state="running" if mine else past.outcome or "killed",
        done=sum(a.status == "done" for key, a in past.actions.items() if key in keys),
        actions=len(plan.actions),
        said=failed.why if failed else "",
        holder=mine,
        began=past.began,
        page=str(page) if page.is_file() else "",
        forever=any(
            key in past.actions and past.actions[key].status == "done"
            for key in _for_ever(plan, entries)
        ),
    )


def _for_ever(plan: Plan, entries: Sequence[Entry]) -> set[str]:
    """Give the keys of the uploads that cannot be taken back, whole and by the file."""
    uploads = {one.key for one in plan.actions if isinstance(one, Upload) and not one.staging}
    expanded = (one for one in entries if isinstance(one, Expanded) and one.key in uploads)
    return uploads | {part for one in expanded for part in one.parts}


def entries_of(path: Path, wanted: str) -> Sequence[Entry]:
    """Give the journal of a run."""
    return journal_of(find(Project.open(path).snapshot.common, wanted).path)


def follow(path: Path, wanted: str, wait: float = 0.5) -> Iterator[Entry]:
    """Give the lines of a run's journal as they come, until the run has ended.

    Args:
        path: a folder in the repository.
        wanted: the beginning of the run's name.
        wait: seconds between two looks at the file.
    """
    common = Project.open(path).snapshot.common
    found = find(common, wanted)
    shown = 0
    while True:
        entries = journal_of(found.path)
        yield from entries[shown:]
        shown = len(entries)
        if history(entries).outcome or running(common) is None:
            return
        time.sleep(wait)
