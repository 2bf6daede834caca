"""Real git repositories, made small, the same bytes each time."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

BEGAN = 1_704_067_200
"""Committer time of the first commit: 2024-01-01 00:00:00 UTC; each further one is a minute on."""

HELLO: Mapping[str, str] = {
    "pyproject.toml": (
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n\n'
        '[project]\nname = "hello"\nversion = "0.1.0"\ndescription = "Says hello"\n'
        'requires-python = ">=3.9"\n\n[project.scripts]\nhello = "hello:main"\n'
    ),
    "README.md": "# Hello\n",
    "src/hello/__init__.py": '"""Says hello."""\n\n\ndef main() -> None:\n    print("hello")\n',
}
"""The files of a small package that builds with hatchling."""


@dataclass(frozen=True, kw_only=True)
class Repository:
    """A repository made for a test.

    Attributes:
        folder: its working tree.
        remote: the bare repository behind ``origin``, if it was asked for.
    """

    folder: Path
    remote: Path | None = None

    def git(self, *args: str, stdin: bytes | None = None) -> str:
        """Run git in the working tree, as a fixed person at a fixed time; give what it printed."""
        return git(self.folder, *args, when=self._now(), stdin=stdin)

    @property
    def head(self) -> str:
        """The commit HEAD is at."""
        return self.git("rev-parse", "HEAD")

    def write(self, files: Mapping[str, str | bytes]) -> None:
        """Write files into the working tree, text as UTF-8 with its line endings as they stand."""
        for name, content in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())

    def commit(
        self,
        message: str,
        files: Mapping[str, str | bytes] | None = None,
        *,
        tag: str = "",
        remove: Iterable[str] = (),
    ) -> str:
        """Commit files (an empty commit without any) and give the commit's id.

        Args:
            message: the whole message.
            files: path from the top → content.
            tag: an annotated tag to put on it.
            remove: paths to delete.
        """
        self.write(files or {})
        for name in remove:
            (self.folder / name).unlink()
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--file=-", stdin=message.encode())
        if tag:
            self.tag(tag)
        return self.head

    def tag(self, name: str, commit: str = "HEAD", *, annotated: bool = True) -> None:
        """Tag a commit."""
        options = ("--annotate", f"--message={name}") if annotated else ()
        self.git("tag", *options, name, commit)

    def push(self) -> None:
        """Push every branch and tag to ``origin``."""
        self.git("push", "--quiet", "origin", "--all")
        self.git("push", "--quiet", "origin", "--tags")

    def _now(self) -> int:
        counted = subprocess.run(
            ["git", "rev-list", "--count", "--all"],
            cwd=self.folder,
            env=_environment(BEGAN),
            capture_output=True,
            check=True,
        )
        return BEGAN + 60 * int(counted.stdout)


def make_repository(
    folder: Path,
    files: Mapping[str, str | bytes] = HELLO,
    *,
    message: str = "First commit",
    tag: str = "",
    remote: Path | None = None,
) -> Repository:
    """Make a repository with one commit on ``main``.

    Args:
        folder: where; made when it is not there.
        files: path from the top → content.
        message: the commit's message.
        tag: an annotated tag to put on it.
        remote: where to make a bare repository that becomes ``origin``, with everything pushed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "--quiet", "--initial-branch=main")
    for key, value in (
        ("user.name", "Ada Lovelace"),
        ("user.email", "ada@example.org"),
        ("commit.gpgsign", "false"),
        ("tag.gpgsign", "false"),
        ("core.autocrlf", "false"),
    ):
        git(folder, "config", key, value)
    repository = Repository(folder=folder, remote=remote)
    repository.commit(message, files, tag=tag)
    if remote is not None:
        remote.mkdir(parents=True, exist_ok=True)
        git(remote, "init", "--quiet", "--bare", "--initial-branch=main")
        repository.git("remote", "add", "origin", str(remote))
        repository.push()
        repository.git("branch", "--quiet", "--set-upstream-to=origin/main")
    return repository


def git(folder: Path, *args: str, when: int = BEGAN, stdin: bytes | None = None) -> str:
    """Run git in a folder without anybody's configuration; give what it printed, stripped.

    Raises:
        AssertionError: it failed; the message is git's own.
    """
    done = subprocess.run(
        ["git", *args],
        cwd=folder,
        env=_environment(when),
        input=stdin if stdin is not None else b"",
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode(errors="backslashreplace")
    return done.stdout.decode("utf-8", "backslashreplace").strip()


def _environment(when: int) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return kept | {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "Ada Lovelace",
        "GIT_AUTHOR_EMAIL": "ada@example.org",
        "GIT_COMMITTER_NAME": "Ada Lovelace",
        "GIT_COMMITTER_EMAIL": "ada@example.org",
        "GIT_AUTHOR_DATE": f"@{when} +0000",
        "GIT_COMMITTER_DATE": f"@{when} +0000",
        "LC_ALL": "C",
    }
