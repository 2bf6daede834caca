"""The packages of a release, where there are several, as a person reads them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from seatrial.plan.released import PlannedPackage
from seatrial.report.lines import line, prose, safe
from seatrial.report.release import Released

if TYPE_CHECKING:
    from rich.console import Console

MOST = 40
"""How many packages are listed; of more, the rest is counted."""


def show_packages(console: Console, packages: Sequence[PlannedPackage | Released]) -> bool:
    """Show packages with their versions, a line each, where they have different ones.

    Args:
        console: where.
        packages: of one release.

    Returns:
        Whether they were shown.
    """
    alike = len({(one.version, one.previous) for one in packages}) <= 1
    if alike and len({one.tag for one in packages}) <= 1:
        return False
    width = max(len(one.name) for one in packages[:MOST])
    for one in packages[:MOST]:
        after = f"after {one.previous}" if one.previous else "the first"
        reason = f"  [dim]{safe(one.reason)}[/]" if isinstance(one, PlannedPackage) else ""
        line(console, f"  {safe(one.name):<{width}}  {one.version}, {after}{reason}")
    if len(packages) > MOST:
        prose(console, f"… and {len(packages) - MOST} more", 2)
    return True
