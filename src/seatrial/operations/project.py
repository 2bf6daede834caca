"""A repository opened for work: its commit, its configuration, and how to reach what it names.

What an upload by itself has no need of is imported late.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from seatrial.addresses import GITHUB_HOST
from seatrial.ahead import Ahead
from seatrial.errors import NoPackage, SeatrialError, SeveralPackages
from seatrial.process import Runner
from seatrial.repository.foreseen import Foreseen
from seatrial.repository.snapshot import Snapshot, open_snapshot
from seatrial.secret import Redactor

if TYPE_CHECKING:
    from seatrial.config.load import Configuration
    from seatrial.config.schema import Settings
    from seatrial.operations.indexes import Outside
    from seatrial.repository.facts import Facts, Package, Remote
    from seatrial.versions.tags import TagFormat
    from seatrial.world.credentials import Credential
    from seatrial.world.forge.detect import Repository
    from seatrial.world.forge.githubpulls import GitHubPulls
    from seatrial.world.http import Http
    from seatrial.world.index import HttpIndex
    from seatrial.world.ports import RemoteRef
    from seatrial.world.ports_forge import LabelledPull

MOST_NAMED = 20
"""How many packages an error names."""


class Project(Struct, frozen=True, dict=True, eq=False):
    """One repository at one commit.

    Args:
        snapshot: what git holds there.
        configuration: what its files say to Seatrial.
        runner: starts programs, with a redactor that knows every secret found so far.
        folder: the folder that was named, from the repository's root; it picks the package.
        opened: when it was opened (``time.monotonic()``).
        part: whether it stands for a part of the repository's packages.
    """

    snapshot: Snapshot
    configuration: Configuration
    runner: Runner
    folder: str = ""
    opened: float = field(default_factory=time.monotonic)
    part: bool = False
    _early: list[Ahead[Mapping[str, RemoteRef]]] = field(default_factory=list)
    _publish: list[str] = field(default_factory=list)
    _labels: dict[str, tuple[LabelledPull, ...]] = field(default_factory=dict)
    _firsts: dict[str, str] = field(default_factory=dict)

    @classmethod
    def open(
        cls, path: Path, commit: str = "HEAD", *, configuration: Configuration | None = None
    ) -> Project:
        """Open the repository that a folder lies in.

        Args:
            path: a folder in it; where it holds a package of its own, that one is meant.
            commit: which commit to read.
            configuration: what is taken for the commit's own, which is then not read.

        Raises:
            NoRepository: there is none.
            InvalidConfiguration: the commit's configuration cannot be used.
        """
        with cls.begun(path, commit, configuration) as opened:
            return opened()

    @classmethod
    @contextlib.contextmanager
    def begun(
        cls,
        path: Path,
        commit: str = "HEAD",
        configuration: Configuration | None = None,
        *,
        whole: bool = True,
    ) -> Iterator[Callable[[], Project]]:
        """Open a repository beside what the block does until it needs it.

        Args:
            path: as for :meth:`open`.
            commit: which commit to read.
            configuration: what is taken for the commit's own.
            whole: whether its remotes and changed paths are asked for.  There are none else, and
                the facts are to be read within the block, for git is asked for them ahead.

        Returns:
            What waits for it, and gives it or raises what :meth:`open` does.
        """
        runner = Runner(Redactor())
        foreseen = Foreseen()

        def look() -> Snapshot:
            found = open_snapshot(path, runner, commit=commit, whole=whole)
            if not whole:
                found = replace(found, foreseen=foreseen)
                foreseen.begin(found)
            return found

        opening = Ahead(look, begin=False)

        def opened() -> Project:
            # While git looks, what reads its answers is imported; then all is read that is near.
            from seatrial.repository import read as _read  # noqa: F401
            from seatrial.repository.packages import prefetch
            from seatrial.repository.unplaced import configuration_of

            snapshot = opening.result()
            prefetch(snapshot, "")
            try:
                folder = path.resolve().relative_to(snapshot.root.resolve()).as_posix()
            except ValueError:  # git was told of a work tree elsewhere
                folder = ""
            said = configuration_of(snapshot) if configuration is None else configuration
            return cls(snapshot, said, runner, "" if folder == "." else folder)

        try:
            opening.begin()
            yield opened
        except BaseException:
            opening.give_up(runner.halt)
            raise
        finally:
            foreseen.end()

    def at(self, commit: str, folder: str) -> Project:
        """Give the same repository at another commit, and the package in a folder of it.

        Args:
            commit: which one.
            folder: the package's, from the root.

        Raises:
            NoRepository: the commit is not there.
            InvalidConfiguration: the commit's configuration cannot be used.
        """
        if commit == self.snapshot.head:
            return self if folder == self.folder else replace(self, folder=folder)
        return replace(Project.open(self.snapshot.root, commit), folder=folder)

    @property
    def settings(self) -> Settings:
        """The configuration's values."""
        return self.configuration.settings

    @cached_property
    def http(self) -> Http:
        """What asks indexes and forges."""
        from seatrial.world.http import Http

        return Http()

    @cached_property
    def outside(self) -> Outside:
        """The indexes that the configuration names."""
        from seatrial.operations.indexes import Outside

        return Outside(self.settings, self.runner, self.http)

    def index(self, name: str) -> HttpIndex:
        """Give the real index of that name.

        Raises:
            UnknownIndex: nobody has described it.
        """
        return self.outside.index(name)

    @cached_property
    def facts(self) -> Facts:
        """What the repository says."""
        from seatrial.repository.read import Ears, read_facts

        ears = Ears(where=self.configuration.where, heard=self._changed)
        return read_facts(self.snapshot, self.settings, self.folder, ears)

    @property
    def first_commits(self) -> Mapping[str, str]:
        """Who wrote, by address in lower case → the first commit of theirs; one walk for all."""
        if not self._firsts:
            form, head = "--format=%aE%x00%H", self.snapshot.head
            listed = self.snapshot.git("log", "--topo-order", form, head)
            rows = (line.partition("\0") for line in listed.text.split("\n") if line)
            self._firsts.update((address.lower(), commit) for address, _, commit in rows)
        return self._firsts

    def narrowed(self, facts: Facts) -> Project:
        """Give the same repository, as if other facts were all that it says.

        Args:
            facts: those of a part of it.
        """
        made = replace(self, part=True)
        made.__dict__["facts"] = facts
        return made

    @property
    def lead(self) -> Package:
        """The first of the packages: it speaks for those that are released with it.

        Raises:
            NoPackage: there is none.
        """
        if not self.facts.packages:
            raise NoPackage(str(self.snapshot.root))
        return self.facts.packages[0]

    @property
    def tag_format(self) -> TagFormat:
        """How release tags are spelt."""
        from seatrial.repository.names import normalised
        from seatrial.versions.tags import TagFormat

        return TagFormat(self.facts.tag_format, normalised(self.lead.name))

    def package(self) -> Package:
        """Give the one package that a command is about: of several, that of the named folder.

        Raises:
            NoPackage: there is none.
            SeveralPackages: there are more; they are named.
        """
        from seatrial.repository.packages import by_folder

        found = self.facts.packages
        meant = by_folder(found, self.folder) if found[1:] else self.lead
        if meant is None:
            raise self._several("it holds")
        return meant

    def check_one_version(self) -> None:
        """Refuse packages that have versions of their own, of which none is named.

        Raises:
            SeveralPackages: there are such; they are named.
        """
        if self.facts.lines:
            raise self._several("versions of their own have")

    def _several(self, said: str) -> SeveralPackages:
        found = self.facts.packages
        names = [f"{package.name} in {package.path or '.'}" for package in found[:MOST_NAMED]]
        more = [f"and {len(found) - MOST_NAMED} more"] if len(found) > MOST_NAMED else []
        return SeveralPackages(
            str(self.snapshot.root),
            f"{said} {len(found)} packages:\n" + "\n".join(names + more),
            next_step=f"Name the folder of one, such as {self.snapshot.root / found[0].path}; "
            "this command is about one.",
        )

    def holds(self, commit: str) -> bool:
        """Say whether a commit is the planned one or in its history."""
        asked = ["git", "merge-base", "--is-ancestor", commit, self.snapshot.head]
        return self.runner.run(asked, cwd=self.snapshot.root).code == 0

    @cached_property
    def remote(self) -> Remote | None:
        """The remote to push to; nothing when there is none.

        Raises:
            InvalidConfiguration: the configured one is not there.
        """
        from seatrial.repository.remotes import remote_of

        return remote_of(self.snapshot, self.settings)

    @cached_property
    def remote_url(self) -> str:
        """The address that the remote is pushed to, login and all; empty without a remote."""
        from seatrial.world.usergit import push_address

        remote = self.remote
        return push_address(self.snapshot.root, remote.name) if remote else ""

    def hurry(self, publish: str = "") -> None:
        """Begin to ask the remote and the indexes what planning will ask them.

        Of many packages with versions of their own, the indexes are asked about those that have
        changed, as soon as that is known.  Whatever is wrong with the repository, planning says.

        Args:
            publish: the index to publish to; the configured one when empty.

        Raises:
            InvalidConfiguration, InvalidVersion: the repository cannot be read.
        """
        if self.remote is not None:
            self._early.append(Ahead(self.ask_remote))
        self._publish.append(publish)
        if not self.facts.lines:
            self._changed([package.name for package in self.facts.packages])

    def _changed(self, names: Sequence[str]) -> None:
        """Begin to ask the indexes about packages, where they are to be asked at all."""
        from seatrial.operations.indexes import ask_ahead

        for index in self.names_of_indexes(self._publish[0]) if self._publish else ():
            with contextlib.suppress(SeatrialError):
                ask_ahead(self.index(index), names, self.opened)

    def refs(self) -> Mapping[str, RemoteRef]:
        """Give the branches and tags of the remote, by full name, asked since the opening.

        Raises:
            Unreachable: it did not answer.
        """
        return self._early.pop().result() if self._early else self.ask_remote()

    def ask_remote(self) -> Mapping[str, RemoteRef]:
        """Ask the remote for its branches and tags, by full name.

        Raises:
            Unreachable: it did not answer.
        """
        from seatrial.world.gitpush import Remote
        from seatrial.world.usergit import read_user_git

        redactor = self.runner.redactor
        return Remote(
            address=self.remote_url,
            git_dir=self.snapshot.common,
            base=self.snapshot.root,
            user_git=read_user_git(self.snapshot.root, redactor),
            redactor=redactor,
        ).refs()

    @cached_property
    def repository(self) -> Repository | None:
        """The repository on its forge; nothing when the remote lies on no known one."""
        from seatrial.world.forge.detect import detect

        if not self.settings.forge.release or not self.remote_url:
            return None
        return detect(self.remote_url, self.settings.forge)

    def forge(self) -> GitHubPulls | None:
        """Give the real forge, or nothing."""
        from seatrial.world.forge.detect import api_address
        from seatrial.world.forge.githubpulls import GitHubPulls

        if self.repository is None:
            return None
        address = api_address(self.repository, self.settings.forge)
        return GitHubPulls(self.repository, address, self.forge_credential, self.http)

    def pull_labels(
        self,
    ) -> Callable[[Sequence[str]], Mapping[str, tuple[LabelledPull, ...]]] | None:
        """Give what reads the pull requests that commits came by, each once; nothing without forge.

        No token is needed where the repository is public.
        """
        from seatrial.world.forge.detect import api_address
        from seatrial.world.forge.githublabels import GitHubLabels

        if self.repository is None:
            return None
        address = api_address(self.repository, self.settings.forge)
        forge = GitHubLabels(self.repository, address, self.forge_credential, self.http)

        def read(commits: Sequence[str]) -> Mapping[str, tuple[LabelledPull, ...]]:
            self._labels.update(forge.pulls_of([one for one in commits if one not in self._labels]))
            return {one: self._labels[one] for one in commits}

        return read

    def forge_credential(self) -> Credential:
        """Find the token for the forge.

        Raises:
            CredentialMissing: there is none.
        """
        from seatrial.world.forge.token import find_token

        host = self.repository.host if self.repository else ""
        found = find_token(host or GITHUB_HOST, os.environ, Path.home())
        self.runner.redactor.add(found.password)
        return found

    def names_of_indexes(self, publish: str = "") -> tuple[str, ...]:
        """Give the indexes that a release goes to: staging first, then the one to publish to."""
        names = (self.settings.staging, publish or self.settings.publish)
        return tuple(dict.fromkeys(name for name in names if name))
