"""Make a git repository with a small history out of an example, which has none of its own.

Usage: python make_repository.py EXAMPLE FOLDER

The first release holds everything but the files named in ``LATER``; these come in commits after
its tag, so that there is something to release.  Author, dates and with them all commit ids are
the same on every machine.  Its remote, called origin, is a bare repository beside it
with an address on a forge.  What an example has downstream (``BESIDE``) is made there as well.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

NAME = "Ada Example"
EMAIL = "ada@example.org"
BEGAN = "2024-03-01T09:00:00+00:00"
FIRST = {
    "hello": ("feat: say hello in English", "v0.1.0"),
    "chat": ("feat: send messages, run bots", "0.9.1"),
    "database": ("feat: execute statements", "clients/python/v0.1.16"),
    "reviewed": ("feat: say whether something was reviewed", "v0.3.0"),
    "engine": ("feat: find the engine's programs", "v0.4.0"),
    "tally": ("feat: count words", "tally/0.6.0"),
}
"""Example → message of its first commit, and its tag."""
BESIDE = {"chat": ("chat-server",)}
"""Example → other examples that are repositories downstream of it."""
FORGE = "https://github.com/ada-example/"
"""Where the remote seems to lie; git is told to take the folder beside the repository instead."""
LATER = (
    ("feat: say hello in French", "2024-03-08T09:00:00+00:00", "**/french.txt"),
    (
        "fix: tell type checkers that the package is typed",
        "2024-03-09T09:00:00+00:00",
        "**/py.typed",
    ),
    ("feat: tell type checkers what there is", "2024-03-11T09:00:00+00:00", "**/_tally.pyi"),
    ("feat: say who has reviewed something", "2024-03-08T09:00:00+00:00", "**/names.py"),
    ("feat: say whether the server is well", "2024-03-10T09:00:00+00:00", "**/health.py"),
    ("feat: ask a server whether it is there", "2024-03-11T09:00:00+00:00", "**/ping.py"),
)


def main(example: Path, folder: Path) -> None:
    """Copy ``example`` to ``folder``, which must not be there; give it a history and a remote."""
    shutil.copytree(example, folder, ignore=shutil.ignore_patterns("__pycache__", "dist", "build"))
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "config", "user.name", NAME)
    git(folder, "config", "user.email", EMAIL)
    git(folder, "config", "commit.gpgsign", "false")
    git(folder, "config", "tag.gpgsign", "false")
    message, tag = FIRST[example.resolve().name]
    later = [str(path.relative_to(folder)) for *_, files in LATER for path in folder.glob(files)]
    git(folder, "add", "--", ".", *(f":(exclude){path}" for path in later))
    git(folder, "commit", "--quiet", f"--message={message}", when=BEGAN)
    git(folder, "tag", "--annotate", f"--message=Release {tag}", tag, when=BEGAN)
    for message, when, files in LATER:
        found = [str(path.relative_to(folder)) for path in folder.glob(files)]
        if not found:
            continue
        git(folder, "add", "--", *found)
        git(folder, "commit", "--quiet", f"--message={message}", when=when)
    remote = folder.resolve().with_name(f"{folder.name}.git")
    git(folder, "clone", "--quiet", "--bare", ".", str(remote))
    git(folder, "remote", "add", "origin", f"{FORGE}{remote.name}")
    git(folder, "config", f"url.{remote.parent}/.insteadOf", FORGE)
    git(folder, "fetch", "--quiet")
    git(folder, "branch", "--quiet", "--set-upstream-to=origin/main")
    for name in BESIDE.get(example.resolve().name, ()):
        downstream(example.resolve().with_name(name), remote.with_name(f"{name}.git"))


def downstream(example: Path, remote: Path) -> None:
    """Make a bare repository of one commit out of an example."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "work")
        shutil.copytree(example, folder)
        git(folder, "init", "--quiet", "--initial-branch=main")
        git(folder, "add", "--", ".")
        who = ("-c", f"user.name={NAME}", "-c", f"user.email={EMAIL}", "-c", "commit.gpgsign=false")
        git(folder, *who, "commit", "--quiet", "--message=Begin", when=BEGAN)
        git(folder, "clone", "--quiet", "--bare", ".", str(remote))


def git(folder: Path, *arguments: str, when: str = "") -> None:
    """Run git in the folder, deaf to the user's own configuration."""
    quiet = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    dates = {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when} if when else {}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    subprocess.run(["git", "-C", str(folder), *arguments], check=True, env=kept | quiet | dates)


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:3]))
