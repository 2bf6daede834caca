"""The workflows by which CI builds what a release expects, and releases: written, or compared."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec

from seatrial import __version__
from seatrial.addresses import GITLAB_HOST
from seatrial.ci import gitlab
from seatrial.ci.github import workflow
from seatrial.ci.heads import is_ours
from seatrial.ci.release import Releasing, release_workflow
from seatrial.ci.rows import runner
from seatrial.config.schema import CollectSettings
from seatrial.errors import InvalidConfiguration
from seatrial.operations.firsts import publisher_of
from seatrial.operations.matrices import branch_of, by_cibuildwheel, matrices_of
from seatrial.operations.project import Project
from seatrial.plan.matrix import Matrix, Target
from seatrial.repository.edit import unified_diff
from seatrial.storage import make_folder, storage_faults, write_whole
from seatrial.world.collecting import GITHUB, GITLAB
from seatrial.world.forge.detect import host_and_path
from seatrial.world.forge.gitlabjobs import PIPELINE

FOLDER = Path(".github/workflows")
GITLAB_FOLDER = Path(".gitlab")
USUAL = "wheels.yml"
RELEASE = "release.yml"
MATURIN = "maturin"

Outcome: TypeAlias = Literal["written", "current", "stale", "changed-by-hand"]


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One job that builds.

    Attributes:
        package: what it builds, where there are several.
        platform: the platform tag of its wheels.
        runner: the machine that it runs on.
        wheels: what it builds for it, by tags.
    """

    package: str = ""
    platform: str
    runner: str
    wheels: str


class Generated(msgspec.Struct, frozen=True, kw_only=True):
    """The workflow, and how the file stands to it.

    Attributes:
        schema: the version of this layout.
        outcome: "written"; "current": the file is what it would be; "stale": it is not, or not
            there; "changed-by-hand": it is not, and somebody wrote or changed it.
        path: the file, from the repository's root.
        builder: what builds the wheels; empty in the workflow that releases.
        jobs: a platform each.
        sdist: whether the sdist is built, too.
        diff: from what stands there to what it would be; empty where nothing differs.
        collected: whether the configuration collects what the workflow builds.
        forge: whose CI it is for.
        included: whether the project's own file, which GitLab reads, names this one.
        releases: whether it is the workflow that releases.
        publisher: the trusted publisher that this workflow is, to be set up on the index; empty
            where the configuration states it, or where no forge is known.
    """

    schema: int = 1
    outcome: Outcome
    path: str
    builder: str = ""
    jobs: tuple[Job, ...] = ()
    sdist: bool = False
    diff: str = ""
    collected: bool = False
    forge: Literal["github", "gitlab"] = "github"
    included: bool = False
    releases: bool = False
    publisher: str = ""


