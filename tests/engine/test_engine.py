"""The engine: look, act where it is absent, look again."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

import pytest

from seatrial.engine.journal import Attempt, Ended, Intend, Skipped, read_entries
from seatrial.engine.order import OrderError
from seatrial.errors import (
    CannotTell,
    CredentialRefused,
    DifferentBytes,
    GateFailed,
    NotVisibleYet,
    TagElsewhere,
    Unreachable,
    UploadRefused,
)
from seatrial.plan.state import Absent, Different, Receipt, Same, Unknown
from tests.engine.scripted import Scripted, Waited, done
from tests.engine.toys import Bench, Put


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Give a toy world."""
    return Bench(tmp_path)


def lines(bench: Bench) -> list[str]:
    """Give the kinds and keys of the journal's lines."""
    return [f"{type(entry).__name__} {entry.key}".strip() for entry in read_entries(bench.path)]


def test_what_is_absent_is_done_and_seen(bench: Bench) -> None:
    """Absent: intend, act, look again, done; the receipt is the act's."""
    action = Scripted(key="tag")
    outcome = bench.run([action])
    assert action.asked == ["observe", "act", "observe"]
    assert lines(bench) == ["Begun", "Intend tag", "Done tag", "Ended"]
    assert [(r.key, r.how, r.receipt.detail) for r in outcome.results] == [("tag", "acted", "made")]
    assert not outcome.already_complete
    assert bench.heard.told == ["started tag", "acted tag: made"]


def test_what_is_there_is_left_alone(bench: Bench) -> None:
    """Same: nothing is done, and the run says that it was complete already."""
    action = done("tag")
    outcome = bench.run([action])
    assert action.asked == ["observe"]
    assert lines(bench) == ["Begun", "Done tag", "Ended"]
    assert outcome.already_complete
    assert bench.heard.told == ["started tag", "found tag: there"]


def test_what_is_done_is_asked_again_on_the_next_run(bench: Bench) -> None:
    """The journal's word is not taken for the world's: what vanished meanwhile is done anew."""
    bench.run([Put(key="tag")])
    (bench.world.folder / "tag").unlink()
    assert not bench.run([Put(key="tag")]).already_complete
    assert bench.run([Put(key="tag")]).already_complete


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        (Different("its digest is 12ab"), DifferentBytes),
        (Different("it is on 34cd", "tag-elsewhere"), TagElsewhere),
    ],
)
def test_what_is_different_stops_the_run(
    bench: Bench, state: Different, kind: type[DifferentBytes | TagElsewhere]
) -> None:
    """Different: nothing is done, and the error is the one that the action named."""
    action = Scripted(key="tag v1", states=[state])
    with pytest.raises(kind) as caught:
        bench.run([action, Scripted(key="next", needs=("tag v1",))])
    assert (caught.value.thing, caught.value.said) == ("tag v1", state.why)
    assert action.asked == ["observe"]
    assert lines(bench) == ["Begun", "Attempt tag v1", "Skipped next", "Ended"]
    assert isinstance(ended := read_entries(bench.path)[-1], Ended)
    assert ended.outcome == caught.value.slug
    assert isinstance(skipped := read_entries(bench.path)[-2], Skipped)
    assert skipped.why == "stopped at tag v1"


def test_what_is_different_after_the_act_stops_the_run(bench: Bench) -> None:
    """What the act left is judged like everything else."""
    action = Scripted(key="x", states=[Absent(), Different("other bytes")])
    with pytest.raises(DifferentBytes):
        bench.run([action])
    assert action.asked == ["observe", "act", "observe"]


def test_the_unknown_is_asked_again_with_growing_pauses(bench: Bench) -> None:
    """Unknown: ask again, each pause twice the last up to a limit; never act on it."""
    action = Scripted(key="x", states=[Unknown("503")] * 6 + [Same()])
    bench.run([action])
    assert bench.clock.waits == [0.5, 1, 2, 4, 8, 8]
    assert "act" not in action.asked
    assert bench.heard.told[1] == "waiting x 0.5: 503"


def test_patience_has_an_end(bench: Bench) -> None:
    """When the patience is over, the last question is asked at its very end, then the run stops."""
    action = Scripted(key="x", states=[Unknown("no answer")])
    with pytest.raises(CannotTell, match="no answer"):
        bench.run([action])
    assert bench.clock.now == 30
    assert action.asked == ["observe"] * 8


def test_an_action_has_its_own_patience_and_error(bench: Bench) -> None:
    """An action worth more waiting says how much, and which error the wait ends with."""
    action = Waited(key="page", states=[Unknown("2 of 3 shown", "not-visible-yet")], patience=100)
    with pytest.raises(NotVisibleYet, match="2 of 3 shown"):
        bench.run([action])
    assert bench.clock.now == 100


