"""Where a repository lies, found by git, and how git is asked; what it refuses is said."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import msgspec

from seatrial.errors import NoRepository, SeatrialError, ToolMissing
from seatrial.process import Completed, Runner, child_environment

QUIET_GIT: Mapping[str, str] = {
    "LC_ALL": "C",
    # Without it "git status" would refresh the user's index.
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
}
"""What git is told in its environment, so that it reads and does nothing else."""

MEND = "Mend what git says, and run this again."


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a repository lies.

    Attributes:
        root: the top folder of the working tree, absolute.
        common: the git common directory, absolute.
        head: the full id of the commit that was named.
        shallow: whether the clone lacks history.
    """

    root: Path
    common: Path
    head: str
    shallow: bool


def run_git(runner: Runner, cwd: Path, *args: str, stdin: bytes | None = None) -> Completed:
    """Run git, reading only.

    Args:
        runner: starts it.
        cwd: the working directory.
        args: what follows ``git``.
        stdin: what it reads.

    Raises:
        NoRepository: git failed; ``said`` is its own sentence.
    """
    done = runner.run(["git", *args], cwd=cwd, env=child_environment(QUIET_GIT), stdin=stdin)
    if done.code != 0:
        raise NoRepository(str(cwd), done.said, next_step=MEND)
    return done


@contextlib.contextmanager
def git_begun(runner: Runner, cwd: Path, *args: str) -> Iterator[Callable[[], bytes]]:
    """Run git beside what the block does, reading only.

    Args:
        runner: starts it.
        cwd: the working directory.
        args: what follows ``git``.

    Returns:
        What waits for its output, and gives it; to be called once, within the block.  It raises
        ``NoRepository`` when git failed.
    """
    with runner.begun(["git", *args], cwd=cwd, env=child_environment(QUIET_GIT)) as ended:

        def printed() -> bytes:
            done = ended()
            if done.code != 0:
                raise NoRepository(str(cwd), done.said, next_step=MEND)
            return done.stdout

        yield printed


def find_place(path: Path, runner: Runner, commit: str) -> Place:
    """Find the repository that a folder lies in.

    Args:
        path: a folder in the working tree.
        runner: starts git.
        commit: any name git knows.

    Raises:
        NoRepository: there is none, it is bare, it has no such commit, or git refuses to read it.
        ToolMissing: git is not installed, or too old.
    """
    folder = path.absolute()
    if not folder.is_dir():
        raise NoRepository(str(path), "there is no such folder")
    if commit.startswith("-"):
        raise NoRepository(str(path), f"{commit!r} is no name of a commit")
    asked = ["rev-parse", "--path-format=absolute", "--is-bare-repository"]
    asked += ["--is-shallow-repository", "--git-common-dir", "--show-toplevel"]
    done = runner.run(
        ["git", *asked, f"{commit}^{{commit}}"], cwd=folder, env=child_environment(QUIET_GIT)
    )
    lines = os.fsdecode(done.stdout).removesuffix("\n").split("\n")
    if lines[0].startswith("--"):
        # git of before 2.31 repeats the option it does not know.
        raise ToolMissing("git", "it is older than 2.31")
    if done.code == 0:
        bare, shallow, common, root, head = lines
        if bare == "false":
            return Place(root=Path(root), common=Path(common), head=head, shallow=shallow == "true")
    raise _refusal(folder, commit, lines, done)


def _refusal(folder: Path, commit: str, lines: list[str], done: Completed) -> SeatrialError:
    """Say why git did not show the repository: what it printed before it failed tells."""
    match lines:
        case ["true", *_]:
            return NoRepository(
                str(folder),
                "it is a bare repository, and a release is planned from a checkout",
                next_step="Clone it, and run this in the clone.",
            )
        case [_, _, _]:
            return NoRepository(
                str(folder),
                "this folder belongs to git itself, not to a working tree",
                next_step="Run this in the working tree.",
            )
        case [_, _, _, root, *_] if commit == "HEAD":
            return NoRepository(
                root, "it has no commit yet", next_step="Commit the project, and run this again."
            )
        case [_, _, _, root, *_]:
            return NoRepository(
                root,
                f"it knows no commit {commit!r}",
                next_step="Name a commit, a branch or a tag of this repository.",
            )
    for candidate in (folder, *folder.parents):
        if (candidate / ".git").exists():
            return _foreign(candidate, done)
    return NoRepository(str(folder), "neither it nor a folder above it is one")


def _foreign(top: Path, done: Completed) -> SeatrialError:
    if hasattr(os, "geteuid") and top.stat().st_uid != os.geteuid():
        return NoRepository(
            str(top),
            "it belongs to another user, and git reads such a repository only when told to",
            next_step=f'If you trust it: git config --global --add safe.directory "{top}"',
        )
    return NoRepository(str(top), done.said, next_step="Mend what git says, and run this again.")
