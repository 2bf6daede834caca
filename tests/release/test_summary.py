"""The summary of the CI job that a release runs in."""

from __future__ import annotations

from pathlib import Path

from seatrial.operations.summary import LARGEST, TOO_LONG
from tests.support.releases import Scene, scene


def summed(stage: Scene, *arguments: str, file: Path, code: int = 0) -> str:
    """Run a command as a step of a job, and give what the step's summary has then."""
    child = stage.start(*arguments, env={"GITHUB_STEP_SUMMARY": str(file)})
    out, err = child.communicate(timeout=120)
    assert child.returncode == code, out + err
    return file.read_text("utf-8")


def test_a_job_ends_with_the_report_as_its_summary(tmp_path: Path) -> None:
    """What was rehearsed and released is added to the step's file, with files and digests."""
    file = tmp_path / "summary.md"
    file.write_text("# Of a step before\n", "utf-8")
    with scene(tmp_path) as stage:
        rehearsed = summed(stage, "rehearse", file=file)
        assert rehearsed.startswith("# Of a step before\n## ✓ Rehearsed: demo 1.1.0\n")
        released = summed(stage, "release", "--yes", file=file)
        assert released.startswith(rehearsed)
        report = released.removeprefix(rehearsed)
        assert report.startswith("## ✓ Released: demo 1.1.0\n")
        for name, digest in stage.held("main").items():
            assert name in report
            assert digest in report
        again = summed(stage, "release", "--yes", file=file)
    assert again.removeprefix(released) == "## = Already complete: demo 1.1.0\n\n"


def test_what_stopped_a_job_is_in_its_summary_once(tmp_path: Path) -> None:
    """An error before the first action is told by itself, one of a run by the run's report."""
    early, late = tmp_path / "early.md", tmp_path / "late.md"
    with scene(tmp_path, more='staging = "nowhere"') as stage:
        told = summed(stage, "release", "--yes", file=early, code=2)
    assert told.startswith("## ✗ Stopped\n\n**reading the configuration")
    assert "nowhere" in told
    more = "gate.tests = \"python -c 'raise SystemExit(1)'\""
    with scene(tmp_path / "second", more=more) as stage:
        told = summed(stage, "release", "--yes", file=late, code=1)
    assert told.count("## ✗") == 1
    assert told.startswith("## ✗ Release stopped: demo 1.1.0\n")
    assert "tests" in told


def test_a_summary_never_makes_a_release_fail(tmp_path: Path) -> None:
    """A file that cannot be written is passed over, and a report never outgrows what is shown."""
    full = tmp_path / "full.md"
    full.write_bytes(b"x" * (LARGEST - 200))
    with scene(tmp_path) as stage:
        text = summed(stage, "rehearse", file=full)
        assert text.endswith(f"## ✓ Rehearsed: demo 1.1.0\n\n{TOO_LONG}")
        assert len(text.encode()) <= LARGEST
        child = stage.start("rehearse", env={"GITHUB_STEP_SUMMARY": str(tmp_path / "no" / "file")})
        out, err = child.communicate(timeout=120)
    assert child.returncode == 0, out + err
