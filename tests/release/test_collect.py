"""A release whose wheels CI has built."""

from __future__ import annotations

import io
import json
import zipfile
from hashlib import sha256
from pathlib import Path

import msgspec

from seatrial.dock.runs import Runs, StoredRun
from tests.support.releases import CHANGELOG, Scene, scene
from tests.support.wheels import make_wheel

MANY = 14
"""More refused uploads than one run tries."""

COLLECT = '[tool.seatrial.collect]\nfrom = "github"\nworkflow = "wheels.yml"\n'
EXPECT = '[tool.seatrial.contents]\nexpect = ["sdist", "py3 × any", "{}"]\n'
STATED = {
    "CHANGELOG.md": CHANGELOG.replace("## 1.0.0", "## 1.1.0 - 2024-02-01\n\n- More.\n\n## 1.0.0")
}


def raised(stage: Scene) -> str:
    """Raise the version in a commit of its own, push it, and give the commit."""
    text = (stage.project.folder / "pyproject.toml").read_text("utf-8")
    text = text.replace('version = "1.0.0"', 'version = "1.1.0"')
    stage.project.commit("Release 1.1.0", STATED | {"pyproject.toml": text})
    stage.project.push()
    return stage.project.head


def built(
    stage: Scene, commit: str, *wheels: Path, number: int = 7, how: str = "success"
) -> StoredRun:
    """Lay down what CI left of a commit: an artifact for each wheel, and one of something else."""
    archives = {"logs": archive({"log.txt": b"said"})}
    archives |= {f"wheel-{n}": archive({w.name: w.read_bytes()}) for n, w in enumerate(wheels)}
    run = StoredRun(id=number, workflow="wheels.yml", commit=commit, conclusion=how)
    return Runs(stage.folder / "dock").add("octo/demo", run, archives)


