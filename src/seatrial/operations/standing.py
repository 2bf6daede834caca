"""Where a commit stands: behind its own tags, the remote's, or the remote's branch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from packaging.version import Version

from seatrial.operations.merged import check_pushed
from seatrial.operations.outside import (
    Seen,
    check_history,
    check_releases_elsewhere,
    check_tags,
    check_tip,
)
from seatrial.operations.project import Project
from seatrial.repository.facts import Facts


class Standing(NamedTuple):
    """What a commit is compared with: branch, outside, and whether it was merged or is named."""

    branch: str
    seen: Seen
    merged: bool
    version: str


def check_place(project: Project, lines: Sequence[Project], place: Standing) -> None:
    """Refuse a commit that is behind: behind its own tags, the remote's, or the remote's branch.

    Of several lines, those that are released have to hold their last releases; which these are is
    not known yet (:func:`check_released`).

    Args:
        project: the repository.
        lines: of it.
        place: what it is compared with.

    Raises:
        TagNotAncestor, ShallowClone, BranchMoved, NotMerged: it is.
    """
    beyond = _beyond(lines, place)
    for line in lines:
        if not lines[1:]:
            check_history(line.facts, place.branch)
        if not place.version:
            check_tags(line, beyond)
    (check_pushed if place.merged else check_tip)(project, place.seen.tip, place.branch)
    if not lines[1:]:
        check_released(lines, place)


def check_released(lines: Sequence[Project], place: Standing) -> None:
    """Refuse lines that are released from a commit that does not hold their last releases.

    Args:
        lines: those that are released.
        place: what they are compared with.

    Raises:
        TagNotAncestor: one would lose what users have.
    """
    beyond = _beyond(lines, place)
    for line in lines:
        check_history(line.facts, place.branch)
        check_releases_elsewhere(line, beyond, place.branch)


def _beyond(lines: Sequence[Project], place: Standing) -> Seen:
    """Leave the tags out that are here: of many packages with many tags each, hardly any is not."""
    here = {tag.name for line in lines for tag in line.facts.tags}
    tags = {name: commit for name, commit in place.seen.tags.items() if name not in here}
    return msgspec.structs.replace(place.seen, tags=tags)


def before(facts: Facts, version: Version) -> Version | None:
    """Give the last release before a version that the history holds, or nothing.

    Args:
        facts: of a line.
        version: of the release.
    """
    older = (Version(tag.version) for tag in facts.tags if tag.ancestor and not tag.abandoned)
    return max((other for other in older if other < version), default=None)


def is_older(line: Project, version: Version, seen: Seen | None = None) -> bool:
    """Whether a higher final release of a line is tagged, here or on the remote.

    Such a release goes on with an older line, and is not the latest one.

    Args:
        line: packages that share their releases.
        version: of the release.
        seen: what the outside holds; nothing where only this clone's tags count.
    """
    facts = line.facts
    finals = [Version(tag.version) for tag in facts.tags if not tag.abandoned]
    if seen is not None:
        here, form = {tag.name for tag in facts.tags}, line.tag_format
        finals += [v for n in seen.like(form) if n not in here and (v := form.parse(n)) is not None]
    return any(other > version and not other.is_prerelease for other in finals)
