"""Packages that have versions of their own are judged by their own tags and changelogs."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.operations.beginning import begin
from seatrial.operations.checking import CheckRequest, check
from seatrial.operations.project import Project
from tests.support.repositories import Repository, make_repository
from tests.support.trees import PROJECT


def changelog(*versions: str) -> str:
    """Give a changelog with a section for each version."""
    return "# Changelog\n\n" + "".join(f"## {one}\n\n- A change.\n\n" for one in versions)


def made(folder: Path) -> Repository:
    """Make a repository of two packages, of which each is tagged under its name."""
    files = {}
    for name, version in (("one", "1.2.0"), ("two", "3.0.0")):
        files[f"{name}/pyproject.toml"] = PROJECT.replace("demo", name).replace("1.2.0", version)
        files[f"{name}/CHANGELOG.md"] = changelog("1.2.0", "1.1.0", "1.0.0")
    repository = make_repository(folder / "r", files)
    repository.tag("one/1.2.0")
    repository.tag("two/3.0.0")
    return repository


def found(repository: Repository, code: str) -> list[str]:
    """Give the messages of one rule."""
    request = CheckRequest(path=repository.folder, select=(code,), home=repository.folder)
    return [f"{one.where}: {one.message}" for one in check(request).findings]


def test_a_changelog_is_judged_by_the_tags_of_its_own_package(tmp_path: Path) -> None:
    """Of two packages, the one whose last release has no section is named."""
    (said,) = found(made(tmp_path), "ST301")
    assert said.startswith("two/CHANGELOG.md:3: 3.0.0 is tagged")


def test_the_version_of_a_package_is_judged_by_its_own_tag(tmp_path: Path) -> None:
    """A commit that carries a package's tag, and states another version of it, is found."""
    repository = made(tmp_path)
    manifest = "two/pyproject.toml"
    text = (repository.folder / manifest).read_text("utf-8").replace("3.0.0", "3.1.0")
    repository.write({manifest: text})
    repository.commit("raise")
    assert found(repository, "ST203") == []
    repository.tag("two/3.2.0")
    assert found(repository, "ST203") == [
        "two/pyproject.toml:7: the commit is tagged two/3.2.0, and two states 3.1.0"
    ]


@pytest.mark.parametrize(("code", "said"), [("ST201", "two/3.1.0 is not in"), ("ST202", "taken")])
def test_a_release_on_another_branch_is_seen(tmp_path: Path, code: str, said: str) -> None:
    """A package's own tag outside of the branch's history counts against it."""
    repository = made(tmp_path)
    manifest = "two/pyproject.toml"
    text = (repository.folder / manifest).read_text("utf-8").replace("3.0.0", "3.1.0")
    branch = repository.git("symbolic-ref", "--short", "HEAD").strip()
    repository.git("checkout", "--quiet", "-b", "other")
    repository.write({manifest: text})
    repository.commit("raise")
    repository.tag("two/3.1.0")
    repository.git("checkout", "--quiet", branch)
    repository.write({manifest: f"{text}\n"})
    repository.commit("raise here, too")
    (message,) = found(repository, code)
    assert said in message or "two 3.1.0 is tagged two/3.1.0" in message


def test_tags_that_have_a_word_of_a_name_are_that_package_s_alone(tmp_path: Path) -> None:
    """Where two packages state one version by chance, neither takes the other's tags."""
    files = {"kit/pyproject.toml": PROJECT.replace("demo", "kit")}
    files["kit_pool/pyproject.toml"] = PROJECT.replace("demo", "kit-pool")
    repository = make_repository(tmp_path / "r", files)

    def release(folder: str, version: str, *tags: str) -> None:
        path = f"{folder}/pyproject.toml"
        repository.write({path: files[path].replace("1.2.0", version)})
        repository.commit(f"release {version}")
        for tag in tags:
            repository.tag(tag)

    release("kit_pool", "1.0.0")
    release("kit", "1.0.0", "1.0.0", "pool-1.0.0")
    release("kit", "1.1.0", "1.1.0")
    release("kit", "1.2.0", "1.2.0")
    release("kit_pool", "1.0.1", "pool-1.0.1")
    release("kit", "1.2.1.dev1")
    release("kit_pool", "1.0.2.dev1")
    facts = Project.open(repository.folder).facts
    newest = {line.packages[0].name: line.tags[0].name for line in facts.lines}
    assert newest == {"kit": "1.2.0", "kit-pool": "pool-1.0.1"}
    assert found(repository, "ST204") == []


