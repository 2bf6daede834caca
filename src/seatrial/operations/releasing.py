"""The release: the plan against the real world, begun once and finished however often it takes."""

from __future__ import annotations

import contextlib
import datetime as dt
import shutil
from pathlib import Path
from typing import NamedTuple

import msgspec
from packaging.version import Version

from seatrial.actions.registry import bind
from seatrial.engine.history import Past, history
from seatrial.engine.journal import UNDONE, Expanded, Intend, Journal
from seatrial.engine.lock import hold
from seatrial.engine.order import irrevocable
from seatrial.engine.runs import RunFolder, create, find, finished, list_runs, make_room
from seatrial.engine.undo import undo as undo_actions
from seatrial.errors import (
    InvalidConfiguration,
    RemoteMissing,
    SeatrialError,
    StalePlan,
    UnfinishedRun,
)
from seatrial.leftovers import end_leftovers
from seatrial.operations.firsts import unable
from seatrial.operations.pages import write_pages
from seatrial.operations.planfiles import plan_of, read_plan, run_digest
from seatrial.operations.planning import Request, opened, plan_release
from seatrial.operations.project import Project
from seatrial.operations.running import (
    Stopwatch,
    Watch,
    artifacts_of,
    journal_of,
    perform,
    preflight,
    resumable,
)
from seatrial.operations.worlds import SCRATCH, folder_of, indexes_of, real_world
from seatrial.plan.planning import Planned, Planning, complete
from seatrial.plan.values import (
    DraftRelease,
    Plan,
    PublishRelease,
    Push,
    UpdateDownstreams,
    Upload,
    UploadAssets,
)
from seatrial.report.failure import Failure, describe
from seatrial.report.release import Circumstances, Outcome, ReleaseReport, report_release
from seatrial.versions.decide import Wish

OUTSIDE = (DraftRelease, UploadAssets, Upload, Push, PublishRelease, UpdateDownstreams)
"""Actions that change something beyond this machine."""

LEFT_BEHIND = (
    "Finish it with seatrial resume; "
    "if it cannot be finished, name the next version with --version."
)


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """How a release ended without an error.

    Attributes:
        planning: what the planning said; nothing when a run was resumed by its name.
        report: the report of the run, if there was one.
    """

    planning: Planning | None
    report: ReleaseReport | None


def release(request: Request, plan_file: Path | None, watch: Watch) -> Ending:
    """Release, or go on with the release of the same commit that was begun before.

    Args:
        request: what the user asked for.
        plan_file: a plan to carry out; it is made now when absent.
        watch: who is told and asked.

    Raises:
        StalePlan: the plan was made for another state of things; ``said`` tells what moved.
        UnfinishedRun: a run for another commit is not finished.
        Locked: another process is at it.
        SeatrialError: whatever stopped it.
    """
    wanted = read_plan(plan_file) if plan_file else None
    project, request = opened(_as_planned(request, wanted))
    _check_mode(project, request)
    with hold(project.snapshot.common, command="release"):
        earlier = _earlier(project)
        if (
            earlier is not None
            and (earlier.outside or earlier.finished)
            and (ending := _settled(project, earlier, request, wanted, watch)) is not None
        ):
            return ending
        planning = plan_release(project, request, watch.tell)
        if not isinstance(planning, Planned):
            return Ending(planning=planning, report=None)
        if wanted is not None:
            _compare(wanted, planning.plan)
            planning = msgspec.structs.replace(planning, plan=wanted)
        if earlier is not None and earlier.plan.digest == planning.plan.digest:
            return _again(project, earlier.run, earlier.plan, watch)
        return Ending(planning=planning, report=_begin(project, planning, watch))


def resume(path: Path, run: str, watch: Watch) -> Ending:
    """Finish a run.

    Args:
        path: a folder in the repository.
        run: the beginning of its name; empty is the latest that is not finished.
        watch: who is told and asked.

    Raises:
        UnknownRun: there is none.
        SeatrialError: whatever stopped it again.
    """
    project = Project.open(path)
    common = project.snapshot.common
    with hold(common, command="resume"):
        found = find(common, run)
        plan = plan_of(found)
        if history(journal_of(found.path)).outcome == UNDONE:
            raise StalePlan(
                f"of run {found.id}",
                "it was undone",
                doing="going on with the plan",
                next_step="Release again with seatrial release.",
            )
        if finished(found):
            done = complete(plan)
            return Ending(planning=done, report=None)
        past = history(journal_of(found.path)).actions
        if any(irrevocable(one) and not _is_done(past.get(one.key)) for one in bind(plan)):
            watch.ready()
        return _again(project, found, plan, watch)


