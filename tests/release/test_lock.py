"""The lock of a workspace is as true after a release as it was before."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from seatrial.world.uvprogram import uv_program
from tests.support.repositories import git
from tests.support.several import TRIO, pyproject, several

SOURCES = "".join(f"{name} = {{ workspace = true }}\n" for name in TRIO)
ROOT = f'[tool.uv.workspace]\nmembers = ["packages/*"]\n\n[tool.uv.sources]\n{SOURCES}'


def locked(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run ``uv lock``, which needs nobody here: all members are at hand."""
    argv = [uv_program(), "lock", "--offline", "--no-config", *words]
    return subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("policy", ["==", "~=", ">=", "keep"])
def test_the_lock_of_a_workspace_stays_true(tmp_path: Path, policy: str) -> None:
    """Versions in it are set, and it states none that members require of each other."""
    needs = {"trio-core": (), "trio-bots": ("trio-core>=1.0",), "trio-server": ("trio-bots>=1.0",)}
    files = {"pyproject.toml": ROOT} | {
        f"packages/{name}/pyproject.toml": pyproject(name, required).replace(
            "description", 'requires-python = ">=3.11"\ndescription'
        )
        for name, required in needs.items()
    }
    more = f'tag = "v{{version}}"\nsiblings = "{policy}"'
    with several(tmp_path, packages=needs, files=files, more=more) as stage:
        made = locked(stage.project.folder)
        assert made.returncode == 0, made.stderr
        lock = (stage.project.folder / "uv.lock").read_text("utf-8")
        stage.project.commit("chore: lock", {"uv.lock": lock})
        stage.project.push()
        done = stage.seatrial("release", "--yes")
        assert done.returncode == 0, done.stderr
        git(tmp_path, "clone", "--quiet", "--branch", "v1.1.0", str(stage.remote), "after")
        manifest = (tmp_path / "after/packages/trio-bots/pyproject.toml").read_text("utf-8")
        stated = ">=1.0" if policy == "keep" else f"{policy}1.1.0"
        assert f'"trio-core{stated}"' in manifest
        assert 'version = "1.1.0"' in (tmp_path / "after/uv.lock").read_text("utf-8")
        checked = locked(tmp_path / "after", "--check")
        assert checked.returncode == 0, checked.stderr