@pytest.mark.parametrize(
    ("tags", "configured", "said"),
    [
        (("release-1.0", "release-1.1", "v1.2.0"), "", "release-1.1 and v1.2.0"),
        (("v1.0.0", "v1.1.0", "1.2.0"), "", "v1.1.0 and 1.2.0"),
        (("v1.0", "v1.1", "nightly-9.9"), "", ""),
        (("release-1.0", "other-v2.0"), "", ""),
        (("release-1.0", "release-1.1"), "v{version}", "no tag is spelt as the configuration"),
        (("release-1.0", "v1.1"), "v{version}", ""),
    ],
)
def test_a_changed_spelling_of_tags_is_told(
    tmp_path: Path, tags: tuple[str, ...], configured: str, said: str
) -> None:
    """Releases that are spelt in two ways are named, and a configured way that none follows."""
    files = {"pyproject.toml": PROJECT}
    if configured:
        files["seatrial.toml"] = f'tag = "{configured}"\n'
    repository = make_repository(tmp_path / "r", files)
    for tag in tags:
        repository.tag(tag)
    messages = found(repository, "ST204")
    assert bool(messages) == bool(said)
    assert said in "".join(messages)


def test_the_beginning_names_the_tags_of_each_package(tmp_path: Path) -> None:
    """What is found first names format and last tag of every package, and its changelog."""
    said = [one.said for one in begin(made(tmp_path).folder, write=False).found]
    assert "one: one/{version}; the last is one/1.2.0" in said
    assert "two: two/{version}; the last is two/3.0.0" in said
    assert "two: two/CHANGELOG.md" in said


def test_a_required_section_is_missed_before_the_release(tmp_path: Path) -> None:
    """With ``changelog.require`` the check finds what a plan would refuse."""
    files = {
        "pyproject.toml": f"{PROJECT}[tool.seatrial.changelog]\nrequire = true\n",
        "CHANGELOG.md": changelog("1.2.0", "1.1.0"),
    }
    repository = make_repository(tmp_path / "r", files)
    repository.tag("v1.2.0")
    assert found(repository, "ST308") == []
    repository.write({"demo.py": "x = 1\n"})
    repository.commit("feat: say more")
    (said,) = found(repository, "ST308")
    assert said.startswith("CHANGELOG.md: ")
    assert "1.3.0" in said
    repository.write({"CHANGELOG.md": "# Changelog\n\n## Unreleased\n\n- More.\n"})
    repository.commit("docs: tell it")
    assert found(repository, "ST308") == []


def test_a_clone_without_the_history_is_checked_for_sections_all_the_same(tmp_path: Path) -> None:
    """What comes next is not known there, and the rule about it keeps no other from running."""
    files = {"pyproject.toml": f"{PROJECT}[tool.seatrial.changelog]\nrequire = true\n"}
    repository = make_repository(tmp_path / "r", files)
    repository.tag("v1.2.0")
    repository.commit("feat: say more")
    clone = tmp_path / "shallow"
    repository.git("clone", "--quiet", "--depth=1", f"file://{repository.folder}", str(clone))
    checked = check(CheckRequest(path=clone, select=("ST205", "ST308"), home=tmp_path))
    assert [one.code for one in checked.findings] == ["ST205"]
