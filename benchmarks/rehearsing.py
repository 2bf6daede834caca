"""A rehearsal of the example, compared with the same steps done by hand."""

from __future__ import annotations

import itertools
import shutil
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks.measuring import BIN, Contender, Row, at_least, at_most, environment, medians, ran
from benchmarks.servers import pypiserver

ROUNDS = 7
EXAMPLE = Path(__file__).parents[1] / "examples"
VERSIONED = ("pyproject.toml", "src/seatrial_hello/__init__.py")
IMPORT = ("-c", "import seatrial_hello")

By = Callable[[Path, Mapping[str, str]], None]


def measure(folder: Path) -> list[Row]:
    """Compare ``seatrial rehearse`` with pip's tools, and with uv alone.

    Each starts from a fresh repository; making that, and the index that those by hand upload to,
    is not counted.  Caches are warm, for all of them.
    """
    env = environment(folder)
    numbers = itertools.count()
    with pypiserver(folder / "index") as index:

        def contender(name: str, by: By) -> Contender:
            def once() -> float:
                root = folder / f"{next(numbers)}"
                root.mkdir()
                argv = [sys.executable, EXAMPLE / "make_repository.py", EXAMPLE / "hello"]
                ran([*argv, root / "hello"], folder, env)
                for file in (folder / "index").iterdir():
                    file.unlink()
                began = time.perf_counter()
                by(root / "hello", env | {"INDEX": index})
                seconds = time.perf_counter() - began
                shutil.rmtree(root)
                return seconds

            return Contender(name=name, once=once)

        figures = medians(
            [
                contender("seatrial rehearse", rehearsed),
                contender("build, twine, venv, pip", by_pip),
                contender("uv", by_uv),
            ],
            ROUNDS,
        )
    job = "examples/hello, commit to install"
    faster = at_least(job, figures, "seatrial rehearse", {"build, twine, venv, pip": 3})
    return [*faster, *at_most(job, figures, "seatrial rehearse", {"uv": 2})[1:]]


def rehearsed(repository: Path, env: Mapping[str, str]) -> None:
    """Rehearse, as a user does."""
    ran([BIN / "seatrial", "rehearse", repository], repository, env)


def by_pip(repository: Path, env: Mapping[str, str]) -> None:
    """Do it with the tools of the Packaging User Guide."""
    commit(repository, env)
    ran([sys.executable, "-m", "build"], repository, env)
    files = sorted((repository / "dist").iterdir())
    twine = [sys.executable, "-m", "twine"]
    ran([*twine, "check", *files], repository, env)
    login = ["--username", "any", "--password", "any", "--disable-progress-bar"]
    ran([*twine, "upload", "--repository-url", env["INDEX"], *login, *files], repository, env)
    push(repository, env)
    python = repository / "clean" / "bin" / "python"
    ran([sys.executable, "-m", "venv", "clean"], repository, env)
    pip = [python, "-m", "pip", "install", "--index-url", f"{env['INDEX']}/simple/"]
    ran([*pip, "seatrial-hello==0.2.0"], repository, env)
    ran([python, *IMPORT], repository, env)


def by_uv(repository: Path, env: Mapping[str, str]) -> None:
    """Do it with uv."""
    commit(repository, env)
    ran(["uv", "build", "--python", sys.executable], repository, env)
    login = ["--username", "any", "--password", "any", "--trusted-publishing", "never"]
    ran(["uv", "publish", "--publish-url", env["INDEX"], *login], repository, env)
    push(repository, env)
    python = repository / "clean" / "bin" / "python"
    ran(["uv", "venv", "--python", sys.executable, "clean"], repository, env)
    pip = ["uv", "pip", "install", "--python", python, "--default-index"]
    ran([*pip, f"{env['INDEX']}/simple/", "seatrial-hello==0.2.0"], repository, env)
    ran([python, *IMPORT], repository, env)


def commit(repository: Path, env: Mapping[str, str]) -> None:
    """Edit the version and the changelog, commit and tag."""
    for name in VERSIONED:
        path = repository / name
        path.write_text(path.read_text("utf-8").replace("0.1.0", "0.2.0"), "utf-8")
    changelog = repository / "CHANGELOG.md"
    text = changelog.read_text("utf-8").replace("## Unreleased", "## Unreleased\n\n## 0.2.0", 1)
    changelog.write_text(text, "utf-8")
    ran(["git", "commit", "--quiet", "--all", "--message=Release 0.2.0"], repository, env)
    ran(["git", "tag", "--annotate", "--message=Release 0.2.0", "v0.2.0"], repository, env)


def push(repository: Path, env: Mapping[str, str]) -> None:
    """Push branch and tag."""
    ran(["git", "push", "--quiet", "--atomic", "origin", "main", "v0.2.0"], repository, env)
