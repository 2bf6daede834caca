"""Kill it anywhere: the one crash test of the engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.engine.journal import Ended, read_entries
from tests.engine.toys import Bench, toy_plan
from tests.support.killing import kill_points, run_child, was_killed

LINES = 2 + 2 * 5 + 2 * (2 + 2 * 3)
"""Begun and ended; five plain actions; two that become three each, with their own two lines."""

KEYS = ["gate tests", "gate types", "commit", "build", "publish"]
KEYS += [f"{key} {part}" for key in ("asset", "upload") for part in ("one", "two", "three")]
WHOLE = {key.replace(" ", "_"): [key] for key in KEYS}
LOOSE = ["commit", "build", "asset one", "asset two", "asset three"]


def check_resumed(folder: Path) -> None:
    """Resume, and require the end state, each effect once."""
    bench = Bench(folder)
    bench.run(toy_plan())
    assert bench.world.everything() == WHOLE
    last = read_entries(bench.path)[-1]
    assert isinstance(last, Ended)
    assert last.outcome == "done"


def test_a_run_that_nobody_kills_has_all_the_points(tmp_path: Path) -> None:
    """The points that the crash test kills at are all that a whole run has."""
    assert not was_killed(run_child("tests.engine.child", str(tmp_path), "-1"))
    assert kill_points(tmp_path / "journal.jsonl") == 2 * LINES
    assert Bench(tmp_path).world.everything() == WHOLE


@pytest.mark.parametrize("point", range(2 * LINES))
def test_killed_at_any_line_of_the_journal_it_finishes(tmp_path: Path, point: int) -> None:
    """Killed before or after any line, a second run gives the same end state, each effect once."""
    assert was_killed(run_child("tests.engine.child", str(tmp_path), str(point)))
    check_resumed(tmp_path)


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("key", KEYS)
def test_killed_in_the_middle_of_an_act_it_finishes(tmp_path: Path, moment: str, key: str) -> None:
    """Killed just before or just after an effect, a second run gives the effect exactly once."""
    assert was_killed(run_child("tests.engine.child", str(tmp_path), "-1", moment, key))
    check_resumed(tmp_path)


def test_killed_again_and_again_it_finishes(tmp_path: Path) -> None:
    """A run that is killed a few lines later at each resumption comes to its end all the same."""
    journal = tmp_path / "journal.jsonl"
    killed = 0
    while was_killed(
        run_child("tests.engine.child", str(tmp_path), str(kill_points(journal) + 5 * (killed + 1)))
    ):
        killed += 1
    assert killed > 3
    check_resumed(tmp_path)


def test_killed_without_a_journal_the_world_tells(tmp_path: Path) -> None:
    """With the journal gone, as on another machine, what the world holds is not done again."""
    assert was_killed(run_child("tests.engine.child", str(tmp_path), "-1", "after", "upload two"))
    (tmp_path / "journal.jsonl").unlink()
    check_resumed(tmp_path)


@pytest.mark.parametrize("key", LOOSE)
@pytest.mark.parametrize("moment", ["before undo", "after undo"])
def test_an_undo_killed_anywhere_finishes(tmp_path: Path, moment: str, key: str) -> None:
    """An undo that is killed in the middle takes back the rest when it is run again."""
    bench = Bench(tmp_path)
    bench.run(toy_plan()[:5])
    assert was_killed(run_child("tests.engine.child", "undo", str(tmp_path), "-1", moment, key))
    assert not was_killed(run_child("tests.engine.child", "undo", str(tmp_path), "-1"))
    assert bench.world.everything() == {key: WHOLE[key] for key in ("gate_tests", "gate_types")}