def test_no_answer_to_a_question_is_unknown(bench: Bench) -> None:
    """An action that cannot reach the other side when asked is asked again, then stops as it is."""
    bench.run([Scripted(key="x", states=[Unreachable("pypi", "503"), Same()])])
    with pytest.raises(Unreachable, match="503"):
        bench.run([Scripted(key="x", states=[Unreachable("pypi", "503")])])


def test_another_error_when_asked_stops_at_once(bench: Bench) -> None:
    """A question that is refused is not asked again."""
    action = Scripted(key="x", states=[CredentialRefused("pypi", "403")])
    with pytest.raises(CredentialRefused):
        bench.run([action])
    assert bench.clock.waits == []
    assert lines(bench) == ["Begun", "Attempt x", "Ended"]


def test_a_passing_fault_is_tried_again_after_a_look(bench: Bench) -> None:
    """Unreachable in the act: note the attempt, wait, look, and act again only if still absent."""
    action = Scripted(
        key="upload",
        states=[Absent(), Absent(), Absent(), Same()],
        acts=[Unreachable("pypi", "503"), Unreachable("pypi", "429"), Receipt(detail="at last")],
    )
    bench.run([action])
    assert action.asked == ["observe", "act"] * 3 + ["observe"]
    assert bench.clock.waits == [0.5, 1]
    attempts = [entry for entry in read_entries(bench.path) if isinstance(entry, Attempt)]
    assert [(entry.error, entry.said) for entry in attempts] == [
        ("unreachable", "asking pypi: 503"),
        ("unreachable", "asking pypi: 429"),
    ]


def test_an_act_whose_answer_was_lost_is_not_repeated(bench: Bench) -> None:
    """Unreachable in the act, and the effect is there: done, by us, once."""
    action = Scripted(
        key="upload",
        states=[Absent(), Same(Receipt(detail="seen"))],
        acts=[Unreachable("pypi", "connection reset")],
    )
    (result,) = bench.run([action]).results
    assert (result.how, result.receipt.detail) == ("acted", "seen")
    assert action.asked.count("act") == 1


def test_even_the_last_lost_answer_is_followed_by_a_look(bench: Bench) -> None:
    """After the last attempt the world is asked once more before the run gives up."""
    action = Scripted(
        key="x", states=[Absent()] * 4 + [Same()], acts=[Unreachable("pypi", "reset")]
    )
    bench.run([action])
    assert action.asked.count("act") == 4


def test_attempts_have_an_end(bench: Bench) -> None:
    """Four acts are begun at most, then the run stops with the last error."""
    action = Scripted(key="x", states=[Absent()], acts=[Unreachable("pypi", "503")])
    with pytest.raises(Unreachable, match="503"):
        bench.run([action])
    assert action.asked.count("act") == 4
    assert lines(bench).count("Attempt x") == 4
    assert lines(bench).count("Intend x") == 4


def test_another_error_in_the_act_is_not_tried_again(bench: Bench) -> None:
    """What is not known to pass is an attempt in the journal, and the end of the run."""
    action = Scripted(key="gate", states=[Absent()], acts=[GateFailed("tests", "2 failed")])
    with pytest.raises(GateFailed, match="2 failed"):
        bench.run([action])
    assert lines(bench) == ["Begun", "Intend gate", "Attempt gate", "Ended"]
    assert bench.heard.told[-1] == "failed gate: gate-failed"


def test_a_failure_is_no_outcome(bench: Bench) -> None:
    """What failed is done on the next run if the world lets it."""
    with pytest.raises(GateFailed):
        bench.run([Scripted(key="gate", states=[Absent()], acts=[GateFailed("tests")])])
    assert not bench.run([Scripted(key="gate")]).already_complete


def test_an_effect_that_shows_late_is_waited_for(bench: Bench) -> None:
    """Absent after the act is asked again, and never acted on."""
    action = Scripted(key="x", states=[Absent(), Absent(), Absent(), Same()])
    bench.run([action])
    assert action.asked == ["observe", "act", "observe", "observe", "observe"]


def test_an_effect_that_never_shows_stops_the_run(bench: Bench) -> None:
    """An act that says it is done, and shows nothing, ends in doubt, not in a second act."""
    action = Scripted(key="x", states=[Absent()])
    with pytest.raises(CannotTell, match="it does not show"):
        bench.run([action])
    assert action.asked.count("act") == 1


def test_after_a_crash_the_irrevocable_is_looked_at_twice(bench: Bench) -> None:
    """An intent without done: absent has to be seen twice before it is acted on again."""

    class PowerCutError(BaseException):
        """The end of the process, as far as the engine can tell."""

    def cut() -> None:
        raise PowerCutError

    crashed = Scripted(key="upload", irrevocable=True, during=cut)
    with pytest.raises(PowerCutError):
        bench.run([crashed])
    assert lines(bench) == ["Begun", "Intend upload"]
    late = Scripted(key="upload", irrevocable=True, states=[Absent(), Same()])
    bench.run([late])
    assert late.asked == ["observe", "observe"]
    assert bench.clock.waits == [2.0]
    again = Scripted(key="upload", irrevocable=True, states=[Absent(), Same()])
    bench.run([again])
    assert again.asked == ["observe", "act", "observe"], "it was seen to be done in between"


