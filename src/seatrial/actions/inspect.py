"""The inspection of the built files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from seatrial.actions.bound import Bound
from seatrial.actions.files import files_of
from seatrial.plan.state import Absent, Receipt, Same, State
from seatrial.plan.values import Inspect
from seatrial.world.ports import World


@dataclass(frozen=True)
class InspectFiles(Bound[Inspect]):
    """Refuse files that are not what they should be, with every fault of every file at once.

    What looks into them is imported late: there is nothing to look into before the build has ended.
    """

    def preflight(self, world: World) -> None:
        """See that the project's policy speaks of findings that there are."""
        from seatrial.inspection.policy import check_codes

        del world
        check_codes(self.spec.contents)

    def observe(self, world: World) -> State:
        """Say whether these very bytes were inspected."""
        facts = world.store.recorded(self.key)
        files = files_of(world, self.plan, self.spec.package)
        if facts is None or any(facts.get(file.name) != file.sha256 for file in files):
            return Absent()
        return Same(receipt=Receipt(detail=f"{len(facts)} files without fault"))

    def act(self, world: World) -> Receipt:
        """Inspect them, and ask PyPI's rules about the very uploads that are to come.

        Raises:
            InspectionFailed: with all faults, a line each.
            InvalidConfiguration: the project's policy speaks of a finding that there is not.
            ReleaseClosed: the index takes no more files for this release.
        """
        from seatrial.actions.inspecting import Inspection

        return Inspection(self.spec, self.plan, world).made()


def record_asks(world: World, spec: Inspect, asks: Sequence[str]) -> None:
    """Remember what a person is to be asked before the point of no return."""
    world.store.record(
        f"{spec.key}: asks", {f"{number:04}": text for number, text in enumerate(asks)}
    )


def recorded_asks(world: World, spec: Inspect) -> tuple[str, ...]:
    """Give what a person is to be asked, in the order in which it was found."""
    return tuple((world.store.recorded(f"{spec.key}: asks") or {}).values())
