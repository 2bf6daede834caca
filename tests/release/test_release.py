"""Real releases against a dock in a process of its own, which plays the index and the forge."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from tests.support.releases import MODULE, Scene, scene
from tests.support.repositories import git


def fingerprint(folder: Path, *, but: str = "seatrial") -> dict[str, str]:
    """Give the digest of every file below a folder, leaving out our own folder in ``.git``."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and but not in path.relative_to(folder).parts
    }


def complete(stage: Scene) -> None:
    """Require the one end state of a whole release of 1.1.0."""
    shown = stage.shown()
    assert shown.commits == ("Release 1.1.0", "feat: say more", "feat: begin")
    assert shown.tagged == "Release 1.1.0"
    assert sorted(shown.index) == ["demo-1.1.0-py3-none-any.whl", "demo-1.1.0.tar.gz"]
    assert shown.stage == shown.index
    digests = {name: f"sha256:{digest}" for name, digest in shown.index.items()}
    assert shown.releases == ((False, digests),)


def test_a_release_goes_from_the_commit_to_the_index_and_the_forge(tmp_path: Path) -> None:
    """One command makes commit, tag, draft, staging, push, upload, check and public release."""
    with scene(tmp_path) as stage:
        before = fingerprint(stage.project.folder)
        done = stage.seatrial("release", "--yes", "--json")
        assert done.returncode == 0, done.stderr
        report = json.loads(done.stdout)
        assert report["outcome"] == "released"
        assert report["version"] == "1.1.0"
        assert [place["index"] for place in report["places"]] == ["stage", "main"]
        assert {one["source"] for one in report["installations"]} == {
            "the built files",
            "stage",
            "main",
        }
        complete(stage)
        assert fingerprint(stage.project.folder) == before
        changelog = git(stage.remote, "show", "v1.1.0:CHANGELOG.md")
        assert "## 1.1.0 - " in changelog
        assert "say more" in changelog
        assert 'version = "1.1.0"' in git(stage.remote, "show", "v1.1.0:pyproject.toml")


def test_a_finished_release_is_not_made_again(tmp_path: Path) -> None:
    """After a release, the same command says that it is complete, here and in any other clone."""
    with scene(tmp_path) as stage:
        assert stage.seatrial("release", "--yes").returncode == 0
        requests = len(stage.requests())
        again = stage.seatrial("release", "--yes", "--json")
        assert again.returncode == 0, again.stderr
        assert json.loads(again.stdout)["outcome"] == "already-complete"
        other = stage.seatrial(
            "release", "--yes", "--json", at=stage.clone("other"), home="other-home"
        )
        assert other.returncode == 0, other.stderr
        assert json.loads(other.stdout)["outcome"] == "already-complete"
        later = stage.requests()[requests:]
        assert not [line for line in later if "POST" in line or "PATCH" in line]
        complete(stage)


def test_what_was_rehearsed_is_what_is_shipped(tmp_path: Path) -> None:
    """The files of a rehearsal on this machine are released byte for byte, and it is said."""
    with scene(tmp_path) as stage:
        rehearsed = stage.seatrial("rehearse", "--json")
        assert rehearsed.returncode == 0, rehearsed.stderr
        built = {a["name"]: a["sha256"] for a in json.loads(rehearsed.stdout)["artifacts"]}
        released = stage.seatrial("release", "--yes")
        assert released.returncode == 0, released.stderr
        assert "the rehearsal" in released.stdout
        assert stage.shown().index == built


def test_a_rehearsal_changes_nothing(tmp_path: Path) -> None:
    """A rehearsal leaves repository, remote, index and forge as they were."""
    with scene(tmp_path) as stage:
        before = fingerprint(stage.project.folder, but=""), fingerprint(stage.remote)
        done = stage.seatrial("rehearse")
        assert done.returncode == 0, done.stderr
        assert (fingerprint(stage.project.folder, but=""), fingerprint(stage.remote)) == before
        shown = stage.shown()
        assert not shown.index
        assert not shown.stage
        assert not shown.releases


@pytest.mark.parametrize(
    "fault",
    ["503@upload:1", "503@upload:2", "cut@upload:1", "drop@upload:3"],
)
def test_a_passing_fault_of_an_index_does_not_stop_a_release(tmp_path: Path, fault: str) -> None:
    """A 503 or a cut connection is tried again after looking, and no file is there twice."""
    with scene(tmp_path, faults=[fault]) as stage:
        done = stage.seatrial("release", "--yes")
        assert done.returncode == 0, done.stderr
        complete(stage)


