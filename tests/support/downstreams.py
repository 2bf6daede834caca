"""A repository downstream, made small, and the configuration that changes it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.support.releases import Scene
from tests.support.repositories import Repository, git, make_repository

TOKEN = {"Authorization": "Bearer test"}
FORGE = "https://github.com/octo/"
SERVER = {
    "version.py": 'NAME = "server"\nPROVISION_VERSION = (305, 1)\n',
    "requirements/common.in": (
        "# ours\n"
        "git+https://github.com/octo/demo.git@v1.0.0#egg=demo==1.0.0_git&subdirectory=demo\n"
        "git+https://github.com/octo/demo@v1.0.0#egg=demo-more\n"
        "git+https://github.com/octo/demonstration@v1.0.0#egg=other\n"
    ),
    "tools/lock.py": (
        "import pathlib, sys\n"
        'lines = pathlib.Path("requirements/common.in").read_text().splitlines()\n'
        'pathlib.Path("requirements/dev.txt").write_text("".join(sorted(f"{l}\\n" '
        "for l in lines)))\n"
        'print("locked", len(lines))\n'
    ),
    "requirements/dev.txt": "old\n",
}
EDITS = """edits = { "version.py:PROVISION_VERSION" = "bump minor", "requirements/common.in" = \
"git-url-tags" }
"""
RUN = 'run = ["python tools/lock.py"]\n'


def settings(*tables: str) -> str:
    """Give further lines of the configuration: staging, and a table for each downstream."""
    return 'staging = "stage"\n' + "".join(
        f"\n[[tool.seatrial.downstream]]\n{table}" for table in tables
    )


@dataclass(frozen=True, kw_only=True)
class Server:
    """A repository downstream.

    Attributes:
        work: a clone to work in.
        remote: the bare repository behind it.
    """

    work: Repository
    remote: Path

    def shown(self, path: str, branch: str) -> str:
        """Give a file on a branch of the remote."""
        return git(self.remote, "show", f"{branch}:{path}")

    def branches(self) -> list[str]:
        """Give the names of the branches of the remote."""
        return git(self.remote, "branch", "--format=%(refname:short)").splitlines()


def server(scene: Scene, name: str = "server", files: dict[str, str] | None = None) -> Server:
    """Make a repository downstream, and let the project's git find it under the forge's address.

    Args:
        scene: the project that it names.
        name: of the repository.
        files: what it holds.
    """
    hosted = scene.folder / "octo"
    remote = hosted / f"{name}.git"
    work = make_repository(scene.folder / name, files or SERVER, remote=remote)
    scene.project.git("config", f"url.{hosted}/.insteadOf", FORGE)
    return Server(work=work, remote=remote)


def pulls(scene: Scene, repository: str = "octo/server") -> list[dict[str, Any]]:
    """Give all pull requests of a repository on the forge."""
    answer = httpx.get(f"{scene.dock.forge_api}/repos/{repository}/pulls?state=all", headers=TOKEN)
    answer.raise_for_status()
    found: list[dict[str, Any]] = answer.json()
    return found
