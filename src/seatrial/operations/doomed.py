"""The process that a rehearsal starts to see it killed (``--fault kill@tag``)."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from seatrial.operations.project import Project
from seatrial.operations.running import Watch, killer, perform
from seatrial.operations.worlds import Stage, folder_of, rehearsal_world
from seatrial.plan.values import decode_plan


def main(root: str, folder: str, kind: str) -> None:
    """Go on with a rehearsal until an action of a kind is about to begin; then die.

    Args:
        root: the user's repository.
        folder: the rehearsal's folder.
        kind: the first word of the action's key.
    """
    plan = decode_plan((Path(folder) / "run" / "plan.json").read_bytes())
    stage = msgspec.json.decode((Path(folder) / "stage.json").read_bytes(), type=Stage)
    project = Project.open(Path(root)).at(plan.commit, folder_of(plan))
    run = Path(folder) / "run"
    perform(plan, rehearsal_world(project, stage, run), run, Watch(listener=killer(kind)))


if __name__ == "__main__":
    main(*sys.argv[1:])