def archive(members: dict[str, bytes]) -> bytes:
    """Give a ZIP archive."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as opened:
        for name, data in members.items():
            opened.writestr(name, data)
    return made.getvalue()


def test_what_ci_built_of_the_commit_is_what_is_released(tmp_path: Path) -> None:
    """The wheels of the run go to the index byte for byte, with an sdist that is built here."""
    with scene(tmp_path, more=COLLECT) as stage:
        wheel = make_wheel(tmp_path, version="1.1.0")
        built(stage, raised(stage), wheel)
        plan = stage.seatrial("plan")
        assert plan.returncode == 0, plan.stderr
        assert "come from run 7 of wheels.yml on GitHub octo/demo" in plan.stdout
        rehearsed = stage.seatrial("rehearse")
        assert rehearsed.returncode == 0, rehearsed.stderr
        done = stage.seatrial("release", "--yes")
        assert done.returncode == 0, done.stderr
        held = stage.shown().index
        assert sorted(held) == [wheel.name, "demo-1.1.0.tar.gz"]
        assert "-1.1.0-" in wheel.name
        assert held[wheel.name] == sha256(wheel.read_bytes()).hexdigest()


def test_a_file_that_nobody_expects_uploads_nothing(tmp_path: Path) -> None:
    """What CI built beyond the set is told by the plan, and refused where the policy says so."""
    policy = EXPECT.format("py3 × win32") + 'refuse = ["surplus-file"]\n'
    with scene(tmp_path, more=COLLECT + policy) as stage:
        tags = [f"py3-none-{platform}" for platform in ("any", "win32", "win_amd64")]
        built(stage, raised(stage), *(make_wheel(tmp_path, version="1.1.0", tag=t) for t in tags))
        planned = " ".join(stage.seatrial("plan").stdout.split())
        assert "holds what expect does not name: demo-1.1.0" in planned
        done = stage.seatrial("release", "--yes")
        assert done.returncode == 1
        assert "demo-1.1.0-py3-none-win_amd64.whl: expect names no such file" in done.stderr
        assert "-> Name it in expect if it belongs to the release, or leave it out" in done.stderr
        assert stage.shown().index == {}


def test_a_set_that_is_not_complete_uploads_nothing(tmp_path: Path) -> None:
    """A wheel that CI did not build is named, and no index has seen a file."""
    more = COLLECT + EXPECT.format("py3 × win_amd64")
    with scene(tmp_path, more=more) as stage:
        commit, wheel = raised(stage), make_wheel(tmp_path, version="1.1.0")
        built(stage, commit, wheel)
        done = stage.seatrial("release", "--yes")
        assert done.returncode == 1
        assert "no file py3 × win_amd64" in done.stderr
        assert "or take it out of expect; then release again." in done.stderr
        assert stage.shown().index == {}
        assert not [line for line in stage.requests() if line.startswith("POST")]
        # What it says is what helps: to resume keeps to the run of CI that lacks the file.
        lost = make_wheel(tmp_path, version="1.1.0", tag="py3-none-win_amd64")
        built(stage, commit, wheel, lost, number=8)
        assert stage.seatrial("resume", "--yes").returncode == 1
        done = stage.seatrial("release", "--yes")
        assert done.returncode == 0, done.stderr
        assert {wheel.name, lost.name} <= stage.shown().index.keys()


def test_a_run_of_another_commit_or_outcome_is_refused(tmp_path: Path) -> None:
    """Neither a failed run of the commit nor a good one of another makes a release."""
    with scene(tmp_path, more=COLLECT) as stage:
        wheel = make_wheel(tmp_path, version="1.1.0")
        built(stage, stage.project.head, wheel)
        commit = raised(stage)
        refused = stage.seatrial("release", "--yes")
        assert refused.returncode == 1
        assert f"{commit[:12]} on GitHub octo/demo: there is no run of wheels.yml" in refused.stderr
        built(stage, commit, wheel, number=8, how="cancelled")
        assert "run 8 of wheels.yml ended with cancelled" in stage.seatrial("plan").stderr


def test_a_commit_that_is_to_be_made_cannot_have_been_built(tmp_path: Path) -> None:
    """Where the release makes a commit of its own, the plan says so, and the way out."""
    with scene(tmp_path, more=COLLECT) as stage:
        built(stage, stage.project.head, make_wheel(tmp_path, version="1.1.0"))
        done = stage.seatrial("plan")
        assert done.returncode == 1
        assert "CI cannot have built it" in done.stderr
        assert "to change CHANGELOG.md, pyproject.toml," in done.stderr
        assert "Raise the version in a commit of its own" in done.stderr


def test_what_the_draft_holds_outlives_the_artifacts(tmp_path: Path) -> None:
    """From another machine, with the artifacts gone, the draft's files finish the release."""
    faults = [f"503@upload:{number}" for number in range(1, MANY)]
    with scene(tmp_path, more=COLLECT, faults=faults) as stage:
        wheel = make_wheel(tmp_path, version="1.1.0")
        run = built(stage, raised(stage), wheel)
        first = stage.seatrial("release", "--yes")
        assert first.returncode == 3, first.stderr
        gone = msgspec.structs.replace(run, conclusion="failure")
        Runs(stage.folder / "dock").keep("octo/demo", gone)
        other = stage.clone("other")
        while (done := stage.seatrial("release", "--yes", at=other)).returncode == 3:
            assert "503" in done.stderr
        assert done.returncode == 0, done.stderr
        assert sorted(stage.shown().index) == [wheel.name, "demo-1.1.0.tar.gz"]
        assert stage.shown().index[wheel.name] == sha256(wheel.read_bytes()).hexdigest()


