"""A repository downstream through the git the user has (:class:`~ports_downstream.Downstream`)."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import msgspec

from seatrial.errors import DownstreamDiffers, PushRefused, TimedOut, Unreachable
from seatrial.plan.downstream_values import Order, Source
from seatrial.process import Completed, Runner
from seatrial.repository.downstream_edits import edited, is_done
from seatrial.repository.recipes import recipe_edits
from seatrial.world.folders import remove, storing
from seatrial.world.gitfolders import check
from seatrial.world.gitpush import NAME, Remote
from seatrial.world.ports import Index
from seatrial.world.ports_downstream import Change, Pushed
from seatrial.world.ports_forge import PullRequests
from seatrial.world.resources import resources_of
from seatrial.world.usergit import UserGit, logins, read_user_git, shown

FETCHING_TIME = 600.0
"""Seconds that a shallow fetch may take."""

BOUNDARY = "[tool.uv.workspace]\nmembers = []\n"
"""The ``pyproject.toml`` above the clones: tools that look for settings in the folders above end
here, and do not come to the user's working tree."""

LONGEST_DIFF = 200_000
"""Characters of a difference that are kept; a locked file may have changed from top to bottom."""


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """Where a repository downstream lies, and how it is reached.

    Attributes:
        name: what the configuration calls it.
        owner: the account it belongs to; empty where it lies on no known forge.
        address: where git reaches it; it may hold a login.
        forks: full name → address of a fork.
        usual: the index that dependencies come from.
    """

    name: str
    owner: str
    address: str
    forks: Callable[[str], str]
    usual: Index


