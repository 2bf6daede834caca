"""Packages with versions of their own: which share one, whose tags are whose, what is new."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from packaging.version import Version

from seatrial.config.schema import PackageSettings, Settings
from seatrial.errors import InvalidConfiguration
from seatrial.process import Runner
from seatrial.repository.facts import Facts
from seatrial.repository.read import Ears, read_facts
from seatrial.repository.sibling_versions import followed, with_siblings
from seatrial.repository.snapshot import open_snapshot
from tests.support.repositories import Repository, make_repository


def manifest(name: str, version: str, *needs: str) -> str:
    """Write a package's manifest."""
    listed = ", ".join(f'"{need}"' for need in needs)
    return (
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n\n'
        f'[project]\nname = "{name}"\nversion = "{version}"\ndependencies = [{listed}]\n'
    )


def made(folder: Path, **versions: str) -> Repository:
    """Make a repository of packages by name and version, each in a folder of its name."""
    return make_repository(
        folder / "r",
        {f"{name}/pyproject.toml": manifest(name, version) for name, version in versions.items()},
        message="feat: begin",
    )


def read(repository: Repository, settings: Settings | None = None, folder: str = "") -> Facts:
    """Read the facts of HEAD, of the packages that a folder picks."""
    return read_facts(open_snapshot(repository.folder, Runner()), settings or Settings(), folder)


def lines(facts: Facts) -> dict[str, tuple[str, list[str], list[str]]]:
    """Give, for each line by its first package: the tag format, its tags, its new subjects."""
    return {
        one.packages[0].name: (
            one.tag_format,
            [tag.name for tag in one.tags],
            [commit.subject for commit in one.commits],
        )
        for one in facts.lines
    }


def test_one_version_and_tags_that_name_nobody_are_lockstep(tmp_path: Path) -> None:
    """Packages that state the same version, under tags of no package, are released together."""
    repository = made(tmp_path, alpha="1.0", beta="1.0")
    repository.tag("v1.0")
    facts = read(repository)
    assert (facts.lines, facts.tag_format) == ((), "v{version}")


@pytest.mark.parametrize("tag", ["alpha-v1.0", "alpha==1.0", "alpha/1.0", "Alpha@1.0"])
def test_tags_that_name_a_package_say_that_it_has_versions_of_its_own(
    tmp_path: Path, tag: str
) -> None:
    """The others, which were never released, will be tagged in the same style."""
    repository = made(tmp_path, alpha="1.0", beta="1.0")
    repository.tag(tag)
    repository.commit("fix: it", {"alpha/a.txt": "x"})
    found = lines(read(repository))
    assert found["alpha"][1:] == ([tag], ["fix: it"])
    assert found["beta"][2] == ["feat: begin"]
    style = found["beta"][0].replace("{name}", "alpha").replace("{version}", "1.0")
    assert style == tag.lower()


@pytest.mark.parametrize(("tag", "other"), [("libs/{}-v1.0", "libs/"), ("{}-v1.0", "")])
def test_tags_name_a_package_by_its_folder_too(tmp_path: Path, tag: str, other: str) -> None:
    """A folder's path, or its last part, names what lies there; the others are tagged alike."""
    folders = {"one": "one-demo", "two": "two-demo"}
    repository = make_repository(
        tmp_path / "r",
        {f"libs/{at}/pyproject.toml": manifest(name, "1.0") for at, name in folders.items()},
        message="feat: begin",
    )
    repository.tag(tag.format("one"))
    repository.commit("fix: it", {"libs/one/a.txt": "x"})
    found = lines(read(repository))
    assert found["one-demo"] == (f"{other}one-v{{version}}", [tag.format("one")], ["fix: it"])
    assert found["two-demo"] == (f"{other}two-v{{version}}", [], ["feat: begin"])


def test_a_folder_lends_its_name_to_no_other_tags(tmp_path: Path) -> None:
    """Tags called like a package, or like a folder that no package states, are not a folder's."""
    repository = make_repository(
        tmp_path / "r",
        {
            "core/pyproject.toml": manifest("demo", "1.0"),
            "other/pyproject.toml": manifest("core", "1.0"),
            "cli/pyproject.toml": manifest("tool", "1.0"),
        },
        message="feat: begin",
    )
    repository.tag("cli-v7.0")
    assert read(repository).lines == ()
    repository.tag("core-v1.0")
    found = lines(read(repository, Settings(versions="independent")))
    assert (found["core"][1], found["demo"][1]) == (["core-v1.0"], [])


@pytest.mark.parametrize(("tag", "apart"), [("v2.0", False), ("v0.1", True)])
def test_old_tags_of_a_folder_part_nothing_that_no_file_states(
    tag: str,
    apart: bool,  # noqa: FBT001 - a parameter of pytest
    tmp_path: Path,
) -> None:
    """Where tags alone tell the versions, the highest one tells whether packages share them."""
    files = {
        f"libs/{at}/pyproject.toml": manifest(f"{at}-demo", "1.0")
        .replace('version = "1.0"', 'dynamic = ["version"]')
        .replace('["hatchling"]', '["hatchling", "hatch-vcs"]')
        + '[tool.hatch.version]\nsource = "vcs"\n'
        for at in ("one", "two")
    }
    repository = make_repository(tmp_path / "r", files, tag="one-v1.0")
    repository.tag(tag)
    assert bool(read(repository).lines) is apart


