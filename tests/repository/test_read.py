from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.config.schema import PackageSettings, Settings
from seatrial.errors import InvalidConfiguration, ShallowClone
from seatrial.process import Completed, Runner
from seatrial.repository.facts import Facts, last_release
from seatrial.repository.read import read_facts
from seatrial.repository.snapshot import open_snapshot
from tests.support.repositories import BEGAN, HELLO, Repository, git, make_repository


def facts(folder: Path, settings: Settings | None = None) -> Facts:
    """Read the facts of the repository in a folder."""
    return read_facts(open_snapshot(folder, Runner()), settings or Settings())


def released(folder: Path) -> Repository:
    """Make a repository with a release behind it and two commits since."""
    made = make_repository(folder, {**HELLO, "CHANGELOG.md": "# Changes\n"}, tag="v0.1.0")
    made.commit("feat: wave\n\nWith both hands.\nBREAKING CHANGE: no more nods\n", {"a": "1"})
    made.commit("fix: blink — once", {"a": "2"})
    return made


def test_everything_is_read(tmp_path: Path) -> None:
    """Package, tags, commits, changelog and place of the configuration are in the facts."""
    made = released(tmp_path / "a")
    made.commit("Configure", {"seatrial.toml": ""})

    found = facts(made.folder)

    assert [package.name for package in found.packages] == ["hello"]
    assert [(tag.name, tag.version, tag.ancestor) for tag in found.tags] == [
        ("v0.1.0", "0.1.0", True)
    ]
    assert found.tag_format == "v{version}"
    assert [commit.subject for commit in found.commits] == [
        "Configure",
        "fix: blink — once",
        "feat: wave",
    ]
    assert found.commits[2].body == "With both hands.\nBREAKING CHANGE: no more nods"
    assert found.commits[2].when > BEGAN
    assert found.commits[0].id == found.head == made.head
    assert (found.changelog, found.changelog_text) == ("CHANGELOG.md", "# Changes\n")
    assert found.configuration == "seatrial.toml"
    assert found.remote is None


def test_a_changelog_in_another_encoding_is_left_alone(tmp_path: Path) -> None:
    """A changelog that is not UTF-8 is not read as an empty one, so nothing overwrites it."""
    made = make_repository(tmp_path / "a", {**HELLO, "CHANGES.txt": b"caf\xe9\n"})

    assert facts(made.folder).changelog == ""


def test_configuration_in_pyproject_is_found(tmp_path: Path) -> None:
    """A [tool.seatrial] table is the configuration's place; without one there is none."""
    made = make_repository(tmp_path / "a")
    assert facts(made.folder).configuration == ""

    made.commit("x", {"pyproject.toml": HELLO["pyproject.toml"] + "[tool.seatrial]\n"})
    assert facts(made.folder).configuration == "pyproject.toml"


def test_a_tag_elsewhere_is_no_ancestor(tmp_path: Path) -> None:
    """A release tag on a side branch is known, and does not bound the commits."""
    made = released(tmp_path / "a")
    made.git("checkout", "--quiet", "-b", "side", "v0.1.0")
    made.commit("Side", tag="v0.2.0")
    made.git("checkout", "--quiet", "main")

    found = facts(made.folder)

    assert [(tag.name, tag.ancestor) for tag in found.tags] == [("v0.2.0", False), ("v0.1.0", True)]
    assert len(found.commits) == 2


def test_a_development_tag_does_not_bound_the_commits(tmp_path: Path) -> None:
    """A tag like v0.2.dev0 marks the beginning of work; what came before it is not released."""
    made = released(tmp_path / "a")
    made.tag("v0.2.dev0", "HEAD~1")

    found = facts(made.folder)

    assert [tag.name for tag in found.tags] == ["v0.2.dev0", "v0.1.0"]
    assert len(found.commits) == 2


def test_tags_of_another_product_are_not_those_of_a_package_in_a_folder(tmp_path: Path) -> None:
    """Tags at which the package stated another version are left alone, whatever they look like."""
    stated = HELLO["pyproject.toml"]
    made = make_repository(tmp_path / "a", {"client/pyproject.toml": stated}, tag="v4.1.0")
    made.commit("fix: serve", {"server.go": "1"}, tag="v4.2.0")

    found = facts(made.folder)

    assert (found.tag_format, found.tags) == ("{name}-v{version}", ())
    assert found.foreign_tags == ("v4.2.0", "v4.1.0")
    assert facts(made.folder, Settings(tag="v{version}")).foreign_tags == ()


