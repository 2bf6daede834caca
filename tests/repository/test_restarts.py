"""Numbering that began again: the last release is the nearest one, not that with most in front."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from packaging.version import Version

from seatrial.cli.main import run
from seatrial.config.schema import PackageSettings, Settings
from seatrial.errors import TagNotAncestor
from seatrial.operations.merged import waiting_version
from seatrial.operations.outside import check_history
from seatrial.operations.project import Project
from seatrial.process import Runner
from seatrial.repository.changelog import section
from seatrial.repository.facts import Facts, last_release
from seatrial.repository.read import read_facts
from seatrial.repository.snapshot import open_snapshot
from tests.support.repositories import HELLO, Repository, make_repository

FROM_TAG = {
    "pyproject.toml": '[build-system]\nrequires = ["hatchling", "hatch-vcs"]\n'
    'build-backend = "hatchling.build"\n[project]\nname = "hello"\ndynamic = ["version"]\n'
    '[tool.hatch.version]\nsource = "vcs"\n'
}


def stating(version: str) -> dict[str, str]:
    """Give the manifest of a package that states a version."""
    return {"pyproject.toml": HELLO["pyproject.toml"].replace("0.1.0", version)}


def facts(made: Repository, settings: Settings | None = None) -> Facts:
    """Read the facts of HEAD."""
    return read_facts(open_snapshot(made.folder, Runner()), settings or Settings())


def last(found: Facts) -> str:
    """Name the tag of the last release."""
    tag = last_release(found.tags)
    return tag.name if tag else ""


def again(folder: Path, *releases: tuple[str, str]) -> Repository:
    """Make a repository with releases, each a version that is stated and its tag, and one fix."""
    made = make_repository(folder, HELLO)
    for version, tag in releases:
        made.commit(f"Release {version}", stating(version), tag=tag)
    made.commit("fix: blink", {"a.txt": "1"})
    return made


@pytest.mark.parametrize(
    ("releases", "form"),
    [
        ((("202010.1041", "v202010.1041"), ("2020.1042", "v2020.1042")), "v{version}"),
        ((("202010.1041", "v202010.1041"), ("2020.1042", "2020.1042")), "{version}"),
        ((("2019.12", "release_2019.12"), ("1.0.0", "v1.0.0")), "v{version}"),
        ((("2019.12", "v2019.12"), ("1.0.0", "v1.0.0"), ("1.0.1", "v1.0.1")), "v{version}"),
        ((("2019.12", "v2019.12"), ("5.0", "v5.0"), ("1.0", "v1.0")), "v{version}"),
        ((("2019.12", "v2019.12"), ("1.0.0a1", "v1.0.0a1")), "v{version}"),
    ],
)
def test_the_nearest_release_is_the_last_one(
    releases: tuple[tuple[str, str], ...], form: str, tmp_path: Path
) -> None:
    """A release that descends from a higher number counts, and its tag is how tags are spelt."""
    found = facts(again(tmp_path / "r", *releases))
    assert (last(found), found.tag_format) == (releases[-1][1], form)
    assert [commit.subject for commit in found.commits] == ["fix: blink"]
    old = {tag for version, tag in releases if Version(version) > Version(releases[-1][0])}
    assert {tag.name for tag in found.tags if tag.abandoned} == old


@pytest.mark.parametrize("files", [FROM_TAG, stating("0.0.0")])
def test_where_no_file_states_the_version_the_nearest_tag_counts(
    files: dict[str, str], tmp_path: Path
) -> None:
    """It is what git describe, and with it the build, takes for the last release."""
    made = make_repository(tmp_path / "r", files, tag="2015.1.0")
    made.commit("More", {"a.txt": "1"}, tag="4.0.0")
    made.commit("fix: blink", {"a.txt": "2"})
    found = facts(made)
    assert last(found) == "4.0.0" == made.git("describe", "--abbrev=0")
    assert [commit.subject for commit in found.commits] == ["fix: blink"]
    assert run(["next", str(made.folder)]) == 0


def test_a_merged_section_above_the_new_numbers_waits_for_its_release(tmp_path: Path) -> None:
    """Where the changelog alone states the version, the old numbers in it count no more."""
    page = "## 1.0.0\n\n- b\n\n## 2019.12\n\n- a\n"
    made = make_repository(tmp_path / "r", FROM_TAG, tag="v2019.12")
    made.commit("Begin again", {"CHANGELOG.md": page}, tag="v1.0.0")
    assert waiting_version(Project.open(made.folder)) == ""
    made.commit("Release 1.1.0", {"CHANGELOG.md": f"## 1.1.0\n\n- c\n\n{page}"})
    assert waiting_version(Project.open(made.folder)) == "1.1.0"


def test_the_next_version_goes_on_with_the_new_numbers(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """What is printed is above the nearest release, and below the old numbers."""
    made = again(tmp_path / "r", ("2019.12", "v2019.12"), ("1.0.0", "v1.0.0"))
    assert run(["next", str(made.folder)]) == 0
    assert capfd.readouterr().out == "1.0.1\n"


def test_a_merged_branch_of_an_older_line_begins_nothing_again(tmp_path: Path) -> None:
    """Its release came later, and does not descend from the higher one."""
    made = make_repository(tmp_path / "r", FROM_TAG, tag="v1.0.0")
    made.git("checkout", "--quiet", "-b", "1.x")
    made.commit("fix: old", {"old.txt": "1"}, tag="v1.0.1")
    made.git("checkout", "--quiet", "main")
    made.commit("feat: new", {"new.txt": "1"}, tag="v2.0.0")
    made.git("merge", "--quiet", "--no-edit", "1.x")
    found = facts(made)
    assert last(found) == "v2.0.0"
    assert not [tag for tag in found.tags if tag.abandoned]


def test_a_file_that_states_the_higher_version_is_believed(tmp_path: Path) -> None:
    """A lower tag on top of it was a slip, or a backport in the wrong place."""
    made = again(tmp_path / "r", ("2.0.0", "v2.0.0"))
    made.tag("v1.9.1")
    assert last(facts(made)) == "v2.0.0"


def test_a_tag_on_a_squashed_branch_counts_by_its_files(tmp_path: Path) -> None:
    """A commit of the history with the very same files stands for the tagged one."""
    made = again(tmp_path / "r", ("1.0.0", "v1.0.0"))
    made.git("checkout", "--quiet", "-b", "release")
    made.commit("Release", stating("1.1.0"), tag="v1.1.0")
    made.git("checkout", "--quiet", "main")
    other = facts(made)
    assert last(other) == "v1.0.0"
    with pytest.raises(TagNotAncestor):
        check_history(other, "main")

    made.git("merge", "--quiet", "--squash", "release")
    squashed = made.commit("Release (#7)")
    made.commit("fix: nod", {"b.txt": "1"})
    found = facts(made)
    assert (last(found), found.tags[0].commit) == ("v1.1.0", squashed)
    assert [commit.subject for commit in found.commits] == ["fix: nod"]
    check_history(found, "main")


def test_numbers_may_begin_again_after_a_squashed_release(tmp_path: Path) -> None:
    """The old release counts by a commit with its files, which none of the tags names."""
    made = make_repository(tmp_path / "r", stating("2020.1"))
    made.git("checkout", "--quiet", "-b", "release")
    made.commit("Release", {"a.txt": "1"}, tag="v2020.1")
    made.git("checkout", "--quiet", "main")
    made.git("merge", "--quiet", "--squash", "release")
    made.commit("Release (#7)")
    made.commit("Begin again", stating("1.0"), tag="v1.0")
    made.commit("fix: nod", {"b.txt": "1"})
    found = facts(made)
    assert last(found) == "v1.0"
    assert [tag.name for tag in found.tags if tag.abandoned] == ["v2020.1"]


def test_an_epoch_is_no_restart(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A version with an epoch is above all without, for git tags and installers alike."""
    made = again(tmp_path / "r", ("2019.12", "v2019.12"), ("1!1.0.0", "v1!1.0.0"))
    found = facts(made)
    assert (last(found), [tag for tag in found.tags if tag.abandoned]) == ("v1!1.0.0", [])
    assert run(["next", str(made.folder)]) == 0
    assert capfd.readouterr().out == "1!1.0.1\n"


