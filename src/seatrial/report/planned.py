"""A plan as a person reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.plan.planning import Complete, Nothing, Planning
from seatrial.plan.values import Build, Commit, Plan
from seatrial.report.beyond import told_of
from seatrial.report.changes import show_commits, show_edits
from seatrial.report.diffs import file_diff
from seatrial.report.firsts import show_firsts
from seatrial.report.lines import heading, line, prose, safe
from seatrial.report.packages import show_packages
from seatrial.report.release import Edit
from seatrial.report.sets import show_sets
from seatrial.report.words import FOR_THE_BUILD

if TYPE_CHECKING:
    from rich.console import Console


def show_planning(console: Console, planning: Planning, then: str = "seatrial rehearse") -> None:
    """Show a plan, or why there is none.

    Args:
        console: where.
        planning: what the planning said.
        then: the command that comes after a plan.
    """
    if isinstance(planning, Nothing):
        prose(console, f"Nothing to release. {safe(planning.why)}")
    elif isinstance(planning, Complete):
        name = f"{safe(planning.package)} {planning.version}"
        prose(console, f"Already complete: {name} ({safe(planning.tag)}).")
        # A candidate becomes the final release, or a release gets a post-release, from one commit.
        prose(console, "To release this commit as another version too, name it with --version.")
    else:
        if planning.going_on:
            prose(console, "Incomplete: going on with what is there.\n")
        show_plan(console, planning.plan)
        console.print()
        prose(console, f"[bold]Next:[/] {safe(then)}")


def show_plan(console: Console, plan: Plan) -> None:
    """Show everything that would happen, in order, with the point of no return as a line."""
    line(console, f"[bold]{safe(plan.title)}[/], {safe(_tags(plan))}")
    if not show_packages(console, plan.packages):
        prose(console, safe(plan.reason), 2)
    where = f"{plan.branch} of {plan.remote}" if plan.remote else plan.branch
    prose(console, f"From commit {plan.commit[:12]} on {safe(where)}, dated {plan.date}.", 2)
    show_commits(console, plan.commits, plan.previous)
    commits = [action for action in plan.actions if isinstance(action, Commit)]
    edits = [Edit(path=edit.path, diff=edit.diff) for one in commits for edit in one.edits]
    show_edits(console, [file_diff(edit) for edit in edits])
    builds = [action for action in plan.actions if isinstance(action, Build)]
    edits = [Edit(path=edit.path, diff=edit.diff) for one in builds for edit in one.edits]
    show_edits(console, [file_diff(edit) for edit in edits], FOR_THE_BUILD)
    show_sets(console, plan.sets)
    heading(console, "What would happen")
    for number, action in enumerate(plan.actions, 1):
        if action.key == plan.point_of_no_return:
            line(console, "      [red]──── point of no return: what follows is for ever ────[/]")
        line(console, f"  {number:>3} {safe(action.key)}")
        for text in told_of(action):
            line(console, f"      [dim]{safe(text)}[/]")
    show_firsts(console, plan.firsts)
    if plan.remarks:
        console.print()
    for remark in plan.remarks:
        prose(console, f"[yellow]Note:[/] {safe(remark.text)}")


def _tags(plan: Plan) -> str:
    return f"{len(plan.tags)} tags" if len(plan.tags) > 1 else f"tag {plan.tag}"
