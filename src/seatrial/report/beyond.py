"""The repositories downstream, as a report shows them."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from seatrial.plan.downstream_values import Propose, UpdateDownstreams
from seatrial.plan.values import Build, Plan

if TYPE_CHECKING:
    from seatrial.report.release import Step


class Beyond(msgspec.Struct, frozen=True, kw_only=True):
    """A repository downstream, and what it was asked to take.

    Attributes:
        repository: what the configuration calls it.
        outcome: of the step.
        detail: what came of it, one line.
        url: the pull request's page, or empty.
        branch: the branch that was pushed, or empty.
        base: the branch that shall change.
        title: of the pull request.
        body: of the pull request, Markdown.
        diff: what is changed there, as git shows it.
    """

    repository: str
    outcome: str
    detail: str = ""
    url: str = ""
    branch: str = ""
    base: str = ""
    title: str = ""
    body: str = ""
    diff: str = ""


def beyond(plan: Plan, steps: Sequence[Step], *, rehearsal: bool) -> tuple[Beyond, ...]:
    """Give the repositories that a plan changes beside its own, as far as a run came to them.

    Args:
        plan: what was to be done.
        steps: what came of it.
        rehearsal: whether the forge was the dock's, whose addresses lead nowhere afterwards.
    """
    found = {step.key: step for step in steps}
    told: list[Beyond] = []
    for action in plan.actions:
        if isinstance(action, Propose) and action.key in found:
            one = _shown("This repository", found[action.key])
            told.append(msgspec.structs.replace(one, url="") if rehearsal else one)
        for target in action.targets if isinstance(action, UpdateDownstreams) else ():
            step = found.get(f"update {target.repository} for {plan.tag}")
            if step is not None:
                one = _shown(target.repository, step)
                told.append(msgspec.structs.replace(one, url="") if rehearsal else one)
    return tuple(told)


def real_command(plan: Plan) -> str:
    """Give the command that does a plan for real."""
    if any(isinstance(action, Propose) for action in plan.actions):
        return "seatrial propose"
    return "seatrial release --merged" if plan.asked.merged else "seatrial release"


def told_of(action: object) -> Iterator[str]:
    """Say what an action would do in other repositories, or take from them, a line each.

    Args:
        action: of a plan; of others nothing is said.
    """
    if isinstance(action, Propose):
        yield f"{action.title}: {action.head} into {action.base}"
    if isinstance(action, Build):
        yield from _taken(action)
    for target in action.targets if isinstance(action, UpdateDownstreams) else ():
        into = f" into {target.branch}" if target.branch else ""
        yield f"{target.repository}: {target.title} ({target.head}{into})"
        for edit in target.edits:
            yield f"  {edit.place}: {edit.becomes}"
        if target.recipe:
            yield f"  recipe {target.recipe}"
        for command in target.run:
            yield f"  run {shlex.join(command)}"


def _taken(build: Build) -> Iterator[str]:
    """Say what a build takes from elsewhere, and who vouches for its bytes."""
    for bundle in build.collect.bundles if build.collect else ():
        yield f"{bundle.name}: SHA-256 {bundle.sha256[:16] or 'stated by nobody'}"
    for ware in build.wrap.wares if build.wrap else ():
        proof = f"SHA-256 {ware.sha256[:16]}, by {ware.proof}" if ware.sha256 else "no digest"
        yield f"{ware.platform}: {ware.name} ({proof})"


def _shown(repository: str, step: Step) -> Beyond:
    facts = step.facts
    return Beyond(
        repository=repository,
        outcome=step.outcome,
        detail=step.detail,
        url=facts.get("url", ""),
        branch=facts.get("branch", ""),
        base=facts.get("base", ""),
        title=facts.get("title", ""),
        body=facts.get("body", ""),
        diff=facts.get("diff", ""),
    )