def test_a_folders_end_that_two_have_names_neither(tmp_path: Path) -> None:
    """Only what tells one folder from all others names it."""
    repository = make_repository(
        tmp_path / "r",
        {
            "a/core/pyproject.toml": manifest("first", "1.0"),
            "b/core/pyproject.toml": manifest("second", "1.0"),
        },
        message="feat: begin",
    )
    repository.tag("core-v3.0")
    found = lines(read(repository, Settings(versions="independent")))
    assert found["first"][1] == found["second"][1] == []
    repository.tag("a/core-v1.0")
    found = lines(read(repository, Settings(versions="independent")))
    assert found["first"][:2] == ("a/core-v{version}", ["a/core-v1.0"])
    assert found["second"][:2] == ("b/core-v{version}", [])


def test_a_commit_counts_for_those_whose_last_release_does_not_hold_it(tmp_path: Path) -> None:
    """Each package has its own last release, and git reads the history once for all of them."""
    repository = made(tmp_path, alpha="1.0", beta="1.0")
    repository.tag("alpha-v1.0")
    repository.tag("beta-v1.0")
    repository.commit("feat: both", {"alpha/a.txt": "x", "beta/b.txt": "x"})
    repository.commit(
        "Release alpha", {"alpha/pyproject.toml": manifest("alpha", "1.1")}, tag="alpha-v1.1"
    )
    repository.commit("docs: none", {"README.md": "x"})
    repository.commit("fix: alpha", {"alpha/a.txt": "y"})
    found = lines(read(repository))
    assert found["alpha"][2] == ["fix: alpha"]
    assert found["beta"][2] == ["feat: both"]


def test_a_folder_that_is_as_it_was_released_has_no_news(tmp_path: Path) -> None:
    """What was taken back again is no change, and whose folders changed is told before the rest."""
    repository = made(tmp_path, alpha="1.0", beta="1.0", gamma="1.0")
    for name in ("alpha", "beta"):
        repository.tag(f"{name}-v1.0")
    repository.commit("feat: try it", {"alpha/pyproject.toml": manifest("alpha", "1.0", "six")})
    repository.commit("fix: beta", {"beta/b.txt": "x"})
    repository.commit("feat: take it back", {"alpha/pyproject.toml": manifest("alpha", "1.0")})
    told: list[str] = []
    facts = read_facts(
        open_snapshot(repository.folder, Runner()), Settings(), ears=Ears(heard=told.extend)
    )
    assert {name: line[2] for name, line in lines(facts).items()} == {
        "alpha": [],
        "beta": ["fix: beta"],
        "gamma": ["feat: begin"],
    }
    assert told == ["beta", "gamma"]


def test_what_was_released_on_a_branch_that_was_merged_is_no_news(tmp_path: Path) -> None:
    """The commits that a tag on another branch holds do not count, in whatever order they come."""
    repository = made(tmp_path, alpha="1.0", beta="1.0")
    repository.tag("alpha-v1.0")
    repository.tag("beta-v1.0")
    repository.git("checkout", "--quiet", "-b", "side")
    repository.commit("fix: aside", {"alpha/a.txt": "x"}, tag="alpha-v1.0.1")
    repository.git("checkout", "--quiet", "main")
    repository.commit("feat: main", {"alpha/b.txt": "x"})
    repository.git("merge", "--quiet", "--no-edit", "side")
    assert lines(read(repository))["alpha"][2] == ["feat: main"]


def test_tags_of_another_spelling_are_known_by_what_the_files_stated(tmp_path: Path) -> None:
    """A shortened name, or a common tag from before there were versions of their own, counts."""
    repository = made(tmp_path, **{"demo-core": "1.0", "demo-cli": "1.0"})
    repository.tag("v1.0")
    core = {"demo-core/pyproject.toml": manifest("demo-core", "1.1")}
    repository.commit("Release core", core, tag="core==1.1")
    repository.commit("fix: cli", {"demo-cli/a.txt": "x"})
    found = lines(read(repository, Settings(versions="independent")))
    assert found["demo-core"][:2] == ("core=={version}", ["core==1.1", "v1.0"])
    assert found["demo-cli"][1:] == (["v1.0"], ["fix: cli"])


def test_two_lines_cannot_share_a_tag(tmp_path: Path) -> None:
    """A format without the package's name is refused where versions differ."""
    repository = made(tmp_path, alpha="1.0", beta="2.0")
    entries = (PackageSettings(path="alpha", group="a", tag="v{version}"),)
    settings = Settings(
        package=(*entries, PackageSettings(path="beta", group="b", tag="v{version}"))
    )
    with pytest.raises(InvalidConfiguration, match="would both be tagged"):
        read(repository, settings)


