"""What a release brings, on a terminal: its commits and its edits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from seatrial.plan.released import ReleasedCommit
from seatrial.report.diffs import LONG, FileDiff
from seatrial.report.lines import heading, line, safe
from seatrial.report.outcomes import telling_first
from seatrial.report.words import many

if TYPE_CHECKING:
    from rich.console import Console

SHOWN = 20
"""Commits that are shown; of the rest only the number."""

EFFECTS = {"breaking": "red", "feature": "green", "fix": "yellow"}
COLOURS = {"added": "green", "removed": "red", "hunk": "cyan"}


def show_commits(console: Console, commits: Sequence[ReleasedCommit], previous: str) -> None:
    """Show the commits behind a release, those first that raise the version.

    Args:
        console: where.
        commits: all of them.
        previous: the last release, or empty.
    """
    if not commits:
        return
    heading(console, many(len(commits), "commit") + (f" since {previous}" if previous else ""))
    words = {commit.effect for commit in commits} - {"other"}
    width = max(map(len, words), default=0)
    for commit in telling_first(commits)[:SHOWN]:
        word = "" if commit.effect == "other" else commit.effect
        effect = f"[{EFFECTS.get(word, 'dim')}]{word:<{width}}[/]  " if width else ""
        line(console, f"  [dim]{commit.id[:9]}[/]  {effect}{safe(commit.subject)}")
    if len(commits) > SHOWN:
        line(console, f"  … and {len(commits) - SHOWN} more")


def show_edits(console: Console, diffs: Sequence[FileDiff], why: str = "") -> None:
    """Show every edit as a diff; on a terminal, long ones are cut short.

    Args:
        console: where.
        diffs: one for each file.
        why: put to the heading.
    """
    if not diffs:
        return
    heading(console, f"{many(len(diffs), 'file')} edited{why}")
    for diff in diffs:
        counts = f"[green]+{diff.added}[/] [red]-{diff.removed}[/]"
        line(console, f"  {safe(diff.path)}  {counts}")
        cut = diff.long and console.is_terminal
        for one in diff.lines[: LONG // 2 if cut else None]:
            colour = COLOURS.get(one.kind)
            text = safe(one.text)
            line(console, f"    [{colour}]{text}[/]" if colour else f"    {text}".rstrip())
        if cut:
            line(console, f"    [dim]… {len(diff.lines) - LONG // 2} more lines[/]")
