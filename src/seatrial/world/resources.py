"""What a release depends on, as source distributions: the resources of a Homebrew formula."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

from packaging.utils import (
    InvalidSdistFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import Version

from seatrial.errors import DownstreamDiffers, Unreachable
from seatrial.plan.downstream_values import Source
from seatrial.process import Runner, child_environment
from seatrial.world.ports import HeldFile, Index
from seatrial.world.usual import told_to_uv

RESOLVING = 120.0
"""Seconds for one resolution."""

UNSATISFIABLE = 1
"""uv's exit code for requirements that no set of versions satisfies; other faults have others."""

_PINNED = re.compile(r"^(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)==(?P<version>[^\s;]+)")


def resources_of(file: Path, index: Index, runner: Runner) -> tuple[Source, ...]:
    """Resolve what a built file requires on this machine's platform, without extras.

    Args:
        file: the wheel, or the sdist, of the release.
        index: where the dependencies come from.
        runner: starts uv.

    Returns:
        The sdist of each dependency, or its one wheel for all platforms where it has no sdist.

    Raises:
        DownstreamDiffers: nothing satisfies it, or a dependency has files for platforms alone.
        Unreachable: the index did not answer.
    """
    from uv import find_uv_bin

    told = {"UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1", "NO_COLOR": "1"}
    done = runner.reading().run(
        [find_uv_bin(), "pip", "compile", "-", "--quiet", "--no-header", "--no-annotate"],
        cwd=file.parent,
        env=child_environment() | told | told_to_uv(os.environ),
        timeout=RESOLVING,
        stdin=f"{_name(file)} @ {file.absolute().as_uri()}\n".encode(),
    )
    if done.code == UNSATISFIABLE:
        raise DownstreamDiffers(f"the resources of {file.name}", done.said, doing="resolving")
    if done.code != 0:
        raise Unreachable(f"the resources of {file.name}", done.said, doing="resolving")
    return tuple(_sources(done.text, index))


def _name(file: Path) -> str:
    if file.suffix == ".whl":
        return parse_wheel_filename(file.name)[0]
    return parse_sdist_filename(file.name)[0]


def _sources(text: str, index: Index) -> Iterator[Source]:
    for line in text.splitlines():
        found = _PINNED.match(line)
        if found is None:
            continue  # The release itself, which is named by its file.
        name, version = canonicalize_name(found["name"]), Version(found["version"])
        files = index.files(name, asked_after=time.monotonic() - RESOLVING)
        chosen = _chosen(list(files.values()), version)
        if chosen is None:
            said = f"{name} {version} has neither an sdist nor a wheel for all platforms"
            raise DownstreamDiffers(f"the resource {name}", said, doing="looking for")
        yield Source(name=name, version=str(version), url=chosen.url, sha256=chosen.sha256)


def _chosen(files: list[HeldFile], version: Version) -> HeldFile | None:
    """Give the sdist of a version, else its wheel for all platforms."""
    for file in files:
        try:
            if parse_sdist_filename(file.name)[1] == version and file.sha256:
                return file
        except InvalidSdistFilename:
            continue
    ending = "-none-any.whl"
    found = (f for f in files if f.name.endswith(ending) and f.sha256)
    return next((f for f in found if parse_wheel_filename(f.name)[1] == version), None)