def _is_done(past: Past | None) -> bool:
    return past is not None and past.status == "done"


def undo(path: Path, run: str, watch: Watch) -> ReleaseReport:
    """Take a run back.

    Args:
        path: a folder in the repository.
        run: the beginning of its name; empty is the latest that is not finished.
        watch: who is told.

    Raises:
        CannotUndo: something is out that cannot be taken back.
    """
    timer = Stopwatch()
    project = Project.open(path)
    common = project.snapshot.common
    with hold(common, command="undo"):
        found = find(common, run)
        plan = plan_of(found)
        at = project.at(plan.commit, folder_of(plan))
        world = real_world(at, plan, found.path)
        end_leftovers(found.logs)
        with Journal.open(found.journal, listener=watch.listener) as journal:
            journal.check_plan(run_digest(found.path))
            undo_actions(world, journal, bind(plan), listener=watch.progress)
        return _report(at, plan, found, _Ended("undone", going_on=False, timer=timer))


class Earlier(msgspec.Struct, frozen=True, kw_only=True):
    """A run of this repository that the release may belong to.

    Attributes:
        run: its folder.
        plan: its plan.
        finished: whether nothing is left to do.
        outside: whether it has begun to change anything outside this machine.
        forever: whether it has begun what cannot be taken back.
    """

    run: RunFolder
    plan: Plan
    finished: bool
    outside: bool
    forever: bool


def _earlier(project: Project) -> Earlier | None:
    """Find the latest run that was not undone."""
    for run in reversed(list_runs(project.snapshot.common)):
        entries = journal_of(run.path)
        past = history(entries)
        if past.outcome == "undone":
            continue
        plan = plan_of(run)
        outside = {action.key for action in plan.actions if isinstance(action, OUTSIDE)}
        begun = {entry.key for entry in entries if isinstance(entry, Intend)}
        no_return = {plan.point_of_no_return}
        for entry in entries:
            if isinstance(entry, Expanded) and entry.key == plan.point_of_no_return:
                no_return.update(entry.parts)
        return Earlier(
            run=run,
            plan=plan,
            finished=past.finished,
            outside=bool(begun & outside),
            forever=bool(begun & no_return),
        )
    return None


def _settled(
    project: Project, earlier: Earlier, request: Request, wanted: Plan | None, watch: Watch
) -> Ending | None:
    """End or finish the run that was begun before, where the release is that run.

    A run that can neither be finished nor taken back (an index refused one of its files) stands in
    nobody's way for ever: another version that is named is released beside it.

    Raises:
        UnfinishedRun: it is another release, it has changed things outside, and it is not finished.
    """
    plan = earlier.plan
    here = plan.commit == project.snapshot.head
    asked = request.wish.version
    if wanted is not None:
        same = wanted.digest == plan.digest
    else:
        same = here and (not asked or Version(asked) == Version(plan.version))
    if earlier.finished:
        if not same:
            return None
        done = complete(plan)
        return Ending(planning=done, report=None)
    if same:
        return _again(project, earlier.run, plan, watch)
    if earlier.forever and asked and Version(asked) != Version(plan.version):
        return None
    raise UnfinishedRun(
        plan.title,
        f"run {earlier.run.id}, for commit {plan.commit[:12]}, has begun and is not finished",
        next_step=LEFT_BEHIND if earlier.forever else None,
    )


def _as_planned(request: Request, wanted: Plan | None) -> Request:
    """Ask for what was asked for when the plan was made, so that the same plan comes of it."""
    if wanted is None:
        return request
    asked = wanted.asked
    return msgspec.structs.replace(
        request,
        wish=Wish(bump=asked.bump, version=asked.version),
        index=asked.index,
        python=asked.python,
        date=dt.date.fromisoformat(wanted.date),
        merged=asked.merged,
    )


def _check_mode(project: Project, request: Request) -> None:
    """Refuse to release at once what is to be reviewed before.

    Raises:
        InvalidConfiguration: the repository releases by pull request.
    """
    if project.settings.mode == "pull-request" and not request.merged:
        raise InvalidConfiguration(
            'mode = "pull-request"',
            "a version is reviewed before it is released",
            doing="releasing with",
            next_step="Run seatrial propose; when it is merged, seatrial release --merged.",
        )


