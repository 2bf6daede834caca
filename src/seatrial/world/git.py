"""The real git: the run's own repository, and the remote it pushes to.

The run's repository borrows the objects of the user's one and holds what the release adds: one
commit and one tag.  The user's references, index, working tree and configuration are only read.
The user's hooks (``pre-commit``, ``commit-msg``, ``pre-push`` and the rest) do not run: the checks
of a release are its gates, which are in the plan and in the rehearsal.
"""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from seatrial.errors import InvalidConfiguration, StalePlan, StorageFault, TagElsewhere
from seatrial.plan.edits import FileEdit
from seatrial.process import Completed, Runner
from seatrial.world.folders import remove, storing
from seatrial.world.gitedits import write_edits
from seatrial.world.gitfolders import Layout, check, create, lend
from seatrial.world.gitpush import Remote
from seatrial.world.idle import Idle
from seatrial.world.ports import RemoteRef
from seatrial.world.submodules import fill_submodules
from seatrial.world.usergit import UserGit, logins, read_user_git

RELEASE = "refs/seatrial/release"
BOUNDARY = "[tool.uv.workspace]\nmembers = []\n"
"""The ``pyproject.toml`` above the checkouts: tools that look for settings in the folders above
(uv, pytest) end here, and do not come to the user's working tree."""
TAG_LINE = "%(objectname) %(refname)"
PLAIN_FILES = ("100644", "100755")


