"""A release as data: what ``--json`` prints, and what every page is made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

import msgspec

from seatrial.engine import journal
from seatrial.engine.history import Past, history
from seatrial.plan.filesets import FileSet
from seatrial.plan.firsts import FirstUpload
from seatrial.plan.released import ReleasedCommit
from seatrial.plan.values import Build, Commit, InstallCheck, Note, Plan, PublishRelease, Upload
from seatrial.report.beyond import Beyond, beyond, real_command
from seatrial.report.failure import Failure, Missing
from seatrial.report.stays import stays

SCHEMA = 1

Outcome: TypeAlias = Literal[
    "rehearsed",
    "released",
    "incomplete",
    "undone",
    "nothing-to-release",
    "already-complete",
]


StepOutcome: TypeAlias = Literal[
    "done", "found", "intended", "failed", "skipped", "undone", "pending"
]


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One action of the plan, or one part of it, and how it went.

    Attributes:
        key: its natural key.
        kind: what it is ("upload").
        outcome: "done" by this run, "found" done, "intended", "failed", "skipped", "undone", or
            "pending".
        detail: one line.
        seconds: how long it took.
        attempts: how often it failed before.
        facts: what identifies its effect.
    """

    key: str
    kind: str
    outcome: StepOutcome
    detail: str = ""
    seconds: float = 0.0
    attempts: int = 0
    facts: dict[str, str] = {}


class Edit(msgspec.Struct, frozen=True, kw_only=True):
    """One file that the release commit changes; ``diff`` is a unified diff."""

    path: str
    diff: str


class Artifact(msgspec.Struct, frozen=True, kw_only=True):
    """One built file: its name, its size in bytes, its SHA-256."""

    name: str
    size: int
    sha256: str


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """An index that the files went to: its name, its Simple API, whether it is for staging."""

    index: str
    url: str
    staging: bool


class Released(msgspec.Struct, frozen=True, kw_only=True):
    """One package of the release.

    Attributes:
        name: its name.
        version: its version.
        previous: its last release, or empty.
        tag: the tag's name.
        forge_release: the address of the forge release, or empty.
    """

    name: str
    version: str
    previous: str
    tag: str
    forge_release: str = ""


class Installation(msgspec.Struct, frozen=True, kw_only=True):
    """One clean environment.

    Attributes:
        package: the package that was installed.
        source: the index it was installed from, or "the built files".
        python: the version of its interpreter.
        ran: what was run in it.
    """

    package: str = ""
    source: str
    python: str
    ran: tuple[str, ...]


