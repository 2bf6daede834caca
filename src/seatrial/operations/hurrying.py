"""A repository that is read while the program that wants it is still being imported."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from seatrial.ahead import Ahead
from seatrial.operations.project import Project


def hurried(path: Path, publish: str = "") -> Callable[[], Project]:
    """Begin to open a repository and to read it, and to ask the remote and the indexes.

    Args:
        path: a folder in it.
        publish: the index to publish to; the configured one when empty.

    Returns:
        What waits for it, and gives it or raises what :meth:`Project.open` and
        :meth:`Project.hurry` do.
    """

    def read() -> Project:
        project = Project.open(path)
        project.hurry(publish)
        return project

    return Ahead(read).result
