"""Pushing: one atomic push, judged by what the remote holds."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from seatrial.errors import (
    BranchMoved,
    InvalidConfiguration,
    PushRefused,
    TagElsewhere,
    Unreachable,
)
from seatrial.plan.edits import FileEdit
from seatrial.process import Runner
from seatrial.world.git import CloneGit
from seatrial.world.gitpush import pushed_refs
from tests.support.repositories import Repository, git, make_repository

WHEN = 1_735_689_600
BRANCH = "refs/heads/main"
TAG = "refs/tags/v1.1"


class Release:
    """A release commit and its tag, ready to push from a clone."""

    def __init__(self, folder: Path, *, remote: str = "") -> None:
        self.bare = folder / "remote.git"
        self.repository = make_repository(folder / "repo", {"a.txt": "a\n"}, remote=self.bare)
        self.head = self.repository.head
        self.clone = CloneGit(
            self.repository.folder, folder / "clone", remote=remote or str(self.bare),
            runner=Runner(),
        )  # fmt: skip
        self.clone.prepare(self.head)
        edit = FileEdit(path="VERSION", before="", after="1.1\n", diff="")
        self.commit = self.clone.commit(self.head, [edit], "Release 1.1", WHEN)
        self.tag = self.clone.tag("v1.1", self.commit, "Release 1.1", WHEN)

    def push(self) -> None:
        """Push branch and tag, as a release does."""
        self.clone.push({BRANCH: (self.head, self.commit), TAG: ("", self.tag)})

    def remote_ids(self) -> dict[str, str]:
        """Give what the remote holds, by asking it in its own folder."""
        listed = git(self.bare, "for-each-ref", "--format=%(refname) %(objectname)")
        return dict(line.split(" ") for line in listed.splitlines())


@pytest.fixture
def release(tmp_path: Path) -> Release:
    """A release of a repository with a bare remote that has its branch."""
    return Release(tmp_path)


def hook(bare: Path, name: str, body: str) -> None:
    """Put a hook into the remote."""
    path = bare / "hooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


def test_branch_and_tag_arrive_together(release: Release) -> None:
    """After a push the remote holds the commit and the annotated tag, and tells so when asked."""
    release.push()
    refs = release.clone.remote_refs()
    assert refs[BRANCH].id == refs[BRANCH].commit == release.commit
    assert (refs[TAG].id, refs[TAG].commit) == (release.tag, release.commit)
    assert release.remote_ids() == {BRANCH: release.commit, TAG: release.tag}


def test_only_what_is_named_is_pushed(release: Release) -> None:
    """The user's other tags and branches stay at home."""
    release.repository.tag("private")
    release.repository.git("branch", "private")
    release.push()
    assert set(release.remote_ids()) == {BRANCH, TAG}


def test_a_moved_branch_keeps_the_tag_away_too(release: Release) -> None:
    """Somebody pushed meanwhile: nothing moves, and the error says where the branch is."""
    other = release.repository.commit("Meanwhile", {"b.txt": "b\n"})
    release.repository.push()
    with pytest.raises(BranchMoved) as caught:
        release.push()
    assert other[:12] in caught.value.said
    assert caught.value.thing == "main"
    assert release.remote_ids() == {BRANCH: other}


def test_a_tag_of_that_name_keeps_the_branch_away_too(release: Release) -> None:
    """A tag that somebody else made is not replaced, and the branch does not move either."""
    release.repository.tag("v1.1")
    release.repository.push()
    before = release.remote_ids()
    with pytest.raises(TagElsewhere):
        release.push()
    assert release.remote_ids() == before


def test_a_hook_of_the_remote_refuses_in_its_own_words(release: Release) -> None:
    """What the remote's hook says reaches the person, and neither reference moves."""
    hook(release.bare, "pre-receive", 'echo "main is frozen until Monday" >&2; exit 1')
    with pytest.raises(PushRefused) as caught:
        release.push()
    assert "main is frozen until Monday" in caught.value.said
    assert release.remote_ids() == {BRANCH: release.head}


def test_one_refused_reference_refuses_both(release: Release) -> None:
    """A remote that refuses the tag alone does not get the branch."""
    hook(release.bare, "update", 'case "$1" in refs/tags/*) exit 1;; esac')
    with pytest.raises(PushRefused) as caught:
        release.push()
    assert TAG in caught.value.said
    assert release.remote_ids() == {BRANCH: release.head}


def test_a_branch_that_is_checked_out_there_is_refused(release: Release, tmp_path: Path) -> None:
    """A remote with a working tree on that branch refuses, as git has it."""
    other = make_repository(tmp_path / "other", {"x": "x\n"})
    clone = CloneGit(
        release.repository.folder, tmp_path / "clone", remote=str(other.folder), runner=Runner()
    )
    with pytest.raises(PushRefused):
        clone.push({BRANCH: (other.head, release.commit)})


def test_a_remote_without_atomic_pushes_gets_nothing(release: Release) -> None:
    """Where both cannot move together neither does, and the reason is given."""
    git(release.bare, "config", "receive.advertiseAtomic", "false")
    with pytest.raises(PushRefused) as caught:
        release.push()
    assert "atomic" in caught.value.said
    assert release.remote_ids() == {BRANCH: release.head}