class ReleaseReport(msgspec.Struct, frozen=True, kw_only=True):
    """One rehearsal or release.

    Attributes:
        schema: the version of this layout.
        outcome: how it ended.
        going_on: whether a part of it was there when this command began.
        rehearsal: whether it took place in a world of its own.
        run: the run's name; empty for a rehearsal.
        folder: the run's folder, if it is kept.
        page: the path of the HTML page, if it is kept.
        package: the package's name; the first one's where there are several, and so on below.
        version: the version.
        previous: the last release, or empty.
        reason: why this version.
        date: the release's date.
        tag: the tag's name.
        commit: the release commit, or empty while it is not made.
        branch: the branch.
        remote: where it was pushed to; empty without a remote.
        forge_release: the address of the forge release, or empty.
        commits: what is new.
        edits: what the release commit changes.
        build_edits: what is changed on top of it for the build alone, and not committed.
        notes: the release notes, Markdown.
        artifacts: the built files.
        origin: where the files come from, when they were not built by this run.
        places: where they were staged and published.
        installations: where they were installed.
        steps: every action.
        remarks: what a person should know.
        point_of_no_return: the key of the first action that cannot be taken back; empty if none.
        warnings: what the inspection of the files found, beside faults.
        downstream: the other repositories that it changes.
        then: the command that does for real what was rehearsed.
        missing: what a real release would need.
        failure: what stopped it, if it was stopped.
        seconds: how long it took as a whole.
        packages: everything that is released, each after those of them that it requires.
        title: what is released, in a few words.
        sets: where the files come from that were expected.
        firsts: the projects that do not exist yet on the indexes.
    """

    schema: int = SCHEMA
    outcome: Outcome
    going_on: bool
    rehearsal: bool
    run: str
    folder: str
    page: str
    package: str
    version: str
    previous: str
    reason: str
    date: str
    tag: str
    commit: str
    branch: str
    remote: str
    forge_release: str
    commits: tuple[ReleasedCommit, ...]
    edits: tuple[Edit, ...]
    build_edits: tuple[Edit, ...] = ()
    notes: str
    artifacts: tuple[Artifact, ...]
    origin: str
    places: tuple[Place, ...]
    installations: tuple[Installation, ...]
    steps: tuple[Step, ...]
    remarks: tuple[Note, ...]
    point_of_no_return: str
    warnings: tuple[str, ...]
    downstream: tuple[Beyond, ...] = ()
    then: str = "seatrial release"
    missing: tuple[Missing, ...]
    failure: Failure | None
    seconds: float
    packages: tuple[Released, ...] = ()
    title: str = ""
    sets: tuple[FileSet, ...] = ()
    firsts: tuple[FirstUpload, ...] = ()

    @property
    def what(self) -> str:
        """What is released, without a version that is said beside it."""
        return (self.title or self.package).removesuffix(f" {self.version}")

    @property
    def name(self) -> str:
        """What is released, with its version."""
        return f"{self.what} {self.number}".rstrip()

    @property
    def number(self) -> str:
        """The version, where all packages have the same one, or empty."""
        return self.version if len({one.version for one in self.packages}) <= 1 else ""

    @property
    def tags(self) -> str:
        """The tag, or how many there are."""
        tags = tuple(dict.fromkeys(one.tag for one in self.packages))
        return f"{len(tags)} tags" if len(tags) > 1 else self.tag


class Circumstances(msgspec.Struct, frozen=True, kw_only=True):
    """What a report needs to know that neither plan nor journal holds.

    Attributes:
        outcome: how it ended.
        going_on: whether a part of it was there when this command began.
        rehearsal: whether it took place in a world of its own.
        run: the run's name.
        folder: the run's folder, if it is kept.
        artifacts: the built files.
        simple_urls: index → address of its Simple API.
        remote: where it was pushed to.
        missing: what a real release would need.
        failure: what stopped it.
        seconds: how long it took.
    """

    outcome: Outcome
    going_on: bool = False
    rehearsal: bool = False
    run: str = ""
    folder: str = ""
    artifacts: tuple[Artifact, ...] = ()
    simple_urls: dict[str, str] = {}
    remote: str = ""
    missing: tuple[Missing, ...] = ()
    failure: Failure | None = None
    seconds: float = 0.0


def report_release(
    plan: Plan, entries: Sequence[journal.Entry], around: Circumstances
) -> ReleaseReport:
    """Make the report of a run from its plan and its journal.

    Args:
        plan: what was to be done.
        entries: what the journal says, the oldest first.
        around: the rest.
    """
    steps = _steps(plan, entries)
    facts = {step.key: step.facts for step in steps}
    kinds = {step.kind: step.facts for step in steps if step.facts}
    shown = _shown_at(plan, facts)
    commits, builds = ([a for a in plan.actions if isinstance(a, kind)] for kind in (Commit, Build))
    return ReleaseReport(
        outcome=around.outcome,
        going_on=around.going_on,
        rehearsal=around.rehearsal,
        run=around.run,
        folder=around.folder,
        page="",
        package=plan.package,
        version=plan.version,
        previous=plan.previous,
        reason=plan.reason,
        date=plan.date,
        tag=plan.tag,
        commit=kinds.get("commit", {}).get("commit", ""),
        branch=plan.branch,
        remote=around.remote,
        forge_release=shown.get(plan.tag, ""),
        commits=plan.commits,
        edits=tuple(Edit(path=e.path, diff=e.diff) for c in commits for e in c.edits),
        build_edits=tuple(Edit(path=e.path, diff=e.diff) for b in builds for e in b.edits),
        notes=_notes(plan, steps),
        artifacts=around.artifacts,
        origin=kinds.get("build", {}).get("from", ""),
        places=_places(plan, around),
        installations=_installations(plan, facts),
        steps=steps,
        remarks=(*plan.remarks, *(stays(plan, steps) if around.outcome == "undone" else ())),
        point_of_no_return=plan.point_of_no_return,
        warnings=_warnings([step.facts for step in steps if step.kind == "inspect"]),
        downstream=beyond(plan, steps, rehearsal=around.rehearsal),
        then=real_command(plan),
        missing=around.missing,
        failure=around.failure,
        seconds=around.seconds,
        packages=_released(plan, shown),
        title=plan.title,
        sets=plan.sets,
        firsts=() if around.outcome == "released" else plan.firsts,
    )


