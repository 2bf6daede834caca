"""Git repositories of our own that borrow their objects from another one.

Laid out by gitrepository-layout(5): ``objects/info/alternates`` names the lenders, so nothing is
copied and nothing of the lender is touched; ``packed-refs`` holds the references to begin with.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import msgspec

from seatrial.errors import StorageFault, Unreachable
from seatrial.process import Completed, Runner
from seatrial.world.folders import storing
from seatrial.world.usergit import UserGit, plain_environment


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """What a new repository is given.

    Attributes:
        lenders: the object stores it borrows from, absolute.
        head: the content of its ``HEAD``: a commit, or ``ref: refs/heads/…``.
        refs: lines of ``packed-refs``, sorted: object, space, full name.
        bare: whether it has no working tree.
    """

    lenders: Sequence[Path]
    head: str
    refs: Sequence[str] = ()
    bare: bool = False


def create(folder: Path, layout: Layout, user_git: UserGit, runner: Runner) -> Path:
    """Make a repository and give its git directory; no template, so no hooks.

    Args:
        folder: where to; made if it is not there.
        layout: what it is given.
        user_git: the object format, the place where history is cut, and the partial clone's remote.
        runner: starts git.

    Raises:
        StorageFault: it cannot be written.
    """
    argv = ["git", "init", "--quiet", "--template=", f"--object-format={user_git.object_format}"]
    if layout.bare:
        argv.append("--bare")
    with storing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        check(runner.run([*argv, "."], cwd=folder, env=plain_environment()), "git init", folder)
        git_dir = folder if layout.bare else folder / ".git"
        lend(git_dir, layout.lenders)
        (git_dir / "packed-refs").write_text(
            "".join(f"{line}\n" for line in layout.refs), "utf-8", newline="\n"
        )
        if user_git.shallow.is_file():
            shutil.copyfile(user_git.shallow, git_dir / "shallow")
        (git_dir / "HEAD").write_text(f"{layout.head}\n", "utf-8", newline="\n")
        if user_git.promisors:
            _say_partial(git_dir, user_git)
    return git_dir


def lend(git_dir: Path, lenders: Sequence[Path]) -> None:
    """Write where a repository borrows its objects from (again, when the lender has moved)."""
    info = git_dir / "objects" / "info"
    info.mkdir(parents=True, exist_ok=True)
    lines = "".join(f"{_quoted(lender)}\n" for lender in lenders)
    alternates = info / "alternates"
    if not alternates.is_file() or alternates.read_text("utf-8") != lines:
        alternates.write_text(lines, "utf-8", newline="\n")


def _quoted(path: Path) -> str:
    """Spell a path as git reads it there: in quotes if it begins like a comment or a quote."""
    text = path.as_posix()
    if "\n" not in text and not text.startswith(('"', "#")):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _say_partial(git_dir: Path, user_git: UserGit) -> None:
    """Tell git that missing objects may be fetched; the remote's address is in the environment."""
    with (git_dir / "config").open("a", encoding="utf-8", newline="\n") as config:
        name = user_git.promisors[0].replace("\\", "\\\\").replace('"', '\\"')
        config.write(
            f'[core]\n\trepositoryformatversion = 1\n[extensions]\n\tpartialClone = "{name}"\n'
        )


def check(
    done: Completed, command: str, place: Path, *, lender: UserGit | None = None
) -> Completed:
    """Give a finished git command back.

    Args:
        done: how it ended.
        command: which.
        place: the repository of ours that it ran in.
        lender: what that borrows its objects from; asked whether the failure is a lack of them.

    Raises:
        Unreachable: the lender is a partial clone, and its remote does not give what it lacks.
        StorageFault: it failed; only the disk, or a repository that broke, makes it fail there.
    """
    if done.code != 0:
        if lender is not None and lender.promisors and (lacking := _lacking(place, lender)):
            raise Unreachable(
                f"the remote {lender.promisors[0]}",
                f"the repository is a partial clone, {lacking} of the commit's objects are not in "
                f"it, and they could not be had from there\n{done.said}",
                doing="fetching what is missing from",
                next_step="Run this again when the remote answers, or in a whole clone.",
            )
        raise StorageFault(str(place), done.said, doing=f"running {command} in")
    return done


def _lacking(place: Path, lender: UserGit) -> int:
    """Count the objects of a repository's HEAD that are not here; none is fetched for it.

    Source: git-rev-list(1), ``--missing=print``.
    """
    argv = ["git", "rev-list", "--objects", "--no-walk", "--missing=print", "HEAD"]
    listed = Runner().run(argv, cwd=place, env=lender.environment({}))
    return sum(line.startswith("?") for line in listed.text.splitlines())