def test_old_numbers_that_nobody_merged_refuse_nothing(tmp_path: Path) -> None:
    """A release of the old numbers on a branch of its own is not what users would lose."""
    made = again(tmp_path / "r", ("2019.12", "v2019.12"), ("1.0.0", "v1.0.0"))
    made.git("checkout", "--quiet", "-b", "stable", "v2019.12^{commit}")
    made.commit("fix: old", {"old.txt": "1"}, tag="v2019.13")
    made.git("checkout", "--quiet", "main")
    found = facts(made)
    assert {tag.name for tag in found.tags if tag.abandoned} == {"v2019.12", "v2019.13"}
    check_history(found, "main")


def test_one_of_several_packages_may_begin_again(tmp_path: Path) -> None:
    """Each package that states its version is judged by its own tags."""
    one, two = stating("1.0"), HELLO["pyproject.toml"].replace('"hello"', '"other"')
    made = make_repository(
        tmp_path / "r", {"hello/pyproject.toml": one["pyproject.toml"], "other/pyproject.toml": two}
    )
    made.tag("hello-v2019.12", "HEAD")
    made.tag("other-v0.1.0", "HEAD")
    made.commit("Release", {"hello/a.txt": "1"}, tag="hello-v1.0")
    made.commit("fix: blink", {"hello/a.txt": "2"})
    packages = (PackageSettings(path="hello"), PackageSettings(path="other"))
    found = facts(made, Settings(package=packages))
    assert [last(line) for line in found.lines] == ["hello-v1.0", "other-v0.1.0"]
    assert [c.subject for line in found.lines for c in line.commits] == ["fix: blink"]


