"""The one question, before the point of no return."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

import click

from seatrial.cli.progress import Steps
from seatrial.errors import NotConfirmed
from seatrial.plan.values import Plan
from seatrial.report.release import Artifact

WHAT = "the upload to the index, where a file name can never be used again"
DOUBTS = "[contents] ask wants a person to see this: run seatrial resume in a terminal, and answer."


def refuse_unasked(*, yes: bool) -> None:
    """Refuse at once what could not be asked later.

    Raises:
        NotConfirmed: there is no terminal to ask on, and nobody said yes beforehand.
    """
    if not yes and not sys.stdin.isatty():
        raise NotConfirmed(WHAT, "there is no terminal to ask on")


def confirmation(
    steps: Steps, *, yes: bool
) -> Callable[[Plan, Sequence[Artifact], Sequence[str]], None]:
    """Give what is asked before the first act that cannot be taken back.

    Args:
        steps: the display, which makes room for the question.
        yes: whether the user has answered already.
    """
    from seatrial.report.words import size, visible

    def ask(plan: Plan, artifacts: Sequence[Artifact], doubts: Sequence[str]) -> None:
        if yes and not doubts:
            return
        if doubts and not sys.stdin.isatty():
            raise NotConfirmed(WHAT, "\n".join(doubts), next_step=DOUBTS)
        steps.pause()
        click.echo(f"\n{plan.point_of_no_return} cannot be taken back:", err=True)
        for file in artifacts:
            click.echo(f"  {file.name}  {size(file.size)}", err=True)
            click.echo(f"    sha256 {file.sha256}", err=True)
        for doubt in doubts:
            click.echo(f"  ! {visible(doubt)}", err=True)
        click.echo("Everything before it can, with seatrial undo.", err=True)
        try:
            yes_said = click.confirm("Go on?", err=True)
        except click.Abort:
            # Ctrl-C, or the end of the input: the run notes that it was stopped.
            raise KeyboardInterrupt from None
        if not yes_said:
            raise NotConfirmed(
                WHAT, "you said no", next_step="Go on with seatrial resume, or seatrial undo."
            )
        steps.go_on()

    return ask
