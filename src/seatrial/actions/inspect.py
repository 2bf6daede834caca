"""The inspection of the built files."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from seatrial.actions.bound import Bound
from seatrial.addresses import INDEXES
from seatrial.artifacts.findings import Finding, gathered, refuse_faults, warning
from seatrial.artifacts.inspect import Looked
from seatrial.artifacts.surprises import surprises
from seatrial.errors import CannotTell, CredentialRefused, ReleaseClosed, Unreachable
from seatrial.inspection.against import against_previous
from seatrial.inspection.inspect import Question, inspect_release
from seatrial.inspection.policy import check_codes, looks_back, weighed
from seatrial.inspection.verdict import Asked
from seatrial.plan.state import Absent, Receipt, Same, State
from seatrial.plan.values import Inspect, Upload
from seatrial.world.ports import World

CLOSED = "pypi-q5"


@dataclass(frozen=True)
class InspectFiles(Bound[Inspect]):
    """Refuse files that are not what they should be, with every fault of every file at once."""

    def preflight(self, world: World) -> None:
        """See that the project's policy speaks of findings that there are."""
        del world
        check_codes(self.spec.contents)

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
            InvalidConfiguration: the project's policy speaks of a finding that there is not.
            ReleaseClosed: the index takes no more files for this release.
        """
        contents = self.spec.contents
        check_codes(contents)
        files = world.store.files()
        remarks: list[Finding] = []
        inspected = inspect_release(
            files,
            Question(
                name=self.spec.package,
                version=self.spec.version,
                now=time.time(),
                indexes=tuple(self._asked(world, remarks)),
                contents=contents,
            ),
        )
        since = self._since(world, inspected.looked, remarks) if looks_back(contents) else ()
        findings = weighed([*inspected.findings, *since], contents)
        _refuse(findings, f"{self.spec.package} {self.spec.version}")
        asks = gathered(one for one in findings if one.code in contents.ask)
        record_asks(world, self.spec, asks)
        world.store.record(self.key, {file.name: file.sha256 for file in files})
        warnings = gathered([*(one for one in findings if one.severity == "warning"), *remarks])
        return Receipt(
            detail="; ".join([f"{len(files)} files without fault", *warnings]),
            facts={f"warning-{number}": text for number, text in enumerate(warnings, 1)},
        )

    def _asked(self, world: World, remarks: list[Finding]) -> Iterator[Asked]:
        """Ask every index of the plan what it holds; where that fails, say so."""
        for upload in self._uploads():
            try:
                held = world.index(upload.index).files(upload.package)
            except (Unreachable, CannotTell, CredentialRefused) as error:
                said = f"{upload.index} did not say what it holds of {upload.package}: {error.said}"
                remarks.append(warning("index-not-asked", "", said))
                held = None
            yield Asked(name=upload.index, strict=upload.index in INDEXES, files=held)

    def _since(
        self, world: World, looked: Sequence[Looked], remarks: list[Finding]
    ) -> tuple[Finding, ...]:
        """Compare with the release before, on the index that this one goes to."""
        release = (self.spec.package, self.spec.version)
        for upload in self._uploads():
            if upload.staging:
                continue
            index, folder = world.index(upload.index), world.store.folder / "previous"
            try:
                comparison = against_previous(looked, index, release, folder)
            except (Unreachable, CannotTell, CredentialRefused) as error:
                said = f"{upload.index} did not give the release before: {error.said}"
                remarks.append(warning("index-not-asked", "", said))
                continue
            return tuple(surprises(comparison)) if comparison is not None else ()
        return ()

    def _uploads(self) -> Iterator[Upload]:
        yield from (action for action in self.plan.actions if isinstance(action, Upload))


def record_asks(world: World, spec: Inspect, asks: Sequence[str]) -> None:
    """Remember what a person is to be asked before the point of no return."""
    world.store.record(
        f"{spec.key}: asks", {f"{number:04}": text for number, text in enumerate(asks)}
    )


def recorded_asks(world: World, spec: Inspect) -> tuple[str, ...]:
    """Give what a person is to be asked, in the order in which it was found."""
    return tuple((world.store.recorded(f"{spec.key}: asks") or {}).values())


def _refuse(findings: tuple[Finding, ...], release: str) -> None:
    """Raise the faults; that the release is closed is another outcome than a broken file."""
    faults = [finding for finding in findings if finding.severity == "fault"]
    if faults and all(finding.code == CLOSED for finding in faults):
        raise ReleaseClosed(f"PyPI ({release})", faults[0].said)
    refuse_faults(findings)
