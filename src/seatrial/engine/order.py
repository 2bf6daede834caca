"""The order of actions: by what each needs, and what cannot be taken back last."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from typing import Any

from seatrial.plan.state import Action, Irrevocable


class OrderError(ValueError):
    """The actions cannot be ordered: a slip of whoever made the list, not of the user."""


def irrevocable(action: object) -> bool:
    """Say whether an action cannot be taken back."""
    return isinstance(action, Irrevocable) and action.irrevocable


def in_order(actions: Sequence[Action[Any]]) -> list[Action[Any]]:
    """Give the actions so that each stands after all it needs, else in the order they came.

    Raises:
        OrderError: two have one key, one needs what is not there, or some need each other.
    """
    place = {action.key: number for number, action in enumerate(actions)}
    if len(place) != len(actions):
        keys = [action.key for action in actions]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        raise OrderError(f"several actions have the key {', '.join(map(repr, twice))}")
    open_needs: dict[str, set[str]] = {}
    needed_by: dict[str, list[str]] = {key: [] for key in place}
    for action in actions:
        missing = [need for need in action.needs if need not in place]
        if missing:
            raise OrderError(f"{action.key!r} needs {missing[0]!r}, which is not in the plan")
        open_needs[action.key] = set(action.needs)
        for need in open_needs[action.key]:
            needed_by[need].append(action.key)
    ready = [place[key] for key, needs in open_needs.items() if not needs]
    heapq.heapify(ready)
    ordered: list[Action[Any]] = []
    while ready:
        action = actions[heapq.heappop(ready)]
        ordered.append(action)
        for key in needed_by[action.key]:
            open_needs[key].discard(action.key)
            if not open_needs[key]:
                heapq.heappush(ready, place[key])
    if len(ordered) != len(actions):
        left = sorted(place.keys() - {action.key for action in ordered}, key=place.__getitem__)
        raise OrderError(f"these need each other: {', '.join(map(repr, left))}")
    return ordered


def all_needs(ordered: Sequence[Action[Any]]) -> dict[str, set[str]]:
    """Give for each key what must be done before it begins.

    To what an action needs of itself comes, for one that cannot be taken back, everything before
    it in the order that can: so nothing that may still fail harmlessly is open when it begins.

    Args:
        ordered: what :func:`in_order` gave.
    """
    needs: dict[str, set[str]] = {}
    harmless: set[str] = set()
    for action in ordered:
        needs[action.key] = set(action.needs)
        if irrevocable(action):
            needs[action.key] |= harmless
        else:
            harmless.add(action.key)
    return needs
