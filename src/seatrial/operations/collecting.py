"""What CI built, found for a plan, and fetched by itself."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from seatrial.config.schema import CollectSettings
from seatrial.errors import InvalidConfiguration, NotBuilt, SeatrialError
from seatrial.operations.project import Project
from seatrial.operations.rehearsed import cache_folder
from seatrial.plan.collects import Bundle, Collection
from seatrial.plan.make import Member
from seatrial.secret import Secret
from seatrial.world.collecting import GITHUB, GITLAB, Collector
from seatrial.world.http import Http
from seatrial.world.ports_ci import Ci

FETCHED = "collected"


def collector(project: Project) -> Collector:
    """Give what finds and fetches files that were built elsewhere.

    Args:
        project: the repository.
    """
    gitlab = project.settings.collect.source == GITLAB

    def ci() -> Ci:
        if gitlab:
            return _gitlab(project)
        from seatrial.world.forge.detect import api_address, detect
        from seatrial.world.forge.githubruns import GitHubRuns

        place = detect(project.remote_url, project.settings.forge)
        if place is None:
            raise InvalidConfiguration(
                "[collect] from",
                "the remote lies on no forge that is known",
                next_step="Say which with [forge] kind and repository, or collect from a folder.",
            )
        address = api_address(place, project.settings.forge)
        return GitHubRuns(place, address, project.forge_credential, project.http)

    return Collector(
        http=project.http,
        cache=cache_folder() / FETCHED,
        root=project.snapshot.root,
        ci=ci,
        via=GITLAB if gitlab else GITHUB,
    )


def _gitlab(project: Project) -> Ci:
    """Give the pipelines of the project that the remote is."""
    from seatrial.world.forge.detect import host_and_path
    from seatrial.world.forge.gitlabjobs import GitLabJobs

    forge = project.settings.forge
    host, path = host_and_path(project.remote_url)
    place = forge.repository or path.strip("/").removesuffix(".git")
    if not place or not (host or forge.api):
        raise InvalidConfiguration(
            "[collect] from",
            "the remote's address names no project on a GitLab server",
            next_step="Say which with [forge] repository and api, or collect from a folder.",
        )
    given = os.environ.get("GITLAB_TOKEN", "").strip()
    token = Secret(given) if given else None
    if token is not None:
        project.runner.redactor.add(token)
    api = forge.api or f"https://{host}/api/v4"
    return GitLabJobs(host or api, place, api, token, project.http)


def nowhere(http: Http, folder: Path) -> Collector:
    """Give a collector for a world without a repository: nothing is planned to be fetched there.

    Args:
        http: the client.
        folder: any folder.
    """

    def ci() -> Ci:
        raise NotBuilt("the files", "there is no repository to collect for")

    return Collector(http=http, cache=folder, root=folder, ci=ci)


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Of which release files are wanted.

    Attributes:
        version: the version.
        tag: the tag's name.
        commit: the planned commit, in full.
        made: the files that the release changes in a commit of its own on top of it.
        begun: whether it began before, so that its draft may hold the files already.
    """

    version: str
    tag: str
    commit: str
    made: tuple[str, ...] = ()
    begun: bool = False


class BuiltElsewhere:
    """What was built elsewhere, asked about once for all packages of a plan.

    Args:
        collector: finds it.
        settings: what is configured.
    """

    def __init__(self, collector: Collector, settings: CollectSettings) -> None:
        self._collector = collector
        self.settings = settings
        self._found: dict[tuple[str, ...], Collection] = {}
        self._names: dict[Collection, tuple[str, ...] | None] = {}

    @classmethod
    def of(cls, project: Project) -> BuiltElsewhere:
        """Give that of a repository, of which nothing was asked yet."""
        return cls(collector(project), project.settings.collect)

    def of_runs(self, commit: str, settings: CollectSettings) -> Collection:
        """Find what CI built from a commit; raises what the collector raises."""
        asked = (commit, settings.workflow, *settings.artifacts)
        if asked not in self._found:
            made = self._collector.of_runs(commit, settings.workflow, settings.artifacts)
            self._found[asked] = made
        return self._found[asked]

    def of_folder(self, name: str) -> Collection:
        """Take down the files of a folder; raises what the collector raises."""
        asked = (name,)
        if asked not in self._found:
            self._found[asked] = self._collector.of_folder(name)
        return self._found[asked]

    def names(self, collection: Collection) -> tuple[str, ...] | None:
        """Give the names of the files that a collection holds, or nothing; as the collector."""
        if collection not in self._names:
            self._names[collection] = self._collector.names(collection)
        return self._names[collection]


def with_collections(
    built: BuiltElsewhere, members: tuple[Member, ...], wanted: Wanted
) -> tuple[Member, ...]:
    """Say of each package where its files come from when they were built elsewhere.

    Args:
        built: what is known of it already.
        members: the packages.
        wanted: of which release.

    Raises:
        NotBuilt: it was not built, or not of this commit.
        Unreachable, CredentialMissing, CredentialRefused: the forge did not say.
        InvalidConfiguration: several workflows could be meant, or there is no forge.
    """
    if not built.settings.source:
        return members
    try:
        found = found_for(built, built.settings, wanted)
    except SeatrialError as error:
        if not wanted.begun:
            raise
        # What began here is in its draft; only where it is not, this is what is missing.
        found = Collection(via="url", origin=str(error), bundles=())
    return tuple(msgspec.structs.replace(member, collect=found) for member in members)


def found_for(built: BuiltElsewhere, settings: CollectSettings, wanted: Wanted) -> Collection:
    """Find what was built of a release; raises what :func:`with_collections` raises."""
    source = settings.source
    if source in {GITHUB, GITLAB}:
        if wanted.made:
            raise NotBuilt(
                "the release commit",
                f"the release of {wanted.version} is to make it, to change "
                f"{', '.join(wanted.made)}, so CI cannot have built it",
                next_step="Raise the version in a commit of its own, with all of these files, push "
                "it, let CI build it, and release that.",
            )
        made = built.of_runs(wanted.commit, settings)
        return msgspec.structs.replace(made, build_sdist=settings.build_sdist)
    texts = {"version": wanted.version, "tag": wanted.tag, "commit": wanted.commit}
    for name, value in texts.items():
        source = source.replace(f"{{{name}}}", value)
    if "://" not in source:
        made = built.of_folder(source)
        return msgspec.structs.replace(made, build_sdist=settings.build_sdist)
    address, _, fragment = source.partition("#")
    bundle = Bundle(
        name=address.partition("?")[0].rpartition("/")[2],
        place=address,
        sha256=fragment.removeprefix("sha256=") if fragment.startswith("sha256=") else "",
    )
    return Collection(
        via="url",
        origin=address,
        page=address,
        bundles=(bundle,),
        build_sdist=settings.build_sdist,
    )
