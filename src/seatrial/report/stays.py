"""What stays of a release that was taken back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from seatrial.plan.values import Note, Plan, Upload

if TYPE_CHECKING:
    from seatrial.report.release import Step


def stays(plan: Plan, steps: Sequence[Step]) -> tuple[Note, ...]:
    """Say what was not taken back, because no index gives a file's name free again.

    Args:
        plan: what was undone.
        steps: what became of each action.
    """
    remarks = []
    # Where an upload cannot be taken back, the undo has seen that nothing is there.
    staging = {a.index: "" for a in plan.actions if isinstance(a, Upload) and a.staging}
    for index in staging:
        sent = {
            step.key.removeprefix("upload ").removesuffix(f" to {index}"): step.outcome
            for step in steps
            if step.kind == "upload-file" and step.key.endswith(f" to {index}")
        }
        there = [name for name, outcome in sent.items() if outcome in {"done", "found"}]
        open_end = [name for name, outcome in sent.items() if outcome in {"intended", "failed"}]
        if there:
            text = f"On {index} there stays what an index never gives back: {', '.join(there)}."
            versions = sorted({package.version for package in plan.packages}) or [plan.version]
            used = f"{versions[0]} is" if len(versions) == 1 else "These versions are"
            remarks.append(f"{text} {used} used up there.")
        if open_end:
            remarks.append(f"{', '.join(open_end)} may have come to {index}, and stays then.")
    return tuple(Note(topic="stays", text=text) for text in remarks)
