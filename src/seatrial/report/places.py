"""Where a release went."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from seatrial.report.release import ReleaseReport

Row: TypeAlias = tuple[str, str, str]
"""A label, a value, and what may be said more quietly."""


def places_of(report: ReleaseReport) -> Iterator[Row]:
    """Give where the files, the commit and the notes went: label, value, and a smaller line."""
    done = {step.key for step in report.steps if step.outcome in {"done", "found"}}
    for place in report.places:
        if not any(key.startswith("upload") and key.endswith(f" {place.index}") for key in done):
            continue
        label = "Staged on" if place.staging else "Published on"
        yield label, place.index, "played by the dock" if report.rehearsal else place.url
    pushed = (step.facts for step in report.steps if step.kind == "push" and step.key in done)
    for facts in pushed:
        target = "a bare clone" if report.rehearsal else report.remote
        what = [name for name in (facts.get("branch", ""), report.tags) if name]
        yield "Pushed to", target, f"{' and '.join(what)}, on {report.commit[:12]}"
    if report.forge_release:
        where = "played by the dock" if report.rehearsal else report.forge_release
        yield "Forge release", report.tags, where
