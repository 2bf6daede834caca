"""Which tools' configuration can be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from seatrial.config.others import (
    bumpver,
    bumpversion,
    commitizen,
    jupyter_releaser,
    release_please,
    semantic_release,
    stating,
)
from seatrial.config.others.reading import Given, Reading, Source


class Tool(NamedTuple):
    """A tool: what finds its configuration, and what reads it."""

    find: Callable[[Given], Source | None]
    read: Callable[[Reading], None]


TOOLS: Mapping[str, Tool] = {
    "python-semantic-release": Tool(semantic_release.find, semantic_release.read),
    "bump-my-version": Tool(bumpversion.find, bumpversion.read),
    "bumpver": Tool(bumpver.find, bumpver.read),
    "commitizen": Tool(commitizen.find, commitizen.read),
    "tbump": Tool(stating.find_tbump, stating.read_tbump),
    "zest.releaser": Tool(stating.find_zest, stating.read_zest),
    "release-please": Tool(release_please.find, release_please.read),
    "jupyter-releaser": Tool(jupyter_releaser.find, jupyter_releaser.read),
    "hatch": Tool(stating.find_hatch, stating.read_hatch),
}
"""Name → tool, in the order in which ``auto`` hears them."""

SAME: Mapping[str, str] = {"bump2version": "bump-my-version"}
"""Another name → the tool whose files it reads."""

AUTO = "auto"


def names() -> tuple[str, ...]:
    """Give what can be asked for."""
    return (AUTO, *TOOLS, *SAME)


def readings(given: Given, asked: str) -> Iterator[tuple[str, Reading]]:
    """Read the configuration of one tool, or of each that has one.

    Args:
        given: what may be looked at.
        asked: one of :func:`names`.
    """
    for name in TOOLS if asked == AUTO else (SAME.get(asked, asked),):
        source = TOOLS[name].find(given)
        if source is not None:
            reading = Reading(source, given)
            TOOLS[name].read(reading)
            yield name, reading
