"""Releases whose compiled files are not what they should be."""

from __future__ import annotations

from pathlib import Path

from tests.release.test_bad_input import untouched
from tests.release.test_broken import told
from tests.support.releases import scene


def test_a_page_in_place_of_a_library_refuses_the_release(tmp_path: Path) -> None:
    """What a server sent instead of a library is found before anything leaves the machine."""
    with scene(tmp_path) as stage:
        backend = (stage.project.folder / "backend.py").read_text("utf-8")
        page = '        "libfast.so": b"<!DOCTYPE html>",\n'
        start = '        "demo.py": module,\n'
        assert start in backend
        stage.project.write({"backend.py": backend.replace(start, start + page)})
        stage.project.git("commit", "--quiet", "--all", "--message", "fix: pack a library")
        stage.project.git("push", "--quiet")
        told(stage.seatrial("release", "--yes"), 1, "libfast.so", "it is a page (HTML)")
        untouched(stage)
