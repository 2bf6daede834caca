"""A plan as a person reads it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.markup import escape

from seatrial.plan.planning import Complete, Nothing, Planning
from seatrial.plan.values import Commit, Plan, ReleasedCommit

if TYPE_CHECKING:
    from rich.console import Console

SHOWN_COMMITS = 20

EFFECTS = {"breaking": "red", "feature": "green", "fix": "yellow"}
COLOURS = {"+": "green", "-": "red", "@": "cyan"}


def show_planning(console: Console, planning: Planning) -> None:
    """Show a plan, or why there is none.

    Args:
        console: where.
        planning: what the planning said.
    """
    if isinstance(planning, Nothing):
        console.print(f"Nothing to release. {escape(planning.why)}")
    elif isinstance(planning, Complete):
        console.print(
            f"Already complete: {escape(planning.package)} {planning.version} "
            f"({escape(planning.tag)})."
        )
    else:
        if planning.going_on:
            console.print("Incomplete: going on with what is there.\n")
        show_plan(console, planning.plan)


def show_plan(console: Console, plan: Plan) -> None:
    """Show everything that would happen, in order, with the point of no return as a line."""
    console.print(f"[bold]{escape(plan.package)} {plan.version}[/]  {escape(plan.tag)}")
    console.print(f"  {escape(plan.reason)}")
    where = f"{plan.branch} of {plan.remote}" if plan.remote else plan.branch
    console.print(f"  from commit {plan.commit[:12]} on {escape(where)}, dated {plan.date}\n")
    show_commits(console, plan)
    show_edits(console, plan)
    console.print("[bold]What would happen[/]")
    for number, action in enumerate(plan.actions, 1):
        if action.key == plan.point_of_no_return:
            console.print("      [red]──── point of no return: what follows is for ever ────[/]")
        console.print(f"  {number:>3} {escape(action.key)}")
    for remark in plan.remarks:
        console.print(f"\n[yellow]Note:[/] {escape(remark.text)}")


def show_commits(console: Console, plan: Plan) -> None:
    """Show the commits behind the release."""
    if not plan.commits:
        return
    since = f" since {plan.previous}" if plan.previous else ""
    console.print(f"[bold]{count_commits(plan.commits)}{since}[/]")
    for commit in plan.commits[:SHOWN_COMMITS]:
        console.print(commit_line(commit))
    if len(plan.commits) > SHOWN_COMMITS:
        console.print(f"  … and {len(plan.commits) - SHOWN_COMMITS} more")
    console.print()


def count_commits(commits: Sequence[ReleasedCommit]) -> str:
    """Say how many there are."""
    return f"{len(commits)} commits" if commits[1:] else "1 commit"


def commit_line(commit: ReleasedCommit) -> str:
    """Give the line of one commit, as markup."""
    effect = "" if commit.effect == "other" else commit.effect
    colour = EFFECTS.get(commit.effect, "dim")
    return f"  {commit.id[:9]}  [{colour}]{effect:<8}[/]  {escape(commit.subject)}"


def show_edits(console: Console, plan: Plan) -> None:
    """Show every edit as a diff."""
    edits = [edit for a in plan.actions if isinstance(a, Commit) for edit in a.edits]
    for edit in edits:
        show_diff(console, edit.diff)
    if edits:
        console.print()


def show_diff(console: Console, diff: str) -> None:
    """Show one unified diff."""
    for line in diff.splitlines():
        colour = COLOURS.get(line[:1])
        text = escape(line)
        console.print(f"  [{colour}]{text}[/]" if colour else f"  {text}")
