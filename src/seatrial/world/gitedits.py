"""Files of a checkout that are given another content, while git takes them for unchanged."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from seatrial.errors import StalePlan
from seatrial.plan.edits import FileEdit
from seatrial.process import Completed, Runner
from seatrial.world.gitfolders import check
from seatrial.world.usergit import UserGit

PLAIN_FILES = ("100644", "100755")


def write_edits(folder: Path, edits: Sequence[FileEdit], user_git: UserGit) -> None:
    """Give files of a checkout another content.

    git writes them, so that line endings and filters are those of the other files.  The index
    keeps the committed content and is told to take the files for unchanged (git-update-index(1),
    ``--assume-unchanged``): a tool that takes the version from git sees a clean tree.

    Args:
        folder: the checkout, at the release commit.
        edits: the files, each with its whole new content; none is new, and none is removed.
        user_git: the user's repository, which lends the objects.

    Raises:
        StalePlan: a file does not hold what its edit expects.
        StorageFault: the checkout cannot be written.
    """
    if not edits:
        return
    # Not through the runner of the world: its redactor could change the bytes.
    runner = Runner()

    def git(*arguments: str, stdin: bytes | None = None) -> Completed:
        done = runner.run(
            ["git", *arguments], cwd=folder, env=user_git.environment({}), stdin=stdin
        )
        return check(done, f"git {arguments[0]}", folder, lender=user_git)

    committed, changed = [], []
    for edit in edits:
        listed = git("ls-tree", "-z", "--full-tree", "HEAD", "--", edit.path).stdout.decode()
        about, _, path = listed.rstrip("\0").partition("\t")
        mode, _, blob = about.split(" ") if path == edit.path else ("", "", "")
        held = git("cat-file", "blob", blob).stdout if mode in PLAIN_FILES else b""
        if not mode or hashlib.sha256(held).hexdigest() != edit.before or edit.after is None:
            raise StalePlan(
                edit.path, "the release commit does not hold what the edit for the build expects"
            )
        written = git("hash-object", "-w", "--no-filters", "--stdin", stdin=edit.content)
        committed.append(f"{mode} {blob}\t{edit.path}\0")
        changed.append(f"{mode} {written.text.strip()}\t{edit.path}\0")
    paths = "".join(f"{edit.path}\0" for edit in edits).encode()
    git("update-index", "-z", "--index-info", stdin="".join(changed).encode())
    git("checkout-index", "--force", "-z", "--stdin", stdin=paths)
    git("update-index", "-z", "--index-info", stdin="".join(committed).encode())
    git("update-index", "--assume-unchanged", "-z", "--stdin", stdin=paths)
