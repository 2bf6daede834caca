"""Release by pull request: what a plan has beside, and what it does not have after the merge."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import msgspec

from seatrial.config.schema import Settings
from seatrial.plan.downstream_values import Propose
from seatrial.plan.outline import many
from seatrial.plan.proposal_text import enclosed
from seatrial.plan.values import AnySpec, Commit, DraftRelease, Note, Plan, Push

LONGEST = 60_000
"""Characters of a pull request's text; GitHub takes 65,536, and the hidden line needs some."""

LONGEST_NOTES = 50_000
"""Characters of all notes in it."""

_MARKED = re.compile(r"([\\`*_\[\]<>|~])")


def edits_of(plan: Plan) -> tuple[str, ...]:
    """Give the paths that the release commit of a plan changes."""
    commits = (action for action in plan.actions if isinstance(action, Commit))
    return tuple(edit.path for commit in commits for edit in commit.edits)


def with_proposal(plan: Plan, settings: Settings, edited: tuple[str, ...] = ()) -> Plan:
    """Let a plan propose the release before the branch is pushed.

    In a rehearsal, where all of such a plan is run, the push of the branch plays the merge.

    Args:
        plan: of the release.
        settings: the configuration.
        edited: the packages whose notes somebody has written.
    """
    plan = _pushing_tags(plan)
    commit = next(action for action in plan.actions if isinstance(action, Commit))
    proposal = msgspec.structs.replace(proposal_of(plan, settings, commit.key), edited=edited)
    actions: list[AnySpec] = []
    for action in plan.actions:
        if isinstance(action, Push):
            needs = (*action.needs, proposal.key)
            actions.append(msgspec.structs.replace(action, needs=needs))
        else:
            actions.append(action)
        if action is commit:
            actions.append(proposal)
    text = f"{plan.branch} is not pushed to: what was proposed is merged by somebody, and that "
    remark = Note(topic="pull-request", text=f"{text}is released. A rehearsal plays the merge.")
    remarks = [*plan.remarks, remark]
    if settings.collect.source:
        text = f"After the merge the files are collected from {settings.collect.source}; before it "
        remarks.append(Note(topic="not-collected", text=f"{text}they are built here."))
    return msgspec.structs.replace(plan, actions=tuple(actions), remarks=tuple(remarks))


def proposal_of(plan: Plan, settings: Settings, need: str) -> Propose:
    """Give the action that proposes the release of a plan.

    Args:
        plan: of the release.
        settings: the configuration.
        need: the key of the action that makes the release commit.
    """
    head = settings.proposal.branch.replace("{branch}", plan.branch)
    title = settings.proposal.title
    for name, value in (
        ("package", plan.package),
        ("version", plan.version),
        ("tag", plan.tag),
    ):
        title = title.replace(f"{{{name}}}", value)
    return Propose(
        key=f"propose {plan.version} to {plan.branch}",
        needs=(need,),
        base=plan.branch,
        head=head,
        version=plan.version,
        title=title,
        body=_body(plan, settings.proposal.body),
    )


def proposed_alone(plan: Plan) -> Plan:
    """Give the plan that proposes, and does nothing else."""
    kept = tuple(action for action in plan.actions if isinstance(action, Commit | Propose))
    return msgspec.structs.replace(plan, actions=kept, point_of_no_return="")


def as_merged(plan: Plan) -> Plan:
    """Let a plan push tags alone: the branch holds the commit already, and may be further on."""
    actions = tuple(
        msgspec.structs.replace(action, alone=True) if isinstance(action, Push) else action
        for action in plan.actions
    )
    return _pushing_tags(msgspec.structs.replace(plan, actions=actions))


def _pushing_tags(plan: Plan) -> Plan:
    """Call the push what it is after a merge, which has moved the branch: one of tags."""
    named = {
        action.key: f"push {many((action.tag, *action.more_tags), 'tag')} to {action.remote}"
        for action in plan.actions
        if isinstance(action, Push)
    }
    actions = tuple(
        msgspec.structs.replace(
            action,
            key=named.get(action.key, action.key),
            needs=tuple(named.get(key, key) for key in action.needs),
        )
        for action in plan.actions
    )
    return msgspec.structs.replace(plan, actions=actions)