def test_tags_that_a_package_in_a_folder_stated_are_its_own(tmp_path: Path) -> None:
    """Where a tag and the file at its commit agree, the tags are the package's."""
    stated = HELLO["pyproject.toml"]
    made = make_repository(tmp_path / "a", {"a": ""}, tag="v0.0.1")
    made.commit("feat: begin", {"client/pyproject.toml": stated}, tag="v0.1.0")
    made.commit("fix: x", {"client/pyproject.toml": stated + "\n"})

    found = facts(made.folder)

    assert (found.tag_format, found.foreign_tags) == ("v{version}", ())
    assert [tag.name for tag in found.tags] == ["v0.1.0", "v0.0.1"]


@pytest.mark.parametrize("earlier", ["v0.1.0", "0.1.0", "release-0.1.0", "Hello/0.1.0"])
def test_tags_of_before_the_format_changed_are_known_by_what_the_file_stated(
    tmp_path: Path, earlier: str
) -> None:
    """A format that is new forgets no release: its last one still bounds the commits."""
    made = make_repository(tmp_path / "a", tag=earlier)
    made.commit("fix: it", {"a.txt": "x"})

    found = facts(made.folder, Settings(tag="py-{package}-{version}"))

    assert (found.tag_format, [tag.name for tag in found.tags]) == (
        "py-{name}-{version}",
        [earlier],
    )
    assert [commit.subject for commit in found.commits] == ["fix: it"]


def test_tags_of_something_else_do_not_count_where_the_format_is_new(tmp_path: Path) -> None:
    """A tag that names another product is none of ours, whatever the file stated there."""
    made = make_repository(tmp_path / "a", tag="server-0.1.0")

    assert facts(made.folder, Settings(tag="{package}-{version}")).tags == ()


def test_a_pre_release_that_was_given_up_is_not_the_last_release(tmp_path: Path) -> None:
    """After 1.0b0, a release 0.2.0 says that the line of 1.0 was given up; 0.2.0 is the last."""
    made = released(tmp_path / "a")
    made.tag("v1.0b0", "HEAD~1")
    made.tag("v0.2.0")
    made.commit("fix: more")
    made.tag("v0.3rc1")
    made.commit("fix: still more")

    found = facts(made.folder)

    assert [tag.name for tag in found.tags if tag.abandoned] == ["v1.0b0"]
    last = last_release(found.tags)
    assert last is not None
    assert last.name == "v0.3rc1"
    assert [commit.subject for commit in found.commits] == ["fix: still more"]


def test_merges_are_marked(tmp_path: Path) -> None:
    """A commit with two parents is a merge."""
    made = released(tmp_path / "a")
    made.git("checkout", "--quiet", "-b", "side", "HEAD~1")
    made.commit("Side", {"b": "1"})
    made.git("checkout", "--quiet", "main")
    made.git("merge", "--quiet", "--no-ff", "--message=Merge side", "side")

    commits = facts(made.folder).commits

    assert [(commit.subject, commit.merge) for commit in commits if commit.merge] == [
        ("Merge side", True)
    ]
    assert len(commits) == 4


def test_only_commits_that_touch_the_package_count(tmp_path: Path) -> None:
    """For a package in a folder of its own, other commits are not its history."""
    made = make_repository(
        tmp_path / "a", {f"a lib/{name}": text for name, text in HELLO.items()}, tag="hello-v0.1.0"
    )
    made.commit("Outside", {"other.txt": "1"})
    made.commit("Inside", {"a lib/x": "1"})

    found = facts(made.folder)

    assert [commit.subject for commit in found.commits] == ["Inside"]
    assert found.tag_format == "hello-v{version}"


def test_a_shallow_clone_without_the_tag_is_refused(tmp_path: Path) -> None:
    """Where history ends before the last release, nothing is decided."""
    made = released(tmp_path / "a")
    git(tmp_path, "clone", "--quiet", "--depth=2", made.folder.as_uri(), "b")

    with pytest.raises(ShallowClone, match="no release tag"):
        facts(tmp_path / "b")


def test_a_shallow_clone_with_the_tag_is_enough(tmp_path: Path) -> None:
    """A clone that reaches the last release holds all that decides."""
    made = released(tmp_path / "a")
    made.commit("Third")
    git(tmp_path, "clone", "--quiet", "--depth=4", made.folder.as_uri(), "b")

    assert len(facts(tmp_path / "b").commits) == 3


