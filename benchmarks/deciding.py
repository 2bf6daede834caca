"""How long it takes to say which version comes next, beside python-semantic-release."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.measuring import BIN, Contender, Row, at_least, environment, medians, ran
from benchmarks.reading import TYPES, commit, file

ROUNDS = 7
COMMITS = 2_500
FASTER = 8

PYPROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "seatrial-benchmark-next"
version = "1.0.0"
[tool.semantic_release]
version_toml = ["pyproject.toml:project.version"]
"""


def measure(folder: Path) -> list[Row]:
    """Time ``seatrial next`` and ``semantic-release version --print``; both say the same."""
    env = environment(folder)
    repository = folder / "repository"
    make(repository, env)
    ours: list[str | Path] = [BIN / "seatrial", "next"]
    theirs: list[str | Path] = [BIN / "semantic-release", "--noop", "version", "--print"]
    said = {answer(argv, repository, env) for argv in (ours, theirs)}
    if said != {"1.1.0"}:
        raise SystemExit(f"the answers differ: {said}")
    name = "semantic-release version --print"
    figures = medians(
        [
            Contender(name="seatrial next", once=lambda: ran(ours, repository, env)),
            Contender(name=name, once=lambda: ran(theirs, repository, env)),
        ],
        ROUNDS,
    )
    job = f"the next version, {COMMITS:,} commits"
    return at_least(job, figures, "seatrial next", {name: FASTER})


def answer(argv: list[str | Path], cwd: Path, env: Mapping[str, str]) -> str:
    """Give what a command prints on its standard output."""
    done = subprocess.run(argv, cwd=cwd, env=dict(env), capture_output=True, check=True)
    return done.stdout.decode().strip()


def make(repository: Path, env: Mapping[str, str]) -> None:
    """Make a repository of one package, with a long history since its one release."""
    repository.mkdir()
    ran(["git", "init", "--quiet", "--initial-branch=main"], repository, env)
    said = "\n".join(_stream())
    ran(["git", "fast-import", "--quiet"], repository, env, said=said)
    ran(["git", "reset", "--quiet", "--hard"], repository, env)
    # The peer asks where it would release; nothing is sent there.
    url = "https://github.com/seatrial-benchmark/next.git"
    ran(["git", "remote", "add", "origin", url], repository, env)


def _stream() -> Iterator[str]:
    """Give the input of git-fast-import(1); the same each time."""
    chance = random.Random(1)  # noqa: S311 -- a history, not a secret
    yield from commit(1, "feat: begin")
    yield from file("pyproject.toml", PYPROJECT)
    yield from file("src/seatrial_benchmark_next/__init__.py", '"""A package."""\n')
    yield from ("reset refs/tags/v1.0.0", "from :1", "")
    for number in range(2, COMMITS + 1):
        kind = chance.choice(TYPES)
        yield from commit(number, f"{kind}: change number {number}\n\nSome words about it.\n")
        path = f"src/seatrial_benchmark_next/m{chance.randrange(50)}.py"
        yield from file(path, f"x = {number}\n")
