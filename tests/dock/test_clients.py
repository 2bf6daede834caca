"""The real clients against the dock."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from seatrial.dock.server import Dock
from seatrial.process import child_environment
from tests.dock.test_upload import held
from tests.dock.uploads import upload
from tests.support.docks import TOKEN
from tests.support.wheels import make_sdist, make_wheel

BIN = Path(sys.executable).parent
POETRY = (str(BIN / "uv"), "tool", "run", "--quiet", "--from", "poetry", "poetry")


def run(*argv: str, cwd: Path, ok: bool = True, usual: bool = False) -> str:
    """Run a client in an environment of its own; give what it printed.

    Args:
        argv: the client and its arguments.
        cwd: where; its caches and settings go there too.
        ok: whether it is to succeed.
        usual: whether it may know this machine's index.
    """
    env = child_environment()
    if not usual:
        env = {k: v for k, v in env.items() if not k.startswith(("PIP_", "UV_"))}
        env["UV_NO_CONFIG"] = "1"
    env |= {"UV_CACHE_DIR": str(cwd / "cache"), "COLUMNS": "500"}
    env |= {
        f"POETRY_{kind}_DIR": str(cwd / f"poetry-{kind}") for kind in ("CONFIG", "CACHE", "DATA")
    }
    done = subprocess.run(argv, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode == 0) is ok, done.stdout + done.stderr
    return done.stdout + done.stderr


def twine(dock: Dock, *files: Path, ok: bool = True) -> str:
    """Upload with twine."""
    options = ["--non-interactive", "--disable-progress-bar", "-u", "__token__", "-p", TOKEN]
    url = ["--repository-url", dock.upload_url("pypi")]
    argv = [sys.executable, "-m", "twine", "upload", *options, *url, *map(str, files)]
    return run(*argv, cwd=files[0].parent, ok=ok)


def uv_publish(dock: Dock, *files: Path, more: tuple[str, ...] = (), ok: bool = True) -> str:
    """Upload with uv."""
    options = ["--publish-url", dock.upload_url("pypi"), "--token", TOKEN, *more]
    return run(str(BIN / "uv"), "publish", *options, *map(str, files), cwd=files[0].parent, ok=ok)


def pip_install(dock: Dock, what: str, folder: Path, ok: bool = True) -> str:  # noqa: FBT001, FBT002 - as run
    """Install with pip."""
    options = [
        "--isolated",
        "--cache-dir",
        str(folder / "cache-of-pip"),
        "--index-url",
        dock.simple_url("pypi"),
        "--no-input",
    ]
    argv = [
        sys.executable,
        "-m",
        "pip",
        "install",
        *options,
        "--target",
        str(folder / "into"),
        what,
    ]
    return run(*argv, cwd=folder, ok=ok)


def uv_install(dock: Dock, what: str, folder: Path) -> str:
    """Install with uv."""
    options = ["--index-url", dock.simple_url("pypi"), "--target", str(folder / "into")]
    argv = [str(BIN / "uv"), "pip", "install", "--python", sys.executable, *options, what]
    return run(*argv, cwd=folder)


@pytest.fixture
def usual(tmp_path: Path) -> Iterator[Dock]:
    """Give a dock that plays the user's usual index; it holds ``helper`` and a foreign ``demo``."""
    with Dock(tmp_path / "usual") as dock:
        for name, version in (("helper", "3.0"), ("demo", "99.0")):
            wheel = make_wheel(tmp_path, name, version)
            form = {
                ":action": "file_upload",
                "metadata_version": "2.1",
                "name": name,
                "version": version,
                "filetype": "bdist_wheel",
                "pyversion": "py3",
            }
            form["sha256_digest"] = hashlib.sha256(wheel.read_bytes()).hexdigest()
            assert upload(dock.upload_url("pypi"), wheel, form).status_code == 200
        yield dock


@pytest.fixture
def release(tmp_path: Path, usual: Dock) -> Iterator[Dock]:
    """Give the dock of a rehearsal in which ``demo`` is under release."""
    foreign = usual.simple_url("pypi")
    with Dock(tmp_path / "dock", foreign=foreign, own=frozenset({"Demo"})) as dock:
        yield dock


NEEDS = "Requires-Dist: helper>=3\nRequires-Python: >=3.8\n"


def test_twine_uploads_and_pip_installs(release: Dock, tmp_path: Path) -> None:
    """With twine wheel and sdist are uploaded; pip installs them with a dependency."""
    files = [make_wheel(tmp_path, headers=NEEDS), make_sdist(tmp_path, headers=NEEDS)]
    twine(release, *files)
    assert set(held(release)) == {file.name for file in files}
    pip_install(release, "demo", tmp_path)
    assert {path.name for path in (tmp_path / "into").iterdir()} >= {
        "demo-1.0.dist-info",
        "helper-3.0.dist-info",
    }


