"""The rehearsal: the plan against a world that lives in one temporary folder."""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import msgspec

from seatrial.actions.downstream import UpdateRepositories
from seatrial.actions.push import PAST_RULES
from seatrial.actions.registry import bind
from seatrial.ahead import Ahead
from seatrial.dock.faults import Fault, parse_fault
from seatrial.dock.hosting import Hosted
from seatrial.dock.server import Dock
from seatrial.errors import (
    CannotTell,
    CredentialMissing,
    CredentialRefused,
    Incomplete,
    Interrupted,
    InvalidConfiguration,
    SeatrialError,
    Unreachable,
)
from seatrial.indexrules.descriptions import load_renderer
from seatrial.operations.downstreams import copy_downstreams
from seatrial.operations.firsts import unable
from seatrial.operations.pages import load_pages, reports_folder, write_pages
from seatrial.operations.planning import Request, opened, plan_release
from seatrial.operations.project import Project
from seatrial.operations.running import (
    Stopwatch,
    Watch,
    artifacts_of,
    journal_of,
    perform,
    preflight,
)
from seatrial.operations.seeding import seed
from seatrial.operations.staged import Identified
from seatrial.operations.worlds import Stage, folder_of, indexes_of, rehearsal_world
from seatrial.plan.planning import Planned, Planning
from seatrial.plan.proposal import edits_of
from seatrial.plan.values import DraftRelease, Note, Plan, Propose, Push
from seatrial.report.failure import Missing, describe
from seatrial.report.release import Circumstances, ReleaseReport, report_release
from seatrial.storage import chosen_place
from seatrial.world.barecopy import bare_copy
from seatrial.world.ports import World
from seatrial.world.usual import usual_index