class CloneGit:
    """The run's own repository (:class:`seatrial.world.ports.Git`).

    Args:
        source: the user's repository: a folder of its working tree, or its git directory.
        clone: the folder for ours and for its checkouts; all of it is ours.
        remote: the address to push to (:func:`seatrial.world.usergit.push_address`); empty: none.
        runner: starts git.
    """

    def __init__(self, source: Path, clone: Path, *, remote: str, runner: Runner) -> None:
        self._source = source
        self._folder = clone
        self._git_dir = clone / "git"
        self._remote = remote
        self._runner = runner.reading()
        for secret in logins(remote):
            runner.redactor.add(secret)
        self._idle = Idle(clone / "idle")
        self._read: UserGit | None = None
        # One process uses the clone at a time, so what it holds need not be asked for twice.
        self._made = ""
        self._tagged: dict[str, RemoteRef] = {}

    def prepare(self, commit: str) -> None:
        """Make the clone, if it is not there, with its HEAD at the planned commit.

        An incomplete clone, left by a run that was killed, never has the clone's name.

        Raises:
            NoRepository: the user's repository is gone.
            StalePlan: the planned commit is.
            StorageFault: it cannot be written.
        """
        user_git = self._user_git(commit)
        head = self._git_dir / "HEAD"
        with storing(self._folder):
            if head.is_file() and head.read_text("utf-8").strip() == commit:
                lend(self._git_dir, [user_git.objects])
                for lock in self._git_dir.rglob("*.lock"):
                    lock.unlink()  # Whoever made it was killed: a run is held by one process.
                return
            new = self._folder / "new"
            remove(new)
            self._forget()
            remove(self._git_dir)
            layout = Layout(lenders=[user_git.objects], head=commit, bare=True)
            create(new, layout, user_git, self._runner)
            (new / "user-tags").write_text(
                "".join(f"{line}\n" for line in self._user_tags()), "utf-8", newline="\n"
            )
            (self._folder / "pyproject.toml").write_text(BOUNDARY, "utf-8", newline="\n")
            new.rename(self._git_dir)

    def release_commit(self) -> str:
        """Give the release commit made in this clone, or an empty string."""
        if not self._git_dir.is_dir():
            return ""
        if not self._made:
            name = f"{RELEASE}^{{commit}}"
            done = self._git("rev-parse", "--verify", "--quiet", name, must=False)
            self._made = done.text.strip() if done.code == 0 else ""
        return self._made

    def commit(self, parent: str, edits: Sequence[FileEdit], message: str, when: int) -> str:
        """Make the release commit from edits, and remember it; with no edits it is the parent.

        Args:
            parent: the planned commit.
            edits: files with their whole new content, stored as it is given: no line ending is
                changed and no filter runs.
            message: UTF-8.
            when: author and committer time, seconds since the epoch, written as UTC.

        Raises:
            StalePlan: a file does not hold what the edit expects.
            InvalidConfiguration: git does not know who commits, or cannot sign.
        """
        made = parent
        if edits:
            self._user_git().check_identity()
            tree = self._edited_tree(parent, edits)
            sign = ["-S"] if self._user_git().enabled("commit.gpgsign") else []
            done = self._git(
                "commit-tree", *sign, "-p", parent, "-F", "-", tree,
                stdin=message.encode(), env=_dates(when), must=not sign,
            )  # fmt: skip
            made = _signed(done, "the release commit").text.strip()
        self._git("update-ref", RELEASE, made)
        self._made = made
        return made

    def tree(self, commit: str) -> str:
        """Give the id of a commit's tree."""
        return self._git("rev-parse", "--verify", f"{commit}^{{tree}}").text.strip()

    def tag_object(self, name: str) -> RemoteRef | None:
        """Give the tag of this clone, or nothing; the user's own tags are not in it."""
        if name not in self._tagged:
            ref = f"refs/tags/{name}"
            done = self._git("rev-parse", "--quiet", ref, f"{ref}^{{commit}}", must=False)
            if done.code == 0:
                made, commit = done.text.split()
                self._tagged[name] = RemoteRef(id=made, commit=commit)
        return self._tagged.get(name)

    def tag(self, name: str, commit: str, message: str, when: int) -> str:
        """Make the annotated tag in this clone and give its object's id.

        It is signed where the user's git signs tags; lines of the message that begin with ``#``
        stay.

        Raises:
            TagElsewhere: it is there, on another commit.
            InvalidConfiguration: git does not know who tags, or cannot sign.
        """
        there = self.tag_object(name)
        if there is None:
            user_git = self._user_git()
            user_git.check_identity()
            signs = user_git.enabled("tag.gpgsign") or user_git.enabled("tag.forcesignannotated")
            done = self._git(
                "tag", "--annotate", "--cleanup=whitespace", "--file=-", "--", name, commit,
                stdin=message.encode(), env=_dates(when), must=not signs,
            )  # fmt: skip
            _signed(done, f"the tag {name}")
            there = self.tag_object(name)
        if there is None:
            raise StorageFault(str(self._git_dir), f"the tag {name} is not there after git tag")
        if there.commit != commit:
            raise TagElsewhere(name, f"it is at {there.commit[:12]}, not at {commit[:12]}")
        return there.id

    def checkout(self, purpose: str, edits: Sequence[FileEdit] = ()) -> Path:
        """Give a fresh folder that holds the release commit and nothing else.

        It is a repository of its own with a detached HEAD, the user's tags and the release's, so
        tools that take the version from git find what they would find after the release.
        Submodules are filled from the user's repository where it has them, and are left empty
        otherwise.  Files stored with Git LFS are read by the user's git-lfs, from the user's
        repository where it has them.

        Args:
            purpose: a name for it; the folder is made new when asked again.
            edits: files that have another content there, as if it were committed.

        Raises:
            StalePlan: a file does not hold what an edit expects.
        """
        folder = self._folder / "checkouts" / purpose
        remove(folder)
        self._begin(folder)
        self._fill(folder)
        write_edits(folder, edits, self._user_git())
        return folder

    @contextlib.contextmanager
    def lent(self, purpose: str, edits: Sequence[FileEdit] = ()) -> Iterator[Path]:
        """Give such a folder for a while; cleaned up, it is the next one.

        Arguments and errors are those of :meth:`checkout`.
        """
        folder = self._folder / "checkouts" / purpose
        with self._idle.taken(folder, self._begin, self._fill):
            write_edits(folder, edits, self._user_git())
            yield folder

    def _begin(self, folder: Path) -> None:
        """Make the repository of a checkout, without its files."""
        user_git = self._user_git()
        commit = self.release_commit() or (self._git_dir / "HEAD").read_text("utf-8").strip()
        layout = Layout(
            lenders=[self._git_dir / "objects", user_git.objects], head=commit, refs=self._tags()
        )
        create(folder, layout, user_git, self._runner)

    def _fill(self, folder: Path) -> None:
        user_git = self._user_git()
        done = self._runner.run(
            ["git", "read-tree", "-u", "--reset", "HEAD"], cwd=folder, env=user_git.environment({})
        )
        check(done, "git read-tree", folder, lender=user_git)
        fill_submodules(folder, user_git, self._runner)

    def remote_refs(self) -> Mapping[str, RemoteRef]:
        """Ask the remote for its branches and tags (full names), afresh.

        Raises:
            Unreachable: it did not answer.
        """
        return self._remote_end().refs()

    def remote_mark(self, name: str) -> str:
        """Ask the remote for a reference that is neither branch nor tag; empty: not there.

        Raises:
            Unreachable: it did not answer.
        """
        return self._remote_end().mark(name)

    def push(
        self, updates: Mapping[str, tuple[str, str]], marks: Mapping[str, str] | None = None
    ) -> None:
        """Push several references in one atomic push, each with a lease.

        Args:
            updates: full reference name → (id expected on the remote or empty for absent,
                id to put there or empty to delete it).
            marks: references that are neither branches nor tags → id to put there.

        Raises:
            BranchMoved: a lease on a branch did not hold.
            TagElsewhere: a lease on a tag did not hold.
            PushRefused: the remote refused (a protected branch, a hook, no right).
            Unreachable: it did not answer.
        """
        self._remote_end().push(updates, marks or {})

    def discard(self) -> None:
        """Remove the clone and its checkouts."""
        self._forget()
        remove(self._folder)

    def _forget(self) -> None:
        self._made = ""
        self._tagged.clear()

    def _user_git(self, commit: str = "HEAD") -> UserGit:
        if self._read is None:
            self._read = read_user_git(self._source, self._runner.redactor, commit)
        return self._read

    def _remote_end(self) -> Remote:
        return Remote(
            address=self._remote,
            # Before there is a clone, the user's repository serves to ask; nothing is written.
            git_dir=self._git_dir if self._git_dir.exists() else self._user_git().common,
            base=self._source,
            user_git=self._user_git(),
            redactor=self._runner.redactor,
        )

    def _user_tags(self) -> list[str]:
        """Give the user's tags as lines of ``packed-refs``, as they are when the run begins."""
        return self._tag_lines(self._user_git().common)

    def _tags(self) -> list[str]:
        """Give the user's tags and ours as lines of ``packed-refs``; ours win."""
        by_name: dict[str, str] = {}
        theirs = (self._git_dir / "user-tags").read_text("utf-8").splitlines()
        for line in (*theirs, *self._tag_lines(self._git_dir)):
            by_name[line.partition(" ")[2]] = line
        return [by_name[name] for name in sorted(by_name)]

    def _tag_lines(self, git_dir: Path) -> list[str]:
        done = self._runner.run(
            ["git", f"--git-dir={git_dir}", "for-each-ref", f"--format={TAG_LINE}", "refs/tags"],
            cwd=self._folder,
            env=self._user_git().environment({}),
        )
        return check(done, "git for-each-ref", git_dir).text.splitlines()

    def _edited_tree(self, parent: str, edits: Sequence[FileEdit]) -> str:
        """Write the parent's tree with the edits, without a working tree, and give its id."""
        modes = self._modes(parent, edits)
        with (
            storing(self._folder),
            tempfile.TemporaryDirectory(dir=self._folder, prefix="edit-") as scratch,
        ):
            kept = [edit for edit in edits if edit.after is not None]
            blobs = self._blobs(Path(scratch), [edit.content for edit in kept])
            index = {"GIT_INDEX_FILE": str(Path(scratch, "index"))}
            self._git("read-tree", parent, env=index)
            # Mode 0 takes a path out of the index: git-update-index(1), "USING --INDEX-INFO".
            entries = [f"0 {'0' * len(parent)}\t{e.path}\0" for e in edits if e.after is None]
            for edit, blob in zip(kept, blobs, strict=True):
                entries.append(f"{modes[edit.path]} {blob}\t{edit.path}\0")
            listed = "".join(entries).encode()
            self._git("update-index", "-z", "--index-info", stdin=listed, env=index)
            return self._git("write-tree", env=index).text.strip()

    def _blobs(self, scratch: Path, contents: Iterable[bytes]) -> list[str]:
        paths = []
        for number, content in enumerate(contents):
            path = scratch / f"{number}"
            path.write_bytes(content)
            paths.append(path.name)
        done = self._git(
            "hash-object", "-w", "--no-filters", "--stdin-paths",
            stdin="".join(f"{path}\n" for path in paths).encode(), cwd=scratch,
        )  # fmt: skip
        return done.text.split()

    def _modes(self, parent: str, edits: Sequence[FileEdit]) -> dict[str, str]:
        """Give each file's mode, after comparing what it holds with what its edit expects."""
        paths = [edit.path for edit in edits]
        listed = self._git("ls-tree", "-z", "--full-tree", parent, "--", *paths).text
        there: dict[str, tuple[str, str]] = {}
        for entry in filter(None, listed.split("\0")):
            about, _, path = entry.partition("\t")
            mode, _, blob = about.split(" ")
            there[path] = (mode, blob)
        modes: dict[str, str] = {}
        for edit in edits:
            mode, blob = there.get(edit.path, ("", ""))
            held = self._digest(blob) if mode in PLAIN_FILES else ""
            if held != edit.before or (mode and mode not in PLAIN_FILES):
                raise StalePlan(
                    edit.path, f"commit {parent[:12]} does not hold what the plan expects there"
                )
            modes[edit.path] = mode or PLAIN_FILES[0]
        return modes

    def _digest(self, blob: str) -> str:
        # Not through our runner: its redactor could change the bytes.
        done = Runner().run(
            ["git", f"--git-dir={self._git_dir}", "cat-file", "blob", blob],
            cwd=self._git_dir,
            env=self._user_git().environment({}),
        )
        check(done, "git cat-file", self._git_dir, lender=self._user_git())
        return hashlib.sha256(done.stdout).hexdigest()

    def _git(
        self,
        *arguments: str,
        stdin: bytes | None = None,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        must: bool = True,
    ) -> Completed:
        """Run git on our repository; a failure is an error unless it ``must`` not succeed."""
        done = self._runner.run(
            ["git", f"--git-dir={self._git_dir}", *arguments],
            cwd=cwd or self._git_dir,
            env=self._user_git().environment({}) | dict(env or {}),
            stdin=stdin,
        )
        if must:
            check(done, f"git {arguments[0]}", self._git_dir, lender=self._user_git())
        return done


def _signed(done: Completed, thing: str) -> Completed:
    """Give a command back that had to sign; where it failed, the signing is what can fail."""
    if done.code == 0:
        return done
    raise InvalidConfiguration(
        thing,
        done.said,
        doing="signing",
        next_step="See that git commit -S works here without a question, then run this again.",
    )


def _dates(when: int) -> dict[str, str]:
    """Give the dates for git: ``@`` marks seconds since the epoch, also small ones."""
    date = f"@{when} +0000"
    return {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