def test_uv_publishes_and_installs(release: Dock, tmp_path: Path) -> None:
    """With uv both files are published, and installed with a dependency from elsewhere."""
    files = [make_wheel(tmp_path, headers=NEEDS), make_sdist(tmp_path, headers=NEEDS)]
    uv_publish(release, *files)
    assert set(held(release)) == {file.name for file in files}
    uv_install(release, "demo", tmp_path)
    assert {path.name for path in (tmp_path / "into").iterdir()} >= {
        "demo-1.0.dist-info",
        "helper-3.0.dist-info",
    }


def test_a_name_under_release_never_comes_from_elsewhere(release: Dock, tmp_path: Path) -> None:
    """While nothing of it is held, a name under release does not exist, whatever others hold."""
    assert "No matching distribution" in pip_install(release, "demo", tmp_path, ok=False)


def test_twine_shows_the_refusal(release: Dock, tmp_path: Path) -> None:
    """With twine a person sees the sentence that stands in the reason phrase."""
    twine(release, make_wheel(tmp_path))
    (tmp_path / "again").mkdir()
    said = twine(release, make_wheel(tmp_path / "again", size=10), ok=False)
    assert "File already exists ('demo-1.0-py3-none-any.whl', with blake2_256 hash" in said


def test_uv_shows_the_refusal(release: Dock, tmp_path: Path) -> None:
    """With uv a person sees the sentence that stands in the JSON body."""
    uv_publish(release, make_wheel(tmp_path))
    (tmp_path / "again").mkdir()
    said = uv_publish(release, make_wheel(tmp_path / "again", size=10), ok=False)
    assert "File already exists ('demo-1.0-py3-none-any.whl', with blake2_256 hash" in said


def test_uv_finds_what_is_there_already(release: Dock, tmp_path: Path) -> None:
    """With --check-url uv compares digests with the page and uploads nothing twice."""
    wheel = make_wheel(tmp_path)
    uv_publish(release, wheel)
    uv_publish(release, wheel, more=("--check-url", release.simple_url("pypi")))
    assert [seen.method for seen in release.requests].count("POST") == 1


@pytest.mark.parametrize("install", [uv_install, pip_install])
def test_the_bytes_of_another_dock_are_never_installed(
    tmp_path: Path, install: Callable[[Dock, str, Path], str]
) -> None:
    """Clients with a cache get what this dock holds, though one before had the same port."""
    port = 0
    for number in (1, 2):
        folder = tmp_path / str(number)
        folder.mkdir()
        wheel = make_wheel(folder, modules={"demo/__init__.py": f"NUMBER = {number}\n"})
        with Dock(folder / "dock", own=frozenset({"demo"}), port=port) as dock:
            port = dock.port
            upload(dock.upload_url("pypi"), wheel)
            install(dock, "demo", tmp_path)
        got = tmp_path / "into" / "demo" / "__init__.py"
        assert got.read_text(encoding="utf-8") == f"NUMBER = {number}\n"
        shutil.rmtree(tmp_path / "into")


@pytest.mark.slow
@pytest.mark.registry
def test_poetry_publishes_and_locks(release: Dock, tmp_path: Path) -> None:
    """With poetry both files are published, and locked with a dependency from elsewhere."""
    project = tmp_path / "project"
    (project / "dist").mkdir(parents=True)
    files = [make(project / "dist", headers=NEEDS) for make in (make_wheel, make_sdist)]
    head = '[project]\nname = "demo"\nversion = "1.0"\nrequires-python = ">=3.9"\n'
    (project / "pyproject.toml").write_text(head + "[tool.poetry]\n", encoding="utf-8")
    run(*POETRY, "config", "repositories.dock", release.upload_url("pypi"), cwd=project, usual=True)
    login = ["-u", "__token__", "-p", TOKEN]
    run(*POETRY, "publish", "-n", "-r", "dock", *login, cwd=project, usual=True)
    assert set(held(release)) == {file.name for file in files}
    head = head.replace('"demo"', '"user"') + 'dependencies = ["demo"]\n'
    source = f'[[tool.poetry.source]]\nname = "dock"\nurl = "{release.simple_url("pypi")}"\n'
    (project / "pyproject.toml").write_text(head + source, encoding="utf-8")
    run(*POETRY, "lock", "-n", cwd=project, usual=True)
    lock = tomllib.loads((project / "poetry.lock").read_text(encoding="utf-8"))
    assert {(one["name"], one["version"]) for one in lock["package"]} == {
        ("demo", "1.0"),
        ("helper", "3.0"),
    }
