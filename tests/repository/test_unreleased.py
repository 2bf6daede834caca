"""What is new for packages with versions of their own, over histories of every shape."""

from __future__ import annotations

import random
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from seatrial.errors import NoRepository, ShallowClone
from seatrial.process import Runner
from seatrial.repository import unreleased
from seatrial.repository.ancestry import Ancestry, ancestry_of
from seatrial.repository.commits import Commits
from seatrial.repository.facts import Package
from seatrial.repository.history import read_listed
from seatrial.repository.lines import Line
from seatrial.repository.snapshot import Snapshot, open_snapshot
from seatrial.repository.unreleased import read_unreleased
from tests.support.repositories import Repository, make_repository

FOLDERS = ("a", "a/inner", "b", "b é\n", "c")


def lines_of(folders: tuple[str, ...]) -> list[Line]:
    """Make a line for each folder."""
    return [
        Line(name=f"p{n}", packages=(package(f"p{n}", folder),), tag="")
        for n, folder in enumerate(folders)
    ]


def package(name: str, folder: str) -> Package:
    """Make a package."""
    return Package(name=name, path=folder, backend="", version="1.0", sites=())


def woven(path: Path, seed: int, count: int = 120) -> tuple[Repository, list[str]]:
    """Make a history of random commits and merges, and give the commits, the oldest first.

    Clocks go wrong in it, so that the order of dates is not that of descent.
    """
    made = make_repository(path, {"first": "1"})
    chance = random.Random(seed)  # noqa: S311 -- a history, not a secret
    tips, rows = [1], []
    rows += ["commit refs/heads/main", "mark :1", *author(0), "data 1", "x", "deleteall"]
    rows += [*content("first", 0), *(row for one in FOLDERS for row in content(f"{one}/x", 0)), ""]
    for number in range(2, count + 1):
        merged = chance.random() < 0.25 and len(tips) > 1
        parents = chance.sample(tips, 2) if merged else [chance.choice(tips)]
        rows += ["commit refs/heads/main", f"mark :{number}", *author(chance.randrange(10_000))]
        rows += ["data 3", f"{number:03}", f"from :{parents[0]}"]
        rows += [f"merge :{parents[1]}"] if merged else []
        for folder in chance.sample(FOLDERS, chance.choice((0, 1, 1, 2))):
            rows += content(f"{folder}/{chance.choice('xyz')}", number)
        rows.append("")
        tips = [tip for tip in tips if not merged or tip not in parents]
        if chance.random() < 0.6 and tips and not merged:
            tips.remove(parents[0])
        tips.append(number)
    last = count + 1
    rows += ["commit refs/heads/main", f"mark :{last}", *author(5), "data 4", "last"]
    rows += [f"from :{tips[0]}", *(f"merge :{tip}" for tip in tips[1:]), ""]
    marks = path.with_suffix(".marks")
    subprocess.run(
        ["git", "fast-import", "--quiet", "--force", f"--export-marks={marks}"],
        cwd=made.folder, input="\n".join(rows).encode(), check=True,
    )  # fmt: skip
    made.git("reset", "--quiet", "--hard")
    ids = dict(line.split() for line in marks.read_text().splitlines())
    return made, [ids[f":{number}"] for number in range(1, last + 1)]


def author(when: int) -> list[str]:
    """Give who made a commit, and when."""
    return [f"committer A <a@example.org> {1_700_000_000 + when} +0000"]


def content(path: str, number: int) -> list[str]:
    """Give a file of a commit, in the input of git-fast-import(1)."""
    text, quoted = str(number), path.replace("\n", "\\n")
    return [f'M 100644 inline "{quoted}"', f"data {len(text)}", text]


def opened(made: Repository) -> tuple[Snapshot, Ancestry]:
    """Open a repository at HEAD, and list what that descends from."""
    snapshot = open_snapshot(made.folder, Runner())
    return snapshot, ancestry_of(snapshot.runner, snapshot.root, snapshot.head)


