"""The index that this user installs from when nothing else is said."""

from __future__ import annotations

from collections.abc import Mapping

from seatrial.addresses import INDEXES

UV_VARIABLES = ("UV_DEFAULT_INDEX", "UV_INDEX_URL")
"""Where users tell uv, the stronger first (uv, "Environment variables")."""

PIP_VARIABLE = "PIP_INDEX_URL"
"""Where users tell pip; uv does not read it, and whoever told only pip means both."""


def usual_index(environ: Mapping[str, str]) -> str:
    """Give the address of its Simple API.

    Args:
        environ: the environment.
    """
    for name in (*UV_VARIABLES, PIP_VARIABLE):
        value = environ.get(name, "").strip()
        # uv takes NAME=URL as well.
        label, separator, address = value.partition("=")
        if value:
            return address if separator and "/" not in label else value
    return INDEXES["pypi"].simple


def told_to_uv(environ: Mapping[str, str], index: str | None = None) -> dict[str, str]:
    """Give what uv has to be told beyond what it reads itself.

    Args:
        environ: the environment that uv gets.
        index: the address to use whatever the user has said.
    """
    if index is None and not any(environ.get(name) for name in UV_VARIABLES):
        index = environ.get(PIP_VARIABLE) or None
    return {UV_VARIABLES[0]: index} if index else {}
