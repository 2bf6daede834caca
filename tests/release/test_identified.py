"""Rehearsals of releases that are published by the identity of a CI job."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from seatrial.dock.identity import Job
from seatrial.dock.publishers import parse_publisher
from seatrial.dock.server import Dock
from seatrial.operations.identified import job_of
from tests.support.releases import Scene, scene
from tests.support.wheels import make_wheel

PUBLISHER = 'trusted-publisher = "github:me/demo:release.yml:pypi"'


def rehearse(stage: Scene, more: Mapping[str, str] | None = None) -> tuple[int, str, Path]:
    """Rehearse; give the exit code, what was printed, and the folder that was kept."""
    kept = stage.folder / "kept"
    begun = stage.start("rehearse", "--keep", str(kept), env=more)
    out, err = begun.communicate(timeout=120)
    return begun.returncode, out + err, kept


def asked(kept: Path) -> list[str]:
    """Give the requests for tokens and uploads that a rehearsal's dock has answered."""
    lines = (kept / "dock" / "requests.log").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if "POST" in line and ("oidc" in line or "legacy" in line)]


@pytest.mark.parametrize("there", [False, True])
def test_the_exchange_is_rehearsed(tmp_path: Path, there: bool) -> None:  # noqa: FBT001 - a parameter
    """With a publisher configured, files are uploaded by an identity, to a new project too."""
    with scene(tmp_path, more=PUBLISHER) as stage:
        if there:
            wheel = make_wheel(tmp_path, "demo", "1.0.0")
            stage.seatrial("publish", str(wheel), "--to", "main", "--yes")
        code, said, kept = rehearse(stage)
        assert code == 0, said
    assert asked(kept) == [
        "POST /main/_/oidc/mint-token 200",
        "POST /main/legacy/ 200",
        "POST /main/legacy/ 200",
    ]


def test_a_publisher_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    """What is configured otherwise stops the rehearsal with the form that is wanted."""
    with scene(tmp_path, more='trusted-publisher = "release.yml"') as stage:
        code, said, _ = rehearse(stage)
    assert code == 2
    assert "github:me/demo:release.yml" in said


def test_the_job_that_asks_is_the_one_that_runs(tmp_path: Path) -> None:
    """In a job that the publisher does not fit, the rehearsal meets the refusal of the release."""
    with scene(tmp_path, more=PUBLISHER) as stage, Dock(tmp_path / "forge") as forge:
        job = Job(repository="me/demo", workflow="other.yml", environment="pypi")
        code, said, _ = rehearse(stage, forge.job(job))
        assert code == 4, said
        assert "Publisher with matching claims was not found" in said
        job = Job(repository="me/demo", environment="pypi", ref="refs/tags/v1.1.0")
        (stage.folder / "kept").rename(stage.folder / "first")
        code, said, _ = rehearse(stage, forge.job(job))
        assert code == 0, said


def test_a_job_is_played_as_it_is() -> None:
    """The claims of a real job give a job of the dock's that says the same of itself."""
    for kind, workflow in (("github", "release.yml"), ("gitlab", ".gitlab-ci.yml")):
        real = Job(
            kind="github" if kind == "github" else "gitlab",
            repository="me/demo",
            workflow=workflow,
            environment="pypi",
            ref="refs/tags/v1",
        ).stated()
        played = job_of({name: str(value) for name, value in real.items()})
        assert played is not None
        ours = played.stated()
        names = {"repository", "project_path", "job_workflow_ref", "ci_config_ref_uri", "ref"}
        for name in names & set(real):
            assert ours[name] == real[name]
        parse_publisher(f"demo={kind}:me/demo:{workflow}:pypi").check(ours)
    assert job_of({"email": "me@example.org"}) is None