def test_collect_by_itself_lays_the_files_down(tmp_path: Path) -> None:
    """The command fetches and inspects; from a folder too; a refused file lies there to be seen."""
    with scene(tmp_path, more='staging = "stage"') as stage:
        wheel = make_wheel(tmp_path, version="1.1.0")
        built(stage, raised(stage), wheel)
        done = stage.seatrial("collect", "--out", str(tmp_path / "got"), "--json")
        assert done.returncode == 0, done.stderr
        said = json.loads(done.stdout)
        assert (said["outcome"], said["version"]) == ("collected", "1.1.0")
        assert (tmp_path / "got" / wheel.name).read_bytes() == wheel.read_bytes()
        nothing = stage.seatrial("collect", "--commit", "HEAD~1", "--out", str(tmp_path / "no"))
        assert nothing.returncode == 1
        assert "there is no run for this commit" in nothing.stderr
        (stage.project.folder / "dist").mkdir()
        (stage.project.folder / "dist" / wheel.name).write_bytes(b"<html>not found</html>")
        bad = stage.seatrial("collect", "--from", "dist", "--out", str(tmp_path / "bad"))
        assert bad.returncode == 1
        assert wheel.name in bad.stderr
        assert (tmp_path / "bad" / wheel.name).is_file()


def test_collect_by_itself_waits_for_no_sdist_that_the_release_builds(tmp_path: Path) -> None:
    """Wheels alone are all that CI is to build, but where the configuration has it build both."""
    more = COLLECT + "{}\n" + EXPECT.format("py3 × win32")
    for number, (built_here, code) in enumerate([("", 0), ("build-sdist = false", 1)]):
        (folder := tmp_path / str(number)).mkdir()
        with scene(folder, more=more.format(built_here)) as stage:
            tags = [f"py3-none-{platform}" for platform in ("any", "win32")]
            wheels = [make_wheel(folder, version="1.1.0", tag=tag) for tag in tags]
            built(stage, raised(stage), *wheels)
            done = stage.seatrial("collect", "--out", str(folder / "got"))
            assert done.returncode == code, done.stderr
            assert ("the release has no file sdist" in done.stderr) == bool(code)
            assert {one.name for one in (folder / "got").iterdir()} == {w.name for w in wheels}


def _other(folder: Path) -> Path:
    """Make a wheel of the same name with other bytes."""
    folder.mkdir()
    return make_wheel(folder, version="1.1.0", modules={"demo/__init__.py": "OTHER = 1\n"})


def test_what_ci_left_is_doubted(tmp_path: Path) -> None:
    """An artifact that is no archive, or two wheels of a name, refuse by name; nothing is begun."""
    with scene(tmp_path, more=COLLECT) as stage:
        commit, runs = raised(stage), Runs(stage.folder / "dock")
        wheel = make_wheel(tmp_path, version="1.1.0")
        good = archive({wheel.name: wheel.read_bytes()})
        bad = {
            "wheels-page": ({"wheels-page": b"<html>gone</html>"}, "a web page, and no archive"),
            "wheels-cut": ({"wheels-cut": good[:-200]}, "no ZIP archive, or not a whole one"),
            wheel.name: (
                {"a": good, "b": archive({wheel.name: _other(tmp_path / "b").read_bytes()})},
                "has two of that name, with other bytes",
            ),
        }
        for number, (name, (archives, said)) in enumerate(bad.items(), 10):
            run = StoredRun(id=number, workflow="wheels.yml", commit=commit)
            runs.add("octo/demo", run, archives)
            done = stage.seatrial("release", "--yes")
            assert done.returncode == 1, done.stderr
            assert name in done.stderr
            assert said in done.stderr
            # The way out is CI's, and no commit of the project.
            assert "Mend what the build puts" not in done.stderr
            shown = stage.shown()
            assert (shown.index, shown.releases, shown.tagged) == ({}, (), "")
        # The same wheel in two artifacts is one, and the release that was refused goes on.
        again = StoredRun(id=20, workflow="wheels.yml", commit=commit)
        runs.add("octo/demo", again, {"a": good, "b": good})
        done = stage.seatrial("release", "--yes")
        assert done.returncode == 0, done.stderr
        assert stage.shown().index[wheel.name] == sha256(wheel.read_bytes()).hexdigest()
