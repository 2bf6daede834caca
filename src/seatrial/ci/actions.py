"""The actions that generated workflows use, each pinned to a commit.

A tag can be moved to other code (rule ST708); a commit cannot.  Dependabot and Renovate raise such
pins, with the version in the comment.
"""

from __future__ import annotations

from typing import Final

_PINS: Final = {
    "actions/checkout": ("3d3c42e5aac5ba805825da76410c181273ba90b1", "v7.0.1"),
    "actions/download-artifact": ("3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c", "v8.0.1"),
    "actions/setup-python": ("5fda3b95a4ea91299a34e894583c3862153e4b97", "v7.0.0"),
    "actions/upload-artifact": ("bbbca2ddaa5d8feaa63e36b76fdaad77386f024f", "v7.0.0"),
    "docker/setup-qemu-action": ("96fe6ef7f33517b61c61be40b68a1882f3264fb8", "v4.2.0"),
    "pypa/cibuildwheel": ("1828c10ab37f080699c7b81cea34097c684a7074", "v4.2.0"),
    "PyO3/maturin-action": ("e83996d129638aa358a18fbd1dfb82f0b0fb5d3b", "v1.51.0"),
}
"""Action → the commit, and the version that it is."""


def pinned(action: str) -> str:
    """Give what stands behind ``uses:``.

    Args:
        action: ``owner/name``.
    """
    commit, version = _PINS[action]
    return f"{action}@{commit} # {version}"


def version_of(action: str) -> str:
    """Give the version that an action is pinned to ("4.2.0")."""
    return _PINS[action][1].removeprefix("v")
