"""What several packages of one repository tell: who is new, and what breaks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import pytest
from packaging.version import Version

from seatrial.cli.main import run
from seatrial.operations.comparing import api_remarks, planned_api
from seatrial.operations.lines import lines_of
from seatrial.operations.noting import coming, newcomers
from seatrial.operations.project import Project
from seatrial.repository import api
from seatrial.versions.arithmetic import parse
from tests.support.repositories import Repository, make_repository
from tests.support.several import package_files

DAY = dt.date(2026, 11, 20)
TAGS: Mapping[str, tuple[str, ...]] = {
    "lockstep": ("v1.0.0",),
    "independent": ("one-v1.0.0", "two-v1.0.0"),
}
FORMAT = {"lockstep": "v{version}", "independent": "{package}-v{version}"}
MODULE = "def kept(a): ...\n\ndef dropped(): ...\n"


def made(folder: Path, versions: str) -> Repository:
    """Make a repository of two packages that were released, and have a function each to lose."""
    files = package_files("one", ()) | package_files("two", ())
    files |= {f"packages/{name}/{name}.py": MODULE for name in ("one", "two")}
    said = f'versions = "{versions}"\ntag = "{FORMAT[versions]}"\n'
    repository = make_repository(folder / "r", files | {"seatrial.toml": said})
    for tag in TAGS[versions]:
        repository.tag(tag)
    return repository


def commit_as(repository: Repository, who: str, message: str, files: Mapping[str, str]) -> None:
    """Commit in somebody's name."""
    repository.commit(message, files)
    author = f"{who} <{who.lower()}@example.org>"
    repository.git("commit", "--quiet", "--amend", "--no-edit", f"--author={author}")


def new_in(repository: Repository) -> dict[str, tuple[str, ...]]:
    """Give who is new, by the first package of each line."""
    project = Project.open(repository.folder)
    return {
        line.lead.name: newcomers(line, coming(line, Version("1.1.0"), DAY))
        for line in lines_of(project)
    }


def test_who_is_new_among_packages_of_one_version(tmp_path: Path) -> None:
    """The first commit of somebody counts, in whichever package it is, and robots do not."""
    repository = made(tmp_path, "lockstep")
    commit_as(repository, "Grace", "feat: a", {"packages/one/a.txt": "a"})
    commit_as(repository, "Linus", "fix: b", {"packages/two/b.txt": "b"})
    commit_as(repository, "dependabot", "fix: c", {"packages/two/c.txt": "c"})
    assert new_in(repository) == {"one": ("Grace", "Linus")}


def test_who_is_new_among_packages_with_versions_of_their_own(tmp_path: Path) -> None:
    """Somebody is new once: in the package that holds the first commit of theirs."""
    repository = made(tmp_path, "independent")
    commit_as(repository, "Grace", "feat: a", {"packages/one/a.txt": "a"})
    commit_as(repository, "Grace", "feat: b", {"packages/two/b.txt": "b"})
    commit_as(repository, "Linus", "fix: c", {"packages/two/c.txt": "c"})
    commit_as(repository, "Kay", "fix: d", {"packages/one/d.txt": "d"})
    repository.commit("fix: e", {"packages/one/e.txt": "e"})
    assert new_in(repository) == {"one": ("Grace", "Kay"), "two": ("Linus",)}


def test_who_wrote_before_is_not_new_to_a_package_released_later(tmp_path: Path) -> None:
    """A commit that an earlier release of the other package held makes nobody new again."""
    repository = made(tmp_path, "independent")
    commit_as(repository, "Grace", "feat: a", {"packages/one/a.txt": "a"})
    repository.tag("one-v1.1.0")
    commit_as(repository, "Grace", "feat: b", {"packages/two/b.txt": "b"})
    assert new_in(repository) == {"one": (), "two": ()}


@pytest.mark.parametrize("versions", ["lockstep", "independent"])
def test_an_api_that_breaks_in_one_of_several_packages(
    tmp_path: Path, versions: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The package that lost something is named with its file, and the other one is not."""
    repository = made(tmp_path, versions)
    files = {"packages/one/one.py": MODULE + "\n\ndef more(): ...\n"}
    repository.commit("fix: tidy", files | {"packages/two/two.py": "def kept(a): ...\n"})

    project = Project.open(repository.folder)
    answers = planned_api(project)

    assert len(answers) == (1 if versions == "lockstep" else 2)
    assert not any(one.unasked for one in answers)
    broken = [(one.object, one.path) for answer in answers for one in answer.breakages]
    assert broken == [("two.dropped", "packages/two/two.py")]
    notes = [note for line in lines_of(project) for note in api_remarks(line, parse("1.0.1"))]
    assert [note.topic for note in notes] == ["api-broken"]
    assert f"since {TAGS[versions][-1]}" in notes[0].text
    assert run(["check", str(repository.folder), "--select", "ST111"]) == 1
    said = capsys.readouterr().out
    assert "packages/two/two.py: ST111 two.dropped: it is gone" in said
    assert "not asked" not in said


def test_a_package_without_changes_does_not_keep_the_others_from_being_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where one has nothing to release the rule is asked all the same, for the others."""
    repository = made(tmp_path, "independent")
    repository.commit("fix: tidy", {"packages/two/two.py": "def kept(a): ...\n"})
    assert run(["check", str(repository.folder), "--select", "ST111"]) == 1
    said = capsys.readouterr().out
    assert "two.dropped" in said
    assert "not asked" not in said


def test_what_ends_the_comparison_of_one_package_leaves_the_others(tmp_path: Path) -> None:
    """A source that no parser survives is told of its own package, and the next is compared."""
    repository = made(tmp_path, "independent")
    deep = f"{MODULE}x = {'-' * 200_000}1\n"
    files = {"packages/one/one.py": deep, "packages/two/two.py": "def kept(a): ...\n"}
    repository.commit("fix: tidy", files)

    one, two = planned_api(Project.open(repository.folder))

    assert "griffe did not end well" in one.unasked
    assert (two.unasked, [broken.object for broken in two.breakages]) == ("", ["two.dropped"])


def test_what_takes_too_long_costs_the_time_of_one_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time is that of each package: the others are compared, and need not wait for the sum."""
    monkeypatch.setattr(api, "SECONDS", 1.0)
    repository = made(tmp_path, "independent")
    long = MODULE + "".join(f"def a{number}(): ...\n" for number in range(100_000))
    files = {"packages/one/one.py": long, "packages/two/two.py": "def kept(a): ...\n"}
    repository.commit("fix: tidy", files)

    one, two = planned_api(Project.open(repository.folder))

    assert "griffe did not end well within 1 s" in one.unasked
    assert (two.unasked, [broken.object for broken in two.breakages]) == ("", ["two.dropped"])
