"""What a journal's lines come to."""

from __future__ import annotations

from seatrial.engine.history import History, history, open_intents, touched
from seatrial.engine.journal import (
    Attempt,
    Begun,
    Done,
    Ended,
    Entry,
    Expanded,
    Intend,
    Skipped,
    Undone,
)
from seatrial.plan.state import Receipt

RUN: list[Entry] = [
    Begun(plan="d", tool="1", pid=1, host="h", at=10.0),
    Done(key="gate", how="found", receipt=Receipt(), seconds=1.0, at=11.0),
    Intend(key="build", at=12.0),
    Attempt(key="build", error="unreachable", said="503", seconds=2.0, at=14.0),
    Intend(key="build", at=15.0),
    Done(key="build", how="acted", receipt=Receipt(detail="2 files"), seconds=3.0, at=18.0),
    Expanded(key="upload", parts=("a",), at=19.0),
    Intend(key="a", at=20.0),
    Attempt(key="a", error="upload-refused", said="400", seconds=1.0, at=21.0),
    Skipped(key="publish", why="stopped at a", at=22.0),
    Ended(outcome="upload-refused", at=23.0),
]


def test_lines_come_to_a_state_for_each_action() -> None:
    """Of each action it is known what came of it last, why, how often and how long."""
    past = history(RUN)
    assert (past.outcome, past.finished, past.began, past.last) == (
        "upload-refused",
        False,
        10.0,
        23.0,
    )
    assert {key: action.status for key, action in past.actions.items()} == {
        "gate": "done",
        "build": "done",
        "a": "failed",
        "publish": "skipped",
    }
    build = past.actions["build"]
    assert (build.how, build.receipt.detail, build.attempts, build.seconds, build.error) == (
        "acted",
        "2 files",
        1,
        5.0,
        "",
    )
    assert (past.actions["a"].error, past.actions["a"].why) == ("upload-refused", "400")


def test_a_run_that_goes_on_has_no_outcome_yet() -> None:
    """A new beginning takes back the last end; what we did stays our doing when found again."""
    again: list[Entry] = [
        *RUN,
        Begun(plan="d", tool="1", pid=2, host="h", at=30.0),
        Done(key="build", how="found", receipt=Receipt(), at=31.0),
    ]
    past = history(again)
    assert past.outcome == ""
    assert past.actions["build"].how == "acted"
    assert history([*again, Ended(outcome="done")]).finished


def test_nothing_is_known_of_an_empty_journal() -> None:
    """A run that was killed before its first line has no past."""
    assert history([]) == History(outcome="", began=None, last=None, actions={})


def test_what_was_begun_and_not_seen_is_in_doubt() -> None:
    """An intent without done or undone is open; an attempt does not close it."""
    assert open_intents(RUN) == {"a"}
    assert open_intents([*RUN, Undone(key="a", receipt=Receipt())]) == frozenset()


def test_what_may_have_left_something_is_known_in_its_order() -> None:
    """What was begun or found counts until it is undone, by the time of its last line."""
    assert touched(RUN) == ["gate", "build", "a"]
    again: list[Entry] = [*RUN, Undone(key="build", receipt=Receipt()), Intend(key="gate")]
    assert touched(again) == ["a", "gate"]
