"""Places that the user names, and that cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.cli.main import run
from tests.support.repositories import HELLO, make_repository


@pytest.mark.parametrize(
    "words",
    [
        ["plan", "--out", "{taken}/plan.json"],
        ["plan", "--out", "{folder}"],
        ["rehearse", "--keep", "{taken}/kept"],
        ["rehearse", "--keep", "{folder}"],
    ],
    ids=" ".join,
)
def test_a_place_that_cannot_be_used_is_said(
    tmp_path: Path,
    words: list[str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A file where a folder belongs, a folder where a file belongs: said, with what to do."""
    monkeypatch.setenv("UV_OFFLINE", "1")
    made = make_repository(tmp_path / "project", HELLO, message="feat: begin")
    taken = tmp_path / "taken"
    taken.write_text("in the way")
    places = {"taken": str(taken), "folder": str(made.folder)}
    arguments = [word.format(**places) for word in words]
    assert run([*arguments, str(made.folder)]) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert "  -> Name a" in said
    assert taken.read_text() == "in the way"


def test_a_system_that_refuses_elsewhere_is_no_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the operating system refuses where nobody looked for it is an error like others."""
    made = make_repository(tmp_path / "project", HELLO, message="feat: begin")
    gone = tmp_path / "gone"
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(gone))
    monkeypatch.setattr("tempfile.tempdir", str(gone))
    assert run(["build", str(made.folder), "--out", str(tmp_path / "dist")]) == 3
    said = capsys.readouterr().err
    assert str(gone) in said
    assert "  -> " in said
