"""The same actions one at a time: build, verify, and what publish has in common with them."""

from __future__ import annotations

import contextlib
import dataclasses
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec
from packaging.utils import canonicalize_name

from seatrial import __version__
from seatrial.artifacts.expected import SDIST
from seatrial.artifacts.filenames import version_of
from seatrial.artifacts.findings import Finding, gathered, refuse_faults
from seatrial.errors import InvalidConfiguration, NotVisibleYet
from seatrial.inspection.inspect import Inspecting, Question, inspect_release
from seatrial.inspection.policy import weighed
from seatrial.inspection.verdict import Asked
from seatrial.operations.lines import BuildTexts, edits_for
from seatrial.operations.project import Project
from seatrial.operations.publishing import surroundings
from seatrial.operations.required import versions_as_stated, wanted_of
from seatrial.operations.running import Watch, artifacts_of, journal_of, perform
from seatrial.operations.worlds import lone_world, real_world
from seatrial.operations.wrapping import resolved_wrap
from seatrial.plan import values
from seatrial.plan.collects import Collection
from seatrial.plan.contents import contents_of
from seatrial.plan.values import AnySpec, Contents, Plan
from seatrial.plan.wraps import Wrap
from seatrial.report.release import Artifact, Circumstances, Step, report_release
from seatrial.storage import chosen_place, lay_whole
from seatrial.versions.arithmetic import parse
from seatrial.world.ports import StoredFile
from seatrial.world.store import RunStore

SCHEMA = 1

Outcome: TypeAlias = Literal["built", "collected", "wrapped", "published", "verified"]


class SingleReport(msgspec.Struct, frozen=True, kw_only=True):
    """What one command did.

    Attributes:
        schema: the version of this layout.
        outcome: "built", "collected", "wrapped", "published" or "verified".
        package: the package's name.
        version: its version.
        artifacts: the files.
        steps: what was done.
        warnings: what the inspection found beside faults.
    """

    schema: int = SCHEMA
    outcome: Outcome
    package: str
    version: str
    artifacts: tuple[Artifact, ...]
    steps: tuple[Step, ...]
    warnings: tuple[str, ...] = ()


def build(path: Path, out: Path, watch: Watch) -> SingleReport:
    """Build sdist and wheel from the commit that HEAD is at.

    Args:
        path: a folder in the repository.
        out: the folder for the files; it is made.
        watch: who is told.

    Raises:
        BuildFailed, TimedOut, InspectionFailed: it cannot be built like this.
    """
    project = Project.open(path)
    package = project.package()
    found = resolved_wrap(project, package, package.version)
    return files_made(project, Parts(wrap=found), out, watch)


def wrap(path: Path, out: Path, source: str, watch: Watch) -> SingleReport:
    """Make the platform wheels of the commit that HEAD is at, and nothing else.

    Args:
        path: a folder in the repository.
        out: the folder for the wheels; it is made.
        source: where the binaries come from, in the place of what is configured; empty for that.
        watch: who is told.

    Raises:
        InvalidConfiguration: nothing is configured to be wrapped.
        BuildFailed, TimedOut, InspectionFailed, DifferentBytes: they cannot be made like this.
    """
    project = Project.open(path)
    package = project.package()
    found = resolved_wrap(project, package, package.version, source=source)
    if found is None:
        raise InvalidConfiguration(
            f"what to wrap into {package.name}",
            "there is no [wrap] in its configuration",
            doing="looking for",
            next_step="Say there where the binaries come from and where they go.",
        )
    return files_made(project, Parts(wrap=found, wheels=True), out, watch)


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """What a package's files are made of.

    Attributes:
        collection: where they come from when they were built elsewhere.
        wrap: the binaries that its wheels are made with.
        wheels: whether the sdist is left out.
    """

    collection: Collection | None = None
    wrap: Wrap | None = None
    wheels: bool = False

    @property
    def outcome(self) -> Outcome:
        """What is said of them when they are there."""
        if self.collection is not None:
            return "collected"
        return "wrapped" if self.wrap is not None else "built"


def files_made(project: Project, parts: Parts, out: Path, watch: Watch) -> SingleReport:
    """Build the files of a commit, or fetch what was built of it, inspect them, and lay them down.

    Args:
        project: the repository at the commit.
        parts: what they are made of.
        out: the folder for the files; it is made.
        watch: who is told.

    Raises:
        SeatrialError: whatever stopped it.
    """
    package = project.package()
    name = canonicalize_name(package.name)
    versions = versions_as_stated(project, package)
    commit = values.Commit(
        key=f"take commit {project.facts.head[:12]}",
        parent=project.facts.head,
        edits=(),
        message="",
        when=project.facts.head_when,
    )
    made = values.Build(
        key=f"collect {name}" if parts.collection else f"build {name}",
        needs=(commit.key,),
        package=name,
        version=package.version,
        path=package.path,
        epoch=project.facts.head_when,
        timeout=project.settings.build.timeout,
        edits=edits_for(project, package, BuildTexts(versions=versions)),
        collect=parts.collection,
        wrap=parts.wrap,
        sdist="none" if parts.wheels else "index",
    )
    plan = lone_plan(name, package.version, project.facts.head, (commit, made))
    settings = project.settings
    # What the commit requires by name stays where a release would commit it.
    required = wanted_of(project, package, versions, named=not settings.siblings_in_git)
    contents = contents_of(settings, package.path, parts.wrap, required)
    if not (parts.collection or parts.wrap):
        # One machine makes one wheel of a set that others complete.
        contents = msgspec.structs.replace(contents, expect=())
    question = Question(name=name, version=package.version, now=time.time(), contents=contents)
    with _run_folder(plan) as run, Inspecting(question) as inspecting:
        # Each file is inspected while the next one is made.
        store = RunStore(run, told=inspecting.begin)
        world = dataclasses.replace(real_world(project, plan, run), store=store)
        perform(plan, world, run, watch)
        files = store.files()
        if parts.collection and project.settings.collect.build_sdist:
            contents = _collected_alone(contents, files)
        findings = inspecting.all(files, contents).findings
        with chosen_place(out):
            out.mkdir(parents=True, exist_ok=True)
            lay_whole(((file.path, file.name) for file in files), out)
        # What was fetched lies there even where it is refused: people want to look at it.
        refuse_faults(weighed(findings, contents))
        return report_of(parts.outcome, plan, run, artifacts_of(world), findings)


