"""What the dock's forge knows of the git repositories behind it, and the pull requests it holds."""

from __future__ import annotations

import fnmatch
import threading
from pathlib import Path

import msgspec

from seatrial.dock.storage import write_whole
from seatrial.process import Runner, child_environment

UNKNOWN = "0" * 40
"""The commit of a branch in a repository that the dock was not told of."""


class Hosted(msgspec.Struct, frozen=True, kw_only=True):
    """A repository on the dock's forge of which more is known than its name.

    Attributes:
        path: the bare git repository behind it; empty when there is none.
        push: whether whoever asks may push to it.
        branch: its default branch.
        rules: types of the rules that hold for its protected branches ("pull_request").
        protected: globs of those branches.
        bypass: whether whoever asks may pass those rules by.
    """

    path: str = ""
    push: bool = True
    branch: str = "main"
    rules: tuple[str, ...] = ()
    protected: tuple[str, ...] = ("main",)
    bypass: bool = False

    def rules_of(self, branch: str) -> tuple[str, ...]:
        """Give the types of the rules that hold for a branch."""
        holds = any(fnmatch.fnmatchcase(branch, glob) for glob in self.protected)
        return self.rules if holds else ()

    def tip(self, branch: str) -> str | None:
        """Give the commit that a branch is at; nothing when it is not there."""
        if not self.path:
            return UNKNOWN
        found = self._git("rev-parse", "--verify", "--quiet", f"refs/heads/{branch}^{{commit}}")
        return found or None

    def merge(self, base: str, commit: str, message: str) -> str:
        """Merge a commit into a branch, with a merge commit; empty when that cannot be done."""
        if not self.path:
            return UNKNOWN
        onto = self.tip(base) or ""
        tree = self._git("merge-tree", "--write-tree", onto, commit)
        if not tree:
            return ""
        made = self._git("commit-tree", "-p", onto, "-p", commit, "-m", message, tree)
        done = made and self._git("update-ref", f"refs/heads/{base}", made, onto) is not None
        return made if done else ""

    def brought(self, pull: StoredPull, commit: str) -> bool:
        """Say whether a commit came by a pull request: its merge, or one of its branch."""
        if commit in {pull.commit, pull.merged_as}:
            return True
        if not self.path or not pull.merged_as:
            return False
        return commit in self._git("rev-list", pull.commit, f"^{pull.merged_as}^1").split()

    def _git(self, *arguments: str) -> str:
        person = {"NAME": "Rehearsal", "EMAIL": "rehearsal@localhost"}
        names = {
            f"GIT_{role}_{k}": v for role in ("AUTHOR", "COMMITTER") for k, v in person.items()
        }
        argv = ["git", f"--git-dir={self.path}", *arguments]
        done = Runner().run(argv, cwd=Path(self.path), env=child_environment(names))
        return done.text.strip() if done.code == 0 else ""


class StoredPull(msgspec.Struct, frozen=True, kw_only=True):
    """A pull request.

    Attributes:
        number: its number in the repository.
        title: its title.
        body: its text.
        base: the branch that it asks to change.
        owner: whose branch it comes from.
        branch: that branch.
        commit: where the branch was when this was written down.
        state: "open" or "closed".
        created: seconds since the epoch.
        closed: the same; nothing while it is open.
        merged: the same; nothing when it was not merged.
        merged_as: the commit that came of the merge.
        labels: names of its labels.
    """

    number: int
    title: str
    body: str
    base: str
    owner: str
    branch: str
    commit: str
    state: str
    created: float
    closed: float | None = None
    merged: float | None = None
    merged_as: str = ""
    labels: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """``owner:branch``."""
        return f"{self.owner}:{self.branch}"


class Pulls:
    """The pull requests of all repositories, in memory and on disk.

    Args:
        root: the dock's folder.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock = threading.Lock()

    def all(self, full_name: str) -> list[StoredPull]:
        """Give those of a repository, the newest first."""
        found = (
            msgspec.json.decode(path.read_bytes(), type=StoredPull)
            for path in self._folder(full_name).glob("*.json")
        )
        return sorted(found, key=lambda pull: -pull.number)

    def one(self, full_name: str, number: int) -> StoredPull | None:
        """Give one by its number."""
        return next((pull for pull in self.all(full_name) if pull.number == number), None)

    def add(self, full_name: str, pull: StoredPull) -> StoredPull | None:
        """Give it a number and keep it; nothing where one between its branches is open."""
        with self._lock:
            others = self.all(full_name)
            ends = (pull.label.lower(), pull.base)
            if any(o.state == "open" and (o.label.lower(), o.base) == ends for o in others):
                return None
            number = 1 + max((other.number for other in others), default=0)
            return self._write(full_name, msgspec.structs.replace(pull, number=number))

    def keep(self, full_name: str, pull: StoredPull) -> StoredPull:
        """Put one in place of the one with its number."""
        with self._lock:
            return self._write(full_name, pull)

    def _write(self, full_name: str, pull: StoredPull) -> StoredPull:
        path = self._folder(full_name) / f"{pull.number}.json"
        write_whole(self._root, path, msgspec.json.encode(pull))
        return pull

    def _folder(self, full_name: str) -> Path:
        return self._root / "forge" / full_name.lower() / "pulls"
