"""Which behaviour belongs to which part of a plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from seatrial.actions.build import BuildFiles
from seatrial.actions.commit import MakeCommit, MakeTag, MakeTags
from seatrial.actions.downstream import UpdateRepositories
from seatrial.actions.forge import AttachFiles, OpenDraft, ShowRelease
from seatrial.actions.gate import PassGate
from seatrial.actions.inspect import InspectFiles
from seatrial.actions.install import CheckInstallation
from seatrial.actions.propose import ProposeRelease
from seatrial.actions.push import PushRelease
from seatrial.actions.upload import ShowFiles, UploadFiles
from seatrial.plan import values
from seatrial.plan.state import Action
from seatrial.world.ports import World

BEHAVIOURS: Mapping[type[values.Spec], Callable[[Any, values.Plan], Action[World]]] = {
    values.Gate: PassGate,
    values.Commit: MakeCommit,
    values.Tag: MakeTag,
    values.Tags: MakeTags,
    values.Build: BuildFiles,
    values.Inspect: InspectFiles,
    values.InstallCheck: CheckInstallation,
    values.DraftRelease: OpenDraft,
    values.UploadAssets: AttachFiles,
    values.Upload: UploadFiles,
    values.Visible: ShowFiles,
    values.Push: PushRelease,
    values.PublishRelease: ShowRelease,
    values.Propose: ProposeRelease,
    values.UpdateDownstreams: UpdateRepositories,
}


def bind(plan: values.Plan) -> tuple[Action[World], ...]:
    """Give the plan's actions with their behaviour, in the plan's order."""
    return tuple(BEHAVIOURS[type(spec)](spec, plan) for spec in plan.actions)