def _collected_alone(contents: Contents, files: Sequence[StoredFile]) -> Contents:
    """Expect no sdist where CI has built none: the release builds it here."""
    if any(not file.name.endswith(".whl") for file in files):
        return contents
    expect = tuple(one for one in contents.expect if one.strip() != SDIST)
    return msgspec.structs.replace(contents, expect=expect)


def verify(requirement: str, index: str, python: Sequence[str], watch: Watch) -> SingleReport:
    """Install a released version in clean environments, and run it.

    Args:
        requirement: ``name==version``.
        index: the index's name.
        python: the Pythons to install on; the one Seatrial runs on when empty.
        watch: who is told.

    Raises:
        InvalidConfiguration, InvalidVersion: the requirement is of another form.
        NotVisibleYet: the index shows no file of that version.
        InstallCheckFailed: it does not install, import or run.
    """
    name, separator, version = requirement.partition("==")
    if not separator or not name or not version:
        raise InvalidConfiguration(
            requirement,
            "it names no exact version",
            doing="reading",
            next_step="Write it as NAME==VERSION.",
        )
    outside = surroundings()
    held = {version_of(file) for file in outside.index(index).files(name)}
    if parse(version, requirement) not in held:
        raise NotVisibleYet(
            f"{name} {version} on {index}",
            "its page shows no file of it",
            next_step="See that name and version are right; just uploaded, try in a few minutes.",
        )
    settings = outside.settings.verify
    checks = tuple(
        values.InstallCheck(
            key=f"install {requirement} from {index}" + (f" on Python {one}" if one else ""),
            package=canonicalize_name(name),
            version=version,
            python=one,
            index=index,
            imports=settings.imports,
            scripts=settings.scripts,
            timeout=settings.timeout,
        )
        for one in python or ("",)
    )
    plan = lone_plan(canonicalize_name(name), version, "", checks)
    with _run_folder(plan) as run:
        world = lone_world(outside, plan, RunStore(run))
        perform(plan, world, run, watch)
        return report_of("verified", plan, run, artifacts_of(world), ())


def inspected(
    files: Sequence[StoredFile], name: str, version: str, *indexes: Asked
) -> tuple[Finding, ...]:
    """Inspect the files of one release, and refuse faults.

    Args:
        files: sdists and wheels.
        name: the package's name.
        version: its version.
        indexes: where they are to go.

    Raises:
        InspectionFailed: one of them is not what it should be.
    """
    question = Question(name=name, version=version, now=time.time(), indexes=indexes)
    findings = inspect_release(files, question).findings
    refuse_faults(findings)
    return findings


def lone_plan(
    name: str, version: str, commit: str, actions: tuple[AnySpec, ...], no_return: str = ""
) -> Plan:
    """Give a plan of a few actions by themselves.

    Args:
        name: the package's name.
        version: its version.
        commit: what it is made from; empty where that is not known.
        actions: what is to be done.
        no_return: the key of the first action that cannot be taken back.
    """
    return Plan(
        tool=__version__,
        commit=commit,
        branch="",
        remote="",
        remote_tip="",
        configuration="",
        package=name,
        version=version,
        previous="",
        reason="",
        tag="",
        date="",
        commits=(),
        notes="",
        remarks=(),
        actions=actions,
        point_of_no_return=no_return,
    )


@contextlib.contextmanager
def _run_folder(plan: Plan) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="seatrial-", ignore_cleanup_errors=True) as name:
        run = Path(name).resolve()
        (run / "plan.json").write_bytes(plan.encode())
        yield run


def report_of(
    outcome: Outcome,
    plan: Plan,
    run: Path,
    artifacts: tuple[Artifact, ...],
    findings: Sequence[Finding],
) -> SingleReport:
    """Say what was done.

    Args:
        outcome: what came of it.
        plan: what was to be done.
        run: the run's folder.
        artifacts: the files.
        findings: what the inspection found.
    """
    report = report_release(plan, journal_of(run), Circumstances(outcome="released"))
    return SingleReport(
        outcome=outcome,
        package=plan.package,
        version=plan.version,
        artifacts=artifacts,
        steps=report.steps,
        warnings=gathered(one for one in findings if one.severity == "warning"),
    )
