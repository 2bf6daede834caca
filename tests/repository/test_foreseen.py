from __future__ import annotations

import os
import sys
from pathlib import Path

import msgspec
import pytest

from seatrial.config.schema import Settings
from seatrial.process import Runner
from seatrial.repository.facts import Facts
from seatrial.repository.foreseen import Foreseen
from seatrial.repository.read import read_facts
from seatrial.repository.snapshot import open_snapshot
from tests.support.lifelines import Lifeline
from tests.support.repositories import HELLO, Repository, git, make_repository


def released(folder: Path) -> Repository:
    """Make a repository with a release behind it and two commits since."""
    made = make_repository(folder, HELLO, tag="v0.1.0")
    made.commit("feat: wave", {"a": "1"})
    made.commit("fix: blink", {"a": "2"})
    return made


def both(folder: Path) -> tuple[Facts, Facts]:
    """Read the facts with git asked ahead, and without."""
    snapshot = open_snapshot(folder, Runner())
    plain = read_facts(snapshot, Settings())
    ahead = msgspec.structs.replace(snapshot, foreseen=Foreseen())
    ahead.foreseen.begin(ahead)
    found = read_facts(ahead, Settings())
    ahead.foreseen.end()
    return plain, found


def test_what_is_foreseen_is_what_is_read(tmp_path: Path) -> None:
    """Asking git ahead changes nothing of what a repository says."""
    plain, found = both(released(tmp_path / "r").folder)
    assert found == plain
    assert [commit.subject for commit in found.commits] == ["fix: blink", "feat: wave"]


def test_a_wrong_guess_changes_nothing(tmp_path: Path) -> None:
    """The tag with the highest version may be on another branch: the history is read anew."""
    made = released(tmp_path / "r")
    git(made.folder, "checkout", "--quiet", "-b", "other", "v0.1.0")
    made.commit("feat!: elsewhere", {"b": "1"})
    git(made.folder, "tag", "v9.0.0")
    git(made.folder, "checkout", "--quiet", "main")
    plain, found = both(made.folder)
    assert found == plain
    assert [commit.subject for commit in found.commits] == ["fix: blink", "feat: wave"]


def test_the_commits_of_a_folder_are_not_those_of_the_root(tmp_path: Path) -> None:
    """For a package in a folder only the commits count that touch it, whatever was foreseen."""
    files = {f"lib/{path}": text for path, text in HELLO.items()}
    made = make_repository(tmp_path / "r", files, tag="v0.1.0")
    made.commit("fix: elsewhere", {"a": "1"})
    made.commit("fix: here", {"lib/a": "1"})
    plain, found = both(made.folder)
    assert found == plain
    assert [commit.subject for commit in found.commits] == ["fix: here"]


def test_a_repository_without_tags_is_read(tmp_path: Path) -> None:
    """Where nothing was released there is nothing to foresee."""
    made = make_repository(tmp_path / "r", HELLO)
    plain, found = both(made.folder)
    assert found == plain


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such programs")
def test_what_nobody_waits_for_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A walk that turns out not to be needed does not go on."""
    snapshot = open_snapshot(released(tmp_path / "r").folder, Runner())
    asked = tmp_path / "asked"
    lifeline = Lifeline(tmp_path / "lifeline")
    os.mkfifo(asked)
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    waiting = f"open({str(asked)!r}, 'w').close(); import time; time.sleep(600)"
    program.write_text("\n".join((f"#!{sys.executable}", lifeline.hold, waiting)))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")

    snapshot.foreseen.begin(snapshot)
    asked.read_bytes()
    snapshot.foreseen.end()

    assert lifeline.all_ended()