def notes_by_name(plan: Plan) -> dict[str, str]:
    """Give the notes of a plan, by the first package of each tag."""
    if len({one.tag for one in plan.packages}) < 2:  # noqa: PLR2004 - one tag, one text
        return {plan.package: plan.notes}
    found: dict[str, tuple[str, str]] = {}
    for one in plan.packages:
        found.setdefault(one.tag, (one.name, one.notes))
    return dict(found.values())


def with_notes(plan: Plan, notes: Mapping[str, str]) -> tuple[Plan, tuple[str, ...]]:
    """Give a plan the notes that somebody has reviewed.

    Args:
        plan: of the release.
        notes: as :func:`notes_by_name` names them.

    Returns:
        The plan, and the names of those that were others before.
    """
    before = notes_by_name(plan)
    names = tuple(n for n, text in notes.items() if n in before and text != before[n].strip())
    by_tag = {plan.tag_of(name): notes[name] for name in names}
    packages = tuple(
        # What shares the plan's notes has none of its own.
        msgspec.structs.replace(one, notes=by_tag.get(one.tag, one.notes) if one.notes else "")
        for one in plan.packages
    )
    actions = tuple(
        msgspec.structs.replace(action, notes=by_tag.get(action.tag, action.notes))
        if isinstance(action, DraftRelease)
        else action
        for action in plan.actions
    )
    told = by_tag.get(plan.tag, plan.notes)
    changed = msgspec.structs.replace(plan, notes=told, packages=packages, actions=actions)
    return changed, names


def _body(plan: Plan, words: str) -> str:
    by_name = notes_by_name(plan)
    most = LONGEST_NOTES // len(by_name)
    notes = "\n\n".join(enclosed(name, _bounded(text, most)) for name, text in by_name.items())
    above = [words.strip(), ""] if words.strip() else []
    below = [*_releases(plan), *_commits(plan), *_steps(plan)]
    text = "\n".join([*above, *_heading(plan), notes, "", HINT, ""])
    while below and len(text) + sum(len(line) + 1 for line in below) > LONGEST:
        below = below[: len(below) * 2 // 3]
    folded = "<details>" in below and "</details>" not in below[below.index("<details>") :]
    return "\n".join([text, *below, *(["</details>"] if folded else [])]).rstrip() + "\n"


def _bounded(notes: str, most: int) -> str:
    if len(notes) <= most:
        return notes
    return notes[:most].rpartition("\n")[0] + "\n\n… (the changelog has all)"


HINT = (
    "*The notes above may be edited here, between the two comments; what was edited stays when "
    "this pull request is brought up to date, and goes into the changelog and the release.*"
)


def _heading(plan: Plan) -> Iterator[str]:
    if len(notes_by_name(plan)) == 1:
        yield from (f"## {_plain(plan.package)} {plan.version}", "")


def _releases(plan: Plan) -> Iterator[str]:
    yield from ("### What the merge releases", "")
    for one in plan.packages:
        since = f"{one.previous} → " if one.previous else ""
        told = f"{since}{one.version}, tag `{one.tag}`"
        yield f"- **{_plain(one.name)}** {told}: {_plain(one.reason)}"
    yield ""


def _commits(plan: Plan) -> Iterator[str]:
    if not plan.commits:
        return
    yield from ("<details>", f"<summary>Commits ({len(plan.commits)})</summary>", "")
    for commit in plan.commits:
        yield f"- {commit.id[:9]} {_plain(commit.subject)}"
    yield from ("", "</details>", "")


def _steps(plan: Plan) -> Iterator[str]:
    """Give what follows the merge: neither the commit nor its proposal is a part of that."""
    yield from ("<details>", "<summary>Steps</summary>", "")
    for action in plan.actions:
        if not isinstance(action, Commit | Propose):
            if action.key == plan.point_of_no_return:
                yield "- *the point of no return: what follows is for ever*"
            yield f"- {_plain(action.key)}"
    yield from ("", "</details>", "")


def _plain(text: str) -> str:
    """Let no sign of a text mean anything: neither markup, nor the mention of a person."""
    return _MARKED.sub(r"\\\1", " ".join(text.split())).replace("@", "@\u200b")
