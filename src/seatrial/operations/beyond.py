"""Whether the repositories downstream are up to date, as the world alone tells it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from seatrial.actions.downstream import UpdateRepositories
from seatrial.actions.registry import bind
from seatrial.operations.project import Project
from seatrial.operations.worlds import real_world
from seatrial.plan.state import Same
from seatrial.plan.values import Plan


def behind(project: Project, plan: Plan) -> bool:
    """Say whether a repository that a plan changes beside its own is not up to date.

    Args:
        project: the repository that is released.
        plan: of a release whose own parts are all there.

    Raises:
        Unreachable: one did not answer.
        DownstreamDiffers: one is not what an edit expects.
    """
    with tempfile.TemporaryDirectory(prefix="seatrial-", ignore_cleanup_errors=True) as name:
        world = real_world(project, plan, Path(name))
        actions = (action for action in bind(plan) if isinstance(action, UpdateRepositories))
        return not all(isinstance(action.observe(world), Same) for action in actions)
