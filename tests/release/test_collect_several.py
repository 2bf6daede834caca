"""Wheels of several packages that were built elsewhere, and what they require of each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.release.test_broken import told
from tests.support.repositories import git
from tests.support.several import Several, package_files, several
from tests.support.wheels import make_wheel

PAIR = {"trio-core": (), "trio-bots": ("trio-core",)}
MORE = """staging = "stage"
tag = "v{version}"
siblings = "=="
siblings-in-git = false

[collect]
from = "dist"

[[package]]
path = "packages/*"
"""
WAY_OUT = "Let what builds it run `seatrial build` on this commit"


def raised(stage: Several) -> None:
    """State the next version in a commit of its own, so that it can be built before its release."""
    files: dict[str, str] = {}
    for name, needs in PAIR.items():
        files |= package_files(name, needs, "1.1.0")
    stage.project.commit("Release 1.1.0", files)
    stage.project.push()


def laid(stage: Several, *wheels: tuple[str, str]) -> None:
    """Lay down what some CI built: a wheel for each name, with what it requires."""
    dist = stage.project.folder / "dist"
    dist.mkdir(exist_ok=True)
    for name, headers in wheels:
        module = name.replace("-", "_")
        make_wheel(
            dist, name, "1.1.0", headers=headers, modules={f"{module}.py": '"""A part."""\n'}
        )


@pytest.mark.parametrize(
    ("requires", "said"),
    [
        ("", "it does not require trio-core, and this release wants trio-core==1.1.0"),
        ("trio-core", "it requires trio-core; this release wants trio-core==1.1.0"),
        ("trio-core>=1.0.0", "it requires trio-core>=1.0.0; this release wants trio-core==1.1.0"),
        (
            "trio-core @ file:///home/runner/core",
            "it requires trio-core @ file:///home/runner/core; this release wants trio-core==1.1.0",
        ),
    ],
)
def test_wheels_from_elsewhere_that_require_a_sibling_otherwise_are_refused(
    tmp_path: Path, requires: str, said: str
) -> None:
    """By a path, by other versions, or not at all: it is told, with the way out, and none is up."""
    with several(tmp_path, packages=PAIR, more=MORE) as stage:
        raised(stage)
        headers = f"Requires-Dist: {requires}\n" if requires else ""
        laid(stage, ("trio-core", ""), ("trio-bots", headers))
        told(stage.seatrial("release", "--yes"), 1, said, WAY_OUT)
        assert stage.held("main") == stage.held("stage") == {}
        assert stage.tags() == ["v1.0.0"]
        folder = str(stage.project.folder / "packages" / "trio-bots")
        alone = stage.seatrial("collect", folder, "--out", str(tmp_path / "got"))
        told(alone, 1, said, WAY_OUT)


def test_what_build_made_elsewhere_is_what_the_release_wants(tmp_path: Path) -> None:
    """Files of another machine's ``seatrial build`` pass, and reach the index as they are."""
    with several(tmp_path, packages=PAIR, more=MORE) as stage:
        raised(stage)
        other = stage.clone("other")
        dist = stage.project.folder / "dist"
        for name in PAIR:
            folder = str(other / "packages" / name)
            done = stage.seatrial("build", folder, "--out", str(dist), at=other)
            assert done.returncode == 0, done.stderr
        planned = " ".join(stage.seatrial("plan").stdout.split())
        assert "What is changed for the build alone is in them if they were built by" in planned
        done = stage.seatrial("release", "--yes")
        assert done.returncode == 0, done.stderr
        assert sorted(stage.held("main")) == sorted(path.name for path in dist.iterdir())
        manifest = git(stage.remote, "show", "v1.1.0:packages/trio-bots/pyproject.toml")
        assert 'dependencies = ["trio-core"]' in manifest