@pytest.mark.parametrize(
    ("stated", "policy", "after"),
    [
        ("==1.0.0", "auto", "==1.2.0"),
        (">=1.0", "auto", ">=1.0"),
        ("", "auto", ""),
        ("", ">=", ">=1.2.0"),
        (">=1.0,<2", ">=", ">=1.2.0,<2"),
        (">=1.0,<2,!=1.1", "==", "==1.2.0"),
        ("<1.2,>=1.1", "~=", "~=1.2.0"),
        ("==1.2", "==", "==1.2"),
        ("==1.*", "auto", "==1.*"),
        ("^1.0", "auto", "^1.0"),
        ("^1.0", ">=", ">=1.2.0"),
        ("@", "==", "@"),
        ("==1.0.0", "keep", "==1.0.0"),
    ],
)
def test_a_requirement_follows_as_the_policy_says(stated: str, policy: str, after: str) -> None:
    """Pins follow by default; each operator can be asked for; what is an address stays."""
    assert followed(stated, policy, Version("1.2.0")) == after  # type: ignore[arg-type]


def test_requirements_are_rewritten_where_they_stand(tmp_path: Path) -> None:
    """Comments, extras and markers stay; a name elsewhere in the file is not a requirement."""
    text = (
        '[project]\nname = "app"\nversion = "1.0"\nkeywords = ["core"]\n'
        "dependencies = [\n"
        "    \"core[fast]==1.0 ; python_version < '3.13'\",  # ours\n"
        '    "requests>=2",\n]\n'
        '[project.optional-dependencies]\nall = ["core==1.0"]\n'
        '[dependency-groups]\ndev = ["core==1.0"]\n'
    )
    script = "from setuptools import setup\nNEEDS = ['core==1.0', 'x']\n"
    script += "setup(name='old', version='1.0', install_requires=NEEDS, keywords='core==1.0')\n"
    config = "[metadata]\nname = cfg\nversion = 1.0\n[options]\ninstall_requires =\n    core==1.0\n"
    files = {"app/pyproject.toml": text, "old/setup.py": script, "cfg/setup.cfg": config}
    repository = make_repository(tmp_path / "r", files)
    snapshot = open_snapshot(repository.folder, Runner())
    facts = read(repository, Settings(versions="independent"))
    made_of = {
        package.name: with_siblings(snapshot, package, {"core": Version("1.2")}, "auto", {})
        for package in facts.packages
    }
    app = made_of["app"]["app/pyproject.toml"] or ""
    assert 'core[fast]==1.2; python_version < "3.13"' in app.replace("\\", "")
    assert "# ours" in app
    assert 'all = ["core==1.2"]' in app
    assert 'dev = ["core==1.0"]' in app
    assert "NEEDS = ['core==1.2', 'x']" in (made_of["old"]["old/setup.py"] or "")
    assert "keywords='core==1.0'" in (made_of["old"]["old/setup.py"] or "")
    assert "\n    core==1.2\n" in (made_of["cfg"]["cfg/setup.cfg"] or "")


def test_a_named_folder_picks_the_packages_that_share_its_version(tmp_path: Path) -> None:
    """Without any configuration, too: one of several that share a tag is not released alone."""
    repository = made(tmp_path, alpha="1.0", beta="1.0")
    repository.tag("v1.0")
    repository.commit("feat: beta", {"beta/x": ""})
    facts = read(repository, folder="alpha")
    assert [package.name for package in facts.packages] == ["alpha", "beta"]
    assert [commit.subject for commit in facts.commits] == ["feat: beta"]


@pytest.mark.parametrize("configured", [False, True])
@pytest.mark.parametrize("tags", [("v1.0",), ("v1.0", "gamma-v0.5"), ("alpha-v1.0", "beta-v1.0")])
def test_what_a_folder_picks_is_read_as_among_all(
    tmp_path: Path, tags: tuple[str, ...], *, configured: bool
) -> None:
    """Tags, changes and changelog are those that a plan of all packages has for them."""
    repository = made(tmp_path, alpha="1.0", beta="1.0", gamma="0.5")
    repository.commit("docs: tell", {"CHANGELOG.md": "# Changelog\n"})
    for tag in tags:
        repository.tag(tag)
    repository.commit("feat: alpha", {"alpha/x": "", "alpha/CHANGELOG.md": "# Changelog\n"})
    repository.commit("feat: both", {"alpha/y": "", "beta/y": ""})
    settings = Settings(versions="independent") if configured else Settings()
    whole = read(repository, settings)
    assert len(whole.lines) == 3
    for line in whole.lines:
        picked = read(repository, settings, line.packages[0].path)
        assert [one.id for one in picked.commits] == [one.id for one in line.commits]
        # Which other packages a commit touches is not asked there.
        assert replace(picked, commits=()) == replace(line, commits=())


def test_a_folder_is_picked_though_the_others_cannot_be_read(tmp_path: Path) -> None:
    """Two others of one name are in the way of all, and not of one that is named."""
    repository = made(tmp_path, alpha="1.0", beta="1.0", gamma="1.0")
    repository.commit("feat: x", {"gamma/pyproject.toml": manifest("beta", "1.0")})
    with pytest.raises(InvalidConfiguration, match="same name"):
        read(repository)
    assert [package.name for package in read(repository, folder="alpha").packages] == ["alpha"]
