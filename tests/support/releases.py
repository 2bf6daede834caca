"""A whole release made small: a project, a bare remote, a dock that plays index and forge.

The project builds with a backend of its own that needs nothing from anywhere and never builds the
same bytes twice: a file that is rebuilt where it must not be shows itself.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import msgspec

from seatrial.dock.hosting import Hosted
from seatrial.process import child_environment
from tests.support.docks import DockProcess, dock_process
from tests.support.repositories import Repository, git, make_repository
from tests.support.sluice import Sluice

ROOT = Path(__file__).parents[2]
NAME = "demo"
BACKEND = """
import base64, hashlib, io, os, tarfile, time, tomllib, zipfile

with open("pyproject.toml", "rb") as file:
    VERSION = tomllib.load(file)["project"]["version"]

WHEEL = b"Wheel-Version: 1.0\\nGenerator: t\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"


def _metadata():
    return f"Metadata-Version: 2.1\\nName: demo\\nVersion: {VERSION}\\nSummary: A demo\\n"


def build_sdist(folder, settings=None):
    top = f"demo-{VERSION}"
    with tarfile.open(os.path.join(folder, top + ".tar.gz"), "w:gz") as archive:
        for path in ("pyproject.toml", "backend.py", "demo.py"):
            archive.add(path, f"{top}/{path}")
        data = _metadata().encode()
        info = tarfile.TarInfo(f"{top}/PKG-INFO")
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
        data = str(time.time_ns()).encode()
        info = tarfile.TarInfo(f"{top}/moment.txt")
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return top + ".tar.gz"


def build_wheel(folder, settings=None, metadata=None):
    name = f"demo-{VERSION}-py3-none-any.whl"
    info = f"demo-{VERSION}.dist-info"
    with open("demo.py", "rb") as file:
        module = file.read()
    files = {
        "demo.py": module,
        "demo_moment.py": f"MOMENT = {time.time_ns()}\\n".encode(),
        f"{info}/METADATA": _metadata().encode(),
        f"{info}/WHEEL": WHEEL,
        f"{info}/entry_points.txt": b"[console_scripts]\\ndemo = demo:main\\n",
    }
    lines = []
    with zipfile.ZipFile(os.path.join(folder, name), "w") as archive:
        for path, data in files.items():
            archive.writestr(path, data)
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            lines.append(f"{path},sha256={digest},{len(data)}")
        lines.append(f"{info}/RECORD,,")
        archive.writestr(f"{info}/RECORD", "\\n".join(lines) + "\\n")
    return name
