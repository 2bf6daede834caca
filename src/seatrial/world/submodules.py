"""Filling the submodules of a checkout from what the user's repository has of them."""

from __future__ import annotations

from pathlib import Path

import msgspec

from seatrial.process import Runner
from seatrial.world.gitfolders import Layout, check, create
from seatrial.world.usergit import UserGit

GITLINK = "160000"


def fill_submodules(folder: Path, user_git: UserGit, runner: Runner) -> tuple[str, ...]:
    """Fill each submodule, and theirs, from ``modules/`` of the user's git directory.

    Nothing is fetched, so a submodule that the user has not initialised stays an empty folder.

    Args:
        folder: a checkout of ours.
        user_git: the user's repository (for a submodule of a submodule: that submodule's).
        runner: starts git.

    Returns:
        The paths that were left empty.
    """
    if not (folder / ".gitmodules").is_file():
        return ()
    environment = user_git.environment({})
    named = runner.run(
        ["git", "config", "-z", "-f", ".gitmodules", "--get-regexp", r"^submodule\..*\.path$"],
        cwd=folder,
        env=environment,
    )
    names = {
        path: key.removeprefix("submodule.").removesuffix(".path")
        for key, _, path in (entry.partition("\n") for entry in named.text.split("\0"))
    }
    staged = runner.run(["git", "ls-files", "-z", "--stage"], cwd=folder, env=environment)
    left: list[str] = []
    for entry in check(staged, "git ls-files", folder).text.split("\0"):
        about, _, path = entry.partition("\t")
        if about.startswith(GITLINK):
            commit = about.split(" ")[1]
            lender = _lender(user_git, names.get(path, ""))
            if lender is None or not _fill(folder / path, commit, lender, runner):
                left.append(path)
    return tuple(left)


def _lender(user_git: UserGit, name: str) -> UserGit | None:
    """Give the user's repository of a submodule; its name comes from a file, so it may lie."""
    modules = user_git.common / "modules"
    git_dir = modules / name
    if not name or ".." in Path(name).parts or not (git_dir / "objects").is_dir():
        return None
    return msgspec.structs.replace(
        user_git,
        common=git_dir,
        objects=git_dir / "objects",
        shallow=git_dir / "shallow",
        promisors=(),
    )


def _fill(folder: Path, commit: str, lender: UserGit, runner: Runner) -> bool:
    environment = lender.environment({})
    has = runner.run(
        ["git", f"--git-dir={lender.common}", "cat-file", "-e", f"{commit}^{{commit}}"],
        cwd=lender.common,
        env=environment,
    )
    if has.code != 0:
        return False
    create(folder, Layout(lenders=[lender.objects], head=commit), lender, runner)
    done = runner.run(["git", "read-tree", "-u", "--reset", "HEAD"], cwd=folder, env=environment)
    check(done, "git read-tree", folder)
    fill_submodules(folder, lender, runner)
    return True
