"""The jobs that are written, run step by step, with what each action does done here."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.ci.test_workflow import SETUPTOOLS, project, seatrial
from tests.release.test_collect import MANY
from tests.release.test_native import BUILT, COUNT, USED
from tests.support.compiled import compiled
from tests.support.jobs import Forge, Running, jobs_of, run_job
from tests.support.releases import ROOT, Scene, environment, scene
from tests.support.repositories import git
from tests.support.wheels import make_sdist, make_wheel

RELEASE = ".github/workflows/release.yml"


@contextmanager
def releasing(
    folder: Path, more: str = "", faults: Sequence[str] = ()
) -> Iterator[tuple[Scene, Forge]]:
    """Write the workflow that releases, and commit it; give what can run it."""
    with scene(folder, more=more, faults=faults) as stage:
        done = stage.seatrial("ci", "--release")
        assert done.returncode == 0, done.stderr
        stage.project.commit("Release by CI")
        stage.project.push()
        environ = {key: value for key, value in stage.environment().items() if key != "GH_TOKEN"}
        yield stage, Forge(folder=folder / "forge", remote=stage.remote, environ=environ)


def job_of(stage: Scene, forge: Forge, name: str, **inputs: object) -> Running:
    """Run the job that releases."""
    forge.folder.mkdir(exist_ok=True)
    text = (stage.project.folder / RELEASE).read_text("utf-8")
    return run_job(forge, name, jobs_of(text)["release"], inputs=inputs)


def test_the_job_rehearses_then_releases_the_version_asked_for(tmp_path: Path) -> None:
    """Ticked, it changes nothing; unticked, the version of the form is what users install."""
    with releasing(tmp_path) as (stage, forge):
        before = stage.shown()
        tried = job_of(stage, forge, "first", version="", rehearse=True)
        assert tried.codes == [0], tried.said
        assert tried.summary.startswith("## ✓ Rehearsed: demo 1.1.0\n")
        assert stage.shown() == before
        done = job_of(stage, forge, "second", version="1.4.0", rehearse=False)
        assert done.codes == [0], done.said
        assert done.summary.startswith("## ✓ Released: demo 1.4.0\n")
        after = stage.shown("v1.4.0")
        assert after.tagged == "Release 1.4.0"
        assert set(after.index) == {"demo-1.4.0-py3-none-any.whl", "demo-1.4.0.tar.gz"}
        author = git(stage.remote, "log", "-1", "--format=%an <%ae>", "main").strip()
        again = job_of(stage, forge, "third", version="1.4.0", rehearse=False)
        assert again.codes == [0], again.said
        assert again.summary == "## = Already complete: demo 1.4.0\n\n"
    assert author.startswith("github-actions[bot] <41898282+github-actions[bot]@")


def test_a_job_that_stops_says_so_and_the_next_one_goes_on(tmp_path: Path) -> None:
    """A run that the index did not let finish is finished by a job that starts from nothing."""
    faults = [f"503@upload:{number}" for number in range(1, MANY)]
    with releasing(tmp_path, faults=faults) as (stage, forge):
        stopped = job_of(stage, forge, "first", version="", rehearse=False)
        assert stopped.codes == [3], stopped.said
        assert stopped.summary.startswith("## ✗ Release stopped: demo 1.1.0\n")
        for name in ("second", "third"):
            done = job_of(stage, forge, name, version="", rehearse=False)
            if done.codes == [0]:
                break
        assert done.summary.startswith("## ✓ Released: demo 1.1.0\n"), done.said


def test_what_was_proposed_is_released_after_its_merge(tmp_path: Path) -> None:
    """With pull requests every push releases what was merged, if anything, and then proposes."""
    with releasing(tmp_path, 'mode = "pull-request"\n') as (stage, forge):
        pushed = job_of(stage, forge, "first")
        assert pushed.codes == [0, 0, 0], pushed.said
        assert git(stage.remote, "branch", "--list", "release/main").strip()
        assert not stage.shown().index
        git(stage.remote, "update-ref", "refs/heads/main", "refs/heads/release/main")
        merged = job_of(stage, forge, "second")
        assert merged.codes == [0, 0, 0], merged.said
        assert stage.shown().tagged
        assert "## ✓ Released: demo 1.1.0\n" in merged.summary


def test_a_version_that_nobody_proposed_is_proposed(tmp_path: Path) -> None:
    """One that was raised by hand is refused as a merge, and gets its pull request all the same."""
    with releasing(tmp_path, 'mode = "pull-request"\n') as (stage, forge):
        manifest = (stage.project.folder / "pyproject.toml").read_text("utf-8")
        raised = manifest.replace('version = "1.0.0"', 'version = "1.5.0"')
        stage.project.commit("Make it 1.5", {"pyproject.toml": raised})
        stage.project.push()
        pushed = job_of(stage, forge, "first")
        assert pushed.codes == [1, 0, 0], pushed.said
        assert not stage.shown().index
        git(stage.remote, "update-ref", "refs/heads/main", "refs/heads/release/main")
        merged = job_of(stage, forge, "second")
        assert merged.codes == [0, 0, 0], merged.said
        assert "## ✓ Released: demo 1.5.0\n" in merged.summary


def built_by(running: Running, given: Mapping[str, str]) -> None:
    """Do what the builder of maturin projects does: leave the file of a row in ``dist``."""
    folder = running.folder / "dist"
    folder.mkdir(exist_ok=True)
    if given.get("command") == "sdist":
        make_sdist(folder, "seatrial-tally", "0.6.0")
        return
    platform = running.values["matrix.platform"]
    assert running.values["matrix.stable"] == "cp39-abi3"
    target = BUILT[platform]
    if "windows" in target:
        name, module = "_tally.pyd", compiled(target, COUNT, imports={"python3.dll": USED})
    else:
        name, module = "_tally.abi3.so", compiled(target, COUNT)
    modules = {f"_tally/{name}": module, "tally.py": b""}
    make_wheel(folder, "seatrial-tally", "0.6.0", tag=f"cp39-abi3-{platform}", modules=modules)


@pytest.mark.parametrize("lacking", ["", "win_amd64"])
def test_every_job_of_a_set_runs_and_the_last_one_judges_it(tmp_path: Path, lacking: str) -> None:
    """Each row leaves its wheels, and the set is whole only where none failed to."""
    script = ROOT / "examples" / "make_repository.py"
    made = tmp_path / "tally"
    argv = [sys.executable, str(script), str(ROOT / "examples" / "tally"), str(made)]
    subprocess.run(argv, check=True)
    forge = Forge(
        folder=tmp_path / "forge",
        remote=made,
        environ=environment(tmp_path / "home"),
        actions={"PyO3/maturin-action": built_by},
    )
    forge.folder.mkdir()
    jobs = jobs_of((made / ".github/workflows/wheels.yml").read_text("utf-8"))
    for row in jobs["wheels"]["strategy"]["matrix"]["include"]:
        if row["platform"] != lacking:
            run_job(forge, row["platform"], jobs["wheels"], matrix=row)
    run_job(forge, "sdist", jobs["sdist"])
    last = run_job(forge, "complete", jobs["complete"])
    assert last.codes == [1 if lacking else 0], last.said
    if lacking:
        assert f"no file cp39-abi3 × {lacking}" in last.said
    else:
        assert len(list((last.folder / "whole").iterdir())) == 6


@pytest.mark.slow
@pytest.mark.registry
def test_what_is_for_every_platform_is_built_by_a_job_of_its_own(tmp_path: Path) -> None:
    """Where cibuildwheel builds the rest, sdist and pure wheel of a folder come from one script."""
    made = project(tmp_path, SETUPTOOLS, ["sdist", "py3 × any", "cp311 × win_amd64"], "a folder")
    done = seatrial(made, "ci")
    assert done.returncode == 0, done.stderr
    made.commit("Build by CI")
    environ = environment(tmp_path / "home")
    forge = Forge(folder=tmp_path / "forge", remote=made.folder, environ=environ)
    forge.folder.mkdir()
    job = jobs_of((made.folder / ".github/workflows/wheels.yml").read_text("utf-8"))["sdist"]
    built = run_job(forge, "sdist", job)
    assert built.codes == [0], built.said
    names = sorted(path.name for path in (forge.artifacts / "wheels-sdist").iterdir())
    assert names == ["demo-1.0.0-py3-none-any.whl", "demo-1.0.0.tar.gz"]
