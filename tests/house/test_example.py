"""The example that newcomers rehearse."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "examples" / "make_repository.py"


def git(folder: Path, *arguments: str) -> str:
    """Give what git says in a folder."""
    return subprocess.run(
        ["git", "-C", str(folder), *arguments], check=True, capture_output=True, text=True
    ).stdout.strip()


def made(folder: Path) -> Path:
    """Give the example's repository, made in a folder."""
    example = ROOT / "examples" / "hello"
    subprocess.run([sys.executable, str(SCRIPT), str(example), str(folder)], check=True)
    return folder


def test_the_example_is_the_same_everywhere(tmp_path: Path) -> None:
    """Two makings give the same commits and the same tag, and leave nothing uncommitted."""
    one, other = made(tmp_path / "one"), made(tmp_path / "with a space")
    assert git(one, "show-ref") == git(other, "show-ref")
    assert git(one, "status", "--porcelain") == ""


def test_the_example_has_something_to_release(tmp_path: Path) -> None:
    """There is a release tag, and a feature and a fix since then."""
    subjects = git(made(tmp_path / "hello"), "log", "--format=%s", "v0.1.0..main").splitlines()
    assert [subject.partition(":")[0] for subject in subjects] == ["fix", "feat"]


def test_the_example_has_a_remote_that_is_up_to_date(tmp_path: Path) -> None:
    """Branch and tag are on the remote, a bare repository beside the example."""
    folder = made(tmp_path / "hello")
    assert git(folder, "status", "--short", "--branch") == "## main...origin/main"
    assert git(tmp_path / "hello.git", "rev-parse", "main") == git(folder, "rev-parse", "HEAD")
    assert git(tmp_path / "hello.git", "tag") == "v0.1.0"