class Generating(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for.

    Attributes:
        path: a folder in the repository.
        workflow: the file's name, instead of the configured one.
        check: whether nothing is written.
        overwrite: whether a file that somebody changed is replaced.
        release: whether it is the workflow that releases.
    """

    path: Path
    workflow: str = ""
    check: bool = False
    overwrite: bool = False
    release: bool = False


def generate(asked: Generating) -> Generated:
    """Write the workflow that builds the expected wheels, or the one that releases.

    Both are made from the configuration of the commit.

    Args:
        asked: which, and whether to write.

    Raises:
        InvalidConfiguration: nothing native is expected, or no job can build it.
        StorageFault: the file cannot be read or written.
    """
    project = Project.open(asked.path)
    made = _releasing(project, asked) if asked.release else _building(project, asked)
    return _settled(project, asked, *made)


def _building(project: Project, asked: Generating) -> tuple[Generated, str]:
    if _is_gitlabs(project):
        return _building_there(project, asked)
    matrices = matrices_of(project)
    collect = project.settings.collect
    where = FOLDER / _name(asked.workflow or collect.workflow or USUAL)
    jobs = _jobs(matrices, runner)
    made = _made(where, matrices, jobs, collected=_collects(collect, where.name))
    return made, workflow(matrices)


def _building_there(project: Project, asked: Generating) -> tuple[Generated, str]:
    """Give the jobs of GitLab CI, which the project's own file is to include."""
    matrices = by_cibuildwheel(matrices_of(project))
    hosted = host_and_path(project.remote_url)[0] == GITLAB_HOST
    where = GITLAB_FOLDER / _name(asked.workflow or USUAL)
    jobs = _jobs(matrices, functools.partial(gitlab.runner, hosted=hosted))
    made = _made(where, matrices, jobs, collected=project.settings.collect.source == GITLAB)
    included = where.as_posix() in (project.snapshot.text(PIPELINE) or "")
    made = msgspec.structs.replace(made, forge=GITLAB, included=included)
    return made, gitlab.jobs(matrices, hosted=hosted)


def _is_gitlabs(project: Project) -> bool:
    """Say whether it is GitLab that builds: what the configuration says, or where the remote is."""
    source = project.settings.collect.source
    if source in {GITHUB, GITLAB}:
        return source == GITLAB
    return host_and_path(project.remote_url)[0] == GITLAB_HOST


def _jobs(matrices: Sequence[Matrix], machine: Callable[[Target], str]) -> tuple[Job, ...]:
    return tuple(
        Job(
            package=matrix.package if len(matrices) > 1 else "",
            platform=one.platform,
            runner=machine(one),
            wheels=one.wheels,
        )
        for matrix in matrices
        for one in matrix.targets
    )


def _made(
    where: Path, matrices: Sequence[Matrix], jobs: tuple[Job, ...], *, collected: bool
) -> Generated:
    return Generated(
        outcome="current",
        path=where.as_posix(),
        builder=" and ".join(dict.fromkeys(one.builder for one in matrices if one.targets)),
        jobs=jobs,
        sdist=any(one.sdist for one in matrices),
        collected=collected,
    )


def _releasing(project: Project, asked: Generating) -> tuple[Generated, str]:
    settings = project.settings
    stated = settings.trusted_publisher
    publisher = publisher_of(project)
    if publisher is None or publisher.kind != GITHUB:
        raise InvalidConfiguration(
            "trusted-publisher" if stated else "the remote",
            "a workflow that releases is generated for GitHub Actions alone",
            next_step="Run seatrial release --yes in a job of your own.",
        )
    proposes = settings.mode == "pull-request"
    if proposes and settings.collect.source in {GITHUB, GITLAB}:
        raise InvalidConfiguration(
            "[collect] from",
            "what is merged is released at once, and CI has not built it then",
            next_step="Write the workflow by hand: seatrial release --merged --yes, after the one "
            "that builds.",
        )
    where = FOLDER / _name(asked.workflow or (publisher.workflow if stated else "") or RELEASE)
    place = f"github:{publisher.owner}/{publisher.repository}:{where.name}"
    said = f"{place}:{publisher.environment}" if publisher.environment else place
    made = Generated(
        outcome="current",
        path=where.as_posix(),
        releases=True,
        publisher="" if stated == said else place,
    )
    what = Releasing(
        branch=branch_of(project),
        environment=publisher.environment if stated else "",
        proposes=proposes,
        collects=settings.collect.source == GITHUB,
        tool=__version__,
    )
    return made, release_workflow(what)


def _settled(project: Project, asked: Generating, made: Generated, text: str) -> Generated:
    """Write a workflow where that is wanted, and say how its file stood to it."""
    file = project.snapshot.root / made.path
    there = _read(file)
    differs = there is None or there.replace("\r\n", "\n") != text
    foreign = differs and there is not None and not is_ours(there)
    outcome: Outcome = "stale" if differs else "current"
    if foreign and not asked.overwrite:
        outcome = "changed-by-hand"
    elif differs and not asked.check:
        make_folder(file.parent)
        write_whole(file, text.encode())
        outcome = "written"
    diff = unified_diff(made.path, there or "", text) if differs else ""
    return msgspec.structs.replace(made, outcome=outcome, diff=diff)


def _name(name: str) -> str:
    if Path(name).name != name or not name.endswith((".yml", ".yaml")):
        raise InvalidConfiguration(
            "the workflow",
            f"{name!r} is no name of a workflow",
            next_step=f"Give the name of a file without its folder, such as {USUAL}.",
        )
    return name


def _read(file: Path) -> str | None:
    with storage_faults(file):
        try:
            return file.read_bytes().decode("utf-8", "replace")
        except FileNotFoundError:
            return None


def _collects(settings: CollectSettings, name: str) -> bool:
    return settings.source == GITHUB and settings.workflow in {"", name}
