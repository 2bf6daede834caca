"""How long a repository of many packages takes to be read, beside git's own look at it."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.measuring import BIN, Contender, Row, at_most, environment, medians, ran

ROUNDS = 3
COMMITS = 50_000
PACKAGES = 400
SLOWER = 1.5
"""How many times what ``git log --name-only`` of the same range takes."""

HEAVIER = 4
"""MiB more than for a range of a tenth of the commits."""

MIB = 1024
PEAK = """
import pathlib, re, resource, sys
from seatrial.operations.project import Project
assert len(Project.open(pathlib.Path(sys.argv[1])).facts.commits) > 1000
status = pathlib.Path("/proc/self/status")
if status.exists():
    print(re.search(r"VmHWM:\\s*(\\d+)", status.read_text())[1])
else:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
"""Reads a repository, and prints the most memory that it took for it; git's own is not counted.

On Linux, getrusage(2) begins with the memory of the process that this one was started from.
"""
WHO = "Ada Example <ada@example.org>"
TYPES = ("feat", "fix", "docs", "chore", "refactor", "test")
PYPROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "seatrial-benchmark-{number}"
version = "1.0.0"
"""
MODULE = '"""A part."""\n\n__version__ = "1.0.0"\n'


def measure(folder: Path) -> list[Row]:
    """Time ``seatrial sites``, which reads packages, sites and changes, and count its memory."""
    env = environment(folder)
    whole, tenth = folder / "whole", folder / "tenth"
    make(whole, env, COMMITS)
    make(tenth, env, COMMITS // 10)
    ours = [BIN / "seatrial", "sites", "--json"]
    git = ["git", "log", "--name-only", "v1.0.0..HEAD"]
    figures = medians(
        [
            Contender(name="seatrial sites", once=lambda: ran([*ours, whole], folder, env)),
            Contender(name="git log --name-only", once=lambda: ran(git, whole, env)),
        ],
        ROUNDS,
    )
    job = f"read {PACKAGES} packages, {COMMITS:,} commits"
    rows = at_most(job, figures, "seatrial sites", {"git log --name-only": SLOWER})
    large, small = (_peak(path, env) for path in (whole, tenth))
    rows.append(
        Row(
            job=f"the same, {COMMITS // 10:,} commits",
            how="Seatrial itself, without git",
            figure=f"{small:.0f} MiB at most",
            ratio=f"{large - small:+.0f} MiB for {COMMITS:,}",
            target=f"at most +{HEAVIER} MiB",
            met=large - small <= HEAVIER,
        )
    )
    return rows


def _peak(repository: Path, env: Mapping[str, str]) -> float:
    done = subprocess.run(
        [sys.executable, "-c", PEAK, str(repository)],
        env=dict(env),
        capture_output=True,
        check=True,
    )
    return int(done.stdout) / MIB


def make(repository: Path, env: Mapping[str, str], commits: int) -> None:
    """Make a repository of many packages with a long history since its tag."""
    repository.mkdir()
    ran(["git", "init", "--quiet", "--initial-branch=main"], repository, env)
    said = "\n".join(_stream(commits))
    ran(["git", "fast-import", "--quiet"], repository, env, said=said)
    ran(["git", "reset", "--quiet", "--hard"], repository, env)


def _stream(commits: int) -> Iterator[str]:
    """Give the input of git-fast-import(1); the same each time."""
    chance = random.Random(1)  # noqa: S311 -- a history, not a secret
    yield from commit(1, "Begin")
    for number in range(PACKAGES):
        yield from file(f"packages/part{number}/pyproject.toml", PYPROJECT.format(number=number))
        yield from file(f"packages/part{number}/src/part{number}/__init__.py", MODULE)
    yield from ("reset refs/tags/v1.0.0", "from :1", "")
    for number in range(2, commits + 2):
        kind = chance.choice(TYPES)
        yield from commit(number, f"{kind}: change number {number}\n\nSome words about it.\n")
        for _ in range(chance.choice((1, 1, 2, 3))):
            package = chance.randrange(PACKAGES)
            path = f"packages/part{package}/src/part{package}/m{chance.randrange(9)}.py"
            yield from file(path, f"{number}\n")


def commit(number: int, message: str) -> Iterator[str]:
    """Give a commit of git-fast-import(1); its number is its mark."""
    yield "commit refs/heads/main"
    yield f"mark :{number}"
    yield f"committer {WHO} {1_600_000_000 + number} +0000"
    yield f"data {len(message)}"
    yield message


def file(path: str, content: str) -> Iterator[str]:
    """Give a file of the commit that was begun last."""
    yield f"M 100644 inline {path}"
    yield f"data {len(content)}"
    yield content
