"""What the inspection of the built files does: imported when there are some."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from seatrial.actions.files import files_of, label
from seatrial.actions.inspect import record_asks
from seatrial.addresses import INDEXES
from seatrial.artifacts.findings import Finding, gathered, refuse_faults, warning
from seatrial.artifacts.inspect import Looked
from seatrial.artifacts.surprises import surprises
from seatrial.errors import CannotTell, CredentialRefused, ReleaseClosed, Unreachable
from seatrial.inspection.against import against_previous
from seatrial.inspection.inspect import Question, inspect_release
from seatrial.inspection.policy import check_codes, looks_back, weighed
from seatrial.inspection.verdict import Asked
from seatrial.plan.state import Receipt
from seatrial.plan.values import Inspect, Plan, Upload
from seatrial.world.ports import World

CLOSED = "pypi-q5"


@dataclass(frozen=True)
class Inspection:
    """One inspection.

    Args:
        spec: what is inspected, and what the project wants of it.
        plan: says to which indexes it is to go.
        world: holds the files.
    """

    spec: Inspect
    plan: Plan
    world: World

    def made(self) -> Receipt:
        """Inspect the files; the action that does so says what is raised."""
        world = self.world
        contents = self.spec.contents
        check_codes(contents)
        files = files_of(world, self.plan, self.spec.package)
        remarks: list[Finding] = []
        inspected = inspect_release(
            files,
            Question(
                name=self.spec.package,
                version=self.spec.version,
                now=time.time(),
                indexes=tuple(self._asked(remarks)),
                contents=contents,
            ),
        )
        since = self._since(inspected.looked, remarks) if looks_back(contents) else ()
        findings = weighed([*inspected.findings, *since], contents)
        _refuse(findings, f"{self.spec.package} {self.spec.version}")
        asks = gathered(one for one in findings if one.code in contents.ask)
        record_asks(world, self.spec, asks)
        world.store.record(self.spec.key, {file.name: file.sha256 for file in files})
        warnings = gathered([*(one for one in findings if one.severity == "warning"), *remarks])
        return Receipt(
            detail="; ".join([f"{len(files)} files without fault", *warnings]),
            facts={f"warning-{number}": text for number, text in enumerate(warnings, 1)},
        )

    def _asked(self, remarks: list[Finding]) -> Iterator[Asked]:
        """Ask every index of the plan what it holds; where that fails, say so."""
        for upload in self._uploads():
            try:
                held = self.world.index(upload.index).files(upload.package)
            except (Unreachable, CannotTell, CredentialRefused) as error:
                said = f"{upload.index} did not say what it holds of {upload.package}: {error.said}"
                remarks.append(warning("index-not-asked", "", said))
                held = None
            yield Asked(name=upload.index, strict=upload.index in INDEXES, files=held)

    def _since(self, looked: Sequence[Looked], remarks: list[Finding]) -> tuple[Finding, ...]:
        """Compare with the release before, on the index that this one goes to."""
        release = (self.spec.package, self.spec.version)
        for upload in self._uploads():
            if upload.staging:
                continue
            index = self.world.index(upload.index)
            folder = self.world.store.folder / label(self.plan, self.spec.package, "previous")
            try:
                comparison = against_previous(looked, index, release, folder)
            except (Unreachable, CannotTell, CredentialRefused) as error:
                said = f"{upload.index} did not give the release before: {error.said}"
                remarks.append(warning("index-not-asked", "", said))
                continue
            return tuple(surprises(comparison)) if comparison is not None else ()
        return ()

    def _uploads(self) -> Iterator[Upload]:
        for action in self.plan.actions:
            if isinstance(action, Upload) and action.package == self.spec.package:
                yield action


def _refuse(findings: tuple[Finding, ...], release: str) -> None:
    """Raise the faults; that the release is closed is another outcome than a broken file."""
    faults = [finding for finding in findings if finding.severity == "fault"]
    if faults and all(finding.code == CLOSED for finding in faults):
        raise ReleaseClosed(f"PyPI ({release})", faults[0].said)
    refuse_faults(findings)
