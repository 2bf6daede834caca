"""What a compiled project's build is told beside what its own files say."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path

ARGUMENTS = "MATURIN_PEP517_ARGS"


def build_variables(source: Path) -> Mapping[str, str]:
    """Give the variables that make a build give files that others can install.

    Called by a front end, maturin tags its wheel for the building machine alone, which PyPI does
    not take.  Called by hand it looks at the library, and gives it the widest tag that is true
    (https://www.maturin.rs/distribution.html, "Manylinux"); here it is asked to do the same.  What
    the project or the user says of it wins.

    Args:
        source: the project folder.
    """
    try:
        stated = tomllib.loads((source / "pyproject.toml").read_text("utf-8"))
    except (OSError, ValueError):
        return {}  # The build will say what is wrong with it.
    backend = stated.get("build-system", {}).get("build-backend", "")
    settings = stated.get("tool", {}).get("maturin", {})
    if backend != "maturin" or ARGUMENTS in os.environ:
        return {}
    if settings.keys() & {"compatibility", "skip-auditwheel"}:
        return {}
    return {ARGUMENTS: "--compatibility pypi"}