def _shown_at(plan: Plan, facts: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Give the address of the forge release of each tag."""
    return {
        action.tag: facts.get(action.key, {}).get("url", "")
        for action in plan.actions
        if isinstance(action, PublishRelease)
    }


def _released(plan: Plan, shown: Mapping[str, str]) -> tuple[Released, ...]:
    return tuple(
        Released(
            name=one.name,
            version=one.version,
            previous=one.previous,
            tag=one.tag,
            forge_release=shown.get(one.tag, ""),
        )
        for one in plan.packages
    )


def _places(plan: Plan, around: Circumstances) -> tuple[Place, ...]:
    """Give the indexes that the files go to, each once."""
    found = {
        action.index: Place(
            index=action.index,
            url=around.simple_urls.get(action.index, ""),
            staging=action.staging,
        )
        for action in plan.actions
        if isinstance(action, Upload)
    }
    return tuple(found.values())


def _warnings(inspections: Sequence[Mapping[str, str]]) -> tuple[str, ...]:
    found = (facts.items() for facts in inspections)
    texts = (text for one in found for name, text in one if name.startswith("warning-"))
    return tuple(dict.fromkeys(texts))


def _installations(plan: Plan, facts: Mapping[str, Mapping[str, str]]) -> tuple[Installation, ...]:
    return tuple(
        Installation(
            package=action.package,
            source=action.index or "the built files",
            python=facts[action.key]["python"],
            ran=tuple(filter(None, facts[action.key].get("ran", "").split("\n"))),
        )
        for action in plan.actions
        if isinstance(action, InstallCheck) and "python" in facts.get(action.key, {})
    )


def _notes(plan: Plan, steps: Sequence[Step]) -> str:
    """Give the notes as they were written after the build, where they had to wait for it."""
    written = [step.facts["notes"] for step in steps if "notes" in step.facts]
    return written[0] if len(written) == 1 else plan.notes


def _steps(plan: Plan, entries: Sequence[journal.Entry]) -> tuple[Step, ...]:
    kinds: dict[str, str] = {}
    for action in plan.actions:
        kind = str(type(action).__struct_config__.tag)
        kinds[action.key] = kind
        for entry in entries:
            if isinstance(entry, journal.Expanded) and entry.key == action.key:
                kinds |= dict.fromkeys(entry.parts, f"{kind}-file")
    pasts = history(entries).actions
    return tuple(_step(key, kind, pasts.get(key)) for key, kind in kinds.items())


def _step(key: str, kind: str, past: Past | None) -> Step:
    if past is None:
        return Step(key=key, kind=kind, outcome="pending")
    done: StepOutcome = "done" if past.how == "acted" else "found"
    return Step(
        key=key,
        kind=kind,
        outcome=done if past.status == "done" else past.status,
        detail=past.why or past.receipt.detail,
        seconds=past.seconds,
        attempts=past.attempts,
        facts=dict(past.receipt.facts),
    )
