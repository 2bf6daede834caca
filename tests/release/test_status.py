"""What is told of a release that died, wherever it did."""

from __future__ import annotations

from pathlib import Path

from tests.support.releases import scene


def test_what_is_next_depends_on_what_is_out(tmp_path: Path) -> None:
    """Before the first file is up there are two ways, after it one, whoever is told."""
    with scene(tmp_path) as stage:
        assert stage.seatrial("release", "--yes").returncode == 0
        (journal,) = (stage.project.folder / ".git/seatrial/runs").glob("*/journal.jsonl")
        lines = journal.read_text("utf-8").splitlines(keepends=True)
        staged = [n for n, line in enumerate(lines) if '"done"' in line and "to stage" in line]
        out = [n for n, line in enumerate(lines) if '"done"' in line and ".whl to main" in line]
        journal.write_text("".join(lines[: staged[-1] + 1]), "utf-8")
        assert "seatrial resume, or seatrial undo" in stage.seatrial("status").stdout
        journal.write_text("".join(lines[: out[0] + 1]), "utf-8")
        told = stage.seatrial("status").stdout
        assert "Next: seatrial resume" in told
        assert "undo" not in told
