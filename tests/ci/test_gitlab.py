"""The jobs of GitLab CI that build what a release expects."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from seatrial.ci.actions import version_of
from seatrial.ci.cibuildwheel import NAME
from tests.ci.test_cibuildwheel import EXTENSION, PYTHON, SOURCE, engine, machine
from tests.ci.test_workflow import EVERY, MATURIN, SETUPTOOLS, UV, project, seatrial, tool
from tests.support.releases import environment
from tests.support.repositories import Repository, git

__all__ = ["engine"]

FILE = ".gitlab/wheels.yml"
HERE = '[collect]\nfrom = "gitlab"\nartifacts = ["wheels-*"]\n'
OURS = "git@gitlab.com:octo/demo.git"

EXPECT = [
    "cp39-abi3 × manylinux_2_28 × {x86_64, s390x}",
    "cp39-abi3 × musllinux_1_2_aarch64",
    "cp39-abi3 × macosx_11_0_arm64",
]

TOOLS = """#!/bin/sh
# What the jobs' images have, or get: packages of the system are here already, pipx and pip start
# the programs of the versions that are named.
name=$(basename "$0")
case "$name $*" in
  "apk add --quiet "*) exit 0 ;;
  "pipx run cibuildwheel=="*)
    from=$2; shift 2; exec "{uv}" tool run --quiet --from "$from" cibuildwheel "$@" ;;
  "python -m pip install --quiet build=="*) echo "$5" > "$0.build"; exit 0 ;;
  "python -m pip install --quiet seatrial=="*) exit 0 ;;
  "python -m build "*)
    shift 2; exec "{uv}" tool run --quiet --from "$(cat "$0.build")" pyproject-build "$@" ;;
  "seatrial "*) exec "{python}" -m seatrial "$@" ;;
esac
echo "$name $*: that is not known here" >&2
exit 2
"""


def on_gitlab(made: Repository, more: str = HERE) -> None:
    """Say that the repository's wheels come from GitLab."""
    said = (made.folder / "seatrial.toml").read_text("utf-8")
    made.commit("Build on GitLab", {"seatrial.toml": more + said})


def jobs_of(made: Repository) -> dict[str, dict[str, Any]]:
    """Read the jobs, each with what it extends."""
    read: dict[str, dict[str, Any]] = yaml.safe_load((made.folder / FILE).read_text("utf-8"))

    def whole(name: str) -> dict[str, Any]:
        job = dict(read[name])
        base = job.pop("extends", "")
        given = whole(base) if base else {}
        variables = {**given.get("variables", {}), **job.get("variables", {})}
        return {**given, **job, "variables": variables}

    return {name: whole(name) for name in read if not name.startswith(".")}


def test_each_platform_has_a_job_named_as_collect_wants_it(tmp_path: Path) -> None:
    """On GitLab's own machines each has the tag of those that run it; others are emulated."""
    made = project(tmp_path, SETUPTOOLS, ["sdist", *EVERY[1:3], "cp312 × win_amd64"])
    made.git("remote", "add", "origin", OURS)
    done = seatrial(made, "ci")
    assert done.returncode == 0, done.stderr
    assert "include: .gitlab/wheels.yml in .gitlab-ci.yml and [collect] from" in " ".join(
        done.stdout.split()
    )
    jobs = jobs_of(made)
    arm = jobs["wheels-manylinux_2_28_aarch64"]
    assert arm["tags"] == ["saas-linux-small-arm64"]
    assert arm["variables"]["CIBW_MANYLINUX_AARCH64_IMAGE"] == "manylinux_2_28"
    assert "EMULATE" not in arm["variables"]
    assert jobs["wheels-manylinux_2_28_s390x"]["variables"]["EMULATE"] == "s390x"
    assert jobs["wheels-manylinux_2_28_s390x"]["tags"] == ["saas-linux-small-amd64"]
    assert jobs["wheels-win_amd64"]["tags"] == ["saas-windows-medium-amd64"]
    assert jobs["complete"]["needs"] == [name for name in jobs if name.startswith("wheels-")]
    assert all(job["artifacts"]["paths"] == ["dist/"] for name, job in jobs.items() if "-" in name)


def test_on_a_server_of_ones_own_linux_is_emulated_and_the_rest_refused(tmp_path: Path) -> None:
    """No machines are known there but such as have Docker, and what they cannot build is named."""
    made = project(tmp_path, SETUPTOOLS, ["cp312 × manylinux_2_28_aarch64"])
    made.git("remote", "add", "origin", "git@git.example.org:octo/demo.git")
    on_gitlab(made)
    assert seatrial(made, "ci").returncode == 0
    job = jobs_of(made)["wheels-manylinux_2_28_aarch64"]
    assert "tags" not in job
    assert job["variables"]["EMULATE"] == "arm64"
    more = '[contents]\nexpect = ["cp312 × {win_amd64, macosx_11_0_arm64}"]\n'
    made.commit("More", {"seatrial.toml": HERE + more})
    done = seatrial(made, "ci")
    assert done.returncode == 2
    assert "does not build win_amd64, macosx_11_0_arm64" in done.stderr


def test_what_rust_needs_is_brought(tmp_path: Path) -> None:
    """A maturin project is built by cibuildwheel, with Rust in the container and for each Mac."""
    made = project(
        tmp_path,
        MATURIN,
        ["sdist", "cp39-abi3 × {manylinux_2_28_x86_64, macosx_11_0_universal2}"],
    )
    made.git("remote", "add", "origin", OURS)
    assert seatrial(made, "ci").returncode == 0
    jobs = jobs_of(made)
    linux = "\n".join(jobs["wheels-manylinux_2_28_x86_64"]["script"])
    assert "export CIBW_ENVIRONMENT_LINUX='PATH=\"$HOME/.cargo/bin:$PATH\"'" in linux
    mac = jobs["wheels-macosx_11_0_universal2"]["script"]
    assert "rustup target add aarch64-apple-darwin x86_64-apple-darwin" in mac
    assert jobs["wheels-sdist"]["script"][1] == '. "$HOME/.cargo/env"'