def test_a_remote_that_dies_after_the_push_is_asked_again(release: Release) -> None:
    """The answer is lost but the references moved: that is a push that was done."""
    hook(release.bare, "post-receive", "kill -9 $PPID")
    release.push()
    assert release.remote_ids() == {BRANCH: release.commit, TAG: release.tag}


def test_a_remote_that_dies_before_the_push_moves_nothing(release: Release) -> None:
    """A remote that breaks off half-way leaves both references, and the run can be resumed."""
    hook(release.bare, "pre-receive", "kill -9 $PPID")
    with pytest.raises((Unreachable, PushRefused)):
        release.push()
    assert release.remote_ids() == {BRANCH: release.head}


def test_a_push_is_taken_back_under_its_lease(release: Release) -> None:
    """Branch and tag go back in one push; an empty id deletes."""
    release.push()
    release.clone.push({BRANCH: (release.commit, release.head), TAG: (release.tag, "")})
    assert release.remote_ids() == {BRANCH: release.head}


def test_pushing_twice_is_one_push(release: Release) -> None:
    """A second push of the same, with the first one's lease, finds it done."""
    release.push()
    release.push()
    assert release.remote_ids() == {BRANCH: release.commit, TAG: release.tag}


def test_a_branch_is_made_where_there_is_none(release: Release, tmp_path: Path) -> None:
    """An empty remote takes the first push."""
    empty = tmp_path / "empty.git"
    git(tmp_path, "init", "--quiet", "--bare", str(empty))
    clone = CloneGit(
        release.repository.folder, tmp_path / "clone", remote=str(empty), runner=Runner()
    )
    assert clone.remote_refs() == {}
    clone.push({BRANCH: ("", release.commit)})
    assert clone.remote_refs()[BRANCH].id == release.commit


@pytest.mark.parametrize("address", ["/nowhere/at/all.git", "http://127.0.0.1:9/x.git"])
def test_a_remote_that_does_not_answer_is_said(release: Release, address: str) -> None:
    """A remote that is gone is unreachable, for asking and for pushing."""
    clone = CloneGit(
        release.repository.folder, release.bare.parent / "clone", remote=address, runner=Runner()
    )
    with pytest.raises(Unreachable):
        clone.remote_refs()
    with pytest.raises(Unreachable):
        clone.push({BRANCH: (release.head, release.commit)})


def test_no_question_is_ever_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ssh program is told to ask nothing, and the user's own options for it are kept."""
    told = tmp_path / "told"
    program = tmp_path / "bin" / "ssh"
    program.parent.mkdir()
    program.write_text(f'#!{sys.executable}\nimport sys\nopen({str(told)!r}, "a")'
                       '.write(" ".join(sys.argv[1:]))\nsys.exit(255)\n')  # fmt: skip
    program.chmod(0o755)
    repository = make_repository(tmp_path / "repo", {"a": "a\n"})
    repository.git("config", "core.sshCommand", f"{program} -i mykey -F none")
    monkeypatch.delenv("GIT_SSH_COMMAND", raising=False)
    clone = CloneGit(
        repository.folder, tmp_path / "clone", remote="git@example.org:x.git", runner=Runner()
    )
    clone.prepare(repository.head)
    with pytest.raises(Unreachable):
        clone.remote_refs()
    assert "-i mykey -F none -o BatchMode=yes" in told.read_text()


def test_insteadof_rules_of_the_user_lead_to_the_remote(release: Release) -> None:
    """The address is rewritten as the user's git would rewrite it."""
    base = release.bare.parent
    release.repository.git("config", f"url.{base}/.insteadOf", "forge:")
    clone = CloneGit(
        release.repository.folder, base / "clone", remote="forge:remote.git", runner=Runner()
    )
    assert clone.remote_refs()[BRANCH].id == release.head


def test_a_relative_address_starts_at_the_repository(release: Release) -> None:
    """An address such as ../remote.git means what it means to the user's git."""
    clone = CloneGit(
        release.repository.folder, release.bare.parent / "clone", remote="../remote.git",
        runner=Runner(),
    )  # fmt: skip
    assert clone.remote_refs()[BRANCH].id == release.head


def test_without_a_remote_there_is_nothing_to_ask(
    release: Release, repository: Repository, tmp_path: Path
) -> None:
    """No remote has no references, and cannot be pushed to."""
    clone = CloneGit(repository.folder, tmp_path / "clone", remote="", runner=Runner())
    assert clone.remote_refs() == {}
    with pytest.raises(InvalidConfiguration):
        clone.push({BRANCH: (release.head, release.commit)})


@pytest.fixture
def repository(release: Release) -> Repository:
    """The release's repository."""
    return release.repository


def test_status_lines_are_read_by_their_fields() -> None:
    """Flag, name and summary come from the tabs; every other line is not a status."""
    lines = pushed_refs(
        "To /x\n!\tabc:refs/heads/main\t[rejected] (stale info)\n"
        "*\tdef:refs/tags/v1\t[new tag]\n-\t:refs/tags/v0\t[deleted]\nDone\n"
    )
    assert [(line.flag, line.name, line.summary) for line in lines] == [
        ("!", "refs/heads/main", "[rejected] (stale info)"),
        ("*", "refs/tags/v1", "[new tag]"),
        ("-", "refs/tags/v0", "[deleted]"),
    ]
