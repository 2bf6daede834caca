"""The release of a Rust extension: by the wheels that CI built, and by a build here."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from seatrial.dock.runs import Runs, StoredRun
from tests.support.compiled import compiled
from tests.support.docks import dock_process
from tests.support.releases import ROOT, environment
from tests.support.repositories import git
from tests.support.wheels import make_sdist, make_wheel

COUNT = """
typedef struct object object;
typedef struct { long long refs; void *type, *init; long long index; void *copy; } base;
typedef struct { const char *name; object *(*call)(object *, object *); int flags;
                 const char *doc; } method;
typedef struct { base m; const char *name, *doc; long long size; method *methods;
                 void *slots, *traverse, *clear, *free; } module;
FROM extern object *PyModule_Create2(module *, int);
FROM extern object *PyLong_FromSsize_t(long long);
FROM extern long long PyUnicode_GetLength(object *);
FROM extern unsigned PyUnicode_ReadChar(object *, long long);
static object *count(object *self, object *text) {
    long long words = 0, length = PyUnicode_GetLength(text);
    int inside = 0;
    for (long long n = 0; n < length; n++) {
        int blank = PyUnicode_ReadChar(text, n) == ' ';
        words += !blank && !inside;
        inside = !blank;
    }
    return PyLong_FromSsize_t(words);
}
static method methods[] = {{"count", count, 8, 0}, {0, 0, 0, 0}};
static module tally = {{1, 0, 0, 0, 0}, "_tally", 0, -1, methods, 0, 0, 0, 0};
API object *PyInit__tally(void) { return PyModule_Create2(&tally, 3); }
"""
"""An extension module of the stable ABI of Python 3.9 that does what the example does, in C."""

USED = ("PyModule_Create2", "PyLong_FromSsize_t", "PyUnicode_GetLength", "PyUnicode_ReadChar")
BUILT = {
    "manylinux_2_28_x86_64": "x86_64-linux-gnu.2.28",
    "manylinux_2_28_aarch64": "aarch64-linux-gnu.2.28",
    "macosx_11_0_arm64": "aarch64-macos.11.0",
    "macosx_10_12_x86_64": "x86_64-macos.10.12",
    "win_amd64": "x86_64-windows-gnu",
}
"""Platform tag → machine, as the compiler names it."""


@contextmanager
def example(folder: Path, settings: str = "") -> Iterator[tuple[Path, Path]]:
    """Make the example with its next version raised in a commit, and a dock that plays the forge.

    Args:
        folder: for everything.
        settings: the configuration, instead of the example's.
    """
    with dock_process(folder / "dock") as dock:
        repository = folder / "tally"
        script = ROOT / "examples" / "make_repository.py"
        subprocess.run(
            [sys.executable, str(script), str(ROOT / "examples" / "tally"), str(repository)],
            check=True,
        )
        for name in ("pyproject.toml", "python/tally/__init__.py"):
            path = repository / name
            path.write_text(path.read_text("utf-8").replace('"0.6.0"', '"0.7.0"'), "utf-8")
        changelog = repository / "CHANGELOG.md"
        text = changelog.read_text("utf-8").replace(
            "# Upcoming\n", "# Upcoming\n\n# 0.7.0\n\n- Types.\n"
        )
        changelog.write_text(text, "utf-8")
        chosen = settings or (repository / "seatrial.toml").read_text("utf-8")
        forge = f'[forge]\nkind = "github"\nrepository = "octo/tally"\napi = "{dock.forge_api}"\n'
        (repository / "seatrial.toml").write_text(f"{chosen}\n{forge}", "utf-8")
        git(repository, "commit", "--quiet", "--all", "--message=Release 0.7.0")
        yield repository, folder / "dock"


def wheels(folder: Path) -> list[Path]:
    """Make the wheels that CI would build, each with a true binary of its platform."""
    made = []
    for platform, target in BUILT.items():
        windows = "windows" in target
        more: dict[str, Any] = {"imports": {"python3.dll": USED}} if windows else {}
        binary = compiled(target, COUNT, **more)
        text = (ROOT / "examples/tally/python/tally/__init__.py").read_text("utf-8")
        modules: dict[str, str | bytes] = {
            "tally/__init__.py": text.replace("0.6.0", "0.7.0"),
            "tally/py.typed": "",
            f"tally/_tally.{'pyd' if windows else 'abi3.so'}": binary,
        }
        made.append(
            make_wheel(
                folder,
                "seatrial-tally",
                "0.7.0",
                modules=modules,
                tag=f"cp39-abi3-{platform}",
                headers="Requires-Python: >=3.9\n",
            )
        )
    return made


def lay_down(dock: Path, commit: str, files: list[Path]) -> None:
    """Let the forge show a run of the workflow that left each file as an artifact."""
    archives = {}
    for number, file in enumerate(files):
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w") as archive:
            archive.write(file, file.name)
        archives[f"wheels-{number}"] = data.getvalue()
    run = StoredRun(id=3, workflow="wheels.yml", commit=commit)
    Runs(dock).add("octo/tally", run, archives)


def rust() -> dict[str, str]:
    """Give where this person's Rust lies, for somebody with another home."""
    names = {"CARGO_HOME": ".cargo", "RUSTUP_HOME": ".rustup"}
    return {key: os.environ.get(key) or str(Path.home() / name) for key, name in names.items()}


