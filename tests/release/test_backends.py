"""Native packages, each built for this machine by a backend of its own, as PEP 517 has it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

from tests.release.test_native import builds_rust, rust
from tests.support.releases import environment
from tests.support.repositories import make_repository

UV = str(Path(sys.executable).parent / "uv")

C = """
#include <Python.h>
static PyObject *twice(PyObject *self, PyObject *number) {
    return PyLong_FromLong(2 * PyLong_AsLong(number));
}
static PyMethodDef methods[] = {{"twice", twice, METH_O, 0}, {0}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_native", 0, -1, methods};
PyMODINIT_FUNC PyInit__native(void) { return PyModule_Create(&module); }
"""
PYX = "def twice(number):\n    cdef long doubled = 2 * number\n    return doubled\n"
RS = """
use pyo3::prelude::*;
#[pyfunction]
fn twice(number: i64) -> i64 { 2 * number }
#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(twice, module)?)
}
"""
CARGO = """
[package]
name = "native"
version = "0.0.0"
edition = "2021"
[lib]
name = "_native"
crate-type = ["cdylib"]
[dependencies]
pyo3 = { version = "0.25", features = ["extension-module", "abi3-py39"] }
"""
CMAKE = """
cmake_minimum_required(VERSION 3.15)
project(demo LANGUAGES C)
find_package(Python REQUIRED COMPONENTS Interpreter Development.Module)
Python_add_library(_native MODULE native.c WITH_SOABI)
install(TARGETS _native DESTINATION demo)
"""
MESON = """
project('demo', 'c', version: '1.0.0')
py = import('python').find_installation(pure: false)
py.extension_module('_native', 'native.c', install: true, subdir: 'demo')
py.install_sources('demo/__init__.py', subdir: 'demo')
"""
SETUP = "[[tool.setuptools.ext-modules]]\nname = 'demo._native'\nsources = ['{}']\n"
FOUND = "[tool.setuptools]\npackages = ['demo']\n"


class Backend(msgspec.Struct, frozen=True, kw_only=True):
    """A way to build an extension.

    Attributes:
        requires: what the build requires.
        backend: what is called.
        files: path → content, beside the package itself.
        more: further lines of pyproject.toml.
        tools: programs that the build needs.
        rust: whether Rust is among them.
    """

    requires: tuple[str, ...]
    backend: str
    files: Mapping[str, str]
    more: str = ""
    tools: tuple[str, ...] = ("cc",)
    rust: bool = False

    @property
    def lacks(self) -> str:
        """What of it is not on this machine."""
        missing = [tool for tool in self.tools if shutil.which(tool) is None]
        if self.rust and not builds_rust():
            missing.append("a Rust that works")
        return ", ".join(missing)


BACKENDS = {
    "c": Backend(
        requires=("setuptools>=77",),
        backend="setuptools.build_meta",
        files={"native.c": C},
        more=FOUND + SETUP.format("native.c"),
    ),
    "cython": Backend(
        requires=("setuptools>=77", "cython>=3"),
        backend="setuptools.build_meta",
        files={"demo/_native.pyx": PYX},
        more=FOUND + SETUP.format("demo/_native.pyx"),
    ),
    "scikit-build-core": Backend(
        requires=("scikit-build-core>=0.10",),
        backend="scikit_build_core.build",
        files={"native.c": C, "CMakeLists.txt": CMAKE},
    ),
    "meson-python": Backend(
        requires=("meson-python>=0.17", "ninja"),
        backend="mesonpy",
        files={"native.c": C, "meson.build": MESON},
    ),
    "maturin": Backend(
        requires=("maturin>=1.7,<2",),
        backend="maturin",
        files={"src/lib.rs": RS, "Cargo.toml": CARGO},
        more="[tool.maturin]\nmodule-name = 'demo._native'\n",
        rust=True,
    ),
    "setuptools-rust": Backend(
        requires=("setuptools>=77", "setuptools-rust>=1.10"),
        backend="setuptools.build_meta",
        files={"src/lib.rs": RS, "Cargo.toml": CARGO, "MANIFEST.in": "graft src\ninclude *.toml\n"},
        more=f"{FOUND}[[tool.setuptools-rust.ext-modules]]\ntarget = 'demo._native'\n"
        "[tool.distutils.bdist_wheel]\npy-limited-api = 'cp39'\n",
        rust=True,
    ),
}


def chosen(name: str) -> object:
    """Give the parameter of a backend: skipped, with the reason, where a tool is not here."""
    backend = BACKENDS[name]
    marks = [pytest.mark.skipif(bool(backend.lacks), reason=f"not here: {backend.lacks}")]
    return pytest.param(backend, marks=marks, id=name)


@pytest.mark.slow
@pytest.mark.registry
@pytest.mark.parametrize("backend", [chosen(name) for name in BACKENDS])
def test_an_extension_is_built_from_the_commit_and_runs(tmp_path: Path, backend: Backend) -> None:
    """Each leaves an sdist and a wheel with a tag that an index takes, which does its work."""
    head = (
        f"[build-system]\nrequires = {json.dumps(backend.requires)}\n"
        f'build-backend = "{backend.backend}"\n'
        '[project]\nname = "demo"\nversion = "1.0.0"\nrequires-python = ">=3.9"\n'
    )
    init = "from demo._native import twice as twice\n"
    files = {"pyproject.toml": head + backend.more, "demo/__init__.py": init, **backend.files}
    made = make_repository(tmp_path / "project", files)
    # Left by an older build: it is not committed, so that it reaches no build.
    stale = made.folder / "demo" / "_native.abi3.so"
    stale.write_bytes(b"\x7fELF of yesterday")
    out = tmp_path / "dist"
    done = subprocess.run(
        [sys.executable, "-m", "seatrial", "build", "--out", str(out), "--json", str(made.folder)],
        env=environment(tmp_path / "home") | rust(),
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    names = sorted(one["name"] for one in json.loads(done.stdout)["artifacts"])
    assert names == sorted(path.name for path in out.iterdir())
    [wheel] = out.glob("*.whl")
    assert (out / "demo-1.0.0.tar.gz").is_file()
    assert "-linux_" not in wheel.name, "no index takes such a tag"
    with zipfile.ZipFile(wheel) as archive:
        compiled = [name for name in archive.namelist() if name.endswith(".so")]
        assert len(compiled) == 1
        assert archive.read(compiled[0]) != stale.read_bytes()
    into = tmp_path / "into"
    argv = [UV, "pip", "install", "--quiet", "--offline", "--no-deps", "--target", str(into)]
    subprocess.run([*argv, "--python", sys.executable, str(wheel)], check=True)
    asked = [sys.executable, "-c", "import demo; print(demo.twice(21))"]
    run = subprocess.run(asked, cwd=into, capture_output=True, text=True, check=True)
    assert run.stdout == "42\n"
