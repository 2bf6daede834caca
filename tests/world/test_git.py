"""The run's own repository: it takes from the user's one, and leaves it as it was."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

import pytest

from seatrial.errors import (
    InvalidConfiguration,
    NoRepository,
    StalePlan,
    StorageFault,
    TagElsewhere,
    ToolMissing,
    Unreachable,
)
from seatrial.process import Runner
from seatrial.secret import Secret
from seatrial.world.barecopy import bare_copy
from seatrial.world.git import CloneGit
from seatrial.world.ports import Git
from seatrial.world.usergit import push_address, read_user_git, shown
from tests.support.repositories import Repository, git, make_repository
from tests.world.clones import FILES, WHEN, edit, prepared


def fingerprint(folder: Path) -> dict[str, tuple[int, int, str]]:
    """Give every path under a folder, the git directory too, with mode, time and digest."""
    found = {}
    for path in sorted(folder.rglob("*")):
        about = path.lstat()
        digest = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        found[str(path.relative_to(folder))] = (about.st_mode, about.st_mtime_ns, digest)
    return found


def test_the_port_is_kept(clone: CloneGit) -> None:
    """The adapter has every method of the port, which the type checker sees here."""
    port: Git = clone
    assert port.release_commit() == ""


def test_the_users_repository_stays_byte_for_byte_the_same(
    repository: Repository, tmp_path: Path
) -> None:
    """A whole release in the clone changes no byte, mode or time in the user's repository."""
    repository.write({"uncommitted.txt": "mine"})
    before = fingerprint(repository.folder)
    remote = bare_copy(repository.folder, tmp_path / "remote", Runner())
    clone = prepared(repository, tmp_path / "clone", str(remote))
    commit = clone.commit(
        repository.head, [edit("größe/a b.txt", "1.0\n", "1.1\n")], "Release 1.1", WHEN
    )
    tag = clone.tag("v1.1", commit, "Release 1.1", WHEN)
    clone.checkout("build")
    clone.push(
        {"refs/heads/main": (repository.head, commit), "refs/tags/v1.1": ("", tag)},
    )
    clone.remote_refs()
    clone.discard()
    assert fingerprint(repository.folder) == before


def test_a_commit_holds_the_parents_tree_with_the_edits(
    repository: Repository, clone: CloneGit
) -> None:
    """Edited files keep their mode and get the given bytes, new ones appear, others stay."""
    commit = clone.commit(
        repository.head,
        [
            edit("tool.sh", FILES["tool.sh"], "#!/bin/sh\necho 1.1\n"),
            edit("dos.txt", FILES["dos.txt"], "one\r\nthree\r\nno newline"),
            edit("größe/a b.txt", "1.0\n", "1.1\n"),
            edit("docs/neu.md", "", "new\n"),
        ],
        "Release 1.1\n\n# not a comment",
        WHEN,
    )
    folder = clone.checkout("look")
    assert (folder / "dos.txt").read_bytes() == b"one\r\nthree\r\nno newline"
    assert os.access(folder / "tool.sh", os.X_OK)
    assert (folder / "größe" / "a b.txt").read_text() == "1.1\n"
    assert (folder / "docs" / "neu.md").read_text() == "new\n"
    assert (folder / "pyproject.toml").read_text() == FILES["pyproject.toml"]
    about = git(folder, "log", "-1", "--format=%P|%an <%ae>|%aI|%cI|%B")
    person = "Ada Lovelace <ada@example.org>|2025-01-01T00:00:00Z|2025-01-01T00:00:00Z"
    zulu = about.replace("+00:00", "Z")
    assert zulu == f"{repository.head}|{person}|Release 1.1\n\n# not a comment"
    assert clone.release_commit() == commit
    assert clone.tree(commit) == git(folder, "rev-parse", "HEAD^{tree}")


def test_the_same_input_gives_the_same_commit(repository: Repository, tmp_path: Path) -> None:
    """Two clones make the same commit and the same tag from the same plan."""
    ids = []
    for name in ("one", "two"):
        clone = prepared(repository, tmp_path / name)
        commit = clone.commit(repository.head, [edit("VERSION", "", "1.1\n")], "Release", WHEN)
        ids.append((commit, clone.tag("v1.1", commit, "Release", WHEN)))
    assert ids[0] == ids[1]


def test_a_commit_can_take_files_away(clone: CloneGit, repository: Repository) -> None:
    """A file whose edit has no new content is not in the release commit; all others are."""
    edits = [edit("dos.txt", FILES["dos.txt"], None), edit("neu", "", "1\n")]
    clone.commit(repository.head, edits, "Release", WHEN)
    checkout = clone.checkout("look")
    listed = git(checkout, "ls-tree", "-r", "-z", "--name-only", "HEAD").split("\0")
    assert set(filter(None, listed)) == {*FILES, "neu"} - {"dos.txt"}


