"""What the inspection finds in all files of a release together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from seatrial.artifacts.findings import Finding
from seatrial.artifacts.inspect import check_set, inspect_file


def inspect_files(paths: Sequence[Path], *, name: str, version: str) -> tuple[Finding, ...]:
    """Inspect wheels and sdists of one release, file by file and then as a set."""
    looked = [inspect_file(path, name=name, version=version) for path in paths]
    found = [finding for one in looked for finding in one.findings]
    return (*found, *check_set(looked))
