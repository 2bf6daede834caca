"""Where each file of a release comes from, as the plan says it before anything is fetched."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from packaging.tags import platform_tags

from seatrial.dock.runs import Runs, StoredRun
from tests.release.test_collect import COLLECT, archive, built, raised
from tests.support.releases import Scene, scene
from tests.support.wheels import make_wheel

HERE = next(tag for tag in platform_tags() if not tag.startswith("linux_"))
OWN = f"cp3{sys.version_info[1]}"
OTHER = f"cp3{sys.version_info[1] + 1}"


def expecting(*entries: str) -> str:
    """Give the configuration that expects these files."""
    return f"[tool.seatrial.contents]\nexpect = {json.dumps(entries, ensure_ascii=False)}\n"


def planned(stage: Scene) -> dict[str, tuple[str, str]]:
    """Give what the plan says of each file: where it comes from, and how it is checked."""
    done = stage.seatrial("plan", "--json")
    assert done.returncode == 0, done.stderr
    sets: list[dict[str, Any]] = json.loads(done.stdout)["plan"].get("sets", [])
    return {
        one["said"]: (one["source"], one.get("check", "")) for each in sets for one in each["files"]
    }


def test_nothing_is_said_where_nothing_is_expected(tmp_path: Path) -> None:
    """An sdist and a wheel need no table."""
    with scene(tmp_path) as stage:
        stage.project.commit("fix: more")
        assert planned(stage) == {}


BUILDS = [
    (("sdist", "py3 × any"), {"sdist": ("here", ""), "py3 × any": ("here", "run")}),
    (
        ("sdist", f"cp39-abi3 × {HERE}", "cp39-abi3 × {win_amd64, macosx_11_0_arm64}"),
        {
            "sdist": ("here", ""),
            f"cp39-abi3 × {HERE}": ("here", "run"),
            "cp39-abi3 × {win_amd64, macosx_11_0_arm64}": ("missing", "resolved"),
        },
    ),
    (
        (f"{{{OWN}, {OTHER}, {OTHER}t}} × {HERE}",),
        {
            f"{OWN} × {HERE}": ("here", "run"),
            f"{OTHER} × {HERE}": ("missing", "resolved"),
            f"{OTHER}t × {HERE}": ("missing", ""),
        },
    ),
    (
        (f"*-linux_armv4.{HERE}.whl", "py3 × manylinux_2_17_s390x", "pp311 × win_amd64"),
        {
            f"*-linux_armv4.{HERE}.whl": ("here", "run"),
            "py3 × manylinux_2_17_s390x": ("missing", ""),
            "pp311 × win_amd64": ("missing", ""),
        },
    ),
    (
        ("*-win_arm64.whl", "*.tar.gz"),
        {"*-win_arm64.whl": ("missing", "resolved"), "*.tar.gz": ("here", "")},
    ),
]


@pytest.mark.parametrize(("entries", "said"), BUILDS)
def test_a_build_here_makes_one_wheel_of_this_machine(
    tmp_path: Path, entries: tuple[str, ...], said: dict[str, tuple[str, str]]
) -> None:
    """The sdist and the first wheel that suits this machine are built; all others are missing."""
    with scene(tmp_path, more=expecting(*entries)) as stage:
        stage.project.commit("fix: more")
        assert planned(stage) == said
        text = stage.seatrial("plan").stdout
        missing = any(source == "missing" for source, _ in said.values())
        assert ("is not complete, and nothing is uploaded before it is" in text) is missing


def test_what_is_run_is_what_the_pythons_of_the_checks_take(tmp_path: Path) -> None:
    """A free-threaded Python takes its own wheel and not the usual one; PyPy has wheels, too."""
    entries = expecting(f"{{{OWN}, {OTHER}t, cp39-abi3, pp311-pypy311_pp73}} × {HERE}")
    verify = f'[tool.seatrial.verify]\npython = ["{OTHER[2]}.{OTHER[3:]}t", "pypy3.11"]\n'
    with scene(tmp_path, more=entries + verify) as stage:
        stage.project.commit("fix: more")
        assert {said: check for said, (_, check) in planned(stage).items()} == {
            f"{OWN} × {HERE}": "resolved",
            f"{OTHER}t × {HERE}": "run",
            f"cp39-abi3 × {HERE}": "resolved",
            f"pp311-pypy311_pp73 × {HERE}": "run",
        }


def test_what_ci_keeps_is_seen_without_being_fetched(tmp_path: Path) -> None:
    """Names are read from the archives' ends: what is there, what is missing, what is too much."""
    more = COLLECT + expecting("sdist", "py3 × any", "py3 × win_arm64", "py3 × {win32, win_amd64}")
    with scene(tmp_path, more=more) as stage:
        wheels = [
            make_wheel(tmp_path, version="1.1.0", tag=f"py3-none-{platform}")
            for platform in ("any", "win32", "win_arm64", "macosx_11_0_arm64")
        ]
        built(stage, raised(stage), *wheels)
        assert planned(stage) == {
            "sdist": ("here", ""),
            "py3 × any": ("collected", "run"),
            "py3 × win_arm64": ("collected", "resolved"),
            "py3 × win32": ("collected", "resolved"),
            "py3 × win_amd64": ("missing", "resolved"),
            wheels[3].name: ("extra", "resolved"),
        }
        assert not list((stage.folder / "home").rglob("*.zip"))


