"""The release tags of packages, and the history that they bound."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from packaging.version import Version

from seatrial.errors import ShallowClone
from seatrial.repository.facts import TagFact, last_release
from seatrial.repository.lines import Line
from seatrial.repository.names import normalised
from seatrial.repository.snapshot import Snapshot
from seatrial.versions.tags import TagFormat


def last_of(tags: Sequence[TagFact]) -> TagFact | None:
    """Give the last release; a development version (1.3.dev0) often only marks where work began."""
    return last_release(tag for tag in tags if not Version(tag.version).is_devrelease)


def format_text(form: TagFormat, line: Line) -> str:
    """Give a format as the facts have it; of a group, with the group's name in it."""
    if len(line.packages) == 1:
        return form.text
    return form.text.replace("{name}", normalised(line.name))


def refuse_cut(snapshot: Snapshot, commits: Iterable[str]) -> None:
    """Refuse a shallow clone whose history ends within what is new.

    Args:
        snapshot: the planned commit.
        commits: ids of what is new; not looked at where the clone is whole.

    Raises:
        ShallowClone: it does.
    """
    cut = snapshot.shallow and snapshot.shallow.intersection(commits)
    if cut:
        raise ShallowClone(
            str(snapshot.root), f"its history is cut at {min(cut)[:12]}, after the last release"
        )
