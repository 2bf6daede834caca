"""Actions that become one action a file."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path

import pytest

from seatrial.engine.journal import Done, Expanded, read_entries
from seatrial.engine.order import OrderError
from seatrial.errors import (
    CredentialRefused,
    DifferentBytes,
    GateFailed,
    StorageFault,
    Unreachable,
    UploadRefused,
)
from seatrial.exitcodes import ExitCode
from seatrial.plan.state import Absent, Different, Receipt
from tests.engine.scripted import Family, Later, Scripted, done
from tests.engine.toys import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Give a toy world."""
    return Bench(tmp_path)


def refused(key: str) -> Scripted:
    """Give a part that the index refuses."""
    return Scripted(key=key, states=[Absent()], acts=[UploadRefused(key, "400 bad name")])


def test_parts_are_actions_of_their_own(bench: Bench) -> None:
    """Each part has its lines in the journal; the whole is done when all are."""
    family = Family(key="upload", parts=(Scripted(key="a.whl"), done("b.whl")))
    outcome = bench.run([family, done("after", "upload")])
    assert [result.key for result in outcome.results] == ["upload", "a.whl", "b.whl", "after"]
    assert outcome.results[0].receipt == Receipt(detail="2 there, 1 of them new")
    entries = read_entries(bench.path)
    assert [entry.parts for entry in entries if isinstance(entry, Expanded)] == [("a.whl", "b.whl")]
    dones = [entry.key for entry in entries if isinstance(entry, Done)]
    assert set(dones[:2]) == {"a.whl", "b.whl"}
    assert dones[2:] == ["upload", "after"]
    assert family.asked == ["expand"], "the whole is asked for its parts, not observed"


def test_all_parts_found_is_found(bench: Bench) -> None:
    """A whole whose parts were all there already was there already."""
    assert bench.run([Family(key="upload", parts=(done("a"), done("b")))]).already_complete


def test_no_parts_is_done(bench: Bench) -> None:
    """A whole with no parts has nothing to do."""
    outcome = bench.run([Family(key="assets"), done("after", "assets")])
    assert outcome.already_complete


def test_one_refused_part_does_not_keep_the_others_from_being_tried(bench: Bench) -> None:
    """Every part is tried even one at a time, and the error names the outcome of each."""
    bench.jobs = 1
    parts = (Scripted(key="a.whl"), refused("b.whl"), Scripted(key="c.tar.gz"))
    after = done("after", "upload")
    with pytest.raises(UploadRefused) as caught:
        bench.run([Family(key="upload", parts=parts), after])
    assert [part.asked[:2] for part in parts] == [["observe", "act"]] * 3
    assert after.asked == []
    assert str(caught.value) == (
        "upload: 2 of 3 are done\n  uploading b.whl: 400 bad name\n  a.whl: done\n  c.tar.gz: done"
    )
    assert caught.value.next_step == UploadRefused.next_step


@pytest.mark.parametrize("first", [Scripted(key="a.whl"), refused("a.whl")])
def test_a_part_that_follows_begins_when_the_others_have_ended(
    bench: Bench, first: Scripted
) -> None:
    """What follows is tried after the others, whether they went well or badly."""
    order: list[str] = []
    first.during = lambda: order.append("a.whl")
    last = Later(key="c.tar.gz", after=("a.whl",), during=lambda: order.append("c.tar.gz"))
    with contextlib.suppress(UploadRefused):
        bench.run([Family(key="upload", parts=(last, first))])
    assert order == ["a.whl", "c.tar.gz"]


def test_several_failures_end_with_the_worst(bench: Bench) -> None:
    """Of several errors the one that needs a decision gives the exit code and the next step."""
    parts = (
        Scripted(key="a", states=[Absent()], acts=[Unreachable("pypi", "503")]),
        Scripted(key="b", states=[Different("12ab")]),
        Scripted(key="c", states=[Absent()], acts=[GateFailed("c", "no")]),
    )
    with pytest.raises(DifferentBytes) as caught:
        bench.run([Family(key="upload", parts=parts)])
    assert caught.value.exit_code == ExitCode.CONFLICT
    assert str(caught.value).startswith("upload: ")
    assert caught.value.said.startswith("0 of 3 are done\n")
    assert sorted(error.slug for error in caught.value.others) == [
        "different-bytes",
        "gate-failed",
        "unreachable",
    ]


def test_a_lone_part_fails_as_it_is(bench: Bench) -> None:
    """Where there is one part, its error is the whole's, unadorned."""
    with pytest.raises(UploadRefused) as caught:
        bench.run([Family(key="upload", parts=(refused("b.whl"),))])
    assert str(caught.value) == "uploading b.whl: 400 bad name"


def test_what_all_parts_met_is_told_once(bench: Bench) -> None:
    """A login that is refused for every file is one sentence, not one for each file."""
    acts = [CredentialRefused("pypi", "403")]
    parts = [Scripted(key=key, states=[Absent()], acts=acts) for key in "abc"]
    with pytest.raises(CredentialRefused) as caught:
        bench.run([Family(key="upload", parts=(*parts, done("d")))])
    assert str(caught.value) == "logging in to pypi: 403"


def test_parts_that_cannot_be_named_fail_the_whole(bench: Bench) -> None:
    """An error while the parts are named is an attempt, and the end of the run."""
    family = Family(key="upload", error=StorageFault("a.whl", "it was changed"))
    with pytest.raises(StorageFault):
        bench.run([family])
    assert [type(entry).__name__ for entry in read_entries(bench.path)] == [
        "Begun",
        "Attempt",
        "Ended",
    ]


def test_a_part_with_a_key_that_is_taken_is_a_slip(bench: Bench) -> None:
    """Keys are unique in the whole run, parts included."""
    with pytest.raises(OrderError, match="'a'"):
        bench.run([done("a"), Family(key="upload", parts=(done("a"),))])


def test_parts_may_have_parts(bench: Bench) -> None:
    """A part that becomes several is done when those are."""
    inner = Family(key="inner", parts=(done("x"), done("y")))
    outcome = bench.run([Family(key="outer", parts=(inner, done("z")))])
    assert [result.key for result in outcome.results] == ["outer", "inner", "x", "y", "z"]


def test_all_parts_of_what_has_begun_are_tried_after_a_failure_elsewhere(bench: Bench) -> None:
    """A failure of something else does not leave a whole half done that could be done."""
    failed = threading.Event()
    bench.jobs = 2
    parts = tuple(Scripted(key=f"part {number}") for number in range(5))
    parts[0].during = lambda: failed.wait(60)
    other = Scripted(key="other", states=[Absent()], acts=[GateFailed("other")])
    bench.heard.failed = lambda *_: failed.set()  # type: ignore[method-assign]  # the cue
    with pytest.raises(GateFailed):
        bench.run([Family(key="upload", parts=parts), other])
    assert all("act" in part.asked for part in parts)
