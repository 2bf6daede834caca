"""Taking a run back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from seatrial.engine.history import history
from seatrial.engine.journal import Intend, Journal, read_entries
from seatrial.engine.undo import undo
from seatrial.errors import (
    CannotTell,
    CannotUndo,
    CredentialRefused,
    Interrupted,
    SeatrialError,
    StalePlan,
    Unreachable,
)
from seatrial.plan.state import Action, Receipt, Same
from tests.engine.scripted import Scripted
from tests.engine.toys import Bench, Toys, toy_plan


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Give a toy world."""
    return Bench(tmp_path)


def take_back(bench: Bench, actions: Sequence[Action[Toys]]) -> list[str]:
    """Undo as a new process would."""
    with Journal.open(bench.path) as journal:
        return undo(
            bench.world, journal, actions, listener=bench.heard, patience=bench.clock.waiting()
        )


@dataclass(kw_only=True)
class Fragile(Scripted):
    """One whose undo answers what the test has written down."""

    undos: list[Receipt | SeatrialError | type[KeyboardInterrupt]] = field(
        default_factory=lambda: [Receipt()]
    )

    def undo(self, _world: Toys) -> Receipt:
        """Give the next answer."""
        answer = self.undos[min(self.asked.count("undo"), len(self.undos) - 1)]
        self.asked.append("undo")
        if isinstance(answer, Receipt):
            return answer
        raise answer


def test_a_run_is_taken_back_the_last_first(bench: Bench) -> None:
    """All that can be undone is, in the reverse order, parts of a whole too."""
    bench.jobs = 1
    bench.run(toy_plan()[:5])
    bench.heard.told.clear()
    undone = take_back(bench, toy_plan()[:5])
    assert undone == ["asset three", "asset two", "asset one", "build", "commit"]
    assert set(bench.world.everything()) == {"gate_tests", "gate_types"}
    assert bench.heard.told[:2] == ["started asset three", "undone asset three: removed"]
    past = history(read_entries(bench.path))
    assert past.finished
    assert past.outcome == "undone"
    assert past.actions["build"].status == "undone"


def test_an_undone_run_stays_undone(bench: Bench) -> None:
    """Undo again does nothing, and the run does not go on."""
    bench.run(toy_plan()[:5])
    take_back(bench, toy_plan()[:5])
    assert take_back(bench, toy_plan()[:5]) == []
    with pytest.raises(StalePlan):
        bench.run(toy_plan()[:5])


def test_what_is_out_is_not_taken_back(bench: Bench) -> None:
    """With something irrevocable out nothing at all is undone, and the error names what is out."""
    bench.run(toy_plan())
    before = bench.world.everything()
    (bench.world.folder / "upload_two").unlink()
    del before["upload_two"]
    with pytest.raises(CannotUndo) as caught:
        take_back(bench, toy_plan())
    assert "upload one" in caught.value.said
    assert "publish" in caught.value.said
    assert "upload two" not in caught.value.said
    assert bench.world.everything() == before


def test_what_was_meant_and_never_came_out_does_not_hold_it_up(bench: Bench) -> None:
    """An irrevocable act that was begun and left nothing lets the run be taken back."""
    bench.run(toy_plan()[:5])
    with Journal.open(bench.path) as journal:
        journal.append(Intend(key="publish"))
    assert len(take_back(bench, toy_plan())) == 5


def test_in_doubt_nothing_is_taken_back(bench: Bench) -> None:
    """When the world does not say whether something is out, undo stops before it begins."""
    loose = Fragile(key="commit")
    out = Scripted(key="upload", irrevocable=True)
    bench.run([loose, out])
    silent = Scripted(key="upload", irrevocable=True, states=[Unreachable("pypi", "503")])
    with pytest.raises(Unreachable, match="503"):
        take_back(bench, [loose, silent])
    assert silent.asked == ["observe"] * 4
    assert "undo" not in loose.asked


def test_what_the_plan_does_not_know_is_not_passed_over(bench: Bench) -> None:
    """A key in the journal that the plan does not give is never silently left in the world."""
    bench.run([Fragile(key="commit"), Fragile(key="tag")])
    with pytest.raises(CannotTell, match="the plan does not"):
        take_back(bench, [Fragile(key="commit")])


def test_a_passing_fault_is_tried_again(bench: Bench) -> None:
    """Unreachable is tried again with pauses; another error stops, and undo can be run again."""
    draft = Fragile(key="draft", undos=[Unreachable("forge", "502"), Receipt(detail="gone")])
    asset = Fragile(key="asset", needs=("draft",), undos=[CredentialRefused("forge", "403")])
    bench.run([draft, asset])
    bench.clock.waits.clear()
    with pytest.raises(CredentialRefused):
        take_back(bench, [draft, asset])
    assert "undo" not in draft.asked, "the last comes first"
    asset.undos = [Receipt()]
    assert take_back(bench, [draft, asset]) == ["asset", "draft"]
    assert bench.clock.waits == [0.5]


def test_attempts_to_undo_have_an_end(bench: Bench) -> None:
    """After four attempts undo stops with the last error."""
    draft = Fragile(key="draft", undos=[Unreachable("forge", "502")])
    bench.run([draft])
    with pytest.raises(Unreachable):
        take_back(bench, [draft])
    assert draft.asked.count("undo") == 4


def test_ctrl_c_stops_an_undo_that_can_be_run_again(bench: Bench) -> None:
    """Ctrl-C leaves an undo that finishes when it is run again."""
    commit = Fragile(key="commit", undos=[KeyboardInterrupt, Receipt()])
    bench.run([commit])
    with pytest.raises(Interrupted) as caught:
        take_back(bench, [commit])
    assert "seatrial undo" in caught.value.next_step
    assert take_back(bench, [commit]) == ["commit"]


def test_what_was_never_begun_is_not_asked(bench: Bench) -> None:
    """Only what the journal tells of is undone."""
    begun, never = Fragile(key="a", states=[Same()]), Fragile(key="b")
    bench.run([begun])
    assert take_back(bench, [begun, never]) == ["a"]
    assert never.asked == []
