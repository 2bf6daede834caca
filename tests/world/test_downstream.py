"""A repository downstream: reached, edited inside its own folder alone, pushed with a lease."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.errors import BranchMoved, DownstreamDiffers, Unreachable
from seatrial.plan.downstream_values import Names, Order, Target, TargetEdit
from seatrial.process import Runner
from seatrial.world.credentials import Credential
from seatrial.world.downstream import GitDownstream, Setting
from seatrial.world.http import Http
from seatrial.world.index import HttpIndex
from seatrial.world.ports_downstream import Change
from tests.support.repositories import Repository, git, make_repository

NAMES = Names(
    package="demo", version="2.0", tag="v2.0", date="2026-01-02", origin="o/demo", index="pypi"
)
WHEN = 1_800_000_000


def order(place: str = "version.py:V", becomes: str = "{version}") -> Order:
    """Give one edit as an order."""
    target = Target(
        repository="there",
        edits=(TargetEdit(place=place, becomes=becomes),),
        head="seatrial/demo-2.0",
        message="Upgrade",
        title="Upgrade",
        body="",
        timeout=1.0,
    )
    return Order(target=target, names=NAMES)


@pytest.fixture
def there(tmp_path: Path) -> Repository:
    """Make the repository, whose default branch has a name of its own."""
    made = make_repository(
        tmp_path / "there", {"version.py": 'V = "1.0"\n'}, remote=tmp_path / "there.git"
    )
    made.git("push", "--quiet", "origin", "main:trunk")
    git(tmp_path / "there.git", "symbolic-ref", "HEAD", "refs/heads/trunk")
    return made


def downstream(tmp_path: Path, address: str, name: str = "clones") -> GitDownstream:
    """Give the real adapter, with the git settings of a repository that is released."""
    source = tmp_path / "released"
    if not source.exists():
        make_repository(source)

    def login() -> Credential:
        raise AssertionError

    index = HttpIndex("", "", "http://127.0.0.1:9/", login, Http())
    setting = Setting(name="there", owner="", address=address, forks=lambda fork: fork, usual=index)
    return GitDownstream(setting, tmp_path / name, source=source, runner=Runner(), pulls=None)


def changed(adapter: GitDownstream, base: str = "trunk") -> Change:
    """Clone, edit and commit."""
    folder = adapter.checkout(base, "seatrial/demo-2.0")
    adapter.edit(folder, order())
    change = adapter.commit(folder, "Upgrade\n", WHEN)
    assert change is not None
    return change


def test_the_default_branch_is_found_and_another_can_be_named(
    tmp_path: Path, there: Repository
) -> None:
    """Without a name it is what the remote calls HEAD; one that is not there is refused."""
    adapter = downstream(tmp_path, str(there.remote))
    assert adapter.base("") == "trunk"
    assert adapter.base("main") == "main"
    with pytest.raises(DownstreamDiffers, match="no branch nowhere"):
        adapter.base("nowhere")


def test_the_clone_is_shallow_and_the_commit_says_who_made_it(
    tmp_path: Path, there: Repository
) -> None:
    """One commit is fetched, one is added, by the person that git's settings name."""
    there.commit("More", {"more.txt": "x"})
    there.git("push", "--quiet", "origin", "main:trunk")
    adapter = downstream(tmp_path, there.remote.as_uri() if there.remote else "")
    change = changed(adapter)
    tree = tmp_path / "clones" / "tree"
    assert git(tree, "rev-list", "--count", "HEAD") == "2"
    adapter.push("", "seatrial/demo-2.0", change, "")
    pushed = adapter.pushed("", "seatrial/demo-2.0")
    assert pushed is not None
    assert (pushed.commit, pushed.message.strip()) == (change.commit, "Upgrade")
    assert git(tree, "log", "-1", "--format=%an %ct") == f"Ada Lovelace {WHEN}"
    assert '+V = "2.0"' in change.diff


def test_the_same_change_is_the_same_commit(tmp_path: Path, there: Repository) -> None:
    """Two machines that do it make one commit, so neither disturbs the other."""
    address = str(there.remote)
    one, other = downstream(tmp_path, address, "one"), downstream(tmp_path, address, "other")
    assert changed(one).commit == changed(other).commit


def test_a_branch_that_moved_is_not_pushed_over(tmp_path: Path, there: Repository) -> None:
    """The lease holds what others pushed meanwhile."""
    adapter = downstream(tmp_path, str(there.remote))
    change = changed(adapter)
    there.git("push", "--quiet", "origin", "main:seatrial/demo-2.0")
    with pytest.raises(BranchMoved):
        adapter.push("", "seatrial/demo-2.0", change, "")


def test_nothing_changed_is_no_commit(tmp_path: Path, there: Repository) -> None:
    """A repository that states the version already gets none."""
    there.commit("By hand", {"version.py": 'V = "2.0"\n'})
    there.git("push", "--quiet", "origin", "main:trunk")
    adapter = downstream(tmp_path, str(there.remote))
    assert adapter.is_done("trunk", order())
    folder = adapter.checkout("trunk", "seatrial/demo-2.0")
    adapter.edit(folder, order())
    assert adapter.commit(folder, "Upgrade\n", WHEN) is None


@pytest.mark.parametrize(
    ("link", "place"),
    [("version.py", "version.py:V"), ("inner", "inner/secret.py:V"), (None, ".git/config:bare")],
)
def test_a_hostile_repository_changes_nothing_outside(
    tmp_path: Path, there: Repository, link: str | None, place: str
) -> None:
    """A link that leads out of the clone is not followed, nor is git's own folder edited."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.py").write_text('V = "1.0"\n', "utf-8")
    if link:
        (there.folder / link).unlink(missing_ok=True)
        target = outside if link == "inner" else outside / "secret.py"
        (there.folder / link).symlink_to(target)
        there.commit("Link")
        there.git("push", "--quiet", "origin", "main:trunk")
    adapter = downstream(tmp_path, str(there.remote))
    folder = adapter.checkout("trunk", "seatrial/demo-2.0")
    with pytest.raises(DownstreamDiffers):
        adapter.edit(folder, order(place))
    assert (outside / "secret.py").read_text("utf-8") == 'V = "1.0"\n'


def test_a_remote_that_is_not_there_is_said_without_its_login(tmp_path: Path) -> None:
    """What the address holds of a login is not shown."""
    adapter = downstream(tmp_path, "http://me:s3cret@127.0.0.1:9/o/r.git")
    with pytest.raises(Unreachable) as caught:
        adapter.base("main")
    assert "s3cret" not in str(caught.value)
