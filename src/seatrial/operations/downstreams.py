"""Where the repositories downstream lie, and how a rehearsal copies them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import msgspec

from seatrial.addresses import GITHUB_HOST
from seatrial.config.schema import ForgeSettings
from seatrial.errors import CannotTell, DownstreamDiffers, StorageFault, Unreachable
from seatrial.operations.project import Project
from seatrial.plan.downstream_values import Target, UpdateDownstreams
from seatrial.plan.values import Plan
from seatrial.secret import Secret
from seatrial.world.credentials import Credential
from seatrial.world.downstream import GitDownstream, Setting
from seatrial.world.folders import remove
from seatrial.world.forge.detect import OWNED, Repository, api_address, detect
from seatrial.world.forge.githubpulls import GitHubPulls
from seatrial.world.forge.token import find_token
from seatrial.world.index import HttpIndex
from seatrial.world.ports_downstream import Downstream
from seatrial.world.usual import usual_index

FOLDER = "downstream"
AT_ONCE = 4
"""Repositories that are copied at the same time."""


class Copy(msgspec.Struct, frozen=True, kw_only=True):
    """A repository downstream as a rehearsal has it.

    Attributes:
        path: the bare copy; empty where it could not be made.
        full_name: ``owner/name`` on its forge; empty where it lies on none that is known.
        branch: its default branch, as far as the copy has one.
        said: why it could not be copied.
    """

    path: str = ""
    full_name: str = ""
    branch: str = ""
    said: str = ""


def targets_of(plan: Plan) -> tuple[Target, ...]:
    """Give the repositories that a plan changes beside its own."""
    found = (action for action in plan.actions if isinstance(action, UpdateDownstreams))
    return tuple(target for action in found for target in action.targets)


def real_downstreams(project: Project, plan: Plan, folder: Path) -> Mapping[str, Downstream]:
    """Give the repositories that a plan changes beside its own, by what the plan calls them.

    Args:
        project: the repository that is released.
        plan: what is to be done.
        folder: for the clones.
    """
    return {
        target.repository: _real(project, target.repository, folder) for target in targets_of(plan)
    }


def copied_downstreams(
    project: Project, copies: Mapping[str, Copy], forge: str, folder: Path
) -> Mapping[str, Downstream]:
    """Give the copies that a rehearsal has, with pull requests on the dock's forge.

    Args:
        project: the repository that is released.
        copies: what the rehearsal could copy, and what it could not.
        forge: the address of the dock's forge.
        folder: for the clones.
    """
    return {
        name: _copied(project, name, copy, forge, folder)
        for name, copy in copies.items()
        if copy.path
    }


def copy_downstreams(project: Project, plan: Plan, folder: Path) -> dict[str, Copy]:
    """Copy the one branch of each repository downstream that a rehearsal needs.

    One that cannot be reached is not rehearsed; it is said why.

    Args:
        project: the repository that is released.
        plan: what is to be done.
        folder: for the copies.
    """
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        targets = targets_of(plan)
        made = pool.map(lambda target: _copy(project, target, folder), targets)
        copies = {target.repository: one for target, one in zip(targets, made, strict=True)}
    remove(folder / "look")
    return copies


def _copy(project: Project, target: Target, folder: Path) -> Copy:
    place = _place(project, target.repository)
    name = place.full_name if place else ""
    path = folder / f"{_slug(target.repository)}.git"
    try:
        real = _real(project, target.repository, folder / "look")
        branch = real.base(target.branch)
        real.copy(branch, path)
    except (Unreachable, CannotTell, StorageFault) as error:
        return Copy(full_name=name, said=str(error))
    return Copy(path=str(path), full_name=name, branch=branch)


def _real(project: Project, name: str, folder: Path) -> GitDownstream:
    place = _place(project, name)
    pulls: GitHubPulls | None = None
    if place is not None:
        api = api_address(place, _forge_settings(project, place))
        pulls = GitHubPulls(place, api, partial(_credential, project, place), project.http)
    setting = _setting(project, name, place, _address(project, name))
    return _downstream(project, setting, folder, pulls)


def _copied(project: Project, name: str, copy: Copy, forge: str, folder: Path) -> GitDownstream:
    def credential() -> Credential:
        return Credential(
            username="__token__", password=Secret("rehearsal"), origin="the rehearsal"
        )

    place = _place(project, name)
    pulls = None
    if place is not None and forge:
        pulls = GitHubPulls(place, forge, credential, project.http)
    return _downstream(project, _setting(project, name, place, copy.path), folder, pulls)


def _setting(project: Project, name: str, place: Repository | None, address: str) -> Setting:
    forks: Callable[[str], str] = partial(_address, project)
    return Setting(
        name=name,
        owner=place.owner if place else "",
        address=address,
        forks=forks,
        usual=HttpIndex("", "", usual_index(os.environ), _no_login, project.http),
    )


def _no_login() -> Credential:
    """Give the login for uploads to the usual index: it is only read."""
    raise AssertionError


def _downstream(
    project: Project, setting: Setting, folder: Path, pulls: GitHubPulls | None
) -> GitDownstream:
    return GitDownstream(
        setting,
        folder / _slug(setting.name),
        source=project.snapshot.root,
        runner=project.runner,
        pulls=pulls,
    )


def _own_place(project: Project) -> Repository | None:
    return detect(project.remote_url, project.settings.forge) if project.remote_url else None


def _place(project: Project, name: str) -> Repository | None:
    """Say where a repository lies: on the forge of this one, or where its address tells."""
    named = OWNED.fullmatch(name)
    if named is None:
        return detect(name, ForgeSettings())
    own = _own_place(project)
    if own is None:
        return None
    return Repository(kind=own.kind, host=own.host, owner=named["owner"], name=named["name"])


def _forge_settings(project: Project, place: Repository) -> ForgeSettings:
    own = _own_place(project)
    same = own is not None and own.host == place.host
    return project.settings.forge if same else ForgeSettings()


def _address(project: Project, name: str) -> str:
    """Give where git reaches a repository: beside this one, by the same way, or as it is said.

    Raises:
        DownstreamDiffers: only its name is known, and this repository's remote lies nowhere.
    """
    if OWNED.fullmatch(name) is None:
        return name
    own = _own_place(project)
    url = project.remote_url
    if own is not None and own.host:
        found = re.search(rf"{re.escape(own.full_name)}(?:\.git)?/?$", url)
        if found:
            return f"{url[: found.start()]}{name}.git"
        return f"https://{own.host}/{name}.git"
    if own is None:
        raise DownstreamDiffers(name, "the remote tells no forge that it could lie on")
    return f"https://{GITHUB_HOST}/{name}.git"


def _credential(project: Project, place: Repository) -> Credential:
    found = find_token(place.host or GITHUB_HOST, os.environ, Path.home())
    project.runner.redactor.add(found.password)
    return found


def _slug(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.") or "repository"
