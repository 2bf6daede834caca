from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from seatrial.errors import NoRepository, ToolMissing, Unreachable
from seatrial.process import Runner
from seatrial.repository.listings import mask_login
from seatrial.repository.snapshot import open_snapshot
from tests.support.repositories import BEGAN, HELLO, git, make_repository


def _digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_snapshot_says_where_the_repository_stands(tmp_path: Path) -> None:
    """Root, commit, branch, upstream and remote are read as git knows them."""
    made = make_repository(tmp_path / "a", remote=tmp_path / "a.git", tag="v0.1.0")

    snapshot = open_snapshot(made.folder / "src", Runner())

    assert snapshot.root == made.folder
    assert snapshot.common == made.folder / ".git"
    assert snapshot.head == made.head
    assert snapshot.head_when == BEGAN
    assert snapshot.parents == ()
    assert (snapshot.branch, snapshot.upstream) == ("main", "main")
    assert [(remote.name, remote.url) for remote in snapshot.remotes] == [
        ("origin", str(tmp_path / "a.git"))
    ]
    assert snapshot.files == set(HELLO)
    assert [(tag.name, tag.commit) for tag in snapshot.tags] == [("v0.1.0", made.head)]
    assert snapshot.tags[0].object != made.head
    assert (snapshot.dirty, snapshot.shallow) == ((), frozenset())


def test_only_the_commit_is_read(tmp_path: Path) -> None:
    """What the working tree holds is named as dirty, and is not what is read."""
    made = make_repository(tmp_path / "a")
    made.write({"README.md": "changed\n", "new file.txt": "x", "tête/à.txt": "x"})

    snapshot = open_snapshot(made.folder, Runner())

    assert snapshot.text("README.md") == "# Hello\n"
    assert snapshot.text("new file.txt") is None
    assert set(snapshot.dirty) == {"README.md", "new file.txt", "tête/"}


def test_nothing_in_the_git_folder_changes(tmp_path: Path) -> None:
    """Reading a repository leaves every byte of its .git as it was, a stale index too."""
    made = make_repository(tmp_path / "a", remote=tmp_path / "a.git")
    os.utime(made.folder / "README.md", (1, 1))
    before = _digests(made.folder / ".git")

    open_snapshot(made.folder, Runner()).texts(HELLO)

    assert _digests(made.folder / ".git") == before


def test_another_commit_can_be_read(tmp_path: Path) -> None:
    """A commit's name chooses what is read, whatever is checked out."""
    made = make_repository(tmp_path / "a", tag="v0.1.0")
    made.commit("Second", {"README.md": "# Second\n"})

    snapshot = open_snapshot(made.folder, Runner(), commit="v0.1.0")

    assert snapshot.text("README.md") == "# Hello\n"
    assert snapshot.head != made.head


def test_texts_keep_bom_and_line_endings(tmp_path: Path) -> None:
    """A text is the file's own characters; bytes that are not UTF-8 are no text."""
    files: dict[str, str | bytes] = {
        "bom.txt": b"\xef\xbb\xbfone\r\ntwo",
        "latin.txt": b"caf\xe9",
        "a b/tête é.txt": "é\n",
        "empty": b"",
    }
    made = make_repository(tmp_path / "a folder é", files)

    snapshot = open_snapshot(made.folder, Runner())

    assert snapshot.texts([*files, "missing"]) == {
        "bom.txt": "\ufeffone\r\ntwo",
        "a b/tête é.txt": "é\n",
        "empty": "",
    }
    assert snapshot.text("latin.txt") is None
    assert snapshot.data("latin.txt") == b"caf\xe9"


def test_links_are_followed_inside_the_tree_only(tmp_path: Path) -> None:
    """A symbolic link gives its target's text; one that leads out or in a circle none."""
    made = make_repository(tmp_path / "a", {"docs/changes.md": "# Changes\n"})
    for name, target in {
        "CHANGES.md": "docs/changes.md",
        "docs/up.md": "../CHANGES.md",
        "out": "/etc/hosts",
        "round": "round",
    }.items():
        (made.folder / name).symlink_to(target)
    made.commit("Link")

    snapshot = open_snapshot(made.folder, Runner())

    assert snapshot.resolve("docs/up.md") == "docs/changes.md"
    assert snapshot.text("docs/up.md") == "# Changes\n"
    assert snapshot.text("out") is None
    assert snapshot.text("round") is None
    with pytest.raises(KeyError):
        snapshot.data("out")