def test_undo_takes_a_staged_release_back(tmp_path: Path) -> None:
    """A release stopped before the point of no return is undone: no tag, no draft, no commit."""
    failing = 'staging = "stage"\n[tool.seatrial.verify]\nrun = ["false"]\n'
    with scene(tmp_path, more=failing) as stage:
        done = stage.seatrial("release", "--yes")
        assert done.returncode == 1
        assert "install-check-failed" in done.stderr or "it ended with exit code 1" in done.stderr
        undone = stage.seatrial("undo")
        assert undone.returncode == 0, undone.stderr
        shown = stage.shown()
        assert "used up there" not in undone.stdout
        assert shown.commits == ("feat: say more", "feat: begin")
        assert not shown.tagged
        assert not shown.releases
        assert not shown.index


def test_a_release_without_a_terminal_and_without_yes_is_refused_at_once(tmp_path: Path) -> None:
    """Where nobody can be asked, --yes must have been given; nothing is touched without it."""
    with scene(tmp_path) as stage:
        done = stage.seatrial("release")
        assert done.returncode == 1
        assert "--yes" in done.stderr
        assert not (stage.project.folder / ".git" / "seatrial").exists()


def test_the_files_of_old_releases_make_room(tmp_path: Path) -> None:
    """A release removes what long finished runs hold; their story can be read still."""
    with scene(tmp_path) as stage:
        assert stage.seatrial("release", "--yes").returncode == 0
        runs = stage.project.folder / ".git" / "seatrial" / "runs"
        (first,) = runs.iterdir()
        for number in range(20):  # the same story, told of later runs
            shutil.copytree(first, runs / f"29990101T0000{number:02}Z-{number}-abcdef")
        stage.project.git("fetch", "--quiet")
        stage.project.git("merge", "--quiet", "--ff-only", "origin/main")
        stage.project.commit("fix: more", {"demo.py": MODULE + "\n\nMORE = False\n"})
        stage.project.push()
        done = stage.seatrial("release", "--yes")
        assert done.returncode == 0, done.stderr
        assert not (first / "artifacts").exists()
        assert len([*runs.glob("*/artifacts")]) == 21
        assert "upload" in stage.seatrial("log", first.name).stdout
        assert not (runs.parent / "preflight").exists()


def test_a_missing_credential_is_known_before_anything_is_done(tmp_path: Path) -> None:
    """The login is looked for before the first step, and the message says where."""
    with scene(tmp_path, more="") as stage:
        config = stage.project.folder / "pyproject.toml"
        text = config.read_text("utf-8").replace('publish = "main"', 'publish = "pypi"')
        stage.project.commit("chore: publish elsewhere", {"pyproject.toml": text})
        stage.project.push()
        done = stage.seatrial("release", "--yes", "--bump", "minor")
        assert done.returncode == 1, done.stderr
        assert "credential" in done.stderr
        assert "SEATRIAL_TOKEN_PYPI" in done.stderr
        assert not stage.shown().releases


def test_a_plan_is_carried_out_as_it_was_reviewed(tmp_path: Path) -> None:
    """A plan made with a wish is carried out by its file alone, and once."""
    with scene(tmp_path) as stage:
        plan = tmp_path / "plan.json"
        assert stage.seatrial("plan", "--bump", "major", "--out", str(plan)).returncode == 0
        (stage.project.folder / "untracked.txt").write_text("not committed", "utf-8")
        done = stage.seatrial("release", "--plan", str(plan), "--yes", "--json")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["version"] == "2.0.0"
        stage.project.git("pull", "--quiet", "origin", "main")
        stage.project.commit("fix: more", {"demo.py": "MORE = 2\n"})
        again = stage.seatrial("release", "--plan", str(plan), "--yes", "--bump", "minor")
        assert again.returncode == 0, again.stderr
        assert "Already complete" in again.stdout


def test_a_gate_tests_the_release_commit_and_not_the_checkout(tmp_path: Path) -> None:
    """A gate imports the sources of the release commit, whatever the user's tree holds."""
    program = (
        "import demo, pathlib; assert demo.MORE; assert 'runs' in pathlib.Path(demo.__file__).parts"
    )
    more = f"""[tool.seatrial.gate]\nsources = "python3 -c \\"{program}\\""\n"""
    with scene(tmp_path, more=more) as stage:
        (stage.project.folder / "demo.py").write_text("MORE = False\n", "utf-8")
        done = stage.seatrial("release", "--yes")
        assert done.returncode == 0, done.stderr
