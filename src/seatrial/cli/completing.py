"""What completion offers for names that only the repository knows; it never fails."""

from __future__ import annotations

from pathlib import Path

import click
from click.shell_completion import CompletionItem

from seatrial.errors import SeatrialError


def complete_runs(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Give the names of the repository's runs, the newest first."""
    from seatrial.operations.looking import statuses

    del parameter
    try:
        found = statuses(context.params.get("path") or Path())
    except SeatrialError:
        return []
    return [
        CompletionItem(one.run, help=f"{one.package} {one.version}: {one.state}")
        for one in found
        if one.run.startswith(incomplete)
    ]


def complete_indexes(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Give the names of the indexes: those known by name, and those of the configuration."""
    from seatrial.addresses import INDEXES
    from seatrial.operations.project import Project

    del parameter
    names = dict.fromkeys(INDEXES)
    try:
        settings = Project.open(context.params.get("path") or Path()).settings
        names |= dict.fromkeys(settings.index)
    except SeatrialError:
        pass
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]