def test_a_submodule_is_no_file(tmp_path: Path) -> None:
    """The entry of a submodule is left out of the files."""
    made = make_repository(tmp_path / "a")
    made.git("update-index", "--add", "--cacheinfo", f"160000,{made.head},vendor/sub")
    made.git("commit", "--quiet", "--message=Add a submodule")

    assert open_snapshot(made.folder, Runner()).files == set(HELLO)


def test_a_detached_head_has_no_branch(tmp_path: Path) -> None:
    """On no branch, branch and upstream are empty."""
    made = make_repository(tmp_path / "a")
    made.git("checkout", "--quiet", "--detach")

    snapshot = open_snapshot(made.folder, Runner())

    assert (snapshot.branch, snapshot.upstream) == ("", "")


def test_a_shallow_clone_names_where_it_is_cut(tmp_path: Path) -> None:
    """The commits whose parents are missing are known."""
    made = make_repository(tmp_path / "a")
    made.commit("Second")
    git(tmp_path, "clone", "--quiet", "--depth=1", made.folder.as_uri(), "b")

    snapshot = open_snapshot(tmp_path / "b", Runner())

    assert snapshot.shallow == {made.head}


def test_a_linked_worktree_is_a_repository(tmp_path: Path) -> None:
    """In a linked worktree the root is its own and the common directory is the repository's."""
    made = make_repository(tmp_path / "a")
    made.git("worktree", "add", "--quiet", "-b", "side", str(tmp_path / "side"))

    snapshot = open_snapshot(tmp_path / "side", Runner())

    assert snapshot.root == tmp_path / "side"
    assert snapshot.common == made.folder / ".git"
    assert snapshot.branch == "side"


def test_no_git_variable_leaks_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A GIT_DIR of the caller's does not lead to another repository."""
    made = make_repository(tmp_path / "a")
    other = make_repository(tmp_path / "b", {"other": "x"})
    monkeypatch.setenv("GIT_DIR", str(other.folder / ".git"))

    assert open_snapshot(made.folder, Runner()).files == set(HELLO)


def test_a_tag_on_something_else_is_no_tag(tmp_path: Path) -> None:
    """A tag that names a blob is left out; a lightweight one on a commit is taken."""
    made = make_repository(tmp_path / "a")
    made.tag("blob", made.git("rev-parse", "HEAD:README.md"))
    made.tag("light", annotated=False)

    tags = open_snapshot(made.folder, Runner()).tags

    assert [(tag.name, tag.object, tag.commit) for tag in tags] == [("light", made.head, made.head)]


def test_a_plain_folder_is_refused(tmp_path: Path) -> None:
    """Outside of any repository the error says so."""
    with pytest.raises(NoRepository, match="neither it nor a folder above"):
        open_snapshot(tmp_path, Runner())


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    """A path that leads nowhere is said."""
    with pytest.raises(NoRepository, match="no such folder"):
        open_snapshot(tmp_path / "nowhere", Runner())


def test_a_bare_repository_is_refused(tmp_path: Path) -> None:
    """A bare repository is told apart from none."""
    git(tmp_path, "init", "--quiet", "--bare", ".")

    with pytest.raises(NoRepository, match="bare"):
        open_snapshot(tmp_path, Runner())


def test_the_git_folder_itself_is_refused(tmp_path: Path) -> None:
    """Inside .git there is no working tree, and that is said."""
    made = make_repository(tmp_path / "a")

    with pytest.raises(NoRepository, match="git itself"):
        open_snapshot(made.folder / ".git", Runner())