def test_a_shallow_clone_cut_beside_the_tag_is_refused(tmp_path: Path) -> None:
    """A side line whose beginning is missing may hold commits since the release."""
    made = make_repository(tmp_path / "a")
    made.git("checkout", "--quiet", "-b", "side")
    for number in range(4):
        made.commit(f"Side {number}", {"side": str(number)})
    made.git("checkout", "--quiet", "main")
    made.commit("Release", {"x": "1"}, tag="v0.1.0")
    made.git("merge", "--quiet", "--no-ff", "--message=Merge side", "side")
    git(tmp_path, "clone", "--quiet", "--depth=3", made.folder.as_uri(), "b")

    with pytest.raises(ShallowClone, match="cut at"):
        facts(tmp_path / "b")


@pytest.mark.parametrize(
    ("names", "wish", "chosen"),
    [
        ((), "", None),
        (("upstream",), "", "upstream"),
        (("fork", "origin"), "", "origin"),
        (("fork", "origin"), "fork", "fork"),
        (("fork", "other"), "", None),
    ],
)
def test_the_remote_is_chosen(
    tmp_path: Path, names: tuple[str, ...], wish: str, chosen: str | None
) -> None:
    """The configured remote, else origin, else the only one; among strangers none."""
    made = make_repository(tmp_path / "a")
    for name in names:
        made.git("remote", "add", name, f"https://me:secret@example.org/{name}.git")

    remote = facts(made.folder, Settings(remote=wish)).remote

    assert (remote.name if remote else None) == chosen
    if remote:
        assert remote.url == f"https://***@example.org/{chosen}.git"


def test_the_branch_s_own_remote_comes_first(tmp_path: Path) -> None:
    """What the branch follows is where it is pushed."""
    made = make_repository(tmp_path / "a", remote=tmp_path / "a.git")
    made.git("remote", "rename", "origin", "home")
    made.git("remote", "add", "origin", "https://example.org/x.git")

    found = facts(made.folder)

    assert found.remote is not None
    assert (found.remote.name, found.upstream) == ("home", "main")


def test_an_unknown_remote_is_refused(tmp_path: Path) -> None:
    """A configured remote that is not there is a fault of the configuration."""
    made = make_repository(tmp_path / "a")

    with pytest.raises(InvalidConfiguration, match="remote: the repository has none"):
        facts(made.folder, Settings(remote="nowhere"))


def test_the_configured_tag_is_used(tmp_path: Path) -> None:
    """A configured format decides which tags are releases."""
    made = make_repository(tmp_path / "a", tag="v9")
    made.tag("r-0.1")

    found = facts(made.folder, Settings(tag="r-{version}"))

    assert [tag.name for tag in found.tags] == ["r-0.1"]


def test_several_packages_are_all_given(tmp_path: Path) -> None:
    """Which of several is released is for the caller to say; all are read."""
    files = {
        f"{name}/pyproject.toml": HELLO["pyproject.toml"].replace("hello", name)
        for name in ("one", "two")
    }
    made = make_repository(tmp_path / "a", files)

    assert [package.name for package in facts(made.folder).packages] == ["one", "two"]

    settings = Settings(package=(PackageSettings(path="two"),))
    assert [package.name for package in facts(made.folder, settings).packages] == ["two"]


def test_few_processes_are_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However much there is to read, git is started at most ten times."""
    made = released(tmp_path / "a")
    started: list[tuple[str, ...]] = []
    run = Runner.run

    def counted(self: Runner, argv: list[str], **options: object) -> Completed:
        started.append(tuple(argv))
        return run(self, argv, **options)  # type: ignore[arg-type]  # passed through

    monkeypatch.setattr(Runner, "run", counted)

    facts(made.folder)

    assert len(started) <= 10


def test_a_long_history_without_a_release_is_bounded(tmp_path: Path) -> None:
    """Without a release tag the newest commits are read, not the whole history."""
    made = make_repository(tmp_path / "a")
    stream = "".join(
        f"commit refs/heads/main\ncommitter A <a@b> {BEGAN + number} +0000\ndata 2\nx\n"
        + ("from refs/heads/main^0\n" if number == 0 else "")
        for number in range(2100)
    )
    made.git("fast-import", "--quiet", stdin=stream.encode())

    assert len(facts(made.folder).commits) == 2000
