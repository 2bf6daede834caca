"""Publishing with the tools that people's projects are made with: the real ones, good and bad."""

from __future__ import annotations

import html
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from seatrial.dock.server import Dock
from seatrial.process import child_environment
from tests.dock.test_clients import pip_install, uv_install
from tests.dock.test_upload import held
from tests.dock.uploads import fields, upload
from tests.support.docks import TOKEN
from tests.support.wheels import make_sdist, make_wheel

UV = str(Path(sys.executable).parent / "uv")
TAKEN = "File already exists ('demo-1.0-py3-none-any.whl', with blake2_256 hash"


def run(argv: Sequence[str], cwd: Path, more: Mapping[str, str] | None = None) -> tuple[int, str]:
    """Run a program; give its exit code and what it printed."""
    env = child_environment() | {
        "COLUMNS": "1000",
        "XDG_CONFIG_HOME": str(cwd / "config"),
        "PDM_CHECK_UPDATE": "0",
        "NO_COLOR": "1",
    }
    done = subprocess.run(
        argv,
        cwd=cwd,
        env=env | dict(more or {}),
        capture_output=True,
        stdin=subprocess.DEVNULL,
        text=True,
        check=False,
    )
    return done.returncode, " ".join(html.unescape(done.stdout + done.stderr).split())


def tool(name: str, *arguments: str, cwd: Path, **more: str) -> tuple[int, str]:
    """Run a tool that comes from the registry."""
    # PDM's own bounds admit a dependency that it does not work with; those of this extra do not.
    source = "pdm[locked]" if name == "pdm" else name
    return run([UV, "tool", "run", "--quiet", "--from", source, name, *arguments], cwd, more)


def flit(dock: Dock, folder: Path) -> tuple[int, str]:
    """Build and publish with flit, which makes the files anew from the wheel's module."""
    (folder / "demo").mkdir(exist_ok=True)
    size = (folder / "dist" / "demo-1.0-py3-none-any.whl").stat().st_size
    module = f'"""A demo."""\n__version__ = "1.0"\nSIZE = {size}\n'
    (folder / "demo" / "__init__.py").write_text(module, encoding="utf-8")
    (folder / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["flit_core"]\nbuild-backend = "flit_core.buildapi"\n'
        '[project]\nname = "demo"\nrequires-python = ">=3"\n'
        'dynamic = ["version", "description"]\n',
        encoding="utf-8",
    )
    return tool(
        "flit",
        "publish",
        "--no-use-vcs",
        cwd=folder,
        FLIT_INDEX_URL=dock.upload_url("pypi"),
        FLIT_USERNAME="__token__",
        FLIT_PASSWORD=TOKEN,
    )


def hatch(dock: Dock, folder: Path) -> tuple[int, str]:
    """Publish with hatch."""
    login = ["-u", "__token__", "-a", TOKEN, "--no-prompt"]
    files = [str(path) for path in sorted((folder / "dist").iterdir())]
    return tool("hatch", "publish", "-r", dock.upload_url("pypi"), *login, *files, cwd=folder)


def pdm(dock: Dock, folder: Path) -> tuple[int, str]:
    """Publish with PDM."""
    (folder / "pyproject.toml").write_text(
        '[project]\nname = "demo"\nversion = "1.0"\nrequires-python = ">=3.9"\n', encoding="utf-8"
    )
    login = ["--username", "__token__", "--password", TOKEN]
    options = ["--no-build", "--repository", dock.upload_url("pypi"), *login]
    return tool("pdm", "publish", *options, cwd=folder)


def maturin(dock: Dock, folder: Path) -> tuple[int, str]:
    """Upload with maturin."""
    login = ["--username", "__token__", "--password", TOKEN, "--non-interactive"]
    files = [str(path) for path in sorted((folder / "dist").iterdir())]
    options = ["--repository-url", dock.upload_url("pypi"), *login]
    return tool("maturin", "upload", *options, *files, cwd=folder)


def project(folder: Path, size: int = 0) -> Path:
    """Make a folder with files to publish; another size makes other bytes of the same names."""
    (folder / "dist").mkdir(parents=True)
    make_wheel(folder / "dist", size=size)
    if not size:
        make_sdist(folder / "dist")
    return folder


@pytest.mark.slow
@pytest.mark.registry
@pytest.mark.parametrize(
    ("publish", "shown"),
    [
        (flit, TAKEN),
        (hatch, TAKEN),
        (maturin, TAKEN),
        # PDM tells the status alone, whatever the index said.
        (pdm, "Client error '400 Bad Request'"),
    ],
)
def test_a_tool_publishes_and_shows_the_refusal(
    dock: Dock, tmp_path: Path, publish: Callable[[Dock, Path], tuple[int, str]], shown: str
) -> None:
    """Both files are taken; other bytes of the same name are refused, and a person is told."""
    code, said = publish(dock, project(tmp_path / "first"))
    assert code == 0, said
    before = held(dock)
    assert set(before) == {"demo-1.0-py3-none-any.whl", "demo-1.0.tar.gz"}
    code, said = publish(dock, project(tmp_path / "second", size=10))
    assert code != 0, said
    assert shown in said
    assert held(dock) == before


