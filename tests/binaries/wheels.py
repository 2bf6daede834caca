"""Wheels with compiled files, and what is found in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from seatrial.artifacts.findings import Finding
from seatrial.artifacts.inspect import Looked, inspect_file
from tests.support.wheels import make_wheel

CODES = frozenset(
    {"binary-broken", "other-machine", "newer-system", "narrow-tag", "foreign-library"}
    | {"stable-abi", "other-python", "unsigned", "search-path", "debug-information"}
    | {"platform-unsaid", "newer-processor", "unasked-tag"}
)
"""What is said of compiled files."""


def look(
    folder: Path, tag: str, files: Mapping[str, bytes], libraries: Sequence[str] = ()
) -> Looked:
    """Inspect a wheel with files in it."""
    wheel = make_wheel(folder, modules={"demo/__init__.py": b"", **files}, tag=tag)
    return inspect_file(wheel, name="demo", version="1.0", libraries=libraries)


def told(looked: Looked) -> list[tuple[str, str]]:
    """Give severity and code of what is said of compiled files."""
    return [(one.severity, one.code) for one in findings(looked)]


def findings(looked: Looked) -> list[Finding]:
    """Give what is said of compiled files."""
    return [one for one in looked.findings if one.code in CODES]


def best(looked: Looked) -> str:
    """Give the best tag."""
    assert looked.truth is not None
    return looked.truth.best
