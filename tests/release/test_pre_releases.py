"""Pre-releases one after the other, each counted by what the tags and the index hold."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.dock.uploads import fields, upload
from tests.support.releases import Scene, scene
from tests.support.wheels import make_wheel


def planned(stage: Scene, bump: str) -> str:
    """Give the version that a bump would release; what is said where there is none."""
    done = stage.seatrial("plan", "--bump", bump, "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    version: str = said["plan"]["version"] if "plan" in said else said["outcome"]
    return version


def released(stage: Scene, bump: str) -> None:
    """Release, and bring the checkout to it."""
    done = stage.seatrial("release", "--bump", bump, "--yes")
    assert done.returncode == 0, done.stderr
    stage.project.git("pull", "--quiet", "--ff-only", "--tags", "origin", "main")


def uploaded(stage: Scene, folder: Path, version: str) -> None:
    """Let the index hold a version that nobody has tagged."""
    wheel = make_wheel(folder, version=version)
    form = fields(wheel) | {"version": version}
    answer = upload(stage.dock.upload_url("main"), wheel, form)
    assert answer.is_success, answer.text


@pytest.mark.slow
def test_alphas_lead_over_beta_and_candidate_to_the_release(tmp_path: Path) -> None:
    """a1, a2, b1, rc1 and the final release follow each other; all are on the index, with tags."""
    with scene(tmp_path, more="[tool.seatrial.verify]\nscripts = false\n") as stage:
        steps = [
            ("pre", "1.1.0a1"),
            ("pre", "1.1.0a2"),
            ("b", "1.1.0b1"),
            ("rc", "1.1.0rc1"),
            ("pre", "1.1.0rc2"),
            ("minor", "1.1.0"),
        ]
        for number, (bump, version) in enumerate(steps):
            stage.project.commit(f"fix: number {number}", {f"fix{number}.txt": "x\n"})
            stage.project.push()
            assert planned(stage, bump) == version
            released(stage, bump)
        wheels = {name.split("-")[1] for name in stage.held("main") if name.endswith(".whl")}
        assert wheels == {version for _, version in steps}
        tags = stage.project.git("ls-remote", "--tags", "--refs", "origin")
        assert all(f"refs/tags/v{version}\n" in f"{tags}\n" for _, version in steps)


def test_what_the_index_holds_is_counted(tmp_path: Path) -> None:
    """A number that the index has without a tag is passed over, and a tag without files as well."""
    with scene(tmp_path) as stage:
        assert planned(stage, "pre") == "1.1.0a1"
        uploaded(stage, tmp_path, "1.1.0a1")
        assert planned(stage, "pre") == "1.1.0a2"
        uploaded(stage, tmp_path, "1.1.0a2")
        assert planned(stage, "pre") == "1.1.0a3"
        assert planned(stage, "b") == "1.1.0b1"
        stage.project.tag("v1.1.0b1")
        stage.project.git("push", "--quiet", "origin", "v1.1.0b1")
        stage.project.commit("fix: after the beta", {"more.txt": "x\n"})
        stage.project.push()
        assert planned(stage, "pre") == "1.1.0b2"
        assert planned(stage, "rc") == "1.1.0rc1"
        assert planned(stage, "minor") == "1.1.0"