def by_git(made: Repository, since: str, folder: str, folders: tuple[str, ...]) -> set[str]:
    """Ask git about one folder alone."""
    above = f"{folder}/" if folder else ""
    inner = [one for one in folders if one != folder and one.startswith(above)]
    without = [f":(top,literal,exclude){one}" for one in inner]
    paths = [f":(top,literal){folder}" if folder else ":(top)", *without]
    listed = made.git(
        "log", "--format=%H", "--full-history", "--no-merges", f"{since}..HEAD", "--", *paths
    )
    return set(listed.split())


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("sizes", [(1, 2, 7), (8, 32, 10_000), (0, 3, 40)])
@pytest.mark.parametrize("folders", [FOLDERS, ("", "a", "b")])
def test_each_line_gets_what_git_finds_for_it_alone(
    tmp_path: Path,
    seed: int,
    sizes: tuple[int, int, int],
    folders: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However commits are asked about together, each line has those of its folder that are new."""
    few, more, most = sizes
    monkeypatch.setattr(unreleased, "FEW", (few, more))
    monkeypatch.setattr(unreleased, "MOST_PATHS", more)
    monkeypatch.setattr(unreleased, "MOST_ASKED", most)
    made, ids = woven(tmp_path / "r", seed)
    chance = random.Random(seed)  # noqa: S311 -- a choice, not a secret
    bounds = {number: chance.choice(ids[:-1]) for number in range(len(folders))}
    snapshot, ancestry = opened(made)

    found = read_unreleased(snapshot, lines_of(folders), ancestry, bounds)

    place = {id_: n for n, id_ in enumerate(made.git("rev-list", "--topo-order", "HEAD").split())}
    for number, folder in enumerate(folders):
        mine = [commit.id for commit in found[number]]
        assert set(mine) == by_git(made, bounds[number], folder, folders)
        assert mine == sorted(mine, key=lambda id_: place[id_])
        assert all(folder in commit.packages for commit in found[number])


@pytest.mark.parametrize("seed", range(6))
def test_what_is_outside_is_what_git_says(tmp_path: Path, seed: int) -> None:
    """The commits that some releases do not hold, and which hold them, are those that git tells."""
    made, ids = woven(tmp_path / "r", seed)
    chance = random.Random(seed)  # noqa: S311 -- a choice, not a secret
    bounds = dict(enumerate(chance.sample(ids, 4)))
    _, ancestry = opened(made)

    found = {id_.decode(): held for id_, held in ancestry.outside(bounds)}

    held = {n: set(made.git("rev-list", one).split()) for n, one in bounds.items()}
    expected = {
        id_: sum(1 << n for n in bounds if id_ in held[n])
        for id_ in made.git("rev-list", "HEAD").split()
    }
    everyone = sum(1 << n for n in bounds)
    assert found == {id_: bits for id_, bits in expected.items() if bits != everyone}
    assert ancestry.among({*ids, "0" * 40}) == set(made.git("rev-list", "HEAD").split())


def test_a_long_list_is_the_same_from_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has no room in memory lies in a file, and is read in pieces as often as wanted."""
    made, ids = woven(tmp_path / "r", 3)
    _, small = opened(made)
    monkeypatch.setattr("seatrial.repository.ancestry.IN_MEMORY", 100)
    monkeypatch.setattr("seatrial.repository.ancestry.PIECE", 90)
    _, large = opened(made)
    for _ in range(2):
        assert list(large.outside({0: ids[5]})) == list(small.outside({0: ids[5]}))
        assert large.among(ids) == small.among(ids)


def test_no_more_processes_of_git_run_at_once_than_there_are_processors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long the history, git is asked about its next part when an earlier one is read."""
    made, ids = woven(tmp_path / "r", 1)
    snapshot, ancestry = opened(made)
    monkeypatch.setattr(unreleased, "MOST_ASKED", 2)
    monkeypatch.setattr(unreleased, "AT_ONCE", 3)
    lock, running, most = threading.Lock(), 0, 0

    def counted(
        snapshot: Snapshot, runner: Runner, folders: Sequence[str], ids: bytes, paths: Sequence[str]
    ) -> Commits:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        read = read_listed(snapshot, runner, folders, ids, paths)
        with lock:
            running -= 1
        return read

    monkeypatch.setattr(unreleased, "read_listed", counted)
    found = read_unreleased(snapshot, lines_of(FOLDERS), ancestry, {0: ids[0]})
    assert {commit.id for commit in found[0]} == by_git(made, ids[0], "a", FOLDERS)
    assert most <= 3


def test_history_cut_after_a_release_is_refused(tmp_path: Path) -> None:
    """In a shallow clone whose history ends within what is new, nobody is told half of it."""
    made = make_repository(tmp_path / "r", {"a/x": "1"})
    first = made.head
    for number in range(3):
        made.commit(f"more {number}", {"a/x": str(number + 2)})
    shallow = tmp_path / "shallow"
    subprocess.run(
        ["git", "clone", "--quiet", "--depth=2", made.folder.as_uri(), shallow], check=True
    )
    snapshot = open_snapshot(shallow, Runner())
    ancestry = ancestry_of(snapshot.runner, snapshot.root, snapshot.head)
    with pytest.raises(ShallowClone, match="its history is cut at"):
        read_unreleased(snapshot, lines_of(("a",)), ancestry, {0: first})


def test_a_failure_of_git_is_said(tmp_path: Path) -> None:
    """A commit whose tree is gone is told with git's own sentence, and no list is given."""
    made = make_repository(tmp_path / "r", {"a/x": "1"})
    made.commit("more", {"a/x": "2"})
    snapshot, ancestry = opened(made)
    tree = made.git("rev-parse", "HEAD:a")
    (made.folder / ".git/objects" / tree[:2] / tree[2:]).unlink()
    with pytest.raises(NoRepository, match=r"unable to read tree|bad tree|missing"):
        read_unreleased(snapshot, lines_of(("a",)), ancestry, {0: made.git("rev-parse", "HEAD~1")})
    with pytest.raises(NoRepository, match=r"(?i)bad|not a"):
        ancestry_of(snapshot.runner, snapshot.root, "0" * 39 + "1")