def _compare(wanted: Plan, made: Plan) -> None:
    """Refuse a plan that would not be made today, and say what moved.

    Raises:
        StalePlan: it is another one.
    """
    # What is only remarked (a dirty tree) or seen from afar makes no other release.
    alike = [msgspec.structs.replace(plan, remarks=(), sets=()).digest for plan in (wanted, made)]
    if alike[0] == alike[1]:
        return
    words = {
        "tool": "the version of Seatrial",
        "commit": "the commit",
        "branch": "the branch",
        "remote": "the remote",
        "remote_tip": "the branch's place on the remote",
        "configuration": "the configuration",
        "version": "the version to release",
        "date": "the date",
    }
    moved = [
        f"{text}: {_short(getattr(wanted, name))} in the plan, {_short(getattr(made, name))} now"
        for name, text in words.items()
        if getattr(wanted, name) != getattr(made, name)
    ]
    if not moved:
        there, here = ({a.key: a for a in plan.actions} for plan in (wanted, made))
        other = {key for key in there.keys() | here.keys() if there.get(key) != here.get(key)}
        what = ", ".join(sorted(other)) or "its texts"
        moved = [f"it is not what would be planned now; it differs in: {what}"]
    raise StalePlan(f"for {wanted.title}", "\n".join(moved))


def _short(value: str) -> str:
    return value[:12] or "nothing"


def _begin(project: Project, planned: Planned, watch: Watch) -> ReleaseReport:
    timer = Stopwatch()
    plan = planned.plan
    if not plan.remote:
        raise RemoteMissing(str(project.snapshot.root))
    at = project.at(plan.commit, folder_of(plan))
    watch.tell("asking whether all of it may be done")
    scratch = project.snapshot.common / "seatrial"
    try:
        preflight(bind(plan), real_world(at, plan, scratch / "preflight"), unable(at, plan))
    finally:
        shutil.rmtree(scratch / "preflight", ignore_errors=True)
    make_room(project.snapshot.common)
    run = create(project.snapshot.common, plan.encode(), plan.version)
    return _perform(at, plan, run, watch, _Ended("released", planned.going_on, timer))


def _again(project: Project, run: RunFolder, plan: Plan, watch: Watch) -> Ending:
    timer = Stopwatch()
    at = project.at(plan.commit, folder_of(plan))
    if at.configuration.digest != plan.configuration:
        raise StalePlan(f"of run {run.id}", "the configuration of its commit reads otherwise now")
    report = _perform(at, plan, run, watch, _Ended("released", going_on=True, timer=timer))
    return Ending(planning=Planned(plan=plan, going_on=True), report=report)


class _Ended(NamedTuple):
    """How a command ended: its outcome, whether it went on with something, since when it ran.

    ``failure`` is what stopped it.
    """

    outcome: Outcome
    going_on: bool
    timer: Stopwatch
    failure: Failure | None = None


def _perform(
    project: Project, plan: Plan, run: RunFolder, watch: Watch, ended: _Ended
) -> ReleaseReport:
    """Run the plan; a page tells of its end, and of what stopped it."""
    world = real_world(project, plan, run.path)
    try:
        with resumable():
            perform(plan, world, run.path, watch)
    except SeatrialError as error:
        stopped = ended._replace(outcome="incomplete", failure=describe(error))
        with contextlib.suppress(SeatrialError):
            error.page = _report(project, plan, run, stopped).page
        raise
    # What the release was made in has served; plan, journal, files and logs stay.
    world.git.discard()
    shutil.rmtree(run.path / SCRATCH, ignore_errors=True)
    return _report(project, plan, run, ended)


def _report(project: Project, plan: Plan, run: RunFolder, ended: _Ended) -> ReleaseReport:
    world = real_world(project, plan, run.path)
    around = Circumstances(
        outcome=ended.outcome,
        going_on=ended.going_on,
        run=run.id,
        folder=str(run.path),
        artifacts=artifacts_of(world),
        simple_urls={name: world.index(name).simple_url for name in indexes_of(plan)},
        remote=project.facts.remote.url if project.facts.remote else "",
        failure=ended.failure,
        seconds=ended.timer.seconds,
    )
    return write_pages(report_release(plan, journal_of(run.path), around), run.path)