"""
PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "demo"
version = "1.0.0"
description = "A demo"

[tool.seatrial]
publish = "{index}"
{more}

[tool.seatrial.forge]
kind = "github"
repository = "octo/demo"
api = "{forge}"

[tool.seatrial.index.{index}]
upload-url = "{main_upload}"
simple-url = "{main_simple}"

[tool.seatrial.index.stage]
upload-url = "{stage_upload}"
simple-url = "{stage_simple}"
"""
CHANGELOG = """# Changelog

## 1.0.0 - 2024-01-01

- First.
"""
MODULE = '''"""A demo."""

import sys


def main() -> None:
    """Say something."""
    print("usage: demo" if "--help" in sys.argv else "demo")
'''


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What the world holds of a release, in a form that two worlds can be compared by.

    Attributes:
        commits: subjects on the remote's branch, the newest first.
        tagged: the subject of the commit that the remote's tag names; empty when there is no tag.
        index: file name → SHA-256, on the index.
        stage: the same on the staging index.
        releases: of the forge, for this tag: whether each is a draft, and its assets' digests.
    """

    commits: tuple[str, ...]
    tagged: str
    index: dict[str, str]
    stage: dict[str, str]
    releases: tuple[tuple[bool, dict[str, str]], ...]


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A project with its world.

    Attributes:
        folder: everything lies in it.
        project: the user's repository.
        dock: plays index and forge, in a process of its own.
        index: the name of the index to publish to.
    """

    folder: Path
    project: Repository
    dock: DockProcess
    index: str = "main"

    @property
    def remote(self) -> Path:
        """The bare repository behind ``origin``."""
        assert self.project.remote is not None
        return self.project.remote

    def environment(self, home: str = "home") -> dict[str, str]:
        """Give the environment of the person who releases."""
        token = f"SEATRIAL_TOKEN_{self.index.upper()}"
        return environment(self.folder / home) | {token: "pypi-for-tests"}

    def seatrial(
        self, *arguments: str, at: Path | None = None, home: str = "home"
    ) -> subprocess.CompletedProcess[str]:
        """Run the command line to its end.

        Args:
            arguments: what the user types.
            at: the folder to be in; the project when absent.
            home: the person's home folder, below the scene's.
        """
        return subprocess.run(
            [sys.executable, "-m", "seatrial", *arguments],
            cwd=at or self.project.folder,
            env=self.environment(home),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def start(
        self, *arguments: str, at: Path | None = None, env: Mapping[str, str] | None = None
    ) -> subprocess.Popen[str]:
        """Start the command line without waiting; its output goes to pipes.

        Args:
            arguments: what the user types.
            at: the folder to be in; the project when absent.
            env: more variables.
        """
        return subprocess.Popen(
            [sys.executable, "-m", "seatrial", *arguments],
            cwd=at or self.project.folder,
            env=self.environment() | dict(env or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def clone(self, name: str) -> Path:
        """Clone the remote into a new folder, as another machine would."""
        git(self.folder, "clone", "--quiet", str(self.remote), name)
        return self.folder / name

    def shown(self, tag: str = "v1.1.0") -> Shown:
        """Look at the whole world."""
        commits = git(self.remote, "log", "--format=%s", "main").splitlines()
        tags = git(self.remote, "tag", "--list", tag)
        return Shown(
            commits=tuple(commits),
            tagged=git(self.remote, "log", "-1", "--format=%s", tag) if tags else "",
            index=self.held("main"),
            stage=self.held("stage"),
            releases=tuple(
                (release["draft"], {a["name"]: a["digest"] for a in release["assets"]})
                for release in self.releases()
                if release["tag_name"] == tag
            ),
        )

    def held(self, index: str) -> dict[str, str]:
        """Give what an index shows: file name → SHA-256."""
        return self.held_of(index, NAME)

    def held_of(self, index: str, package: str) -> dict[str, str]:
        """Give what an index shows of a package: file name → SHA-256."""
        answer = httpx.get(
            f"{self.dock.simple_url(index)}{package}/",
            headers={"Accept": "application/vnd.pypi.simple.v1+json"},
        )
        if answer.status_code == httpx.codes.NOT_FOUND:
            return {}
        return {file["filename"]: file["hashes"]["sha256"] for file in answer.json()["files"]}

    def releases(self) -> list[dict[str, Any]]:
        """Give all releases of the forge, drafts too."""
        answer = httpx.get(
            f"{self.dock.forge_api}/repos/octo/demo/releases",
            headers={"Authorization": "Bearer test"},
        )
        answer.raise_for_status()
        found: list[dict[str, Any]] = answer.json()
        return found

    def requests(self) -> list[str]:
        """Give "METHOD path status" of every request that the dock has answered."""
        log = self.folder / "dock" / "requests.log"
        return log.read_text("utf-8").splitlines()


def environment(home: Path) -> dict[str, str]:
    """Give the environment of a person with a home folder of their own."""
    home.mkdir(exist_ok=True)
    kept = child_environment()
    return kept | {
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / ".cache"),
        # Every person shares uv's own cache: what it holds is not what is tested.
        "UV_CACHE_DIR": kept.get("UV_CACHE_DIR") or str(Path.home() / ".cache" / "uv"),
        "GIT_AUTHOR_NAME": "Ada",
        "GIT_AUTHOR_EMAIL": "ada@example.org",
        "GIT_COMMITTER_NAME": "Ada",
        "GIT_COMMITTER_EMAIL": "ada@example.org",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "SEATRIAL_TOKEN_STAGE": "pypi-for-tests",
        "GH_TOKEN": "ghp-for-tests",
        "PYTHONPATH": str(ROOT),
    }


@contextmanager
def scene(
    folder: Path,
    *,
    more: str = 'staging = "stage"',
    faults: Sequence[str] = (),
    files: Mapping[str, str] | None = None,
    through: Sluice | None = None,
    name: str = "project",
    index: str = "main",
    repositories: Mapping[str, Hosted] | None = None,
) -> Iterator[Scene]:
    """Set a project, its remote and a dock up; the project has a feature since its release 1.0.0.

    Args:
        folder: for everything.
        more: further lines of the configuration.
        faults: what the dock does wrong, as ``--fault`` has it.
        files: more files of the project.
        through: a gate that uploads and everything for the forge pass.
        name: of the project's folder.
        index: the name of the index to publish to.
        repositories: what the forge knows of repositories.
    """
    with dock_process(
        folder / "dock", own=[NAME], faults=faults, repositories=repositories
    ) as dock:
        port = dock.port
        if through is not None:
            through.target = port
            port = through.port

        def sent(address: str) -> str:
            return address.replace(f":{dock.port}/", f":{port}/")

        settings = PYPROJECT.format(
            more=more,
            forge=sent(dock.forge_api),
            index=index,
            main_upload=sent(dock.upload_url(index)),
            main_simple=dock.simple_url(index),
            stage_upload=sent(dock.upload_url("stage")),
            stage_simple=dock.simple_url("stage"),
        )
        project = make_repository(
            folder / name,
            {
                "pyproject.toml": settings,
                "backend.py": BACKEND,
                "demo.py": MODULE,
                "CHANGELOG.md": CHANGELOG,
            }
            | dict(files or {}),
            message="feat: begin",
            tag="v1.0.0",
            remote=folder / "remote.git",
        )
        project.commit("feat: say more", {"demo.py": MODULE + "\n\nMORE = True\n"})
        project.push()
        yield Scene(folder=folder, project=project, dock=dock, index=index)
