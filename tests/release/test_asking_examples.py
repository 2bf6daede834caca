"""The examples that ask for something to be merged: a repository downstream, a reviewed version."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.release.test_example import LINES, ROOT, run
from tests.support.repositories import git


def made(name: str, folder: Path) -> Path:
    """Make an example's repository, with what it has beside it."""
    script, example = ROOT / "examples" / "make_repository.py", ROOT / "examples" / name
    subprocess.run([sys.executable, str(script), str(example), str(folder / name)], check=True)
    return folder / name


@pytest.mark.parametrize("name", ["chat", "reviewed"])
def test_the_configuration_is_short(name: str) -> None:
    """What detection cannot know stands on one page."""
    text = (ROOT / "examples" / name / "seatrial.toml").read_text("utf-8")
    assert sum(bool(line.strip()) for line in text.splitlines()) <= LINES


@pytest.mark.slow
def test_three_packages_and_the_server_that_names_them(tmp_path: Path) -> None:
    """Number, tags in the addresses, and the lock change there, by one pull request."""
    project = made("chat", tmp_path)
    report = run(project, "rehearse", home=tmp_path / "home")
    [asked] = report["downstream"]
    assert asked["repository"] == "ada-example/chat-server"
    assert asked["title"] == "requirements: Upgrade the chat packages to 0.10.0."
    assert (asked["branch"], asked["base"]) == ("seatrial/seatrial-example-chat-0.10.0", "main")
    changed = [line for line in asked["diff"].splitlines() if line[:1] == "+" and line[:3] != "+++"]
    address = "git+https://github.com/ada-example/chat.git@0.10.0#egg"
    pair = [
        f"+{address}=chat==0.10.0_git&subdirectory=chat",
        f"+{address}=chat_bots==0.10.0_git&subdirectory=chat_bots",
    ]
    assert changed == [*pair, *pair, "+PROVISION_VERSION = (305, 2)"]
    server = tmp_path / "chat-server.git"
    assert git(server, "branch", "--format=%(refname:short)") == "main"
    assert all(step["outcome"] in {"done", "found"} for step in report["steps"])
    # The flag of the build is not in git, and the extra files are not in the archives.
    assert len(report["artifacts"]) == 6
    assert "+IS_PYPA_PACKAGE" not in "".join(edit["diff"] for edit in report["edits"])
    assert "+IS_PYPA_PACKAGE = True" in "".join(edit["diff"] for edit in report["build_edits"])


@pytest.mark.slow
def test_a_version_that_is_reviewed(tmp_path: Path) -> None:
    """The pull request is shown as it would read, and what follows its merge is rehearsed."""
    report = run(made("reviewed", tmp_path), "rehearse", home=tmp_path / "home")
    [asked] = report["downstream"]
    assert (asked["title"], asked["branch"]) == ("Release reviewed 0.4.0", "release/main")
    assert asked["body"].startswith("Review the version and the notes;")
    assert "<!-- seatrial notes begin: reviewed -->" in asked["body"]
    assert "say who has reviewed something" in asked["body"]
    assert [edit["path"] for edit in report["edits"]] == [
        "CHANGELOG.md",
        "pyproject.toml",
        "reviewed/_version.py",
    ]
    assert "+__version_info__ = (0, 4, 0)" in report["edits"][2]["diff"]
    assert "pull-request" in [remark["topic"] for remark in report["remarks"]]
    assert all(step["outcome"] in {"done", "found"} for step in report["steps"])
