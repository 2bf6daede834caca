"""What several tests of the adapters start from."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.world.git import CloneGit
from seatrial.world.ports import StoredFile
from tests.support.repositories import Repository, make_repository
from tests.support.wheels import make_wheel
from tests.world.clones import FILES, prepared
from tests.world.indexes import stored


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A repository in a folder with a space and an umlaut, with a tool that may be run."""
    made = make_repository(tmp_path / "mein hübsches repo", FILES, tag="v0.9")
    (made.folder / "tool.sh").chmod(0o755)
    made.commit("Let the tool run")
    return made


@pytest.fixture
def clone(repository: Repository, tmp_path: Path) -> CloneGit:
    """A prepared clone of it."""
    return prepared(repository, tmp_path / "laufende runs" / "clone")


@pytest.fixture
def wheel(tmp_path: Path) -> StoredFile:
    """Make a small wheel."""
    return stored(make_wheel(tmp_path))
