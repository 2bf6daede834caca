"""The point of no return."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from seatrial.engine.run import Hooks
from seatrial.errors import GateFailed, Interrupted, NotConfirmed
from seatrial.plan.state import Absent, Different, State
from tests.engine.scripted import Family, Scripted, done
from tests.engine.toys import Bench, Toys


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Give a toy world."""
    return Bench(tmp_path)


def release() -> list[Scripted]:
    """Give a plan with a check, uploads to two places, and what comes after."""
    parts = tuple(Scripted(key=f"file {number}") for number in range(3))
    return [
        Scripted(key="gate"),
        Family(key="pypi", parts=parts, irrevocable=True),
        Scripted(key="other index", irrevocable=True),
        Scripted(key="visible", needs=("pypi", "other index")),
        Scripted(key="publish", needs=("visible",), irrevocable=True),
    ]


def test_it_is_asked_once_when_all_before_is_done(bench: Bench) -> None:
    """Of many irrevocable acts only the first asks, on the thread that runs, all else done."""
    actions = release()
    asked: list[tuple[str, str, list[str]]] = []

    def agree() -> None:
        acts = [action.key for action in actions if "act" in action.asked]
        asked.append((threading.current_thread().name, bench.heard.told[1], acts))

    bench.run(actions, Hooks(before_point_of_no_return=agree))
    assert asked == [("MainThread", "acted gate: made", ["gate"])]


def test_the_time_of_the_question_is_nobodys(bench: Bench) -> None:
    """However long a person thinks, it is not told as the time of an action or of its parent."""

    def think() -> None:
        bench.clock.now += 3600

    outcome = bench.run(release(), Hooks(before_point_of_no_return=think))
    assert {result.key: result.seconds for result in outcome.results if result.seconds} == {}


def test_who_is_past_it_is_not_asked(bench: Bench) -> None:
    """Where everything irrevocable is there already, nothing is asked."""
    actions = [Scripted(key="gate"), done("pypi")]
    actions[1].irrevocable = True
    asked: list[str] = []
    bench.run(actions, Hooks(before_point_of_no_return=lambda: asked.append("asked")))
    assert asked == []


def test_a_no_stops_the_run_before_anything_irrevocable(bench: Bench) -> None:
    """Without a yes no irrevocable act begins, nobody is asked again, and the error says so."""
    actions = release()
    asked: list[str] = []

    def refuse() -> None:
        asked.append("asked")
        raise NotConfirmed("the first upload", "nobody is there to ask")

    with pytest.raises(NotConfirmed) as caught:
        bench.run(actions, Hooks(before_point_of_no_return=refuse))
    assert caught.value.others == ()
    assert asked == ["asked"]
    assert [action.key for action in actions if "act" in action.asked] == ["gate"]
    family = actions[1]
    assert isinstance(family, Family)
    assert not any("act" in part.asked for part in family.parts)


def test_ctrl_c_at_the_question_stops_the_run(bench: Bench) -> None:
    """Ctrl-C while the question stands is a stop like any other, and leaves a run to resume."""
    actions = release()

    def interrupt() -> None:
        raise KeyboardInterrupt

    with pytest.raises(Interrupted) as caught:
        bench.run(actions, Hooks(before_point_of_no_return=interrupt))
    assert caught.value.said == "1 of 5 actions are done"
    bench.run(release())


def test_ctrl_c_past_it_leaves_only_the_way_forward(bench: Bench) -> None:
    """Undo is not offered when something is out that it cannot take back."""

    def interrupt() -> None:
        raise KeyboardInterrupt

    there = done("pypi")
    there.irrevocable = True
    for before, offered in (([], True), ([there], False)):
        left = Scripted(key="other index", irrevocable=True)
        with pytest.raises(Interrupted) as caught:
            bench.run([*before, left], Hooks(before_point_of_no_return=interrupt))
        assert "seatrial resume" in caught.value.next_step
        assert ("seatrial undo" in caught.value.next_step) is offered


def test_one_part_that_is_out_leaves_only_the_way_forward(bench: Bench) -> None:
    """Undo is not offered either when one file of an upload is there and the next is not."""

    def interrupt() -> None:
        raise KeyboardInterrupt

    parts = (done("one"), Scripted(key="two"))
    with pytest.raises(Interrupted) as caught:
        bench.run(
            [Family(key="pypi", parts=parts, irrevocable=True)],
            Hooks(before_point_of_no_return=interrupt),
        )
    assert caught.value.said == "0 of 1 actions are done"
    assert "seatrial undo" not in caught.value.next_step


def test_a_failure_before_it_keeps_everything_irrevocable_from_beginning(bench: Bench) -> None:
    """What cannot be taken back waits for every check, needed or not, and is not asked about."""
    asked: list[str] = []
    upload = Scripted(key="pypi", irrevocable=True)
    gate = Scripted(key="gate", states=[Absent()], acts=[GateFailed("gate")])
    with pytest.raises(GateFailed):
        bench.run([gate, upload], Hooks(before_point_of_no_return=lambda: asked.append("asked")))
    assert asked == upload.asked == []


def test_a_failure_beside_it_holds_what_has_not_begun(bench: Bench) -> None:
    """An irrevocable action under way, not yet past the point, holds when another one fails."""
    failed = threading.Event()

    class Late(Scripted):
        """Looks only when the other has failed."""

        def observe(self, world: Toys) -> State:
            """Wait for the other's failure."""
            assert failed.wait(60)
            return super().observe(world)

    asked: list[str] = []
    late = Late(key="late", irrevocable=True)
    other = Scripted(key="other", irrevocable=True, states=[Different("other bytes")])
    bench.heard.failed = lambda *_: failed.set()  # type: ignore[method-assign]  # the cue
    with pytest.raises(Exception, match="other bytes"):
        bench.run([late, other], Hooks(before_point_of_no_return=lambda: asked.append("asked")))
    assert late.asked == ["observe"]
    assert asked == []


def test_an_error_of_the_one_who_asks_comes_up(bench: Bench) -> None:
    """A slip in the question ends the run as it is, and nothing irrevocable has begun."""
    upload = Scripted(key="pypi", irrevocable=True)

    def slip() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        bench.run([upload], Hooks(before_point_of_no_return=slip))
    assert upload.asked == ["observe"]
