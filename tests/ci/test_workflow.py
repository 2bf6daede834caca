"""The workflow that builds what a release expects."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from seatrial.ci.actions import pinned
from seatrial.ci.rows import quoted
from seatrial.errors import InvalidConfiguration
from seatrial.operations.workflows import Generated, Generating, generate
from tests.support.releases import ROOT, environment
from tests.support.repositories import Repository, make_repository
from tests.support.wheels import make_sdist

UV = str(Path(sys.executable).parent / "uv")
FILE = ".github/workflows/wheels.yml"
MATURIN = 'requires = ["maturin>=1.7"]\nbuild-backend = "maturin"\n'
SETUPTOOLS = 'requires = ["setuptools>=77"]\nbuild-backend = "setuptools.build_meta"\n'
RUST = 'requires = ["setuptools>=77", "setuptools-rust"]\nbuild-backend = "setuptools.build_meta"\n'
MESON = 'requires = ["meson-python"]\nbuild-backend = "mesonpy"\n'
WIDE = (
    "sdist",
    "{cp39-abi3, cp314t} × manylinux_2_28 × {x86_64, aarch64, s390x, ppc64le}",
    "cp39-abi3 × musllinux_1_2 × {x86_64, i686}",
    "{cp39-abi3, cp314t} × win × {amd64, arm64}",
    "cp39-abi3 × win32",
    "{cp313, cp314t} × macosx_11_0 × {arm64, universal2}",
    "cp312 × macosx_10_13_x86_64",
)
EVERY = (
    *WIDE,
    "{cp38-abi3, pp311} × manylinux2014_i686",
    "py3 × manylinux_2_31_armv7l",
    "py3 × any",
)


def project(folder: Path, build: str, expect: Sequence[str] = WIDE, path: str = "") -> Repository:
    """Make a repository of one package that expects these files."""
    package = f"{path}/" if path else ""
    files = {
        f"{package}pyproject.toml": f'[build-system]\n{build}[project]\nname = "demo"\n'
        'version = "1.0.0"\n',
        "seatrial.toml": f"[contents]\nexpect = {json.dumps(list(expect))}\n",
        "CHANGELOG.md": "# Changelog\n",
    }
    return make_repository(folder / "project", files)


def written(made: Repository, **asked: Any) -> Generated:  # noqa: ANN401 - of any key
    """Generate the workflow of a repository."""
    return generate(Generating(path=made.folder, **asked))


def parsed(made: Repository) -> dict[str, Any]:
    """Read the workflow, as the forge does."""
    found: dict[str, Any] = yaml.safe_load((made.folder / FILE).read_text("utf-8"))
    return found


def rows(made: Repository) -> list[dict[str, str]]:
    """Give the rows of the matrix."""
    found: list[dict[str, str]] = parsed(made)["jobs"]["wheels"]["strategy"]["matrix"]["include"]
    return found


def tool(*argv: str, cwd: Path, env: dict[str, str] | None = None) -> str:
    """Run a program that comes as a package, to its end; give what it printed."""
    done = subprocess.run(
        [UV, "tool", "run", "--quiet", *argv],
        cwd=cwd,
        env=os.environ | (env or {}),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def seatrial(made: Repository, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a repository."""
    return subprocess.run(
        [sys.executable, "-m", "seatrial", *arguments],
        cwd=made.folder,
        env=environment(made.folder.parent / "home"),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_each_platform_has_a_job_of_its_own(tmp_path: Path) -> None:
    """A platform is one row: a native machine where there is one, and all that it has to build."""
    made = project(tmp_path, MATURIN)
    said = written(made)
    found = {row["platform"]: row for row in rows(made)}
    assert list(found) == [job.platform for job in said.jobs]
    assert len(found) == 12
    arm = found["manylinux_2_28_aarch64"]
    assert arm == {
        "platform": "manylinux_2_28_aarch64",
        "runner": "ubuntu-24.04-arm",
        "target": "aarch64-unknown-linux-gnu",
        "manylinux": "2_28",
        "stable": "cp39-abi3",
        "pythons": "python3.14t",
    }
    assert found["win_arm64"]["runner"] == "windows-11-arm"
    assert found["macosx_10_13_x86_64"]["runner"] == "macos-15-intel"
    assert found["macosx_10_13_x86_64"]["macos"] == "10.13"
    assert found["macosx_11_0_arm64"]["pythons"] == "python3.13 python3.14t"
    assert "stable" not in found["macosx_11_0_arm64"]


@pytest.mark.parametrize("build", [MATURIN, RUST, MESON], ids=["maturin", "rust", "meson"])
def test_jobs_may_read_and_nothing_else(tmp_path: Path, build: str) -> None:
    """No job has more than contents: read, no action a name that can move, no step a secret."""
    made = project(tmp_path, build)
    written(made)
    flow = parsed(made)
    assert flow["permissions"] == {"contents": "read"}
    assert not any("permissions" in job for job in flow["jobs"].values())
    text = (made.folder / FILE).read_text("utf-8")
    uses = re.findall(r"uses: (.*)", text)
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v[\d.]+", one) for one in uses)
    assert "secrets." not in text
    checkouts = [
        step["with"]["persist-credentials"]
        for job in flow["jobs"].values()
        for step in job["steps"]
        if step.get("uses", "").startswith("actions/checkout@")
    ]
    assert checkouts == [False, False, False]


@pytest.mark.parametrize("build", [MATURIN, SETUPTOOLS], ids=["maturin", "cibuildwheel"])
def test_the_last_job_asks_whether_the_set_is_whole(tmp_path: Path, build: str) -> None:
    """It waits for all that build, and its command refuses a folder with a wheel too few."""
    made = project(tmp_path, build, ["demo-*.tar.gz", "cp39-abi3 × win_amd64"])
    assert written(made).sdist
    jobs = parsed(made)["jobs"]
    assert jobs["complete"]["needs"] == ["wheels", "sdist"]
    run = jobs["complete"]["steps"][-1]["run"]
    command = run.removeprefix("pipx run ").replace('"$PACKAGE"', ".").split()
    (made.folder / "dist" / "wheels-sdist").mkdir(parents=True)
    make_sdist(made.folder / "dist" / "wheels-sdist", version="1.0.0")
    done = seatrial(made, *command[1:])
    assert done.returncode == 1
    assert "no file cp39-abi3 × win_amd64" in done.stderr


@pytest.mark.parametrize("path", ["", "bindings/python"])
@pytest.mark.parametrize("build", [MATURIN, RUST, MESON], ids=["maturin", "rust", "meson"])
def test_our_own_rules_find_nothing_in_it(tmp_path: Path, build: str, path: str) -> None:
    """What the rules about workflows refuse in others' is not in ours."""
    made = project(tmp_path, build, path=path)
    written(made)
    made.commit("Build by CI")
    done = seatrial(made, "check", "--select", "ST7", "--strict")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.registry
@pytest.mark.parametrize("path", ["", "bindings/python"])
@pytest.mark.parametrize("build", [MATURIN, RUST, MESON], ids=["maturin", "rust", "meson"])
def test_others_find_nothing_in_it(tmp_path: Path, build: str, path: str) -> None:
    """It fits GitHub's schema of workflows, and an auditor of workflows finds nothing in it."""
    made = project(tmp_path, build, path=path)
    written(made)
    schema = ["--builtin-schema", "vendor.github-workflows"]
    tool("check-jsonschema", *schema, FILE, cwd=made.folder)
    tool("zizmor", "--offline", FILE, cwd=made.folder)


@pytest.mark.slow
@pytest.mark.registry
def test_cibuildwheel_builds_just_what_is_expected(tmp_path: Path) -> None:
    """The pinned cibuildwheel selects in each job the builds that its row names, and no more."""
    made = project(tmp_path, SETUPTOOLS, EVERY)
    written(made)
    version = pinned("pypa/cibuildwheel").rpartition(" v")[2]
    systems = {"ubuntu": "linux", "macos": "macos", "windows": "windows"}
    for row in rows(made):
        printed = tool(
            "--from", f"cibuildwheel=={version}", "cibuildwheel", "--print-build-identifiers",
            "--platform", systems[row["runner"].partition("-")[0]], ".",
            cwd=made.folder,
            env={
                "CIBW_BUILD": row["build"], "CIBW_ARCHS": row["archs"], "CIBW_ENABLE": "pypy",
                "CIBW_MANYLINUX_X86_64_IMAGE": row.get("manylinux", ""),
            },
        )  # fmt: skip
        assert sorted(printed.split()) == sorted(row["build"].split()), row


def test_a_file_that_somebody_changed_is_left_alone(tmp_path: Path) -> None:
    """Written, current, written anew when the set changed; by hand changed, kept until told."""
    made = project(tmp_path, MATURIN, ["sdist", "cp39-abi3 × win_amd64"])
    assert written(made, check=True).outcome == "stale"
    assert not (made.folder / FILE).exists()
    assert written(made).outcome == "written"
    assert written(made).outcome == "current"
    assert written(made, check=True).outcome == "current"
    made.commit("More", {"seatrial.toml": '[contents]\nexpect = ["cp39-abi3 × win_arm64"]\n'})
    stale = written(made, check=True)
    assert stale.outcome == "stale"
    assert "-          - platform: win_amd64" in stale.diff
    assert "+          - platform: win_arm64" in stale.diff
    assert written(made).outcome == "written"
    file = made.folder / FILE
    mine = file.read_text("utf-8").replace("timeout-minutes: 120", "timeout-minutes: 9")
    file.write_text(mine, "utf-8")
    assert written(made).outcome == "changed-by-hand"
    assert file.read_text("utf-8") == mine
    done = seatrial(made, "ci", "--check")
    assert done.returncode == 1
    assert "Changed by hand, and left alone" in done.stdout
    assert written(made, overwrite=True).outcome == "written"
    assert written(made).outcome == "current"


def test_line_endings_of_windows_are_no_change(tmp_path: Path) -> None:
    """A checkout with CRLF is current."""
    made = project(tmp_path, MESON)
    written(made)
    file = made.folder / FILE
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert written(made).outcome == "current"


@pytest.mark.parametrize(
    ("build", "expect", "said"),
    [
        (MATURIN, ["sdist"], "it names no wheel of demo for a platform"),
        (MATURIN, ["*-win_amd64.whl", "cp39 × atari_st"], "*-win_amd64.whl; cp39 × atari_st"),
        (
            MATURIN,
            ["cp313t × win_amd64", "cp39-abi3 × manylinux_2_30_x86_64"],
            "cp313t × win_amd64",
        ),
        (MATURIN, ["cp39-abi3 × musllinux_1_2_s390x"], "does not build musllinux_1_2_s390x"),
        (MESON, ["cp38 × win_amd64", "cp313t × win_amd64"], "cp38 × win_amd64, cp313t × win_amd64"),
        (MESON, ["cp312 × manylinux_2_28_sparc"], "does not build manylinux_2_28_sparc"),
    ],
)
def test_what_no_job_can_build_is_refused(
    tmp_path: Path, build: str, expect: list[str], said: str
) -> None:
    """The wheels are named, all at once, and no file is written."""
    made = project(tmp_path, build, expect)
    done = seatrial(made, "ci")
    assert done.returncode == 2
    assert said in done.stderr
    assert not (made.folder / FILE).exists()


def test_names_are_not_computed(tmp_path: Path) -> None:
    """A branch with signs of a pattern means itself, and a folder with an expression is refused."""
    made = project(tmp_path, MESON)
    made.git("switch", "--quiet", "--create", "c++")
    written(made)
    text = (made.folder / FILE).read_text("utf-8")
    assert 'branches: ["c\\\\+\\\\+"]' in text
    with pytest.raises(InvalidConfiguration, match="a workflow would compute it"):
        quoted("bindings/${{ github.token }}")


def test_the_example_has_the_workflow_that_it_would_get(tmp_path: Path) -> None:
    """The workflow of examples/tally is what seatrial ci writes there."""
    script = ROOT / "examples" / "make_repository.py"
    made = tmp_path / "tally"
    argv = [sys.executable, str(script), str(ROOT / "examples" / "tally"), str(made)]
    subprocess.run(argv, check=True)
    assert generate(Generating(path=made, check=True)).outcome == "current"
