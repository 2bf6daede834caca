from __future__ import annotations

import json
from pathlib import Path

import pytest

from seatrial.cli.main import run
from seatrial.operations.inspecting import Inspecting, inspect
from seatrial.report.inspected import InspectReport
from tests.support.repositories import make_repository
from tests.support.simplefolder import serving
from tests.support.wheels import make_sdist, make_wheel

PROJECT = '[project]\nname = "demo"\nversion = "1.0"\n[tool.seatrial.contents]\nrequire = ["no"]\n'


def test_sound_files_are_said_to_be_sound(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The text names each file, the end says how it is, and the exit code is 0."""
    wheel, sdist = make_wheel(tmp_path), make_sdist(tmp_path)
    assert run(["inspect", str(wheel), str(sdist)]) == 0
    text = capsys.readouterr().out
    assert wheel.name in text
    assert sdist.name in text
    assert "Sound" in text


def test_a_fault_ends_with_exit_code_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The JSON has every finding with its code, severity, file and words; the gravest is first."""
    wheel = make_wheel(tmp_path, replace={"demo/__init__.py": "evil", "tests/__init__.py": "x"})
    assert run(["inspect", str(wheel), "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["outcome"] == "refused"
    assert report["findings"][0]["severity"] == "fault"
    found = {one["code"]: one for one in report["findings"]}
    assert {"record-digest", "record-unlisted", "clutter"} <= set(found)
    assert found["clutter"]["file"] == wheel.name


def test_a_warning_refuses_where_that_is_asked_for(tmp_path: Path) -> None:
    """With --strict a warning is enough."""
    wheel = make_wheel(tmp_path, modules={"tests/__init__.py": "x", "demo.py": "x"})
    assert run(["inspect", str(wheel)]) == 0
    assert run(["inspect", "--strict", str(wheel)]) == 1


def test_markdown_is_markup_of_ours_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a file says of itself means nothing in the Markdown of its inspection."""
    wheel = make_wheel(tmp_path, modules={"<b>[x](y)@ada.txt": "x", "demo.py": "x"})
    run(["inspect", str(wheel), "--markdown"])
    text = capsys.readouterr().out
    assert "stray-file" in text
    assert "<b>[x](y)" not in text


def test_a_name_that_is_none_is_told(tmp_path: Path) -> None:
    """A file that is named for neither a wheel nor an sdist is refused before anything is read."""
    path = tmp_path / "demo.zip"
    path.write_bytes(b"x")
    assert run(["inspect", str(path)]) == 2


def test_files_of_several_releases_are_told_apart(tmp_path: Path) -> None:
    """Each file is held against the release that its own name states."""
    one, two = make_wheel(tmp_path), make_wheel(tmp_path, "other", "2.0")
    report = inspect(Inspecting(files=(one, two), now=0.0))
    assert report.outcome == "sound"
    assert [file.name for file in report.files] == [one.name, two.name]


def test_the_policy_of_the_repository_around_is_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of a package of this repository has to hold what its configuration requires."""
    repository = make_repository(tmp_path / "project", {"pyproject.toml": PROJECT})
    (tmp_path / "dist").mkdir()
    wheel = make_wheel(tmp_path / "dist")
    other = make_wheel(tmp_path / "dist", "other")
    monkeypatch.chdir(repository.folder)
    assert codes(inspect(Inspecting(files=(wheel,), now=0.0))) == {"required-content"}
    assert codes(inspect(Inspecting(files=(other,), now=0.0))) == set()


def codes(report: InspectReport) -> set[str]:
    """Give the codes of the findings that are more than a note."""
    return {one.code for one in report.findings if one.severity != "note"}


def test_the_sdist_is_rebuilt_and_compared(tmp_path: Path) -> None:
    """A wheel that its sdist does not make is told, and so is an sdist that does not build."""
    backend = Path(__file__).parent / "backend.py"
    project = (
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
        '[project]\nname = "demo"\nversion = "1.0"\n'
    )
    files = {"pyproject.toml": project, "backend.py": backend.read_text("utf-8")}
    wheel = make_wheel(tmp_path)
    sdist = make_sdist(tmp_path, files=files)
    assert codes(inspect(Inspecting(files=(wheel, sdist), rebuild=True, now=0.0))) == set()
    more = make_wheel(tmp_path, modules={"demo/__init__.py": "changed", "demo/more.py": "x"})
    report = inspect(Inspecting(files=(more, sdist), rebuild=True, now=0.0))
    assert codes(report) == {"rebuild-differs"}
    assert len([one for one in report.findings if one.code == "rebuild-differs"]) == 2
    broken = make_sdist(tmp_path, files=files | {"backend.py": "raise SystemExit(1)"})
    report = inspect(Inspecting(files=(wheel, broken), rebuild=True, now=0.0))
    assert codes(report) == {"rebuild-failed"}


def test_requirements_that_nothing_satisfies_are_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is required is resolved against the usual index; extras may exclude each other."""
    extras = (
        "Requires-Python: >=3.9\nProvides-Extra: a\nProvides-Extra: b\n"
        'Requires-Dist: helper==1.0; extra == "a"\nRequires-Dist: helper==2.0; extra == "b"\n'
    )

    def resolved(headers: str) -> set[str]:
        wheel = make_wheel(tmp_path, headers=headers)
        return codes(inspect(Inspecting(files=(wheel,), resolve=True, now=0.0)))

    with serving(tmp_path / "index") as index:
        for version in ("1.0", "2.0"):
            make_wheel(index.project("helper"), "helper", version)
        monkeypatch.setenv("UV_DEFAULT_INDEX", index.url)
        monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
        assert resolved("Requires-Dist: helper>=1\nRequires-Python: >=3.9\n") == set()
        assert resolved(extras) == set()
        assert resolved("Requires-Dist: helper>=3\nRequires-Python: >=3.9\n") == {"unsatisfiable"}
        monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    # Nobody answers any more: that is no fault of the file.
    assert resolved("Requires-Dist: other\n") == {"not-resolved"}


def test_the_last_release_is_fetched_once_and_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The release before comes from the index, by its digest, into the cache; once."""
    (tmp_path / "dist").mkdir()
    old = {"demo/__init__.py": "x", "gone.py": "x"}
    new = make_wheel(tmp_path / "dist", version="1.1", modules={"demo/__init__.py": "x"})
    with serving(tmp_path / "index") as index:
        make_wheel(index.project("demo"), "demo", "1.0", modules=old)
        settings = f'[tool.seatrial.index.ours]\nupload-url = "{index.url}"\n'
        settings += f'simple-url = "{index.url}"\n'
        repository = make_repository(tmp_path / "project", {"pyproject.toml": settings})
        monkeypatch.chdir(repository.folder)
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        asked = Inspecting(files=(new,), index="ours", against=("previous",), now=0.0)
        reports = [inspect(asked) for _ in range(2)]
        fetched = [path for path in index.asked if path.endswith(".whl")]
    for report in reports:
        assert "package-gone" in codes(report)
        assert report.comparisons[0].before == "1.0"
    assert len(fetched) == 1


def test_files_are_compared_with_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Any older file can be named; what is other is shown as text and as Markdown."""
    old, new = make_wheel(tmp_path), make_wheel(tmp_path, version="1.1", size=5000)
    assert run(["inspect", str(new), "--against", str(old)]) == 0
    text = capsys.readouterr().out
    assert "demo 1.1 against 1.0" in text
    assert "+ demo/filler.bin (5.0 kB)" in text
    run(["inspect", str(new), "--against", str(old), "--markdown"])
    assert "### demo 1.1 against 1.0" in capsys.readouterr().out
