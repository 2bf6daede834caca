"""The inspection of the built files."""

from __future__ import annotations

from dataclasses import dataclass

from seatrial.actions.bound import Bound
from seatrial.artifacts.findings import refuse_faults
from seatrial.artifacts.inspect import inspect_files
from seatrial.plan.state import Absent, Receipt, Same, State
from seatrial.plan.values import Inspect
from seatrial.world.ports import World


@dataclass(frozen=True)
class InspectFiles(Bound[Inspect]):
    """Refuse files that are not what they should be, with every fault of every file at once."""

    def observe(self, world: World) -> State:
        """Say whether these very bytes were inspected."""
        facts = world.store.recorded(self.key)
        if facts is None or any(facts.get(f.name) != f.sha256 for f in world.store.files()):
            return Absent()
        return Same(receipt=Receipt(detail=f"{len(facts)} files without fault"))

    def act(self, world: World) -> Receipt:
        """Inspect them.

        Raises:
            InspectionFailed: with all faults, a line each.
        """
        files = world.store.files()
        findings = inspect_files(
            [file.path for file in files], name=self.spec.package, version=self.spec.version
        )
        refuse_faults(findings)
        world.store.record(self.key, {file.name: file.sha256 for file in files})
        warnings = [f"{finding.file}: {finding.said}" for finding in findings]
        return Receipt(
            detail="; ".join([f"{len(files)} files without fault", *warnings]),
            facts={f"warning-{number}": text for number, text in enumerate(warnings, 1)},
        )
