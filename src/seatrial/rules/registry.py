"""All rules, and which of them are asked for."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence

from seatrial.errors import InvalidConfiguration
from seatrial.rules import (
    actions,
    api,
    changelog,
    code,
    fields,
    git,
    metadata,
    secrets,
    tree,
    versions,
    workflows,
)
from seatrial.rules.inputs import RuleInput
from seatrial.rules.values import Finding, Rule

MODULES = (
    versions,
    api,
    git,
    changelog,
    metadata,
    fields,
    code,
    tree,
    secrets,
    workflows,
    actions,
)
"""A module a family; a new rule is a function in one of them."""


@functools.cache
def all_rules() -> tuple[Rule, ...]:
    """Give every rule, by code."""
    found = [
        value for module in MODULES for value in vars(module).values() if isinstance(value, Rule)
    ]
    return tuple(sorted(found, key=lambda rule: rule.code))


def chosen(select: Sequence[str], ignore: Sequence[str], *, thing: str) -> tuple[Rule, ...]:
    """Give the rules that are asked for.

    Args:
        select: codes, beginnings of codes (``ST1``) or names; all rules when empty.
        ignore: the same, taken away.
        thing: where they were said, for the error.

    Raises:
        InvalidConfiguration: no rule is meant by one of them.
    """
    rules = all_rules()
    for word in (*select, *ignore):
        if not any(_meant(rule, word) for rule in rules):
            raise InvalidConfiguration(
                thing,
                f"no rule is called {word!r}, and no code begins so",
                next_step="Name codes (ST101), families (ST1) or names: seatrial check --list.",
            )
    return tuple(
        rule
        for rule in rules
        if (not select or any(_meant(rule, word) for word in select))
        and not any(_meant(rule, word) for word in ignore)
    )


def by_name(word: str) -> Rule | None:
    """Give the rule of a code or a name, or nothing."""
    return next(
        (rule for rule in all_rules() if word.upper() == rule.code or word.lower() == rule.name),
        None,
    )


def judge(about: RuleInput, rules: Iterable[Rule]) -> tuple[Finding, ...]:
    """Give what the rules find, by path, line and code."""
    found = {rule.found(flaw) for rule in rules for flaw in rule.check(about)}
    return tuple(sorted(found, key=lambda one: (one.path, one.line, one.code, one.message)))


def _meant(rule: Rule, word: str) -> bool:
    return rule.name == word.lower() or (word != "" and rule.code.startswith(word.upper()))
