"""The folders of runs."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from seatrial.engine.journal import Ended, Journal
from seatrial.engine.runs import RunFolder, create, find, finished, list_runs, make_room
from seatrial.errors import StorageFault, UnknownRun


def end(run: RunFolder, outcome: str) -> None:
    """Write that a run has ended."""
    with Journal.open(run.journal) as journal:
        journal.append(Ended(outcome=outcome))


def test_a_run_has_its_folder(tmp_path: Path) -> None:
    """A new run's folder holds its plan, byte for byte, and room for files and logs."""
    run = create(tmp_path, b'{"plan": 1}\n', "1.2.3")
    assert run.path == tmp_path / "seatrial" / "runs" / run.id
    assert run.plan.read_bytes() == b'{"plan": 1}\n'
    assert run.artifacts.is_dir()
    assert run.logs.is_dir()
    assert run.id.split("-")[1] == "1.2.3"
    assert {path.name for path in run.path.iterdir()} == {"plan.json", "artifacts", "logs"}


def test_a_label_is_made_safe(tmp_path: Path) -> None:
    """An epoch and a local part stay readable in the id; what a folder dislikes does not."""
    assert create(tmp_path, b"1", "1!2.0+abc").id.split("-")[1] == "1!2.0+abc"
    assert create(tmp_path, b"2", "../é x").id.split("-")[1] == ".._é_x".replace("é", "_")
    assert len(list_runs(tmp_path)) == 2


def test_ids_sort_by_time_even_when_the_clock_goes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run is never put before an older one, be it of the same second or of a clock set back."""
    made = []
    for now in (1_800_000_000.0, 1_800_000_000.0, 1_700_000_000.0, 1_900_000_000.0):
        monkeypatch.setattr(time, "time", lambda now=now: now)
        made.append(create(tmp_path, str(now).encode(), "1.0").id)
    assert made == sorted(made)
    assert len(set(made)) == 4
    assert made[0].startswith("20270115T080000Z-1.0-")
    assert made[2].startswith("20270115T080002Z-1.0-")


def test_a_run_without_a_plan_does_not_count(tmp_path: Path) -> None:
    """What a process that died while making a run has left is not a run."""
    create(tmp_path, b"1", "1.0").plan.unlink()
    (tmp_path / "seatrial" / "runs" / "stray").write_text("a file")
    assert list_runs(tmp_path) == []
    with pytest.raises(UnknownRun, match="has none"):
        find(tmp_path)


def test_the_latest_run_that_was_not_undone_is_found(tmp_path: Path) -> None:
    """Asked for no run in particular, the latest that was not taken back is meant."""
    runs = [create(tmp_path, label.encode(), label) for label in ("1", "2", "3", "4")]
    end(runs[0], "unreachable")
    end(runs[1], "interrupted")
    end(runs[2], "undone")
    end(runs[3], "done")
    assert [finished(run) for run in runs] == [False, False, True, True]
    assert find(tmp_path) == runs[3]
    runs[3].plan.unlink()
    assert find(tmp_path) == runs[1]


def test_a_run_with_a_damaged_journal_is_not_finished(tmp_path: Path) -> None:
    """A journal that cannot be read says of nothing that it is done."""
    run = create(tmp_path, b"1", "1.0")
    run.journal.write_bytes(b"damaged\nbeyond\nrepair\n")
    assert not finished(run)
    assert find(tmp_path) == run


def test_a_run_is_found_by_the_beginning_of_its_id(tmp_path: Path) -> None:
    """Enough of an id to be the only one names the run; else the error lists what there is."""
    first, second = create(tmp_path, b"1", "1.0"), create(tmp_path, b"2", "2.0")
    assert find(tmp_path, first.id) == first
    assert find(tmp_path, second.id[:16]) == second
    with pytest.raises(UnknownRun) as several:
        find(tmp_path, "2")
    assert several.value.said == f"several begin so: {first.id}, {second.id}"
    with pytest.raises(UnknownRun) as none:
        find(tmp_path, "1999")
    assert none.value.said == f"there is none; the known ones are {first.id}, {second.id}"


def test_where_no_folder_can_be_made_the_error_says_so(tmp_path: Path) -> None:
    """A file in the place of the runs' folder is named, with the way out."""
    (tmp_path / "seatrial").write_text("a file")
    with pytest.raises(StorageFault) as caught:
        create(tmp_path, b"1", "1.0")
    assert caught.value.thing.startswith(str(tmp_path / "seatrial"))


def test_old_finished_runs_make_room(tmp_path: Path) -> None:
    """Of finished runs the newest stay whole, of older ones plan and journal; others stay all."""
    runs = [create(tmp_path, label.encode(), label) for label in ("1", "2", "3", "4", "5")]
    for run, outcome in zip(runs, ("done", "interrupted", "undone", "done", "done"), strict=True):
        end(run, outcome)
        (run.artifacts / "demo.whl").write_bytes(b"wheel")
    make_room(tmp_path, keep=2)
    assert [run.artifacts.exists() for run in runs] == [False, True, False, True, True]
    assert [run.logs.exists() for run in runs] == [False, True, False, True, True]
    assert list_runs(tmp_path) == runs
    assert all(run.journal.is_file() for run in runs)
    make_room(tmp_path, keep=9)
    assert runs[1].artifacts.exists()
