from __future__ import annotations

import json
from pathlib import Path

import pytest

from seatrial.cli.main import run
from seatrial.operations.inspecting import Inspecting, inspect
from seatrial.report.inspected_html import render_html
from tests.support.compiled import module_for
from tests.support.wheels import make_wheel

NEW = "aarch64-macos.14.0"


def wheel_for(folder: Path, platform: str) -> Path:
    """Make a wheel with a module that needs macOS 14."""
    files = {"demo/__init__.py": b"", "demo/core.abi3.so": module_for(NEW)}
    return make_wheel(folder, modules=files, tag=f"cp311-abi3-{platform}")


def test_the_best_tag_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A tag that is not true ends with exit code 1, and the one that is true stands there."""
    assert run(["inspect", str(wheel_for(tmp_path, "macosx_11_0_arm64"))]) == 1
    text = " ".join(capsys.readouterr().out.split())
    assert "its tag is refused: cp311-abi3-macosx_14_0_arm64 would be true" in text
    assert run(["inspect", str(wheel_for(tmp_path, "macosx_14_0_arm64"))]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "its tag is proven" in text


def test_programs_are_told_the_whole_truth(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The JSON has each compiled file with its processors, its system and its libraries."""
    run(["inspect", str(wheel_for(tmp_path, "macosx_11_0_arm64")), "--json"])
    (file,) = json.loads(capsys.readouterr().out)["files"]
    assert file["truth"]["proven"] is False
    assert file["truth"]["best"] == "cp311-abi3-macosx_14_0_arm64"
    (binary,) = file["truth"]["binaries"]
    (program,) = binary["slices"]
    assert program["form"] == "Mach-O"
    assert program["processor"] == "arm64"
    assert program["minimum"] == "14.0"
    assert program["needs"] == ["/usr/lib/libSystem.B.dylib"]


def test_pages_show_what_is_compiled(tmp_path: Path) -> None:
    """The page of an inspection has the tag that is true, and a table of the compiled files."""
    asked = Inspecting(files=(wheel_for(tmp_path, "macosx_11_0_arm64"),), now=0.0)
    page = render_html(inspect(asked))
    assert "cp311-abi3-macosx_14_0_arm64 would be true" in page
    assert "macos arm64 14.0" in page
    assert "/usr/lib/libSystem.B.dylib" in page


def test_what_another_package_brings_can_be_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A library that the project says comes from elsewhere is none that is missing."""
    from tests.binaries.test_libraries import needing
    from tests.support.repositories import make_repository

    tag = "py3-none-macosx_11_0_arm64"
    library = needing("aarch64-macos.11.0", "@rpath/libfoo.1.dylib")
    wheel = make_wheel(tmp_path, modules={"demo.py": b"", "demo.bin": library}, tag=tag)
    project = '[project]\nname = "demo"\nversion = "1.0"\n'
    lent = '[tool.seatrial.contents]\nlibraries = ["libfoo.*"]\n'
    for text, code in ((project, 1), (project + lent, 0)):
        repository = make_repository(tmp_path / str(code), {"pyproject.toml": text})
        monkeypatch.chdir(repository.folder)
        assert run(["inspect", str(wheel)]) == code
        assert ("foreign-library" in capsys.readouterr().out) == bool(code)
