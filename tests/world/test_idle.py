"""Checkouts that are lent one after the other: each is as if it had been made new."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

import pytest

from seatrial.errors import StalePlan
from seatrial.world.git import CloneGit
from tests.support.repositories import Repository, git, make_repository
from tests.world.clones import FILES, WHEN, edit, prepared


def content(folder: Path) -> dict[str, tuple[int, str]]:
    """Give every path of a checkout, its git directory left out, with mode and content."""
    found: dict[str, tuple[int, str]] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if name.partition("/")[0] != ".git":
            held = str(path.readlink()) if path.is_symlink() else ""
            if path.is_file() and not path.is_symlink():
                held = hashlib.sha256(path.read_bytes()).hexdigest()
            found[name] = (path.lstat().st_mode, held)
    return found


def state(folder: Path) -> list[str]:
    """Give what git says of a checkout."""
    asked = (
        ("rev-parse", "HEAD"), ("tag", "--list"), ("for-each-ref",), ("ls-files", "--stage", "-v"),
        ("status", "--porcelain", "--ignored"), ("config", "--local", "--list"), ("stash", "list"),
    )  # fmt: skip
    return [git(folder, *words) for words in asked]


def spoil(folder: Path) -> None:
    """Do in a checkout what builds do, and what none should."""
    (folder / "left-over.so").write_text("x")
    (folder / ".gitignore").write_text("*.log\nignored/\n")
    (folder / "ignored").mkdir()
    (folder / "ignored" / "deep.log").write_text("x")
    (folder / "pyproject.toml").unlink()
    tool = folder / "tool.sh"
    before = tool.stat()
    tool.write_bytes(bytes(reversed(tool.read_bytes())))
    os.utime(tool, ns=(before.st_atime_ns, before.st_mtime_ns))
    (folder / "dos.txt").chmod(0o600)
    shutil.rmtree(folder / "größe")
    (folder / "größe").symlink_to("elsewhere")
    make_repository(folder / "vendor" / "inner", {"x": "1"})
    git(folder, "update-index", "--assume-unchanged", "dos.txt")
    git(folder, "config", "user.name", "Somebody")
    git(folder, "update-ref", "refs/tags/v9", "HEAD")
    git(folder, "commit", "--allow-empty", "--quiet", "-m", "Mine")
    (folder / ".git" / "info").mkdir()
    (folder / ".git" / "info" / "exclude").write_text("left-over.so\n")


def test_nothing_of_the_one_before_is_in_the_next(repository: Repository, clone: CloneGit) -> None:
    """Left-over, changed, hidden, committed: whatever was done, the next folder is a new one's."""
    commit = clone.commit(repository.head, [edit("VERSION", "", "1.1\n")], "Release", WHEN)
    clone.tag("v1.1", commit, "Release", WHEN)
    fresh = clone.checkout("look")
    expected, said = content(fresh), state(fresh)
    inodes = set()
    for purpose in ("one", "two", "three"):
        with clone.lent(purpose) as folder:
            assert folder == fresh.with_name(purpose)
            assert content(folder) == expected
            assert state(folder) == said
            assert git(folder, "describe", "--dirty") == "v1.1"
            inodes.add((folder / "VERSION").stat().st_ino)
            spoil(folder)
        assert not folder.exists()
    assert len(inodes) == 1, "it was the same one that was cleaned up"


def test_edits_are_those_of_each(clone: CloneGit) -> None:
    """An edit for one build is not in the next, nor in git's eyes a change."""
    changed = edit("größe/a b.txt", FILES["größe/a b.txt"], "2.0\n")
    with clone.lent("one", [changed]) as folder:
        assert (folder / changed.path).read_text() == "2.0\n"
        assert git(folder, "status", "--porcelain") == ""
    with clone.lent("two") as folder:
        assert (folder / changed.path).read_text() == FILES["größe/a b.txt"]
        assert git(folder, "ls-files", "-v", changed.path).startswith("H ")
    wrong = edit("größe/a b.txt", "something else", "2.0\n")
    with pytest.raises(StalePlan), clone.lent("three", [wrong]):
        pass
    with clone.lent("four") as folder:
        assert git(folder, "status", "--porcelain", "--ignored") == ""


def test_two_at_a_time_have_a_folder_each(clone: CloneGit) -> None:
    """What is lent is nobody else's until it comes back."""
    with clone.lent("one") as one, clone.lent("two") as two:
        (one / "mine").touch()
        assert not (two / "mine").exists()
    with clone.lent("three") as three, clone.lent("four") as four:
        assert not (three / "mine").exists()
        assert not (four / "mine").exists()


def test_one_that_cannot_be_cleaned_is_made_new(clone: CloneGit) -> None:
    """A folder that went away, and one whose record is gone, are made anew."""
    with clone.lent("one") as folder:
        expected = content(folder)
        shutil.rmtree(folder)
    with clone.lent("two") as folder:
        assert content(folder) == expected
    idle = folder.parents[1] / "idle"
    for index in idle.glob("index-*"):
        index.unlink()
    with clone.lent("three") as folder:
        assert content(folder) == expected


def test_a_failure_gives_the_folder_back(clone: CloneGit) -> None:
    """A build that fails leaves nothing that the next one could trip over."""

    def fail() -> None:
        with clone.lent("one") as folder:
            (folder / "half").touch()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with clone.lent("two") as folder:
        assert not (folder / "half").exists()


def test_what_a_killed_run_left_is_no_harm(repository: Repository, tmp_path: Path) -> None:
    """Folders that were in use when a run was killed go, and the next run begins with new ones."""
    place = tmp_path / "clone"
    lent = prepared(repository, place).lent("one")
    lent.__enter__()
    (place / "checkouts" / "one" / "half").touch()
    (place / "idle" / "checkout-index-0").mkdir()
    again = prepared(repository, place)
    for purpose in ("one", "two"):
        with again.lent(purpose) as folder:
            assert not (folder / "half").exists()
            assert git(folder, "rev-parse", "HEAD") == repository.head


def test_submodules_are_not_lent_again(repository: Repository, tmp_path: Path) -> None:
    """A checkout with submodules is made new each time, with what the user has of them."""
    library = make_repository(tmp_path / "library", {"lib.c": "int x;\n"})
    repository.git(
        "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(library.folder), "v"
    )
    repository.commit("Add a submodule")
    clone = prepared(repository, tmp_path / "clone")
    for purpose in ("one", "two"):
        with clone.lent(purpose) as folder:
            assert (folder / "v" / "lib.c").read_text() == "int x;\n"
            (folder / "v" / "lib.c").write_text("spoilt")
