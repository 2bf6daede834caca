"""The order of actions."""

from __future__ import annotations

import pytest

from seatrial.engine.order import OrderError, all_needs, in_order
from tests.engine.toys import Put


def test_an_ordered_list_stays_as_it_is() -> None:
    """Actions that stand in a possible order already keep it."""
    actions = [Put(key="b"), Put(key="a"), Put(key="c", needs=("b", "a")), Put(key="0")]
    assert in_order(actions) == actions


def test_each_comes_after_what_it_needs() -> None:
    """An action listed before its needs is moved behind them."""
    actions = [Put(key="c", needs=("b",)), Put(key="b", needs=("a",)), Put(key="a"), Put(key="d")]
    assert [action.key for action in in_order(actions)] == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("actions", "said"),
    [
        ([Put(key="a", needs=("b",))], "'a' needs 'b', which is not in the plan"),
        ([Put(key="a"), Put(key="a")], "several actions have the key 'a'"),
        ([Put(key="a", needs=("a",))], "these need each other: 'a'"),
        (
            [Put(key="x"), Put(key="a", needs=("b", "x")), Put(key="b", needs=("a",))],
            "these need each other: 'a', 'b'",
        ),
    ],
)
def test_what_cannot_be_ordered_is_refused(actions: list[Put], said: str) -> None:
    """Missing needs, doubled keys and circles are slips of who made the plan, and are named."""
    with pytest.raises(OrderError) as caught:
        in_order(actions)
    assert str(caught.value) == said


def test_what_cannot_be_taken_back_waits_for_all_that_can() -> None:
    """An irrevocable action needs every harmless one before it, and none after it or like it."""
    actions = [
        Put(key="gate"),
        Put(key="pypi", irrevocable=True),
        Put(key="other index", irrevocable=True),
        Put(key="visible", needs=("pypi",)),
        Put(key="announce", irrevocable=True),
    ]
    assert all_needs(in_order(actions)) == {
        "gate": set(),
        "pypi": {"gate"},
        "other index": {"gate"},
        "visible": {"pypi"},
        "announce": {"gate", "visible"},
    }
