"""How long planning takes where the history is long; told, and held against nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from benchmarks.measuring import BIN, Contender, Row, environment, medians, ran, shown
from benchmarks.servers import slow_dock

ROUNDS = 3
COMMITS = 20_000
RELEASES = 200
"""A tag stands on every hundredth commit."""

WHO = "Ada Example <ada@example.org>"
PYPROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "seatrial-benchmark-history"
version = "0.199.0"
[tool.seatrial]
publish = "here"
[tool.seatrial.index.here]
upload-url = "UPLOAD"
simple-url = "SIMPLE"
"""


def measure(folder: Path) -> list[Row]:
    """Time ``seatrial plan`` on a generated history; the index that it names holds nothing."""
    env = environment(folder)
    repository = folder / "history"
    with slow_dock(folder / "dock", 0) as (upload, simple):
        make(repository, env, PYPROJECT.replace("UPLOAD", upload).replace("SIMPLE", simple))
        argv = [BIN / "seatrial", "plan", "--json", repository]
        figures = medians([Contender(name="plan", once=lambda: ran(argv, folder, env))], ROUNDS)
    job = f"plan, {COMMITS:,} commits and {RELEASES} tags"
    return [Row(job=job, how="seatrial plan", figure=shown(figures["plan"]))]


def make(repository: Path, env: Mapping[str, str], pyproject: str) -> None:
    """Make a repository whose history goes far back, without running git for each commit."""
    repository.mkdir()
    ran(["git", "init", "--quiet", "--initial-branch=main"], repository, env)
    lines: list[str] = []
    for number in range(1, COMMITS + 1):
        message = f"fix: mend the part of number {number}"
        content = pyproject if number == 1 else f"{number}\n"
        name = "pyproject.toml" if number == 1 else f"part{number % 50}.py"
        lines += [
            "commit refs/heads/main",
            f"mark :{number}",
            f"committer {WHO} {1_600_000_000 + number} +0000",
            f"data {len(message)}",
            message,
            f"M 100644 inline {name}",
            f"data {len(content)}",
            content,
        ]
        if number % (COMMITS // RELEASES) == 0 and number < COMMITS:
            lines += [f"reset refs/tags/v0.{number * RELEASES // COMMITS}.0", f"from :{number}", ""]
    ran(["git", "fast-import", "--quiet"], repository, env, said="\n".join(lines))
    ran(["git", "reset", "--quiet", "--hard"], repository, env)