def test_a_name_with_a_dollar_is_no_variable(tmp_path: Path) -> None:
    """GitLab would put a variable's value there; two signs mean one."""
    made = project(tmp_path, SETUPTOOLS, ["cp312 × manylinux_2_28_x86_64"], "a$b")
    made.git("remote", "add", "origin", OURS)
    assert seatrial(made, "ci").returncode == 0
    assert jobs_of(made)["complete"]["variables"]["PACKAGE"] == "a$$b"


def test_a_file_that_is_included_and_collected_is_only_to_be_pushed(tmp_path: Path) -> None:
    """What is said already is not asked for again; written once, the file is current."""
    made = project(tmp_path, SETUPTOOLS, ["cp312 × manylinux_2_28_x86_64"])
    made.git("remote", "add", "origin", OURS)
    on_gitlab(made)
    made.commit("Include", {".gitlab-ci.yml": f"include: {FILE}\n"})
    done = seatrial(made, "ci")
    assert f"Next: commit {FILE}, and push it" in " ".join(done.stdout.split())
    assert "Current" in seatrial(made, "ci", "--check").stdout


@pytest.mark.slow
@pytest.mark.registry
@pytest.mark.parametrize("build", [SETUPTOOLS, MATURIN], ids=["setuptools", "maturin"])
def test_it_fits_the_schema_of_gitlab(tmp_path: Path, build: str) -> None:
    """What GitLab's own schema of pipelines refuses is not in it."""
    made = project(tmp_path, build, ["sdist", *EXPECT])
    made.git("remote", "add", "origin", OURS)
    assert seatrial(made, "ci").returncode == 0
    tool("check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", FILE, cwd=made.folder)


@pytest.mark.slow
@pytest.mark.registry
def test_cibuildwheel_builds_just_what_is_expected(tmp_path: Path) -> None:
    """In each job the pinned cibuildwheel selects the builds that it names, and no more."""
    made = project(tmp_path, SETUPTOOLS, [*EXPECT, "{cp313, cp314t} × {win_amd64, win32}"])
    made.git("remote", "add", "origin", OURS)
    assert seatrial(made, "ci").returncode == 0
    from_ = f"cibuildwheel=={version_of(NAME)}"
    for name, job in jobs_of(made).items():
        variables = job["variables"]
        if "CIBW_BUILD" not in variables:
            continue
        system = {"win": "windows", "mac": "macos"}.get(name.split("-")[1][:3], "linux")
        argv = ["--print-build-identifiers", "--platform", system, "."]
        printed = tool("--from", from_, "cibuildwheel", *argv, cwd=made.folder, env=variables)
        assert sorted(printed.split()) == sorted(variables["CIBW_BUILD"].split()), name


def run(job: Mapping[str, Any], folder: Path, environ: Mapping[str, str]) -> tuple[int, str]:
    """Run a job's scripts in a checkout, as GitLab does: one after the other in one shell."""
    script = "\n".join([*job.get("before_script", ()), *job["script"]])
    given = {name: value.replace("$$", "$") for name, value in job["variables"].items()}
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", script],
        cwd=folder,
        env={**environ, "CI": "true", "GITLAB_CI": "true", **given},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.registry
@pytest.mark.parametrize("lacking", [False, True])
def test_the_jobs_make_the_set(
    tmp_path: Path,
    engine: Mapping[str, str],
    *,
    lacking: bool,
) -> None:
    """What they leave behind is what was expected; with a job less, the last one refuses it."""
    wheel = f"{PYTHON} × manylinux_2_28_{machine()}"
    made = project(tmp_path, SETUPTOOLS, ["sdist", wheel], "a folder")
    manifest = (made.folder / "a folder" / "pyproject.toml").read_text("utf-8")
    files = {"a folder/pyproject.toml": manifest + EXTENSION, "a folder/demo.c": SOURCE}
    made.commit("Compile", files)
    on_gitlab(made)
    assert seatrial(made, "ci").returncode == 0
    made.commit("Build by CI")
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("apk", "pipx", "python", "seatrial"):
        (tools / name).write_text(TOOLS.format(uv=UV, python=sys.executable), "utf-8")
        (tools / name).chmod(0o755)
    environ = {**environment(tmp_path / "home"), **engine, "CIBW_AUDIT_COMMAND": ""}
    environ["PATH"] = f"{tools}{os.pathsep}{engine['PATH']}"
    left: dict[str, Path] = {}
    for name, job in jobs_of(made).items():
        if lacking and "manylinux" in name:
            continue
        folder = tmp_path / "builds" / name
        git(tmp_path, "clone", "--quiet", str(made.folder), str(folder))
        git(folder, "checkout", "--quiet", "--detach")
        for needed in job.get("needs", ()):
            if needed in left:
                shutil.copytree(left[needed] / "dist", folder / "dist", dirs_exist_ok=True)
        code, said = run(job, folder, environ)
        assert code == int(lacking and name == "complete"), said
        left[name] = folder
    whole = sorted(path.suffix for path in (left["complete"] / "whole").iterdir())
    assert whole == ([".gz"] if lacking else [".gz", ".whl"])
