"""The inspection of the built files."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from seatrial.actions.bound import Bound
from seatrial.addresses import INDEXES
from seatrial.artifacts.findings import Finding, gathered, refuse_faults, warning
from seatrial.errors import CannotTell, CredentialRefused, ReleaseClosed, Unreachable
from seatrial.inspection.inspect import Question, inspect_release
from seatrial.inspection.verdict import Asked
from seatrial.plan.state import Absent, Receipt, Same, State
from seatrial.plan.values import Inspect, Upload
from seatrial.world.ports import World

CLOSED = "pypi-q5"


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
        """Inspect them, and ask PyPI's rules about the very uploads that are to come.

        Raises:
            InspectionFailed: with all faults, a line each.
            ReleaseClosed: the index takes no more files for this release.
        """
        files = world.store.files()
        remarks: list[Finding] = []
        inspected = inspect_release(
            files,
            Question(
                name=self.spec.package,
                version=self.spec.version,
                now=time.time(),
                indexes=tuple(self._asked(world, remarks)),
                contents=self.spec.contents,
            ),
        )
        _refuse(inspected.findings, f"{self.spec.package} {self.spec.version}")
        world.store.record(self.key, {file.name: file.sha256 for file in files})
        shown = [found for found in inspected.findings if found.severity == "warning"]
        warnings = gathered([*shown, *remarks])
        return Receipt(
            detail="; ".join([f"{len(files)} files without fault", *warnings]),
            facts={f"warning-{number}": text for number, text in enumerate(warnings, 1)},
        )

    def _asked(self, world: World, remarks: list[Finding]) -> Iterator[Asked]:
        """Ask every index of the plan what it holds; where that fails, say so."""
        for upload in self.plan.actions:
            if not isinstance(upload, Upload):
                continue
            try:
                held = world.index(upload.index).files(upload.package)
            except (Unreachable, CannotTell, CredentialRefused) as error:
                said = f"{upload.index} did not say what it holds of {upload.package}: {error.said}"
                remarks.append(warning("index-not-asked", "", said))
                held = None
            yield Asked(name=upload.index, strict=upload.index in INDEXES, files=held)


def _refuse(findings: tuple[Finding, ...], release: str) -> None:
    """Raise the faults; that the release is closed is another outcome than a broken file."""
    faults = [finding for finding in findings if finding.severity == "fault"]
    if faults and all(finding.code == CLOSED for finding in faults):
        raise ReleaseClosed(f"PyPI ({release})", faults[0].said)
    refuse_faults(findings)