@pytest.mark.slow
@pytest.mark.registry
def test_pdm_skips_what_is_there(dock: Dock, tmp_path: Path) -> None:
    """PDM understands the refusal as that of a file that is there, and goes on when told to."""
    pdm(dock, project(tmp_path / "first"))
    folder = project(tmp_path / "second", size=10)
    (folder / "pyproject.toml").write_text(
        '[project]\nname = "demo"\nversion = "1.0"\nrequires-python = ">=3.9"\n', encoding="utf-8"
    )
    options = ["--no-build", "--skip-existing", "--repository", dock.upload_url("pypi")]
    login = ["--username", "__token__", "--password", TOKEN]
    code, said = tool("pdm", "publish", *options, *login, cwd=folder)
    assert code == 0, said


@pytest.mark.slow
@pytest.mark.registry
def test_poetry_shows_the_refusal(dock: Dock, tmp_path: Path) -> None:
    """With poetry a person reads why a file was refused, and --skip-existing goes past it."""
    codes = []
    for name, size, more in (("a", 0, ()), ("b", 10, ()), ("c", 10, ("--skip-existing",))):
        folder = project(tmp_path / name, size=size)
        head = '[project]\nname = "demo"\nversion = "1.0"\nrequires-python = ">=3.9"\n'
        (folder / "pyproject.toml").write_text(head + "[tool.poetry]\n", encoding="utf-8")
        home = {f"POETRY_{kind}_DIR": str(folder / kind) for kind in ("CONFIG", "CACHE", "DATA")}
        home["POETRY_REPOSITORIES_DOCK_URL"] = dock.upload_url("pypi")
        login = ["-u", "__token__", "-p", TOKEN]
        code, said = tool(
            "poetry", "publish", "-n", "-r", "dock", *login, *more, cwd=folder, **home
        )
        codes.append(code)
        if name == "b":
            assert "File already exists" in said
    assert codes == [0, 1, 0]


AS_PYPI = """
import sys
from twine import __main__, repository, utils
url, json_api = sys.argv.pop(1), sys.argv.pop(1)
repository.LEGACY_PYPI = json_api
for module in (repository, utils):
    for name in ("WAREHOUSE", "TEST_WAREHOUSE", "DEFAULT_REPOSITORY", "TEST_REPOSITORY"):
        if hasattr(module, name):
            setattr(module, name, url)
sys.exit(__main__.main())
"""
"""twine takes --skip-existing for PyPI's own addresses only; to it, this one is."""


def as_pypi(dock: Dock, json_index: str, *options: str) -> list[str]:
    """Give twine's command line, to which the dock is PyPI."""
    url = dock.upload_url("pypi")
    # Spelt otherwise: twine refuses uploads to where that JSON API is.
    json_api = f"{dock.url.replace('127.0.0.1', 'localhost')}/{json_index}/"
    argv = [sys.executable, "-c", AS_PYPI, url, json_api, "upload"]
    argv += ["--non-interactive", "--disable-progress-bar", "--repository-url", url]
    return [*argv, "-u", "__token__", "-p", TOKEN, *options]


@pytest.mark.parametrize("json_index", ["pypi", "empty"])
def test_twine_skips_what_is_there(dock: Dock, tmp_path: Path, json_index: str) -> None:
    """With --skip-existing twine goes past a file: by the JSON API, or by the refusal's words."""
    first, second = project(tmp_path / "first"), project(tmp_path / "second", size=10)
    make_sdist(second / "dist")
    argv = as_pypi(dock, json_index, "--skip-existing")
    before: dict[str, str] = {}
    for folder in (first, second):
        files = [str(path) for path in sorted((folder / "dist").iterdir())]
        code, said = run([*argv, *files], folder)
        assert code == 0, said
        before = before or held(dock)
    assert "Skipping demo-1.0-py3-none-any.whl because it appears to already exist" in said
    assert held(dock) == before


@pytest.mark.parametrize("option", [(), ("--skip-existing",)])
def test_twine_does_not_skip_a_burnt_name(
    dock: Dock, tmp_path: Path, option: tuple[str, ...]
) -> None:
    """A name that was deleted is refused in other words, and no option goes past it."""
    folder = project(tmp_path / "first")
    wheel = folder / "dist" / "demo-1.0-py3-none-any.whl"
    argv = as_pypi(dock, "pypi")
    assert run([*argv, str(wheel)], folder)[0] == 0
    dock.delete("pypi", wheel.name)
    code, said = run([*argv, *option, str(wheel)], folder)
    assert code == 1
    assert "This filename was previously used by a file that has since been deleted" in said


@pytest.mark.parametrize("install", [pip_install, uv_install])
def test_a_yanked_release_is_not_chosen(
    dock: Dock, tmp_path: Path, install: Callable[[Dock, str, Path], str]
) -> None:
    """Installers pass over what was yanked, and what needs another Python."""
    for version, python in (("1.0", ">=3.8"), ("1.1", ">=3.8"), ("1.2", ">=99")):
        wheel = make_wheel(tmp_path, version=version)
        form = fields(wheel, version=version, requires_python=python)
        assert upload(dock.upload_url("pypi"), wheel, form).status_code == 200
    dock.yank("pypi", "demo", "1.1", "broken")
    install(dock, "demo", tmp_path)
    assert (tmp_path / "into" / "demo-1.0.dist-info").is_dir()
