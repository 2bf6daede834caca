"""Where a commit stands: behind its own tags, the remote's, or the remote's branch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from seatrial.operations.merged import check_pushed
from seatrial.operations.outside import (
    Seen,
    check_history,
    check_releases_elsewhere,
    check_tags,
    check_tip,
)
from seatrial.operations.project import Project


class Standing(NamedTuple):
    """What a commit is compared with: branch, outside, and whether it was merged or is named."""

    branch: str
    seen: Seen
    merged: bool
    version: str


def check_place(project: Project, lines: Sequence[Project], place: Standing) -> None:
    """Refuse a commit that is behind: behind its own tags, the remote's, or the remote's branch.

    Args:
        project: the repository.
        lines: of it.
        place: what it is compared with.

    Raises:
        TagNotAncestor, ShallowClone, BranchMoved, NotMerged: it is.
    """
    here = {tag.name for line in lines for tag in line.facts.tags}
    # Of many packages with many tags each, hardly any is not here.
    tags = {name: commit for name, commit in place.seen.tags.items() if name not in here}
    beyond = msgspec.structs.replace(place.seen, tags=tags)
    for line in lines:
        check_history(line.facts, place.branch)
        if not place.version:
            check_tags(line, beyond)
    (check_pushed if place.merged else check_tip)(project, place.seen.tip, place.branch)
    for line in lines:
        check_releases_elsewhere(line, beyond, place.branch)
