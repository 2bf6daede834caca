"""What the run's own repository follows of the user's git: signing and filters, and no hook."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from seatrial.errors import InvalidConfiguration
from seatrial.process import Runner
from seatrial.world.barecopy import bare_copy
from tests.support.repositories import Repository, git
from tests.world.clones import WHEN, edit, prepared


def test_the_users_hooks_do_not_run(repository: Repository, tmp_path: Path) -> None:
    """Neither a hook in the repository nor one that core.hooksPath names runs in a release."""
    witness = tmp_path / "ran"
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for folder in (hooks, repository.folder / ".git" / "hooks"):
        folder.mkdir(exist_ok=True)
        for name in ("pre-commit", "commit-msg", "post-checkout", "pre-push", "post-index-change"):
            (folder / name).write_text(f"#!/bin/sh\ntouch '{witness}'\nexit 1\n")
            (folder / name).chmod(0o755)
    repository.git("config", "core.hooksPath", str(hooks))
    remote = bare_copy(repository.folder, tmp_path / "remote", Runner())
    clone = prepared(repository, tmp_path / "clone", str(remote))
    head = repository.head
    commit = clone.commit(head, [edit("VERSION", "", "1\n")], "Release", WHEN)
    clone.checkout("build")
    clone.push({"refs/heads/main": (head, commit)})
    assert not witness.exists()


def test_commit_and_tag_are_signed_where_the_user_signs(
    repository: Repository, tmp_path: Path
) -> None:
    """With commit.gpgsign and tag.gpgsign both carry a signature that the user's key verifies."""
    if shutil.which("ssh-keygen") is None:
        pytest.skip("ssh-keygen is not installed")
    key = tmp_path / "key"
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True, timeout=30
    )
    signers = tmp_path / "signers"
    signers.write_text(f"ada@example.org {key.with_suffix('.pub').read_text()}")
    for name, value in (
        ("gpg.format", "ssh"),
        ("user.signingkey", str(key)),
        ("gpg.ssh.allowedSignersFile", str(signers)),
        ("commit.gpgsign", "true"),
        ("tag.gpgsign", "yes"),
    ):
        repository.git("config", name, value)
    clone = prepared(repository, tmp_path / "clone")
    commit = clone.commit(repository.head, [edit("VERSION", "", "1\n")], "Release", WHEN)
    clone.tag("v1", commit, "Release 1", WHEN)
    folder = clone.checkout("look")
    verify = ("-c", f"gpg.ssh.allowedSignersFile={signers}")
    git(folder, *verify, "verify-commit", commit)
    git(folder, *verify, "verify-tag", "v1")


@pytest.mark.parametrize("what", ["commit", "tag"])
def test_a_signature_that_cannot_be_made_is_said(
    repository: Repository, tmp_path: Path, what: str
) -> None:
    """A signing program that fails stops the release before anything is recorded."""
    repository.git("config", f"{what}.gpgsign", "true")
    repository.git("config", "gpg.program", "false")
    clone = prepared(repository, tmp_path / "clone")
    edits = [edit("VERSION", "", "1\n")]

    def make() -> str:
        if what == "commit":
            return clone.commit(repository.head, edits, "Release", WHEN)
        return clone.tag("v1", repository.head, "Release 1", WHEN)

    with pytest.raises(InvalidConfiguration) as caught:
        make()
    assert caught.value.doing == "signing"
    assert clone.release_commit() == ""
    assert clone.tag_object("v1") is None


def test_the_users_filters_run_in_a_checkout(repository: Repository, tmp_path: Path) -> None:
    """A file that git stores in another form (as Git LFS does) is in its true form in a build."""
    repository.git("config", "filter.loud.smudge", "tr a-z A-Z")
    repository.git("config", "filter.loud.clean", "tr A-Z a-z")
    repository.commit("Say it aloud", {".gitattributes": "*.loud filter=loud\n", "a.loud": "hey\n"})
    folder = prepared(repository, tmp_path / "clone").checkout("build")
    assert (folder / "a.loud").read_text() == "HEY\n"