def test_what_is_no_archive_is_known_when_it_comes(tmp_path: Path) -> None:
    """An artifact that cannot be looked into makes no file missing."""
    with scene(tmp_path, more=COLLECT + expecting("py3 × any")) as stage:
        commit = raised(stage)
        run = StoredRun(id=7, workflow="wheels.yml", commit=commit)
        Runs(stage.folder / "dock").add("octo/demo", run, {"wheels": b"<html>no</html>" * 30000})
        assert planned(stage) == {"py3 × any": ("unknown", "run")}


def test_a_folder_is_known_and_so_are_archives_in_it(tmp_path: Path) -> None:
    """Files count by their names, those in a ZIP archive too; other releases' files do not."""
    more = '[tool.seatrial.collect]\nfrom = "got"\nbuild-sdist = false\n'
    with scene(tmp_path, more=more) as stage:
        raised(stage)
        got = stage.project.folder / "got"
        got.mkdir()
        wheel = make_wheel(got, version="1.1.0")
        other = make_wheel(tmp_path, version="1.1.0", tag="py3-none-win32")
        (got / "more.zip").write_bytes(archive({f"deep/{other.name}": other.read_bytes()}))
        make_wheel(got, version="1.0.9", tag="py3-none-win_amd64")
        make_wheel(got, "another", "1.1.0")
        assert planned(stage) == {
            wheel.name: ("collected", "run"),
            other.name: ("collected", "resolved"),
        }


def test_the_report_shows_the_same_table(tmp_path: Path) -> None:
    """What was planned of each file stands in the report and on its page, too."""
    with scene(tmp_path, more=expecting("sdist", "py3 × any")) as stage:
        stage.project.commit("fix: more")
        done = stage.seatrial("rehearse", "--json")
        assert done.returncode == 0, done.stderr
        report = json.loads(done.stdout)
        assert [one["said"] for one in report["sets"][0]["files"]] == ["sdist", "py3 × any"]
        page = Path(report["page"]).read_text("utf-8")
        assert "2 files of demo" in page
        assert "installed and run here" in page


WRAP = """
[tool.seatrial.wrap]
from = "binaries/{target}"

[tool.seatrial.wrap.place]
"tool" = "demo/_bin/{target}/"

[tool.seatrial.wrap.targets]
linux = "%s"
windows = "win_amd64"
"""


@pytest.mark.parametrize(
    ("linux", "said"),
    [
        (
            "manylinux_2_17_x86_64",
            {
                "cp39-abi3 × win_amd64": ("missing", "resolved"),
                "py3 × win_arm64": ("missing", "resolved"),
                "manylinux_2_17_x86_64": ("wrapped", "run"),
            },
        ),
        (
            "auto",
            {
                "cp39-abi3 × win_amd64": ("missing", "resolved"),
                "py3 × win_arm64": ("unknown", "resolved"),
                "linux (the best tag that is true)": ("wrapped", ""),
            },
        ),
    ],
)
def test_what_is_stamped_is_for_any_python_and_a_best_tag_is_not_known_yet(
    tmp_path: Path, linux: str, said: dict[str, tuple[str, str]]
) -> None:
    """A wheel of the stable ABI is nobody's; whether a best tag is the one expected, comes out."""
    more = expecting("py3 × win × {amd64, arm64}", "cp39-abi3 × win_amd64") + WRAP % linux
    with scene(tmp_path, more=more) as stage:
        files = {f"binaries/{name}/tool": "#!/bin/sh\n" for name in ("linux", "windows")}
        stage.project.commit("feat: tool", files)
        assert planned(stage) == {**said, "win_amd64": ("wrapped", "resolved")}
