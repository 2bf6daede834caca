"""A clone of a user's repository, made small."""

from __future__ import annotations

import hashlib
from pathlib import Path

from seatrial.plan.edits import FileEdit
from seatrial.process import Runner
from seatrial.world.git import CloneGit
from tests.support.repositories import Repository

WHEN = 1_735_689_600
FILES = {
    "pyproject.toml": '[project]\nname = "hello"\nversion = "1.0"\n',
    "tool.sh": "#!/bin/sh\necho 1.0\n",
    "dos.txt": "one\r\ntwo\r\n",
    "größe/a b.txt": "1.0\n",
}


def prepared(repository: Repository, folder: Path, remote: str = "") -> CloneGit:
    """Give a clone with its HEAD at the repository's."""
    made = CloneGit(repository.folder, folder, remote=remote, runner=Runner())
    made.prepare(repository.head)
    return made


def edit(path: str, before: str, after: str | None) -> FileEdit:
    """Give an edit that expects ``before``; an empty one is for a new file."""
    digest = hashlib.sha256(before.encode()).hexdigest() if before else ""
    return FileEdit(path=path, before=digest, after=after, diff="")
