"""Long histories, made fast: git is given all commits at once (git-fast-import(1))."""

from __future__ import annotations

import itertools
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.support.repositories import BEGAN, git

TYPES = ("feat", "fix", "docs", "chore", "refactor", "test")
"""What the messages begin with, in turn."""

PYPROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "part{number}"
version = "1.0.0"
"""


def make_history(folder: Path, commits: int, *, packages: int = 1) -> None:
    """Make a repository with so many commits since the tag v1.0.0.

    Args:
        folder: where; it must not exist.
        commits: how many; each touches a file of one package, in turn.
        packages: how many there are; the only one lies in the root, several in ``partN``.
    """
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main", when=BEGAN)
    subprocess.run(
        ["git", "fast-import", "--quiet"],
        cwd=folder,
        input="\n".join(_stream(commits, packages)).encode(),
        capture_output=True,
        check=True,
    )
    git(folder, "reset", "--quiet", "--hard", when=BEGAN)


def _stream(commits: int, packages: int) -> Iterator[str]:
    places = [""] if packages == 1 else [f"part{number}/" for number in range(packages)]
    yield from _commit(1, "Begin")
    for number, place in enumerate(places):
        yield from _file(f"{place}pyproject.toml", PYPROJECT.format(number=number))
    yield from ("reset refs/tags/v1.0.0", "from :1", "")
    for number, place in zip(range(2, commits + 2), itertools.cycle(places), strict=False):
        kind = TYPES[number % len(TYPES)]
        yield from _commit(number, f"{kind}: change number {number}\n\nSome words about it.\n")
        yield from _file(f"{place}m{number % 9}.py", f"{number}\n")


def _commit(number: int, message: str) -> Iterator[str]:
    yield "commit refs/heads/main"
    yield f"mark :{number}"
    yield f"committer Ada Example <ada@example.org> {BEGAN + number} +0000"
    yield f"data {len(message)}"
    yield message


def _file(path: str, content: str) -> Iterator[str]:
    yield f"M 100644 inline {path}"
    yield f"data {len(content)}"
    yield content
