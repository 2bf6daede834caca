from __future__ import annotations

import pytest

from seatrial.dock.faults import Fault, FaultBook, parse_fault
from seatrial.errors import InvalidConfiguration


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("503@upload:3", Fault("503", "upload", 3)),
        ("drop@upload:2", Fault("drop", "upload", 2)),
        ("cut@upload-assets", Fault("cut", "upload-assets", 1)),
        ("kill@tag", Fault("kill", "tag", 1)),
        ("slow@visible", Fault("slow", "visible", 1)),
        ("429@forge:2", Fault("429", "forge", 2)),
        ("stale@simple:10m", Fault("stale", "simple", 1, 600)),
        ("stale@simple:5s", Fault("stale", "simple", 1, 5)),
        ("slow", Fault("slow", "upload", 1)),
        ("forbidden", Fault("forbidden", "upload", 1)),
        ("burnt@upload:2", Fault("burnt", "upload", 2)),
    ],
)
def test_a_fault_is_read_as_the_user_writes_it(text: str, fault: Fault) -> None:
    """KIND@ACTION:N is read, N is 1 when it is left out, and some kinds can stand alone."""
    assert parse_fault(text) == fault


@pytest.mark.parametrize(
    "text",
    ["", "503", "@upload", "503@", "503@upload:0", "503@upload:x", "200@upload", "boom@upload",
     "503@tag", "kill@forge", "503@upload:3\n", "drop@nothing",
     "stale", "stale@simple", "stale@simple:2", "stale@upload:5s", "503@upload:5s", "burnt@visible",
     "drop", "slow@visible:5m"],
)  # fmt: skip
def test_nonsense_is_refused_with_what_is_known(text: str) -> None:
    """A fault that cannot be carried out is an error that lists what can."""
    with pytest.raises(InvalidConfiguration) as caught:
        parse_fault(text)
    assert any(word in caught.value.said for word in ("KIND", "upload", "simple", "stale"))


def test_a_fault_meets_one_request() -> None:
    """The third upload is met, once; other requests are not counted with it."""
    come: set[Fault] = set()
    book = FaultBook([Fault("503", "upload", 3), Fault("kill", "upload", 1)], come)
    met = [book.due(names) for names in [("upload",), ("visible",), ("upload",), (), ("upload",)]]
    assert met == [None, None, None, None, Fault("503", "upload", 3)]
    assert book.due(("upload",)) is None
    assert come == {Fault("503", "upload", 3)}
