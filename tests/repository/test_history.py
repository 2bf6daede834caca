from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from seatrial.errors import NoRepository
from seatrial.process import Runner
from seatrial.repository.facts import CommitFact
from seatrial.repository.history import counted, read_history
from seatrial.repository.snapshot import Snapshot, open_snapshot
from seatrial.versions.conventional import tells
from tests.support.repositories import Repository, make_repository


def opened(repository: Repository) -> Snapshot:
    """Open a repository at HEAD."""
    return open_snapshot(repository.folder, Runner())


def test_each_commit_says_which_packages_it_touches(tmp_path: Path) -> None:
    """One pass attributes every commit by its paths, the innermost package alone."""
    made = make_repository(tmp_path / "r", {"a/x": "1", "b/x": "1", "a/inner/x": "1", "other": "1"})
    made.commit("both", {"a/y": "2", "b/ü\n y": "2"})
    made.commit("inner", {"a/inner/deep/y": "3"})
    made.commit("other", {"other": "4", "ab/x": "4"})
    made.commit("empty")

    found = read_history(opened(made), ("a", "a/inner", "b"))

    assert [(commit.subject, commit.packages) for commit in found] == [
        ("inner", ("a/inner",)),
        ("both", ("a", "b")),
        ("First commit", ("a", "a/inner", "b")),
    ]


def test_one_package_gets_the_commits_that_touch_it(tmp_path: Path) -> None:
    """For a package in a folder, commits elsewhere are left out; for the root all are given."""
    made = make_repository(tmp_path / "r", {"a/x": "1", "x": "1"})
    made.commit("root", {"x": "2"})
    assert [one.subject for one in read_history(opened(made), ("a",))] == ["First commit"]
    assert len(read_history(opened(made), ("",))) == 2


def raw_commit(made: Repository, message: bytes) -> str:
    """Write a commit object as it is, whatever its bytes, and move the branch to it."""
    tree = made.git("rev-parse", "HEAD^{tree}")
    head = f"tree {tree}\nparent {made.head}\nauthor A <a@b> 1700000000 +0000\n"
    head += "committer A <a@b> 1700000000 +0000\n\n"
    done = subprocess.run(
        ["git", "hash-object", "-t", "commit", "-w", "--stdin", "--literally"],
        cwd=made.folder,
        input=head.encode() + message,
        capture_output=True,
        check=True,
    )
    id_ = done.stdout.decode().strip()
    made.git("update-ref", "refs/heads/main", id_)
    return id_


@pytest.mark.parametrize(
    "message",
    [
        b"NUL\0here\n\nand \0 there",
        b"latin \xe9\xff\n",
        b"\x01" * 41 + b"\n\nbody\x01\n",
        b"",
        b"x" * 3_000_000 + b"\n\n" + b"y\n" * 1_000_000,
    ],
)
@pytest.mark.parametrize("folders", [("",), ("a", "b")])
def test_strange_messages_lose_no_commit(
    tmp_path: Path, message: bytes, folders: tuple[str, ...]
) -> None:
    """NUL bytes, other encodings, control characters and megabytes: each commit is read."""
    made = make_repository(tmp_path / "r", {"a/x": "1", "b/x": "1"})
    strange = raw_commit(made, message)
    made.commit("after", {"a/x": "2"})

    found = read_history(opened(made), folders)

    assert found[0].subject == "after"
    assert found[-1].subject == "First commit"
    assert (strange in {one.id for one in found}) is (folders == ("",))


def test_grafts_and_criss_cross_merges_are_read(tmp_path: Path) -> None:
    """A history of crossing merges gives each commit once; a graft hides what git hides."""
    made = make_repository(tmp_path / "r", {"x": "1"})
    made.git("checkout", "--quiet", "-b", "side")
    made.commit("side 1", {"s": "1"})
    made.git("checkout", "--quiet", "main")
    made.commit("main 1", {"m": "1"})
    one, two = made.head, made.git("rev-parse", "side")
    made.git("merge", "--quiet", "--no-ff", "-m", "Merge branch 'side'", two)
    made.git("checkout", "--quiet", "side")
    made.git("merge", "--quiet", "--no-ff", "-m", "Merge branch 'main' into side", one)
    made.git("checkout", "--quiet", "main")
    made.git("merge", "--quiet", "--no-ff", "-m", "Merge branch 'side'", "side")

    found = read_history(opened(made), ("",))

    assert len(found) == len({commit.id for commit in found}) == 6
    assert [c.subject for c in counted(found, tells)] == ["main 1", "side 1", "First commit"]

    grafts = made.folder / ".git/info/grafts"
    grafts.write_text(f"{one}\n")
    assert "First commit" in {commit.subject for commit in read_history(opened(made), ("",))}
    assert len(read_history(opened(made), ("",))) >= 5


def test_a_failure_of_git_is_said(tmp_path: Path) -> None:
    """A range that git does not know is refused with git's own sentence."""
    made = make_repository(tmp_path / "r", {"x": "1"})
    with pytest.raises(NoRepository, match=r"(?i)bad|unknown|invalid"):
        read_history(opened(made), ("",), since="0" * 39 + "1")


def commit(id_: str, subject: str, *parents: str, body: str = "") -> CommitFact:
    """Make a commit."""
    return CommitFact(id=id_, subject=subject, body=body, when=0, parents=parents)


Make = Callable[[str], tuple[CommitFact, ...]]


def merged(*inner: str, title: str = "feat: Add x") -> tuple[CommitFact, ...]:
    """Give a history of one pull request with some commits, merged."""
    chain = [
        commit(f"b{place}", subject, f"b{place + 1}" if place + 1 < len(inner) else "m1")
        for place, subject in enumerate(inner)
    ]
    head = commit("m2", "Merge pull request #1 from x/y", "m1", "b0", body=title)
    return (head, *chain, commit("m1", "fix: z", "m0"))


def test_a_merge_that_repeats_its_commits_is_counted_once() -> None:
    """The title of a pull request counts only where none of its commits says what it changes."""
    says = [c.id for c in counted(merged("feat: Add x", "wip"), tells)]
    assert says == ["b0", "b1", "m1"]
    silent = [c.id for c in counted(merged("wip", "more"), tells)]
    assert silent == ["m2", "b0", "b1", "m1"]
    plain = [c.id for c in counted(merged("wip", title="Add x"), tells)]
    assert plain == ["b0", "m1"]
