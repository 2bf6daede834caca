"""Where rehearsed files are kept: a help, and never a hindrance."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.operations.rehearsed import RehearsedFiles
from tests.release.test_release import complete
from tests.support.releases import scene


def test_kept_files_are_found_again(tmp_path: Path) -> None:
    """What is kept whole is found by what it was built from."""
    built = tmp_path / "demo.whl"
    built.write_bytes(b"wheel")
    kept = RehearsedFiles(tmp_path / "kept", use=True)
    kept.keep("source", [built])
    assert [path.read_bytes() for path in kept.find("source")] == [b"wheel"]


def test_what_cannot_be_kept_whole_is_not_kept(tmp_path: Path) -> None:
    """A copy that fails half-way leaves nothing, and what was kept before stays."""
    built = tmp_path / "demo.whl"
    built.write_bytes(b"wheel")
    kept = RehearsedFiles(tmp_path / "kept", use=True)
    kept.keep("source", [built])
    kept.keep("source", [built, tmp_path / "gone.tar.gz"])
    assert [path.name for path in kept.find("source")] == ["demo.whl"]
    assert [path.name for path in (tmp_path / "kept").iterdir()] == ["source"]


@pytest.mark.parametrize(
    "taken", ["home/.cache", "home/.cache/seatrial", "home/.cache/seatrial/rehearsed"]
)
def test_a_cache_that_cannot_be_written_stops_nothing(tmp_path: Path, taken: str) -> None:
    """With a file in the place of the cache folder, rehearsal and release go through."""
    with scene(tmp_path) as stage:
        stage.environment()  # makes the home folder
        place = tmp_path / taken
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(b"")
        rehearsed = stage.seatrial("rehearse")
        assert rehearsed.returncode == 0, rehearsed.stderr
        released = stage.seatrial("release", "--yes")
        assert released.returncode == 0, released.stderr
        complete(stage)
        assert place.read_bytes() == b""
