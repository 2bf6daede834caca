"""The remote of a rehearsal: a bare repository that looks as the user's own remote would."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from seatrial.process import Runner
from seatrial.world.folders import remove, storing
from seatrial.world.gitfolders import Layout, check, create
from seatrial.world.usergit import read_user_git


def bare_copy(
    source: Path, to: Path, runner: Runner, *, refs: Mapping[str, str] | None = None
) -> Path:
    """Make a bare repository that looks as the user's remote would, for a rehearsal to push to.

    It borrows the user's objects and holds branches and tags only: no hook, no configuration.

    Args:
        source: the user's repository: a folder of its working tree, or its git directory.
        to: the folder to make.
        runner: starts git.
        refs: full name → id for those that the real remote holds elsewhere; empty: not there.
    """
    user_git = read_user_git(source, runner.redactor)
    remove(to)
    listed = runner.reading().run(
        [
            "git", "for-each-ref", "--format=%(objectname) %(refname) %(HEAD)",
            "refs/heads", "refs/tags",
        ],
        cwd=source,
        env=user_git.environment({}),
    )  # fmt: skip
    held: dict[str, str] = {}
    head = ""
    for line in check(listed, "git for-each-ref", source).text.splitlines():
        object_id, name, *mark = line.split(" ")
        held[name] = object_id
        head = name if "*" in mark else head
    held |= refs or {}
    lines = [f"{held[name]} {name}" for name in sorted(held) if held[name]]
    layout = Layout(
        lenders=[user_git.objects],
        head=f"ref: {head or 'refs/heads/main'}",
        refs=lines,
        bare=True,
    )
    create(to, layout, user_git, runner)
    with storing(to), (to / "config").open("a", encoding="utf-8", newline="\n") as config:
        # Nothing in a rehearsal has to outlive a power cut.
        config.write("[receive]\n\tautogc = false\n[gc]\n\tauto = 0\n[core]\n\tfsync = none\n")
    return to
