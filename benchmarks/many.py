"""A workspace of many packages, few of them changed, beside one run a package of another tool.

python-semantic-release knows one package a run.  It is run for a few of the changed packages, in
their folders, with versions, changelog, commit and tag, and nothing pushed; what it would take for
all of them is that, multiplied, and said to be so.
"""

from __future__ import annotations

import random
import shutil
import statistics
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.measuring import BIN, Row, at_most, environment, ran, shown
from benchmarks.reading import TYPES, commit, file
from benchmarks.servers import slow_dock

PACKAGES = 400
CHANGED = 37
"""The first ones, so that what they require of each other is released, too."""

COMMITS = 50_000
"""Since the first release of all; each package was released after the last one that touched it."""

DORMANT = 5
"""The first ones, which nobody touched in all this time: all of it is looked through for them."""

EARLIER = ("0.1.0", "0.2.0", "0.3.0", "0.9.0")
"""Releases of each package before its last."""

PEER = 3
"""Packages that the other tool is run for."""

ROUNDS = 3
FASTER = 1
SLOWER = 1
"""How many times what one pass of git over the same history takes."""
URL = "https://github.com/seatrial-benchmark/many.git"

MANIFEST = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "{name}"
version = "1.0.0"
description = "One of many"
dependencies = [{needs}]
[tool.hatch.build.targets.wheel]
packages = ["{module}"]
[tool.semantic_release]
version_toml = ["pyproject.toml:project.version"]
tag_format = "{name}-v{{version}}"
"""
SETTINGS = """\
versions = "independent"
publish = "here"
[forge]
release = false
[index.here]
upload-url = "UPLOAD"
simple-url = "SIMPLE"
"""


def measure(folder: Path) -> list[Row]:
    """Time planning and rehearsing of the whole, and the other tool for a few of it."""
    env = environment(folder)
    repository = folder / "many"
    with slow_dock(folder / "dock", 0) as (upload, simple):
        make(repository, env, SETTINGS.replace("UPLOAD", upload).replace("SIMPLE", simple))
        log: list[str | Path] = ["git", "log", "--name-only", "--format=%H"]
        plan: list[str | Path] = [BIN / "seatrial", "plan", "--json"]
        passes, plans = [], []
        for number in range(ROUNDS + 1):
            both = ran(log, repository, env), ran(plan, repository, env)
            if number:
                passes.append(both[0])
                plans.append(both[1])
        rehearsed = ran([BIN / "seatrial", "rehearse"], repository, env)
        theirs = statistics.median(by_peer(folder, repository, env))
    job = f"{PACKAGES} packages, {CHANGED} changed"
    whole = theirs * CHANGED
    planned, once = statistics.median(plans), statistics.median(passes)
    figures = {"seatrial plan": planned, "git log --name-only": once}
    return [
        *at_most(f"{job}: plan", figures, "seatrial plan", {"git log --name-only": SLOWER}),
        Row(
            job="",
            how=f"semantic-release version, {shown(theirs)} each, times {CHANGED} (extrapolated)",
            figure=shown(whole),
            ratio=f"{whole / planned:.2f} times faster",
            target=f"at least {FASTER}",
            met=whole >= FASTER * planned,
        ),
        Row(job=f"{job}: commit to install", how="seatrial rehearse", figure=shown(rehearsed)),
    ]


def by_peer(folder: Path, repository: Path, env: Mapping[str, str]) -> Iterator[float]:
    """Run the other tool in the folders of a few packages, each in a clone of its own."""
    for number in range(PEER):
        clone = folder / f"clone-{number}"
        ran(["git", "clone", "--quiet", repository, clone], folder, env)
        ran(["git", "remote", "set-url", "origin", URL], clone, env)
        argv: list[str | Path] = [BIN / "semantic-release", "version", "--no-push"]
        argv += ["--no-vcs-release", "--skip-build"]
        yield ran(argv, clone / "packages" / name_of(number), env)
        shutil.rmtree(clone)


def name_of(number: int) -> str:
    """Name a package; no index knows these."""
    return f"seatrial-benchmark-many-{number:03}"


def make(repository: Path, env: Mapping[str, str], settings: str) -> None:
    """Make the workspace: each package released as 1.0.0, and a feature in each changed one."""
    repository.mkdir()
    ran(["git", "init", "--quiet", "--initial-branch=main"], repository, env)
    for name, value in (("user.name", "Ada Example"), ("user.email", "ada@example.org")):
        ran(["git", "config", name, value], repository, env)
    ran(["git", "fast-import", "--quiet"], repository, env, said="\n".join(_stream(settings)))
    ran(["git", "reset", "--quiet", "--hard"], repository, env)
    remote = repository.with_suffix(".git")
    ran(["git", "clone", "--quiet", "--bare", repository, remote], repository, env)
    ran(["git", "remote", "add", "origin", remote], repository, env)


def _stream(settings: str) -> Iterator[str]:
    """Give the input of git-fast-import(1); the same each time."""
    chance = random.Random(1)  # noqa: S311 -- a history, not a secret
    yield from commit(1, "feat: begin")
    yield from file("seatrial.toml", settings)
    yield from file("pyproject.toml", '[tool.uv.workspace]\nmembers = ["packages/*"]\n')
    for number in range(PACKAGES):
        name, needs = name_of(number), sorted({number // 3, number // 7} - {number})
        module = name.replace("-", "_")
        listed = ", ".join(f'"{name_of(one)}>=1.0"' for one in needs)
        text = MANIFEST.format(name=name, module=module, needs=listed)
        yield from file(f"packages/{name}/pyproject.toml", text)
        yield from file(f"packages/{name}/{module}/__init__.py", '"""One of many."""\n')
        yield from file(f"packages/{name}/CHANGELOG.md", "# Changelog\n\n## 1.0.0\n\n- Begin\n")
    for number in range(PACKAGES):
        for version in EARLIER:
            yield from (f"reset refs/tags/{name_of(number)}-v{version}", "from :1", "")
    last = dict.fromkeys(range(PACKAGES), 1)
    for number in range(2, COMMITS + 2):
        yield from commit(number, f"{chance.choice(TYPES)}: change number {number}")
        for _ in range(chance.choice((1, 1, 2, 3))):
            one = chance.randrange(DORMANT, PACKAGES)
            yield from _module(one, f"part{chance.randrange(9)}", number)
            last[one] = number
    for number in range(PACKAGES):
        yield from (f"reset refs/tags/{name_of(number)}-v1.0.0", f"from :{last[number]}", "")
    for number in range(CHANGED):
        yield from commit(COMMITS + number + 2, f"feat: say more in {number}")
        yield from _module(number, "more", number)


def _module(package: int, module: str, number: int) -> Iterator[str]:
    name = name_of(package)
    path = f"packages/{name}/{name.replace('-', '_')}/{module}.py"
    yield from file(path, f"NUMBER = {number}\n")