def test_a_repository_without_a_commit_is_refused(tmp_path: Path) -> None:
    """Before the first commit there is nothing to release."""
    git(tmp_path, "init", "--quiet", ".")

    with pytest.raises(NoRepository, match="no commit yet"):
        open_snapshot(tmp_path, Runner())


def test_an_unknown_commit_is_refused(tmp_path: Path) -> None:
    """A commit that the repository does not know is named."""
    made = make_repository(tmp_path / "a")

    with pytest.raises(NoRepository, match="no commit 'v9'"):
        open_snapshot(made.folder, Runner(), commit="v9")


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives folders away"
)
def test_a_repository_of_another_user_is_explained(tmp_path: Path) -> None:
    """What git calls dubious ownership is said in plain words, with the way out."""
    made = make_repository(tmp_path / "a")
    for path in (made.folder, made.folder / ".git"):
        os.chown(path, 12345, 12345)

    with pytest.raises(NoRepository, match="belongs to another user") as caught:
        open_snapshot(made.folder, Runner())

    assert "safe.directory" in caught.value.next_step


def test_a_broken_repository_is_said_in_git_s_words(tmp_path: Path) -> None:
    """What only git knows is passed on."""
    made = make_repository(tmp_path / "a")
    (made.folder / ".git" / "config").write_text("[core\n")

    with pytest.raises(NoRepository, match="config"):
        open_snapshot(made.folder, Runner())


def test_a_missing_object_is_said(tmp_path: Path) -> None:
    """A blob that the clone lacks is an error with a way out, not a traceback."""
    made = make_repository(tmp_path / "a")
    blob = made.git("rev-parse", "HEAD:README.md")
    (made.folder / ".git" / "objects" / blob[:2] / blob[2:]).unlink()

    with pytest.raises(NoRepository, match="missing"):
        open_snapshot(made.folder, Runner()).text("README.md")


def test_an_option_is_no_commit(tmp_path: Path) -> None:
    """A commit's name that git would take for an option is refused."""
    made = make_repository(tmp_path / "a")

    with pytest.raises(NoRepository, match="no name of a commit"):
        open_snapshot(made.folder, Runner(), commit="--all")


def test_an_old_git_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A git that does not know the options we need is named, not misread."""
    made = make_repository(tmp_path / "a")
    old = tmp_path / "bin" / "git"
    old.parent.mkdir()
    old.write_text("#!/bin/sh\necho --path-format=absolute\necho false\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", str(old.parent))

    with pytest.raises(ToolMissing, match="older"):
        open_snapshot(made.folder, Runner())


def test_git_must_be_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without git the error names it."""
    made = make_repository(tmp_path / "a")
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(ToolMissing, match="git"):
        open_snapshot(made.folder, Runner())


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://user:pass@host/a.git", "https://***@host/a.git"),
        ("https://token@host/a.git", "https://***@host/a.git"),
        ("ssh://git@host/a.git", "ssh://git@host/a.git"),
        ("ssh://me:pass@host/a.git", "ssh://me:***@host/a.git"),
        ("git@host:a.git", "git@host:a.git"),
        ("/srv/a.git", "/srv/a.git"),
    ],
)
def test_logins_in_addresses_are_masked(url: str, shown: str) -> None:
    """No password or token of a remote's address is shown."""
    assert mask_login(url) == shown


def test_a_partial_clone_whose_remote_is_away_is_said(tmp_path: Path) -> None:
    """A file that a partial clone lacks, and that its remote does not give, is told as that."""
    whole = make_repository(tmp_path / "whole", {"a.txt": "a"})
    whole.git("config", "uploadpack.allowFilter", "true")
    address = whole.folder.as_uri()
    git(tmp_path, "clone", "--quiet", "--no-checkout", "--filter=blob:none", address, "partial")
    snapshot = open_snapshot(tmp_path / "partial", Runner())
    whole.folder.rename(tmp_path / "away")
    with pytest.raises(Unreachable, match="it is a partial clone") as caught:
        snapshot.text("a.txt")
    assert "whole clone" in caught.value.next_step
    (tmp_path / "away").rename(whole.folder)
    assert snapshot.text("a.txt") == "a"