def test_a_file_that_changed_meanwhile_is_not_taken_away(
    clone: CloneGit, repository: Repository
) -> None:
    """What the plan did not see is not removed."""
    with pytest.raises(StalePlan):
        clone.commit(repository.head, [edit("tool.sh", "other", None)], "Release", WHEN)


def test_without_edits_the_release_is_the_planned_commit(
    repository: Repository, clone: CloneGit
) -> None:
    """A version that comes from the tag needs no commit of its own."""
    assert clone.commit(repository.head, [], "Release", WHEN) == repository.head
    assert clone.release_commit() == repository.head


@pytest.mark.parametrize(
    ("path", "before"),
    [
        ("tool.sh", "something else\n"),
        ("tool.sh", ""),
        ("not-there.txt", "something\n"),
        ("größe", ""),
        ("größe", "something\n"),
    ],
)
def test_a_file_that_is_not_as_planned_is_refused(
    repository: Repository, clone: CloneGit, path: str, before: str
) -> None:
    """No commit is made when a file holds other bytes, is there, is missing or is no file."""
    with pytest.raises(StalePlan) as caught:
        clone.commit(repository.head, [edit(path, before, "x")], "Release", WHEN)
    assert path in str(caught.value)
    assert clone.release_commit() == ""


def test_a_missing_identity_is_said_before_git_guesses_one(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without user.email the release stops and tells which command sets it."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for name in ("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL", "EMAIL"):
        monkeypatch.delenv(name, raising=False)
    repository.git("config", "--unset", "user.email")
    clone = prepared(repository, tmp_path / "clone")
    with pytest.raises(InvalidConfiguration) as caught:
        clone.commit(repository.head, [edit("VERSION", "", "1.1\n")], "Release", WHEN)
    assert "git config --global user.email" in caught.value.next_step


def test_an_annotated_tag_is_made_once(repository: Repository, clone: CloneGit) -> None:
    """The tag has message, time and tagger, is found again, and is not made on another commit."""
    made = clone.tag("v1.1", repository.head, "Release 1.1\n\n# 1.1", WHEN)
    assert clone.tag("v1.1", repository.head, "Release 1.1", WHEN) == made
    there = clone.tag_object("v1.1")
    assert there is not None
    assert (there.id, there.commit) == (made, repository.head)
    assert made != repository.head
    text = git(clone.checkout("look"), "cat-file", "tag", "v1.1")
    assert f"tagger Ada Lovelace <ada@example.org> {WHEN} +0000" in text
    assert text.endswith("# 1.1")
    first = repository.git("rev-parse", "HEAD^")
    with pytest.raises(TagElsewhere):
        clone.tag("v1.1", first, "Release 1.1", WHEN)


def test_the_users_tags_are_not_the_clones(clone: CloneGit) -> None:
    """A tag that only the user has is no tag of this release."""
    assert clone.tag_object("v0.9") is None


def test_a_checkout_says_the_version_exactly(repository: Repository, clone: CloneGit) -> None:
    """Tools that ask git for the version find the release's tag, a clean tree and the history."""
    commit = clone.commit(repository.head, [edit("VERSION", "", "1.1\n")], "Release", WHEN)
    clone.tag("v1.1", commit, "Release", WHEN)
    folder = clone.checkout("build")
    assert git(folder, "describe", "--dirty", "--tags", "--long") == f"v1.1-0-g{commit[:7]}"
    assert git(folder, "status", "--porcelain", "--ignored") == ""
    assert git(folder, "tag", "--list").split() == ["v0.9", "v1.1"]
    assert git(folder, "rev-list", "--count", "HEAD") == "3"
    assert git(folder, "rev-parse", "--show-toplevel") == str(folder)


def test_a_checkout_is_made_new_and_harms_nothing(repository: Repository, clone: CloneGit) -> None:
    """What a build did in its folder, also to its git, is gone in the next one."""
    folder = clone.checkout("gate-tests")
    (folder / "left-over.so").write_text("x")
    (folder / "pyproject.toml").unlink()
    locked = folder / "locked" / "deep"
    locked.mkdir(parents=True)
    locked.chmod(0o500)
    locked.parent.chmod(0o500)
    git(folder, "update-ref", "refs/tags/v9", "HEAD")
    again = clone.checkout("gate-tests")
    assert again == folder
    assert sorted(path.name for path in again.iterdir()) == [
        ".git", "dos.txt", "größe", "pyproject.toml", "tool.sh",
    ]  # fmt: skip
    assert clone.tag_object("v9") is None
    assert clone.release_commit() == ""
    assert git(again, "rev-parse", "HEAD") == repository.head


def test_a_killed_clone_is_made_anew(repository: Repository, tmp_path: Path) -> None:
    """Half a clone, or a lock that a killed git left, does not stop the next run."""
    folder = tmp_path / "clone"
    (folder / "new" / "objects").mkdir(parents=True)
    (folder / "git").mkdir()
    clone = prepared(repository, folder)
    commit = clone.commit(repository.head, [edit("VERSION", "", "1\n")], "Release", WHEN)
    (folder / "git" / "refs" / "seatrial" / "release.lock").touch()
    again = prepared(repository, folder)
    assert again.release_commit() == commit
    assert again.commit(repository.head, [edit("VERSION", "", "1\n")], "Release", WHEN) == commit


def test_a_repository_that_was_moved_is_found_again(repository: Repository, tmp_path: Path) -> None:
    """A clone inside a repository that was renamed goes on with the objects where they are now."""
    inside = Path(".git/seatrial/clone")
    prepared(repository, repository.folder / inside)
    moved = Repository(folder=repository.folder.rename(tmp_path / "moved"))
    clone = prepared(moved, moved.folder / inside)
    assert (clone.checkout("build") / "tool.sh").is_file()


def test_a_clone_of_a_worktree_has_its_commit(repository: Repository, tmp_path: Path) -> None:
    """A linked worktree is as good a source as the repository it belongs to."""
    repository.git("worktree", "add", "--quiet", "-b", "side", str(tmp_path / "side tree"))
    side = Repository(folder=tmp_path / "side tree")
    side.commit("On the side", {"side.txt": "x"})
    clone = prepared(side, tmp_path / "clone")
    assert (clone.checkout("build") / "side.txt").is_file()


def test_a_partial_clone_fetches_what_it_lacks(repository: Repository, tmp_path: Path) -> None:
    """Blobs that the user has not fetched yet come from the user's remote, into our clone."""
    repository.git("config", "uploadpack.allowFilter", "true")
    address = repository.folder.as_uri()
    git(tmp_path, "clone", "--quiet", "--no-checkout", "--filter=blob:none", address, "partial")
    partial = Repository(folder=tmp_path / "partial")
    clone = prepared(partial, tmp_path / "clone")
    assert (clone.checkout("build") / "dos.txt").read_bytes() == b"one\r\ntwo\r\n"


def test_a_partial_clone_whose_remote_is_away_is_said(
    repository: Repository, tmp_path: Path
) -> None:
    """What is missing and cannot be fetched is no broken disk: cause and way out are named."""
    repository.git("config", "uploadpack.allowFilter", "true")
    address = repository.folder.as_uri()
    git(tmp_path, "clone", "--quiet", "--no-checkout", "--filter=blob:none", address, "partial")
    partial = Repository(folder=tmp_path / "partial")
    partial.git("config", "user.name", "Ada Lovelace")
    partial.git("config", "user.email", "ada@example.org")
    clone = prepared(partial, tmp_path / "clone")
    repository.folder.rename(tmp_path / "away")
    with pytest.raises(Unreachable, match="a partial clone, 4 of the commit's objects") as caught:
        clone.commit(partial.head, [edit("new.txt", "", "new\n")], "Release", WHEN)
    assert caught.value.thing == "the remote origin"
    assert "whole clone" in caught.value.next_step
    with pytest.raises(Unreachable):
        clone.checkout("build")
    (tmp_path / "away").rename(repository.folder)
    clone.commit(partial.head, [edit("new.txt", "", "new\n")], "Release", WHEN)
    assert (clone.checkout("build") / "new.txt").read_text() == "new\n"


def test_a_submodule_is_filled_from_what_the_user_has(
    repository: Repository, tmp_path: Path
) -> None:
    """An initialised submodule is in the checkout, clean; one that is not stays empty."""
    library = make_repository(tmp_path / "library", {"lib.c": "int x;\n"})
    for name in ("vendor/lib", "vendor/other"):
        repository.git(
            "-c", "protocol.file.allow=always", "submodule", "--quiet", "add",
            str(library.folder), name,
        )  # fmt: skip
    repository.commit("Add submodules")
    shutil.rmtree(repository.folder / ".git" / "modules" / "vendor" / "other")
    folder = prepared(repository, tmp_path / "clone").checkout("build")
    assert (folder / "vendor" / "lib" / "lib.c").read_text() == "int x;\n"
    assert list((folder / "vendor" / "other").iterdir()) == []
    assert git(folder, "status", "--porcelain") == ""


def test_a_git_that_is_too_old_is_said(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A git that does not know what we ask is named with the version that is needed."""
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\n[ "$1" = version ] && echo git version 2.20.1\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(ToolMissing) as caught:
        CloneGit(repository.folder, tmp_path / "c", remote="", runner=Runner()).prepare("1" * 40)
    assert "2.20" in caught.value.said


def test_a_commit_that_is_gone_is_a_stale_plan(repository: Repository, tmp_path: Path) -> None:
    """A plan for a commit that the repository does not hold is refused by name."""
    clone = CloneGit(repository.folder, tmp_path / "clone", remote="", runner=Runner())
    with pytest.raises(StalePlan):
        clone.prepare("1" * 40)


def test_a_folder_without_a_repository_is_said(tmp_path: Path) -> None:
    """A source that is no repository is a clear error."""
    clone = CloneGit(tmp_path, tmp_path / "clone", remote="", runner=Runner())
    with pytest.raises(NoRepository):
        clone.prepare("1" * 40)


def test_a_bare_copy_holds_branches_and_tags_as_told(
    repository: Repository, tmp_path: Path
) -> None:
    """The remote of a rehearsal has no hook and no setting, and differs where the real one does."""
    first = repository.git("rev-parse", "HEAD^")
    repository.git("update-ref", "refs/remotes/origin/main", first)
    repository.git("branch", "unpushed")
    copy = bare_copy(
        repository.folder,
        tmp_path / "remote",
        Runner(),
        refs={"refs/heads/main": first, "refs/heads/unpushed": ""},
    )
    listed = git(copy, "for-each-ref", "--format=%(refname) %(*objectname)%(objectname)")
    names = [line.split(" ")[0] for line in listed.splitlines()]
    assert names == ["refs/heads/main", "refs/tags/v0.9"]
    assert git(copy, "rev-parse", "HEAD") == first
    assert not (copy / "hooks").exists()
    assert git(copy, "config", "--default", "", "user.name") == ""


def test_what_logs_in_is_shown_to_the_redactor_and_kept_nowhere(
    repository: Repository, tmp_path: Path
) -> None:
    """A token in git's settings serves our commands and is in no file and no printed address."""
    repository.git("config", "http.https://example.org/.extraHeader", "Authorization: basic s3cret")
    repository.git("config", "url.https://bot:t0ken@example.org/.insteadOf", "https://example.org/")
    repository.git("remote", "add", "origin", "https://ada:pass%20word@example.org/x.git")
    runner = Runner()
    clone = CloneGit(repository.folder, tmp_path / "clone", remote="", runner=runner)
    clone.prepare(repository.head)
    assert runner.redactor.clean(b"basic s3cret, t0ken") == b"basic ***, ***"
    held = b"".join(p.read_bytes() for p in (tmp_path / "clone").rglob("*") if p.is_file())
    assert b"s3cret" not in held
    assert b"t0ken" not in held
    assert Secret("s3cret") in read_user_git(repository.folder, runner.redactor).secrets()
    address = push_address(repository.folder, "origin")
    assert "pass%20word" in address
    assert shown(address) == "https://example.org/x.git"


def test_a_checkout_with_edits_is_clean_for_git(repository: Repository, tmp_path: Path) -> None:
    """Edits for the build are in the files, with the files' own line endings, and git sees none."""
    # A tool that takes the version from git would else give another one than the tag's.
    repository.commit("feat: ends", {".gitattributes": "eol.txt text eol=crlf\n", "eol.txt": "a\n"})
    clone = prepared(repository, tmp_path / "clone")
    edits = [edit("eol.txt", "a\n", "b\n"), edit("tool.sh", FILES["tool.sh"], "#!/bin/sh\n:\n")]
    clone.tag("v9", repository.head, "v9", WHEN)
    folder = clone.checkout("build", edits)
    assert (folder / "eol.txt").read_bytes() == b"b\r\n"
    assert (folder / "tool.sh").read_bytes() == b"#!/bin/sh\n:\n"
    assert os.access(folder / "tool.sh", os.X_OK)
    assert git(folder, "status", "--porcelain") == ""
    assert git(folder, "describe", "--dirty") == "v9"
    assert git(folder, "show", "HEAD:eol.txt") == "a"
    assert (clone.checkout("gate") / "eol.txt").read_bytes() == b"a\r\n"


@pytest.mark.parametrize("path", ["tool.sh", "gone.txt", "../gone.txt", "größe"])
def test_an_edit_for_the_build_meets_what_it_expects(
    path: str, repository: Repository, tmp_path: Path
) -> None:
    """A file that holds something else, or is not in the commit, stops the build."""
    clone = prepared(repository, tmp_path / "clone")
    with pytest.raises((StalePlan, StorageFault)):
        clone.checkout("build", [edit(path, "something else", "new")])
