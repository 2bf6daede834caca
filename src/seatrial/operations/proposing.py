"""Propose a release: the release commit on a branch of its own, and one pull request for it."""

from __future__ import annotations

import tempfile
from pathlib import Path

import msgspec

from seatrial.actions.registry import bind
from seatrial.engine.history import history
from seatrial.engine.lock import hold
from seatrial.errors import DetachedHead, InvalidConfiguration, RemoteMissing
from seatrial.operations.merged import edited_notes
from seatrial.operations.planfiles import PLAN
from seatrial.operations.planning import Request, plan_release
from seatrial.operations.project import Project
from seatrial.operations.running import Watch, perform, preflight
from seatrial.operations.worlds import folder_of, real_world
from seatrial.plan.planning import Complete, Nothing, Planned
from seatrial.plan.proposal import edits_of, proposal_of, proposed_alone, with_proposal
from seatrial.plan.values import Plan, Propose
from seatrial.report.proposed import Proposal
from seatrial.world.ports_forge import PullRequests


def propose(request: Request, watch: Watch) -> Proposal | Nothing | Complete:
    """Open the pull request that proposes the next release, or bring it up to date.

    Args:
        request: what the user asked for.
        watch: who is told.

    Raises:
        PullRequestClosed: somebody has closed it, and it proposed the same version.
        NotesUnreadable: the notes in it cannot be told from the rest of its text.
        BranchMoved: its branch holds a commit that was not pushed from here.
        SeatrialError: whatever else stopped it.
    """
    project = Project.open(request.path)
    if project.facts.remote is None:
        raise RemoteMissing(str(project.snapshot.root))
    if not isinstance(project.forge(), PullRequests):
        raise InvalidConfiguration(
            "forge",
            f"{project.facts.remote.url} lies on no forge whose pull requests are known",
            doing="proposing a release on",
            next_step="Say where it lies: [tool.seatrial.forge] kind, repository and api.",
        )
    branch = project.settings.branch or project.facts.upstream or project.facts.branch
    if not branch:
        raise DetachedHead(str(project.snapshot.root), f"HEAD is at {project.facts.head[:12]}")
    with hold(project.snapshot.common, command="propose"):
        watch.tell("reading the pull request that is open")
        edited = edited_notes(project, branch)
        planning = plan_release(
            project, msgspec.structs.replace(request, notes=dict(edited)), watch.tell
        )
        if not isinstance(planning, Planned):
            return planning
        plan = planning.plan
        if planning.going_on or not edits_of(plan):
            why = f"{plan.version} is stated here already: it is released with --merged."
            return Nothing(why=why)
        return _carried_out(project, plan, tuple(edited), watch)


def _carried_out(project: Project, plan: Plan, edited: tuple[str, ...], watch: Watch) -> Proposal:
    if not any(isinstance(action, Propose) for action in plan.actions):
        plan = with_proposal(plan, project.settings, edited)
    alone = proposed_alone(plan)
    at = project.at(plan.commit, folder_of(plan))
    folder = project.snapshot.common / "seatrial"
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix="propose-") as name:
        run = Path(name)
        (run / PLAN).write_bytes(alone.encode())
        world = real_world(at, alone, run)
        preflight(bind(alone), world)
        entries = perform(alone, world, run, watch)
    spec = proposal_of(plan, project.settings, "")
    past = history(entries).actions[spec.key]
    facts = past.receipt.facts
    return Proposal(
        package=plan.package,
        version=plan.version,
        what=plan.title,
        tag=plan.tag,
        how="acted" if past.how == "acted" else "found",
        url=facts["url"],
        number=int(facts["number"]),
        branch=spec.head,
        base=spec.base,
        commit=facts["commit"],
        title=facts["title"],
        body=facts["body"],
        edited=edited,
        remarks=plan.remarks,
    )
