"""The two worlds a plan can meet: the real one, and that of a rehearsal."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from seatrial.operations.collecting import collector, nowhere
from seatrial.operations.downstreams import (
    FOLDER,
    Copy,
    copied_downstreams,
    real_downstreams,
)
from seatrial.operations.indexes import Outside
from seatrial.operations.project import Project
from seatrial.operations.rehearsed import RehearsedFiles, cache_folder
from seatrial.operations.staged import Identified
from seatrial.operations.wrapping import no_wares, warehouse
from seatrial.plan.values import Build, InstallCheck, Plan, Upload
from seatrial.repository.read import only_package
from seatrial.secret import Secret
from seatrial.world.credentials import Credential
from seatrial.world.forge.githubpulls import GitHubPulls
from seatrial.world.git import CloneGit
from seatrial.world.index import HttpIndex
from seatrial.world.machine import LocalMachine
from seatrial.world.ports import Forge, Index, Rehearsed, Store, World
from seatrial.world.store import RunStore

REHEARSED = "rehearsed"
SCRATCH = "scratch"


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """Where a rehearsal takes place; kept as ``stage.json``, so that any process can enter it.

    Attributes:
        remote: the path of the bare repository that plays the remote.
        indexes: name → upload and Simple API addresses on the dock.
        forge: the address of the dock's forge; empty when the plan has no forge release.
        downstreams: what the plan changes beside its own repository → the copy of it.
        unknown: what of the real indexes is not rehearsed, a sentence each.
        identified: index → how uploads to it are made by the job's identity; by a token elsewhere.
    """

    remote: str
    indexes: dict[str, tuple[str, str]]
    forge: str
    downstreams: dict[str, Copy] = {}
    unknown: tuple[str, ...] = ()
    identified: dict[str, Identified] = {}


def indexes_of(plan: Plan) -> tuple[str, ...]:
    """Give the names of the indexes that a plan speaks of."""
    names = (a.index for a in plan.actions if isinstance(a, Upload | InstallCheck) and a.index)
    return tuple(dict.fromkeys(names))


def folder_of(plan: Plan) -> str:
    """Give the folder of the package that a plan builds; the root's where there are several."""
    folders = [action.path for action in plan.actions if isinstance(action, Build)]
    return folders[0] if len(folders) == 1 else ""


def real_world(project: Project, plan: Plan, run: Path) -> World:
    """Give the world as it is.

    Args:
        project: the repository, at the planned commit.
        plan: what is to be done.
        run: the run's folder.
    """
    world = _world(
        project,
        run,
        project.remote_url if plan.remote else "",
        indexes={name: project.index(name) for name in indexes_of(plan)},
        outside=(project.forge(), RehearsedFiles(cache_folder() / REHEARSED, use=True)),
    )
    beyond = real_downstreams(project, plan, run / SCRATCH / FOLDER)
    return dataclasses.replace(world, downstreams=beyond)


def rehearsal_world(project: Project, stage: Stage, run: Path) -> World:
    """Give a world that consists of a bare clone and the dock; the adapters are the same.

    Args:
        project: the repository, at the planned commit.
        stage: where the rehearsal takes place.
        run: the run's folder.
    """

    def credential() -> Credential:
        return Credential(
            username="__token__", password=Secret("rehearsal"), origin="the rehearsal"
        )

    def login(index: str) -> Callable[[], Credential]:
        return _login(stage, index, project, credential)

    forge: Forge | None = None
    if stage.forge and project.repository is not None:
        forge = GitHubPulls(project.repository, stage.forge, credential, project.http)
    world = _world(
        project,
        run,
        stage.remote,
        indexes={
            name: HttpIndex(name, upload, simple, login(name), project.http)
            for name, (upload, simple) in stage.indexes.items()
        },
        outside=(forge, RehearsedFiles(cache_folder() / REHEARSED, use=False)),
    )
    beyond = copied_downstreams(project, stage.downstreams, stage.forge, run / SCRATCH / FOLDER)
    return dataclasses.replace(world, downstreams=beyond)


def _login(
    stage: Stage, index: str, project: Project, usual: Callable[[], Credential]
) -> Callable[[], Credential]:
    """Give what logs in to an index of the dock."""
    if index not in stage.identified:
        return usual
    # Most rehearsals have no publisher, and need none of this.
    from seatrial.operations.identified import login_of

    return login_of(index, stage.identified[index], project.http)


def lone_world(outside: Outside, plan: Plan, store: Store) -> World:
    """Give the world without a repository, for files that are there already.

    Args:
        outside: the indexes.
        plan: what is to be done; nothing in it touches git or the forge.
        store: what holds the files.
    """
    run = store.folder
    return World(
        git=CloneGit(run, run / "clone", remote="", runner=outside.runner),
        indexes={name: outside.index(name) for name in indexes_of(plan)},
        forge=None,
        machine=LocalMachine(run / SCRATCH, store, outside.runner),
        store=store,
        rehearsed=RehearsedFiles(run / REHEARSED, use=False),
        collected=nowhere(outside.http, run),
        wares=no_wares(outside.http, run),
    )


def _world(
    project: Project,
    run: Path,
    remote: str,
    *,
    indexes: Mapping[str, Index],
    outside: tuple[Forge | None, Rehearsed],
) -> World:
    store = RunStore(run)
    forge, rehearsed = outside
    only = only_package(project.facts)
    return World(
        git=CloneGit(project.snapshot.root, run / "clone", remote=remote, runner=project.runner),
        indexes=indexes,
        forge=forge,
        machine=LocalMachine(
            run / SCRATCH,
            store,
            project.runner,
            requires_python=only.requires_python if only else "",
        ),
        store=store,
        rehearsed=rehearsed,
        collected=collector(project),
        wares=warehouse(project),
    )
