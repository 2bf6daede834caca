"""Jobs of a workflow, run step by step: scripts by bash, and what each action does, done here."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

from seatrial.ci.release import ALWAYS
from tests.support.repositories import git

Step = Mapping[str, Any]

PIPX = """#!/bin/sh
# Runs the Seatrial under test in the place of the version that is named; of what build brings,
# pipx runs the program that it names for that.
[ "$1" = run ] && case "$2" in
  seatrial==*) shift 2; exec "{python}" -m seatrial "$@" ;;
  build==*) from=$2; shift 2; exec "{uv}" tool run --quiet --from "$from" pyproject-build "$@" ;;
esac
echo "pipx $*: that is not known here" >&2
exit 2
"""
_EXPRESSION = re.compile(r"\$\{\{ *(!?)([\w.]+) *\}\}")
WITHIN = 300


@dataclass(frozen=True, kw_only=True)
class Forge:
    """What runs the jobs.

    Attributes:
        folder: for everything.
        remote: the bare repository that is checked out.
        environ: the environment of every step, beside what the forge itself sets.
        actions: ``owner/name`` → what it does, given the job and what stands in ``with``.
    """

    folder: Path
    remote: Path
    environ: Mapping[str, str]
    actions: Mapping[str, Callable[[Running, Mapping[str, str]], None]] = field(
        default_factory=dict
    )

    @property
    def artifacts(self) -> Path:
        """The folder of what was uploaded: a folder for each artifact."""
        return self.folder / "artifacts"


@dataclass(kw_only=True)
class Running:
    """A job while it runs.

    Attributes:
        forge: what runs it.
        folder: the workspace.
        values: what expressions can name ("matrix.platform" → its value).
        env: what stands in ``env`` of the step that is run.
        said: what each script printed.
        codes: exit code of each script, by the step's name or its place.
    """

    forge: Forge
    folder: Path
    values: dict[str, Any]
    env: Mapping[str, str] = field(default_factory=dict)
    said: str = ""
    codes: list[int] = field(default_factory=list)

    @property
    def summary(self) -> str:
        """What its steps have written for the run's page."""
        file = self.folder.with_suffix(".summary.md")
        return file.read_text("utf-8") if file.is_file() else ""

    def fill(self, text: Any) -> str:  # noqa: ANN401 - a scalar of YAML
        """Put values into a text."""

        def value(found: re.Match[str]) -> str:
            given = self.values.get(found[2], "")
            return str(not given).lower() if found[1] else _shown(given)

        return _EXPRESSION.sub(value, str(text))

    def holds(self, condition: str) -> bool:
        """Say whether a step's ``if`` is true: a name, or one that is denied."""
        inner = condition.removeprefix("${{").removesuffix("}}").strip()
        given = bool(self.values.get(inner.removeprefix("!")))
        return given != inner.startswith("!")


def jobs_of(text: str) -> dict[str, Any]:
    """Read the jobs of a workflow."""
    found: dict[str, Any] = yaml.safe_load(text)["jobs"]
    return found


def run_job(forge: Forge, name: str, job: Mapping[str, Any], **values: Any) -> Running:  # noqa: ANN401 - as GitHub has them
    """Run a job's steps in order; after one that fails, those that say so.

    Args:
        forge: what runs it.
        name: of the workspace's folder.
        job: as the workflow has it.
        values: ``matrix`` and ``inputs``, each a mapping.
    """
    known = {
        f"{kind}.{key}": value for kind, pairs in values.items() for key, value in pairs.items()
    }
    running = Running(forge=forge, folder=forge.folder / name, values=known)
    running.values["github.token"] = "ghs-of-the-job"
    running.folder.mkdir(parents=True)
    failed = False
    for step in job["steps"]:
        condition = str(step.get("if", "true"))
        if failed and condition != ALWAYS:
            continue
        if condition not in {"true", ALWAYS} and not running.holds(condition):
            continue
        if "uses" in step:
            _use(running, step)
        elif not _script(running, step):
            failed = True
    return running


def _shown(value: Any) -> str:  # noqa: ANN401 - a scalar of YAML
    return str(value).lower() if isinstance(value, bool) else str(value)


def _use(running: Running, step: Step) -> None:
    action = step["uses"].partition("@")[0]
    given = {key: running.fill(value) for key, value in step.get("with", {}).items()}
    running.env = {key: running.fill(value) for key, value in step.get("env", {}).items()}
    own = running.forge.actions.get(action)
    (own or ACTIONS[action])(running, given)


def _script(running: Running, step: Step) -> bool:
    """Run a script as GitHub does where no shell is named: ``bash -e FILE``."""
    place = running.forge.folder / "bin"
    place.mkdir(exist_ok=True)
    pipx = place / "pipx"
    uv = Path(sys.executable).parent / "uv"
    pipx.write_text(PIPX.format(python=sys.executable, uv=uv), "utf-8")
    pipx.chmod(0o755)
    script = running.folder.with_suffix(".sh")
    script.write_text(running.fill(step["run"]), "utf-8")
    own = {key: running.fill(value) for key, value in step.get("env", {}).items()}
    environ = {
        **running.forge.environ,
        "CI": "true",
        "GITHUB_WORKSPACE": str(running.folder),
        "GITHUB_STEP_SUMMARY": str(running.folder.with_suffix(".summary.md")),
        **own,
    }
    environ["PATH"] = f"{place}{os.pathsep}{environ['PATH']}"
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", str(script)],
        cwd=running.folder,
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=WITHIN,
        check=False,
    )
    running.said += done.stdout + done.stderr
    running.codes.append(done.returncode)
    return done.returncode == 0


def _checkout(running: Running, given: Mapping[str, str]) -> None:
    """Fetch the branch; the whole history and the tags with ``fetch-depth: 0`` alone."""
    depth = [] if given.get("fetch-depth") == "0" else ["--depth=1", "--no-tags"]
    address = running.forge.remote.as_uri()
    git(running.forge.folder, "clone", "--quiet", *depth, address, str(running.folder))


def _upload(running: Running, given: Mapping[str, str]) -> None:
    """Keep what is in a folder; nothing there is an error, as it is asked for."""
    found = running.folder / given["path"]
    assert given["if-no-files-found"] == "error"
    assert any(found.iterdir()), f"no files were found at {given['path']}"
    shutil.copytree(found, running.forge.artifacts / given["name"])


def _download(running: Running, given: Mapping[str, str]) -> None:
    """Lay down what fits the pattern, each artifact in a folder of its own."""
    for kept in running.forge.artifacts.iterdir():
        if fnmatchcase(kept.name, given["pattern"]):
            shutil.copytree(kept, running.folder / given["path"] / kept.name)


def _nothing(running: Running, given: Mapping[str, str]) -> None:
    """Set nothing up: what a step needs is here."""


ACTIONS: Mapping[str, Callable[[Running, Mapping[str, str]], None]] = {
    "actions/checkout": _checkout,
    "actions/upload-artifact": _upload,
    "actions/download-artifact": _download,
    "actions/setup-python": _nothing,
}
