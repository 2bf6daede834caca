"""Plans of a whole small world: what they remark, and what does not stop them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from seatrial.errors import InvalidConfiguration
from seatrial.operations.pythons import check_pythons
from seatrial.repository.facts import Package
from tests.support.releases import Scene, scene
from tests.support.wheels import make_wheel


def remarks(stage: Scene, *arguments: str) -> dict[str, str]:
    """Plan, and give what is remarked, by topic."""
    done = stage.seatrial("plan", "--json", *arguments)
    assert done.returncode == 0, done.stderr
    return {note["topic"]: note["text"] for note in json.loads(done.stdout)["plan"]["remarks"]}


def test_a_silent_remote_is_remarked_in_a_plan_and_stops_a_release(tmp_path: Path) -> None:
    """A plan shows what is known without the remote; only a release needs its answer."""
    with scene(tmp_path) as stage:
        stage.remote.rename(tmp_path / "away.git")
        assert "only the remote has are not known" in remarks(stage)["remote-not-asked"]
        assert stage.seatrial("release", "--yes").returncode == 3


def test_numbers_that_are_taken_are_said_once_and_higher_ones_too(tmp_path: Path) -> None:
    """A number on the index is passed over; a higher one there is said, as users would get it."""
    with scene(tmp_path) as stage:
        for version in ("1.1.0", "1.1.1", "7.0"):
            wheel = make_wheel(tmp_path, version=version)
            done = stage.seatrial("publish", str(wheel), "--to", "main", "--yes")
            assert done.returncode == 0, done.stderr
        found = remarks(stage)
        assert found["number-passed-over"] == (
            "demo 1.1.0, 1.1.1 are passed over: main has them already."
        )
        assert "main holds demo 7.0, and no tag here is of it" in found["higher-on-index"]


def test_numbers_of_before_the_numbering_began_again_are_said(tmp_path: Path) -> None:
    """Where an index holds the old, higher numbers, the way out is an epoch, with its spelling."""
    with scene(tmp_path) as stage:
        wheel = make_wheel(tmp_path, version="2019.12")
        done = stage.seatrial("publish", str(wheel), "--to", "main", "--yes")
        assert done.returncode == 0, done.stderr
        stage.project.tag("v2019.12", "v1.0.0~0")
        stage.project.commit("fix: one", tag="v1.0.1")
        stage.project.commit("fix: two")
        text = remarks(stage)["higher-on-index"]
        assert "main holds demo 2019.12: installers choose that one before 1.0.2." in text
        assert "give the new numbers an epoch (--version 1!1.0.2)" in text


def test_a_pre_release_on_another_branch_does_not_stop_a_release(tmp_path: Path) -> None:
    """Installers choose no pre-release by themselves, so nobody loses what it holds."""
    with scene(tmp_path) as stage:
        project = stage.project
        project.git("checkout", "--quiet", "-b", "next", "v1.0.0")
        project.commit("feat!: all new", tag="v2.0.0a1")
        project.git("checkout", "--quiet", "main")
        done = stage.seatrial("plan", "--json")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["plan"]["version"] == "1.1.0"


def test_files_that_have_not_kept_up_are_remarked(tmp_path: Path) -> None:
    """A stated version below the last release is said, for the release commit changes it."""
    with scene(tmp_path) as stage:
        stage.project.commit("fix: one", tag="v1.0.5")
        stage.project.commit("fix: two")
        text = remarks(stage)["stated-behind"]
        assert "states 1.0.0, and the last release is 1.0.5" in text
        assert "sets it to 1.0.6" in text


def test_fragments_that_wait_keep_the_changelog_as_it_is(tmp_path: Path) -> None:
    """A section from commits would stand beside the one that the project's own program writes."""
    with scene(tmp_path, more="[tool.scriv]\n") as stage:
        files = {"changelog.d/20240101_ada_mended.md": "### Fixed\n\n- Mended.\n"}
        stage.project.commit("fix: mended", files)
        text = remarks(stage)["changelog-not-written"]
        assert "changelog.d/ holds 1 of its fragments, so run scriv" in text


def test_a_section_of_mere_subjects_is_remarked(tmp_path: Path) -> None:
    """Commits that do not say what they change make a poor changelog; the plan says so in time."""
    with scene(tmp_path) as stage:
        stage.project.commit("feat: told", tag="v1.0.5")
        stage.project.commit("Tidy up")
        assert "made of a commit's subject" in remarks(stage)["changelog-from-commits"]
        stage.project.commit("Tidy more")
        assert "the subjects of 2 commits" in remarks(stage)["changelog-from-commits"]
        stage.project.commit("fix: mended")
        assert "changelog-from-commits" not in remarks(stage)


def package(requires: str) -> Package:
    """Give a package with a requires-python."""
    return Package(
        name="demo", path="", backend="x", version="1", requires_python=requires, sites=()
    )


@pytest.mark.parametrize(
    ("requires", "python"),
    [("", "3.9"), (">=3.9.2", "3.9"), (">=3.9", "3.13t"), ("what?", "3.9"), (">=3.9", "pypy3.10")],
)
def test_a_python_that_the_package_admits_is_taken(requires: str, python: str) -> None:
    """A minor version is admitted where its later patch releases are."""
    check_pythons(package(requires), [python])


@pytest.mark.parametrize("python", ["3.9", "3.9.18", "pypy3.9"])
def test_a_python_that_the_package_does_not_admit_is_refused(python: str) -> None:
    """What no installer would do is said before the build, and as a matter of the command."""
    with pytest.raises(InvalidConfiguration, match=r"requires Python >=3\.10"):
        check_pythons(package(">=3.10"), ["3.12", python])


def test_a_release_to_the_staging_index_itself_is_not_staged(tmp_path: Path) -> None:
    """With --index naming the index for staging, the files go there once."""
    with scene(tmp_path) as stage:
        done = stage.seatrial("release", "--yes", "--index", "stage")
        assert done.returncode == 0, done.stderr
        assert len(stage.held("stage")) == 2
        assert not stage.held("main")
        assert [one for one in stage.requests() if one.startswith("POST /stage/")] == [
            "POST /stage/legacy/ 200",
            "POST /stage/legacy/ 200",
        ]


@pytest.mark.parametrize(
    ("tag", "topic", "previous"),
    [("v1.0.0", "tags-moved", "1.0.0"), ("v0.7", "tags-not-counted", "")],
)
def test_a_format_of_tags_that_is_new_is_remarked(
    tmp_path: Path, tag: str, topic: str, previous: str
) -> None:
    """Tags that are spelt otherwise count where the file stated their version, else it is told."""
    with scene(tmp_path, more='tag = "{package}-{version}"') as stage:
        stage.project.git("tag", tag, "v1.0.0^{commit}", "--force")
        for one in {"v1.0.0"} - {tag}:
            stage.project.git("tag", "--delete", one)
            stage.project.git("push", "--quiet", "--delete", "origin", one)
        done = stage.seatrial("plan", "--json")
        assert done.returncode == 0, done.stderr
        plan = json.loads(done.stdout)["plan"]
        (told,) = [one["text"] for one in plan["remarks"] if one["topic"] == topic]
        assert tag in told
        assert plan["previous"] == previous
        assert plan["tag"] == f"demo-{plan['version']}"