def test_check_and_the_changelog_follow_the_new_numbers(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Nothing is asked of the old numbers, and the new section goes to the top."""
    made = again(tmp_path / "r", ("2019.11", "v2019.11"), ("2019.12", "v2019.12"), ("1.0", "1.0"))
    page = "# Changelog\n\n## 1.0\n\n- c\n\n## 2019.12\n\n- b\n\n## 2019.11\n\n- a\n"
    made.commit("docs: log", {"CHANGELOG.md": page})
    assert run(["check", "--select", "ST2,ST3", str(made.folder), "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["findings"] == []
    written = section("CHANGELOG.md", page, version="1.1", date="2026-11-20", notes="- d")
    assert written.text == page.replace("## 1.0\n", "## 1.1\n\n- d\n\n## 1.0\n")


def test_of_several_packages_each_has_its_own_numbering(tmp_path: Path) -> None:
    """One begins again, one had a hotfix of an older line on a later day; a third goes on."""
    names = ("one", "two", "six")
    made = make_repository(
        tmp_path / "r",
        {
            f"libs/{name}/pyproject.toml": FROM_TAG["pyproject.toml"].replace("hello", name)
            for name in names
        },
    )
    for name in names:
        made.tag(f"{name}-v2019.12")
    made.git("branch", "old")
    made.commit("Begin again", {"libs/one/a.txt": "1"}, tag="one-v1.0.0")
    made.commit("Go on", {"libs/two/a.txt": "1", "libs/six/a.txt": "1"}, tag="two-v2020.1")
    made.tag("six-v2020.1")
    made.git("checkout", "--quiet", "old")
    made.commit("fix: for those who stay", {"libs/two/b.txt": "1"}, tag="two-v2019.13")
    made.git("checkout", "--quiet", "main")
    made.git("merge", "--quiet", "--no-edit", "old")
    made.commit("fix: blink", {f"libs/{name}/c.txt": "1" for name in names})

    found = facts(made)

    lines = {line.packages[0].name: line for line in found.lines}
    assert {name: last(line) for name, line in lines.items()} == {
        "one": "one-v1.0.0",
        "two": "two-v2020.1",
        "six": "six-v2020.1",
    }
    assert [commit.subject for commit in lines["one"].commits] == ["fix: blink"]
    assert {tag.name for tag in lines["one"].tags if tag.abandoned} == {"one-v2019.12"}
    assert not any(tag.abandoned for name in ("two", "six") for tag in lines[name].tags)


def test_one_of_several_that_began_again_gets_the_next_of_the_new_numbers(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """``seatrial next`` goes on from the nearest release, whatever the others have."""
    texts = {
        f"libs/{name}/pyproject.toml": FROM_TAG["pyproject.toml"].replace("hello", name)
        for name in ("one", "two")
    }
    made = make_repository(tmp_path / "r", texts)
    made.tag("one-v2019.12")
    made.tag("two-v0.1.0")
    made.commit("Begin again", {"libs/one/a.txt": "1"}, tag="one-v1.0.0")
    made.commit("fix: blink", {"libs/one/b.txt": "1"})
    assert run(["next", str(made.folder)]) == 0
    assert "one 1.0.1\n" in capfd.readouterr().out.replace("  ", " ")