def test_the_first_failure_keeps_the_rest_from_beginning(bench: Bench) -> None:
    """After a failure nothing new begins; what was under way comes to its end."""
    bench.jobs = 2
    failing = Scripted(key="a", states=[Absent()], acts=[GateFailed("a")])
    actions = [failing, done("b"), done("c", "a"), done("d", "c", "b")]
    with pytest.raises(GateFailed):
        bench.run(actions)
    assert actions[2].asked == actions[3].asked == []
    assert {line for line in lines(bench) if line.startswith("Skipped")} >= {
        "Skipped c",
        "Skipped d",
    }


def test_the_error_carries_the_others(bench: Bench) -> None:
    """The first error is raised; what went wrong beside it is not lost."""
    first = UploadRefused("a", "400")
    second = Unreachable("b", "503")
    actions = [
        Scripted(key="a", states=[first]),
        Waited(key="b", states=[second], patience=1),
    ]
    with pytest.raises((UploadRefused, Unreachable)) as caught:
        bench.run(actions)
    assert {caught.value, *caught.value.others} == {first, second}
    assert len(caught.value.others) == 1


def test_independent_actions_run_at_the_same_time(bench: Bench) -> None:
    """Actions that do not need each other do not wait for each other."""
    both = threading.Barrier(2)
    bench.run([Scripted(key=key, during=lambda: both.wait(60)) for key in "ab"])


def test_one_job_at_a_time_if_so_asked(bench: Bench) -> None:
    """With one job, actions are carried out one after the other, in their order."""
    bench.jobs = 1
    bench.run([Scripted(key="b"), Scripted(key="a"), Scripted(key="c", needs=("a",))])
    told = [line for line in bench.heard.told if line.startswith("started")]
    assert told == ["started b", "started a", "started c"]


def test_the_listener_is_told_on_one_thread(bench: Bench) -> None:
    """Whoever shows progress needs no locks."""
    bench.run([Scripted(key=key, states=[Unknown("?"), Absent(), Same()]) for key in "abcdef"])
    assert bench.heard.threads == {"MainThread"}
    assert len(bench.heard.told) == 18


def test_a_slip_in_an_action_comes_up_as_it_is(bench: Bench) -> None:
    """An error that nobody foresaw is raised where the run was started, and ends it."""

    def slip() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        bench.run([Scripted(key="x", during=slip), Scripted(key="y", needs=("x",))])
    assert lines(bench) == ["Begun", "Intend x"]


def test_a_circle_is_refused_before_anything_is_done(bench: Bench) -> None:
    """A list that cannot be ordered is refused whole."""
    with pytest.raises(OrderError):
        bench.run([Scripted(key="a"), Scripted(key="b", needs=("c",))])
    assert lines(bench) == ["Begun"]


def test_nothing_to_do_is_done(bench: Bench) -> None:
    """An empty list is complete."""
    assert bench.run([]).already_complete


def test_the_act_begins_after_its_intent_is_on_the_disk(bench: Bench) -> None:
    """When the act begins, the journal on the disk says so already."""
    seen: list[str] = []

    def look() -> None:
        seen.extend(lines(bench))

    bench.run([Scripted(key="x", during=look)])
    assert seen == ["Begun", f"{Intend.__name__} x"]


@dataclass(frozen=True, kw_only=True)
class Busy(Put):
    """A line whose writing keeps the machine busy; it counts those that are at it."""

    @property
    def heavy(self) -> bool:
        """Whether it does."""
        return True


def test_as_many_heavy_actions_run_at_once_as_the_machine_is_made_for(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others go on beside them: what only waits for a network needs no hand."""
    monkeypatch.setattr("seatrial.engine.run.hands_here", lambda: 2)
    lock, at_work, seen, light = threading.Lock(), set[str](), list[int](), threading.Event()
    pair = threading.Barrier(2)

    def within(moment: str, key: str) -> None:
        if not key.startswith("build"):
            light.set()
            return
        with lock:
            (at_work.add if moment == "before" else at_work.discard)(key)
            seen.append(len(at_work))
        assert light.wait(30)
        if moment == "before":
            # However slow the machine is, one is at work until the next one is.
            pair.wait(30)

    bench.within = within
    actions = [*(Busy(key=f"build {number}") for number in range(8)), Put(key="upload")]
    assert len(bench.run(actions).results) == 9
    assert max(seen) == 2
