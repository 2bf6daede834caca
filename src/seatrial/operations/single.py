"""The same actions one at a time: build, publish, verify."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec
from packaging.utils import canonicalize_name, parse_sdist_filename, parse_wheel_filename

from seatrial import __version__
from seatrial.addresses import INDEXES
from seatrial.artifacts.filenames import version_of
from seatrial.artifacts.findings import Finding, gathered, refuse_faults
from seatrial.errors import InvalidConfiguration, NoRepository
from seatrial.inspection.inspect import Question, inspect_release
from seatrial.inspection.verdict import Asked
from seatrial.operations.ahead import Ahead
from seatrial.operations.project import Outside, Project
from seatrial.operations.running import Watch, artifacts_of, journal_of, perform
from seatrial.operations.worlds import lone_world, real_world
from seatrial.plan import values
from seatrial.plan.values import AnySpec, Plan
from seatrial.report.release import Artifact, Circumstances, Step, report_release
from seatrial.storage import chosen_place
from seatrial.world.given import GivenFiles
from seatrial.world.ports import StoredFile
from seatrial.world.store import RunStore

UPLOADED_WITHIN = 600.0
"""Seconds to wait for an index to show what it took."""


SCHEMA = 1

Outcome: TypeAlias = Literal["built", "published", "verified"]


class SingleReport(msgspec.Struct, frozen=True, kw_only=True):
    """What one command did.

    Attributes:
        schema: the version of this layout.
        outcome: "built", "published" or "verified".
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
    name = canonicalize_name(package.name)
    commit = values.Commit(
        key=f"take commit {project.facts.head[:12]}",
        parent=project.facts.head,
        edits=(),
        message="",
        when=project.facts.head_when,
    )
    made = values.Build(
        key=f"build {name}",
        needs=(commit.key,),
        package=name,
        version=package.version,
        path=package.path,
        epoch=project.facts.head_when,
        timeout=project.settings.build.timeout,
    )
    plan = _plan(name, package.version, project.facts.head, (commit, made))
    with _run_folder(plan) as run:
        world = real_world(project, plan, run)
        perform(plan, world, run, watch)
        files = world.store.files()
        versions = {str(version_of(file.name)) for file in files}
        version = package.version or min(versions)
        findings = _inspected(files, name, version)
        with chosen_place(out):
            out.mkdir(parents=True, exist_ok=True)
            for file in files:
                shutil.copyfile(file.path, out / file.name)
        return _report("built", plan, run, artifacts_of(world), findings)


def publish(files: Sequence[Path], index: str, watch: Watch) -> SingleReport:
    """Upload files of one release to an index, each decided by its SHA-256.

    Args:
        files: sdists and wheels of one version of one package.
        index: the index's name.
        watch: who is told and asked.

    Raises:
        InvalidConfiguration: they are not files of one release.
        InspectionFailed: one of them is not what it should be.
        SeatrialError: whatever the index said.
    """
    name, version = _release_of(files)
    outside = surroundings()
    # The index answers while the files are read.
    asked = Ahead(partial(outside.index(index).files, name))
    upload = values.Upload(
        key=f"upload {name} {version} to {index}",
        package=name,
        version=version,
        index=index,
        staging=False,
    )
    visible = values.Visible(
        key=f"see {name} {version} on {index}",
        needs=(upload.key,),
        package=name,
        version=version,
        index=index,
        timeout=UPLOADED_WITHIN,
    )
    plan = _plan(name, version, "", (upload, visible), upload.key)
    with _run_folder(plan) as run:
        world = lone_world(outside, plan, GivenFiles(run))
        with ThreadPoolExecutor(os.cpu_count(), "read") as pool:
            list(pool.map(world.store.keep, files))
        held = Asked(name=index, strict=index in INDEXES, files=asked.result())
        findings = _inspected(world.store.files(), name, version, held)
        world.index(index).check_credential()
        perform(plan, world, run, watch)
        return _report("published", plan, run, artifacts_of(world), findings)


def verify(requirement: str, index: str, python: Sequence[str], watch: Watch) -> SingleReport:
    """Install a released version in clean environments, and run it.

    Args:
        requirement: ``name==version``.
        index: the index's name.
        python: the Pythons to install on; the one Seatrial runs on when empty.
        watch: who is told.

    Raises:
        InvalidConfiguration: the requirement is of another form.
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
    plan = _plan(canonicalize_name(name), version, "", checks)
    with _run_folder(plan) as run:
        world = lone_world(outside, plan, RunStore(run))
        perform(plan, world, run, watch)
        return _report("verified", plan, run, artifacts_of(world), ())


def surroundings() -> Outside:
    """Give the settings of the repository around this folder, or the usual ones without one."""
    try:
        project = Project.open(Path())
    except NoRepository:
        return Outside.usual()
    return project.outside


def _release_of(files: Sequence[Path]) -> tuple[str, str]:
    """Read name and version from the names of files; they must agree."""
    found = {}
    for file in files:
        parse = parse_wheel_filename if file.name.endswith(".whl") else parse_sdist_filename
        try:
            name, version, *_ = parse(file.name)
        except ValueError as error:
            raise InvalidConfiguration(
                str(file), str(error), doing="reading", next_step="Name sdists and wheels only."
            ) from error
        found[str(name), str(version)] = file
    if len(found) != 1:
        names = ", ".join(f"{name} {version}" for name, version in found)
        raise InvalidConfiguration(
            names or "no file",
            "the files are not of one release",
            doing="reading",
            next_step="Publish one version of one package at a time.",
        )
    return next(iter(found))


def _inspected(
    files: Sequence[StoredFile], name: str, version: str, *indexes: Asked
) -> tuple[Finding, ...]:
    question = Question(name=name, version=version, now=time.time(), indexes=indexes)
    findings = inspect_release(files, question).findings
    refuse_faults(findings)
    return findings


def _plan(
    name: str, version: str, commit: str, actions: tuple[AnySpec, ...], no_return: str = ""
) -> Plan:
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


def _report(
    outcome: Outcome,
    plan: Plan,
    run: Path,
    artifacts: tuple[Artifact, ...],
    findings: Sequence[Finding],
) -> SingleReport:
    report = report_release(plan, journal_of(run), Circumstances(outcome="released"))
    return SingleReport(
        outcome=outcome,
        package=plan.package,
        version=plan.version,
        artifacts=artifacts,
        steps=report.steps,
        warnings=gathered(one for one in findings if one.severity == "warning"),
    )