class GitDownstream:
    """One repository downstream.

    Args:
        setting: where it lies.
        folder: a folder for its clones; all of it is ours.
        source: the user's repository, whose git settings say who commits and how to log in.
        runner: starts git.
        pulls: its pull requests, where it lies on a forge that knows them.
    """

    def __init__(
        self,
        setting: Setting,
        folder: Path,
        *,
        source: Path,
        runner: Runner,
        pulls: PullRequests | None,
    ) -> None:
        self._setting = setting
        self._folder = folder
        self._source = source
        self._runner = runner.reading()
        self.pulls = pulls
        self._user_git: UserGit | None = None
        for secret in logins(setting.address):
            runner.redactor.add(secret)

    @property
    def name(self) -> str:
        """What the configuration calls it."""
        return self._setting.name

    @property
    def owner(self) -> str:
        """The account that it belongs to; empty where it lies on no known forge."""
        return self._setting.owner

    def base(self, branch: str) -> str:
        """Give the branch that shall change: the one named, or the default one.

        Raises:
            DownstreamDiffers: there is no such branch.
            Unreachable: no answer.
        """
        if not branch:
            branch = self._default()
        if f"refs/heads/{branch}" not in self._remote().refs():
            raise DownstreamDiffers(self.name, f"it has no branch {branch or 'at all'}")
        return branch

    def pushed(self, fork: str, branch: str) -> Pushed | None:
        """Look at a branch, of a fork or of the repository itself.

        Raises:
            Unreachable: no answer.
        """
        found = self._remote(fork).refs().get(f"refs/heads/{branch}")
        if found is None:
            return None
        self._fetch(self._look(), branch, fork)
        told = self._git(self._look(), "log", "-1", "--format=%H%n%B", "FETCH_HEAD").text
        commit, _, message = told.partition("\n")
        return Pushed(commit=commit, message=message)

    def is_done(self, base: str, order: Order) -> bool:
        """Say whether a branch states the release already.

        Raises:
            DownstreamDiffers: an edit does not fit.
            Unreachable: no answer.
        """
        look = self._look()
        self._fetch(look, base)

        def read(path: str) -> str | None:
            done = self._git(look, "show", f"FETCH_HEAD:{path}", must=False)
            return _text(done.stdout) if done.code == 0 else None

        with self._named():
            return not order.target.recipe and is_done(read, order.target.edits, order.names)

    def checkout(self, base: str, head: str) -> Path:
        """Clone a branch shallowly into a new folder, with a branch to work on checked out.

        Raises:
            Unreachable: no answer.
            StorageFault: it cannot be written.
        """
        folder = self._folder / "tree"
        remove(folder)
        self._init(folder)
        self._fetch(folder, base)
        self._git(folder, "checkout", "--quiet", "-B", head, "FETCH_HEAD")
        return folder

    def resources(self, file: Path) -> tuple[Source, ...]:
        """Give the sdists of all that a built file requires, for recipes that list them.

        Raises:
            DownstreamDiffers: it cannot be resolved.
            Unreachable: no answer.
        """
        return resources_of(file, self._setting.usual, self._runner)

    def edit(self, folder: Path, order: Order) -> None:
        """Make the edits in a checkout.

        Raises:
            DownstreamDiffers: an edit fits no place, or more than one.
            StorageFault: a file cannot be written.
        """

        def read(path: str) -> str | None:
            real = _inside(folder, path)
            return _text(real.read_bytes()) if real is not None and real.is_file() else None

        with self._named():
            found = [*edited(read, order.target.edits, order.names)]
            found += recipe_edits(read, self._files(folder), order)
        for one in found:
            real = _inside(folder, one.path)
            if real is not None and one.after != one.before:
                with storing(real):
                    real.write_bytes(one.after.encode())

    def commit(self, folder: Path, message: str, when: int) -> Change | None:
        """Commit all that has changed in a checkout; nothing where nothing has.

        Raises:
            InvalidConfiguration: git does not know who commits.
            PushRefused: git cannot sign.
        """
        user_git = self._settings()
        user_git.check_identity()
        self._git(folder, "add", "--all")
        if self._git(folder, "diff", "--cached", "--quiet", must=False).code == 0:
            return None
        diff = self._git(folder, "diff", "--cached", "--no-color", "--no-ext-diff").text
        tree = self._git(folder, "write-tree").text.strip()
        sign = ["-S"] if user_git.enabled("commit.gpgsign") else []
        dates = {f"GIT_{role}_DATE": f"@{when} +0000" for role in ("AUTHOR", "COMMITTER")}
        done = self._git(
            folder, "commit-tree", *sign, "-p", "HEAD", "-F", "-", tree,
            stdin=message.encode(), env=dates, must=not sign,
        )  # fmt: skip
        if done.code != 0:
            raise PushRefused(self.name, done.said, doing="signing the commit for")
        made = done.text.strip()
        self._git(folder, "update-ref", "HEAD", made)
        return Change(commit=made, diff=_bounded(diff))

    def push(self, fork: str, branch: str, change: Change, expected: str) -> None:
        """Push a commit to a branch that is at ``expected``, or not there where that is empty.

        Raises:
            BranchMoved: it is elsewhere by now.
            PushRefused: the remote refused.
            Unreachable: no answer.
        """
        remote = self._remote(fork, git_dir=self._folder / "tree" / ".git")
        remote.push({f"refs/heads/{branch}": (expected, change.commit)})

    def copy(self, branch: str, to: Path) -> None:
        """Make a bare repository that holds the last commit of one branch.

        Raises:
            Unreachable: no answer.
            StorageFault: it cannot be written.
        """
        remove(to)
        with storing(to):
            to.mkdir(parents=True)
        self._git(to, "init", "--quiet", "--bare", "--template=")
        self._ask(
            to, "fetch", "--quiet", "--no-tags", "--depth=1",
            NAME, f"+refs/heads/{branch}:refs/heads/{branch}",
        )  # fmt: skip
        self._git(to, "symbolic-ref", "HEAD", f"refs/heads/{branch}")

    @contextlib.contextmanager
    def _named(self) -> Iterator[None]:
        """Let an error about a place say in which repository it is."""
        try:
            yield
        except DownstreamDiffers as error:
            first, *more = (
                DownstreamDiffers(f"{one.thing} of {self.name}", one.said)
                for one in (error, *error.others)
            )
            first.others = tuple(more)
            raise first from error

    def _address(self, fork: str) -> str:
        return self._setting.forks(fork) if fork else self._setting.address

    def _remote(self, fork: str = "", git_dir: Path | None = None) -> Remote:
        user_git = self._settings()
        return Remote(
            address=self._address(fork),
            git_dir=git_dir or user_git.common,
            base=self._source,
            user_git=user_git,
            redactor=self._runner.redactor,
        )

    def _default(self) -> str:
        done = self._ask(self._source, "ls-remote", "--symref", NAME, "HEAD")
        found = re.search(r"^ref: refs/heads/(.+)\tHEAD$", done.text, re.MULTILINE)
        return found[1] if found else ""

    def _look(self) -> Path:
        folder = self._folder / "look"
        if not (folder / ".git").is_dir():
            self._init(folder)
        return folder

    def _init(self, folder: Path) -> None:
        with storing(folder):
            folder.mkdir(parents=True, exist_ok=True)
            boundary = self._folder / "pyproject.toml"
            boundary.write_text(BOUNDARY, "utf-8", newline="\n")
        self._git(folder, "init", "--quiet", "--template=")

    def _fetch(self, folder: Path, branch: str, fork: str = "") -> None:
        self._ask(
            folder, "fetch", "--quiet", "--no-tags", "--depth=1", "--no-recurse-submodules",
            NAME, f"refs/heads/{branch}", fork=fork,
        )  # fmt: skip

    def _ask(self, folder: Path, *arguments: str, fork: str = "") -> Completed:
        """Run a command that talks to the remote."""
        address = self._address(fork)
        environment = {f"remote.{NAME}.url": address}
        try:
            done = self._runner.run(
                ["git", *arguments],
                cwd=folder,
                env=self._settings().environment(environment),
                timeout=FETCHING_TIME,
            )
        except TimedOut as error:
            raise Unreachable(shown(address), error.said) from error
        if done.code != 0:
            raise Unreachable(shown(address), done.said)
        return done

    def _git(
        self,
        folder: Path,
        *arguments: str,
        stdin: bytes | None = None,
        env: Mapping[str, str] | None = None,
        must: bool = True,
    ) -> Completed:
        done = self._runner.run(
            ["git", *arguments],
            cwd=folder,
            env=self._settings().environment({}) | dict(env or {}),
            stdin=stdin,
        )
        return check(done, f"git {arguments[0]}", folder) if must else done

    def _files(self, folder: Path) -> tuple[str, ...]:
        return tuple(filter(None, self._git(folder, "ls-files", "-z").text.split("\0")))

    def _settings(self) -> UserGit:
        if self._user_git is None:
            self._user_git = read_user_git(self._source, self._runner.redactor)
        return self._user_git


def _inside(folder: Path, path: str) -> Path | None:
    """Give a file of a checkout; nothing for one that leads out of it, by name or by link."""
    real = (folder / path).resolve()
    within = real.is_relative_to(folder.resolve())
    return real if within and ".git" not in real.relative_to(folder.resolve()).parts else None


def _text(data: bytes) -> str | None:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _bounded(diff: str) -> str:
    if len(diff) <= LONGEST_DIFF:
        return diff
    return diff[:LONGEST_DIFF].rpartition("\n")[0] + "\n… (the rest is left out)\n"