class Rehearsal(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for.

    Attributes:
        request: the release to rehearse.
        faults: what shall go wrong, as ``--fault`` has it.
        keep: the folder to leave everything in; nothing is left when absent.
    """

    request: Request
    faults: tuple[str, ...] = ()
    keep: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Rehearsed:
    """What came of a rehearsal.

    Args:
        planning: the plan, or why there is none.
        report: what was done; nothing without a plan, and where it could not be written down.
        error: what stopped it.
    """

    planning: Planning
    report: ReleaseReport | None = None
    error: SeatrialError | None = None


def rehearse(rehearsal: Rehearsal, watch: Watch, project: Project | None = None) -> Rehearsed:
    """Plan a release and run the plan against the dock and a bare clone.

    Args:
        rehearsal: what was asked for.
        watch: who is told.
        project: the repository, when it has been opened already.

    Raises:
        SeatrialError: what a real release would have met before its first action.
    """
    faults = tuple(parse_fault(text) for text in rehearsal.faults)
    project, request = opened(rehearsal.request, project)
    timer = Stopwatch(project.opened)
    planning = plan_release(project, request, watch.tell)
    if not isinstance(planning, Planned):
        return Rehearsed(planning=planning)
    plan = planning.plan
    watch.tell("setting the rehearsal up")
    at = project.at(plan.commit, folder_of(plan))
    with _folder(rehearsal.keep) as folder:
        run = folder / "run"
        run.mkdir()
        (run / "plan.json").write_bytes(plan.encode())
        with _staged(at, plan, folder, faults, timer) as (stage, met):
            (folder / "stage.json").write_bytes(msgspec.json.encode(stage))
            world = rehearsal_world(at, stage, run)
            preflight([a for a in bind(plan) if isinstance(a, UpdateRepositories)], world)
            _until_killed(folder, at, plan, faults)
            afterwards = Afterwards(partial(missing_for_release, at, plan))
            project.runner.meanwhile(afterwards.begin)
            scene = Scene(rehearsal, at, plan, stage, folder, timer, afterwards, met)
            try:
                perform(plan, world, run, watch)
            except SeatrialError as error:
                if isinstance(error, Incomplete | Interrupted):
                    # There is no run to resume: a rehearsal begins anew, and leaves nothing.
                    error.next_step = "Nothing of yours was changed: rehearse again."
                report = None
                with contextlib.suppress(SeatrialError):
                    report = scene.report(world, error)
                    error.page = report.page
                return Rehearsed(planning=planning, report=report, error=error)
            return Rehearsed(planning=planning, report=scene.report(world))


def load_judges() -> None:
    """Import what looks into files: for the inspection, the dock, and the installation."""
    for late in (
        "seatrial.actions.inspecting",
        "seatrial.dock.rules",
        "seatrial.actions.elsewhere",
        "seatrial.actions.interpreter",
        "seatrial.actions.siblings",
    ):
        importlib.import_module(late)


class Afterwards:
    """What is needed after gates and build, and got ready while they run, in other processes.

    Earlier it would keep the commit waiting, which is many short processes.

    Args:
        look: finds out what a real release would need.
    """

    def __init__(self, look: Callable[[], list[Missing]]) -> None:
        self._look = look
        self._missing: Ahead[list[Missing]] | None = None

    def begin(self) -> None:
        """Begin to get it ready."""
        self._missing = Ahead(self._look)
        Ahead(load_renderer)
        Ahead(load_judges)
        Ahead(load_pages)

    @property
    def missing(self) -> list[Missing]:
        """What a real release would need."""
        return self._missing.result() if self._missing else self._look()


@dataclass(frozen=True)
class Scene:
    """A rehearsal that takes place.

    Args:
        rehearsal: what was asked for.
        project: the repository, at the planned commit.
        plan: what is to be done.
        stage: where.
        folder: everything lies in it.
        timer: runs since the beginning.
        afterwards: what was got ready meanwhile.
        met: those of the dock's faults that have come.
    """

    rehearsal: Rehearsal
    project: Project
    plan: Plan
    stage: Stage
    folder: Path
    timer: Stopwatch
    afterwards: Afterwards
    met: Collection[Fault]

    def report(self, world: World, error: SeatrialError | None = None) -> ReleaseReport:
        """Report what came of it, and write its pages.

        Args:
            world: of the rehearsal.
            error: what stopped it.
        """
        plan, keep = self.plan, self.rehearsal.keep
        around = Circumstances(
            outcome="incomplete" if error else "rehearsed",
            rehearsal=True,
            folder=str(self.folder) if keep else "",
            artifacts=artifacts_of(world),
            simple_urls={name: simple for name, (_, simple) in self.stage.indexes.items()},
            remote=self.stage.remote if plan.remote else "",
            missing=tuple(self.afterwards.missing),
            failure=describe(error) if error else None,
            seconds=self.timer.seconds,
        )
        report = report_release(plan, journal_of(self.folder / "run"), around)
        faults = tuple(
            Note(topic="fault", text=f"The fault {text} was asked for{self._went(text, error)}")
            for text in self.rehearsal.faults
        )
        left = tuple(
            Note(topic="not-rehearsed", text=f"{name} is not rehearsed: {copy.said}")
            for name, copy in self.stage.downstreams.items()
            if copy.said
        )
        unknown = (
            Note(topic="index-not-known", text=text) for text in dict.fromkeys(self.stage.unknown)
        )
        remarks = (*report.remarks, *left, *unknown, *faults)
        report = msgspec.structs.replace(report, remarks=remarks)
        return write_pages(report, self.folder if keep else reports_folder(plan))

    def _went(self, text: str, error: SeatrialError | None) -> str:
        """Say how it went with a fault, to the end of the sentence."""
        if error:
            return "."
        fault = parse_fault(text)
        if fault.kind != "kill" and fault not in self.met:
            return ", and it never came: there are fewer such requests."
        return ", and the release went through."


@contextlib.contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    """Give the folder of the rehearsal: a temporary one, or the one that the user keeps."""
    if keep is None:
        # A build backend may leave read-only files behind; they must not keep the folder.
        with tempfile.TemporaryDirectory(prefix="seatrial-", ignore_cleanup_errors=True) as name:
            yield Path(name).resolve()
        return
    folder = keep.resolve()
    with chosen_place(keep):
        folder.mkdir(parents=True, exist_ok=True)
        empty = not any(folder.iterdir())
    if not empty:
        raise InvalidConfiguration(
            str(keep),
            "the folder is not empty",
            doing="keeping the rehearsal in",
            next_step="Name a new folder, or empty this one.",
        )
    yield folder


@contextlib.contextmanager
def _staged(
    project: Project, plan: Plan, folder: Path, faults: Sequence[Fault], timer: Stopwatch
) -> Iterator[tuple[Stage, Collection[Fault]]]:
    """Set up remote and dock; the faults that have come are told with the stage."""
    remote = bare_copy(
        project.snapshot.root,
        folder / "remote.git",
        project.runner,
        refs=_refs(plan),
    )
    own = project.repository
    copies = copy_downstreams(project, plan, folder / "downstream")
    dock = Dock(
        folder / "dock",
        foreign=usual_index(os.environ),
        own=frozenset(plan.names),
        faults=[fault for fault in faults if fault.kind != "kill"],
        repositories={
            copy.full_name: Hosted(path=copy.path, branch=copy.branch)
            for copy in copies.values()
            if copy.full_name and copy.path
        }
        | ({own.full_name: Hosted(path=str(remote), branch=plan.branch)} if own else {}),
    )
    with dock:
        project.runner.meanwhile(dock.wake)
        unknown = tuple(seed(dock, project, plan, timer.began))
        indexes = {
            name: (dock.upload_url(name), dock.simple_url(name)) for name in indexes_of(plan)
        }
        beyond = any(copy.full_name for copy in copies.values())
        on_forge = beyond or any(isinstance(action, DraftRelease) for action in plan.actions)
        forge = dock.forge_api if on_forge else ""
        identified: dict[str, Identified] = {}
        if project.settings.trusted_publisher:
            from seatrial.operations.identified import play_publisher

            identified, lacking = play_publisher(dock, project, plan)
            unknown = (*unknown, lacking) if lacking else unknown
        stage = Stage(
            remote=str(remote),
            indexes=indexes,
            forge=forge,
            downstreams=copies,
            unknown=unknown,
            identified=identified,
        )
        yield stage, dock.met


def _refs(plan: Plan) -> dict[str, str]:
    """Give the places of branches on the remote, where the user's own clone may have others.

    Of a branch that the release does not push, the part up to the release is enough: what came
    after may not even be here.
    """
    alone = any(isinstance(action, Push) and action.alone for action in plan.actions)
    proposals = (action for action in plan.actions if isinstance(action, Propose))
    return {f"refs/heads/{action.head}": "" for action in proposals} | {
        f"refs/heads/{plan.branch}": plan.commit if alone else plan.remote_tip
    }


def _until_killed(folder: Path, project: Project, plan: Plan, faults: Sequence[Fault]) -> None:
    """Run the plan in processes that kill themselves where a fault says so.

    What they leave behind is what a crash leaves behind; the caller then goes on with it.
    """
    for fault in faults:
        if fault.kind != "kill":
            continue
        kinds = sorted({action.key.split(" ")[0] for action in plan.actions})
        if fault.action not in kinds:
            raise InvalidConfiguration(
                f"--fault kill@{fault.action}",
                f"the plan has no such action; it has {', '.join(kinds)}",
                next_step="Name one of them.",
            )
        argv = [sys.executable, "-m", "seatrial.operations.doomed"]
        done = project.runner.run(
            [*argv, str(project.snapshot.root), str(folder), fault.action], cwd=folder
        )
        if done.code != -signal.SIGKILL:
            raise CannotTell(
                f"the process that was to be killed at {fault.action}",
                f"it ended with exit code {done.code}: {done.said}",
            )


def missing_for_release(project: Project, plan: Plan) -> list[Missing]:
    """Say what a real release of the plan would need and does not have."""
    found = []
    if not plan.remote:
        how = "git remote add origin ADDRESS, and push the branch there"
        found.append(Missing(what="a remote to push to", how=how))
    for name in indexes_of(plan):
        try:
            project.index(name).check_credential()
        except (CredentialMissing, Unreachable) as error:
            found.append(Missing(what=f"a credential for {name}", how=error.next_step))
    for refused in unable(project, plan):
        what = f"a login that may make projects on {refused.thing}"
        found.append(Missing(what=what, how=f"{refused.said}. {refused.next_step}"))
    if any(isinstance(action, DraftRelease) for action in plan.actions):
        try:
            project.forge_credential()
        except CredentialMissing as error:
            found.append(Missing(what=f"a credential for {error.thing}", how=error.next_step))
    return [*found, *_forbidden(project, plan)]


def _forbidden(project: Project, plan: Plan) -> Iterator[Missing]:
    """Say which rules of the forge would refuse the push of the branch, where it can be asked."""
    proposed = any(isinstance(action, Propose) for action in plan.actions)
    moves = any(isinstance(action, Push) and not action.alone for action in plan.actions)
    if proposed or not moves or not edits_of(plan):
        return
    try:
        forge = project.forge()
        rules = forge.refusals(plan.branch) if forge is not None else ()
    except (CredentialMissing, CredentialRefused, Unreachable):
        return
    if rules:
        what = f"the right to push to {plan.branch}, which is protected: {'; '.join(rules)}"
        yield Missing(what=what, how=PAST_RULES)