def builds_rust() -> bool:
    """Say whether there is a Rust that works: rustup's own cargo is there without any."""
    if shutil.which("cargo") is None:
        return False
    asked = [["cargo", "--version"], ["rustc", "--version"]]
    env = {**os.environ, **rust()}
    return all(
        subprocess.run(argv, env=env, capture_output=True, check=False).returncode == 0
        for argv in asked
    )


def rehearsed(repository: Path, home: Path) -> subprocess.CompletedProcess[str]:
    """Rehearse as a user does, with Rust where it is."""
    return subprocess.run(
        [sys.executable, "-m", "seatrial", "rehearse", "--json", str(repository)],
        env=environment(home) | rust(),
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )


def test_the_wheels_of_five_platforms_are_collected_and_rehearsed(tmp_path: Path) -> None:
    """All of the expected set, and that alone, is staged and published; what runs here is run."""
    with example(tmp_path) as (repository, dock):
        files = wheels(tmp_path)
        source = make_sdist(tmp_path, "seatrial-tally", "0.7.0", headers="Requires-Python: >=3.9\n")
        lay_down(dock, git(repository, "rev-parse", "HEAD"), [*files, source])
        done = rehearsed(repository, tmp_path / "home")
        assert done.returncode == 0, done.stderr
        report = json.loads(done.stdout)
        assert report["tag"] == "tally/0.7.0"
        assert {one["name"] for one in report["artifacts"]} == {f.name for f in [*files, source]}
        ran = next(s["detail"] for s in report["steps"] if s["kind"] == "install-check")
        assert "import tally" in ran
        assert "python -c" in ran


def test_a_wheel_that_ci_lost_refuses_the_release(tmp_path: Path) -> None:
    """One platform less is named, and nothing is staged."""
    with example(tmp_path) as (repository, dock):
        source = make_sdist(tmp_path, "seatrial-tally", "0.7.0", headers="Requires-Python: >=3.9\n")
        some = [one for one in wheels(tmp_path) if "win" not in one.name.partition("cp39")[2]]
        lay_down(dock, git(repository, "rev-parse", "HEAD"), [*some, source])
        done = rehearsed(repository, tmp_path / "home")
        assert done.returncode == 1
        assert "cp39-abi3 × win_amd64" in done.stderr


@pytest.mark.slow
@pytest.mark.skipif(not builds_rust(), reason="cargo is not here to build with")
def test_the_extension_is_built_here_where_rust_is(tmp_path: Path) -> None:
    """Without CI the wheel for this machine is built, tagged by what it needs, and run."""
    settings = (
        'tag = "tally/{version}"\n[verify]\n'
        'run = ["python -c \'import tally; assert tally.count(\\"one two\\") == 2\'"]\n'
    )
    with example(tmp_path, settings) as (repository, _):
        done = rehearsed(repository, tmp_path / "home")
        assert done.returncode == 0, done.stderr
        names = [one["name"] for one in json.loads(done.stdout)["artifacts"]]
        assert any(name.startswith("seatrial_tally-0.7.0-cp39-abi3-manylinux") for name in names)
