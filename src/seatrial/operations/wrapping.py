"""What is wrapped into a release's wheels, asked for when the release is planned."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from seatrial.addresses import GITHUB_API, GITHUB_HOST
from seatrial.config.schema import WrapSettings
from seatrial.config.wrapping import wrap_of
from seatrial.errors import CredentialMissing, InvalidConfiguration
from seatrial.operations.project import Project
from seatrial.operations.rehearsed import cache_folder
from seatrial.plan.edits import FileEdit
from seatrial.plan.make import Member
from seatrial.plan.wrapping import asked_for
from seatrial.plan.wraps import Wrap
from seatrial.repository.build_edits import held_value, path_of
from seatrial.repository.facts import Package
from seatrial.repository.manifest import Folder
from seatrial.secret import Secret
from seatrial.world.exchange import origin
from seatrial.world.http import Http
from seatrial.world.wares import Warehouse

WARES = "wares"


def warehouse(project: Project) -> Warehouse:
    """Give what fetches binaries: the same in a rehearsal, because it only reads."""

    def token(api: str) -> Secret:
        from seatrial.world.forge.token import find_token

        host = GITHUB_HOST if origin(api) == origin(GITHUB_API) else origin(api)[1]
        found = find_token(host, os.environ, Path.home())
        project.runner.redactor.add(found.password)
        return found.password

    return Warehouse(
        http=project.http, cache=cache_folder() / WARES, root=project.snapshot.root, token=token
    )


def no_wares(http: Http, folder: Path) -> Warehouse:
    """Give what fetches binaries where no repository is; nothing is asked of it there.

    Args:
        http: the client.
        folder: the run's.
    """

    def token(api: str) -> Secret:
        raise CredentialMissing(api)

    return Warehouse(http=http, cache=folder / WARES, root=folder, token=token)


def with_wraps(
    project: Project, members: tuple[Member, ...], version: str, edits: Sequence[FileEdit] = ()
) -> tuple[Member, ...]:
    """Say of each package what is wrapped into its wheels; raises what :func:`resolved_wrap` does.

    A folder of binaries is looked into, so that the plan already says what is missing there; what
    has to be fetched is looked into before the first action.

    Args:
        project: the repository, at the planned commit.
        members: the packages.
        version: their version in the release.
        edits: what the release commit changes.
    """
    found = tuple(
        msgspec.structs.replace(one, wrap=resolved_wrap(project, one.package, version, edits))
        for one in members
    )
    for wrap in (one.wrap for one in found if one.wrap is not None and one.wrap.via == "folder"):
        from seatrial.actions.wrapping import looked_into

        looked_into(warehouse(project), wrap)
    return found


def resolved_wrap(
    project: Project,
    package: Package,
    version: str,
    edits: Sequence[FileEdit] = (),
    *,
    source: str = "",
) -> Wrap | None:
    """Find what is wrapped into a package's wheels; nothing where nothing is.

    Args:
        project: the repository, at the planned commit.
        package: the package.
        version: its version in the release.
        edits: what the release commit changes.
        source: where the binaries come from, in the place of what is configured.

    Raises:
        InvalidConfiguration: what is configured is not in the commit.
        BuildFailed: the source does not have it, or nobody states its digest.
        Unreachable: the source did not answer.
    """
    settings = wrap_of(project.settings, package.path)
    if settings is None:
        return None
    if len(project.facts.packages) > 1 and settings is project.settings.wrap:
        raise InvalidConfiguration(
            "wrap",
            "the repository holds several packages, and it does not say which one is meant",
            next_step="Say it in that package's own [[package]] table, as wrap = { … }.",
        )
    if source:
        settings = msgspec.structs.replace(settings, source=source)
    engine = _engine(project, package, settings, version, edits)
    asked = asked_for(settings, version, engine)
    return warehouse(project).resolve(asked, settings)


def _engine(
    project: Project,
    package: Package,
    settings: WrapSettings,
    version: str,
    edits: Sequence[FileEdit],
) -> str:
    """Give the version of the binaries: ours, the one that is written, or one that a file states.

    A file that the release commit changes states what it will state then.
    """
    said = settings.engine_version
    if not said and not version:
        raise InvalidConfiguration(
            "wrap.engine-version",
            "the package's own version is not known before it is built",
            next_step="Name the version of the binaries.",
        )
    if not said:
        return version
    file, colon, _ = said.partition(":")
    folder = Folder(snapshot=project.snapshot, path=package.path)
    if not colon and not folder.has(file):
        return said
    path = path_of(project.snapshot, package.path, said)
    text = next((one.after for one in edits if one.path == path), project.snapshot.text(path))
    if not colon:
        return (text or "").strip()
    try:
        return str(held_value(text, path, said).value)
    except InvalidConfiguration as error:
        error.thing = f"wrap.engine-version = {said!r}"
        error.next_step = 'Write a version, or "FILE:NAME" for a name that states one there.'
        raise
