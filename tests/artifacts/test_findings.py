"""Faults that are told as one error."""

from __future__ import annotations

import pytest

from seatrial.artifacts.findings import (
    BUILD_IT,
    INCOMPLETE,
    NAME_IT,
    SURPLUS,
    Finding,
    refuse_faults,
)
from seatrial.errors import InspectionFailed


def test_the_way_out_is_that_of_what_is_wrong() -> None:
    """What a set lacks or has too much is mended where it is stated, and said of no other file."""
    absent = Finding(code=INCOMPLETE, severity="fault", file="", said="no c.whl")
    over = [Finding(code=SURPLUS, severity="fault", file=f, said="over") for f in ("a", "b")]
    other = Finding(code="x", severity="fault", file="a", said="bad")
    ways = [
        ([absent], "the built files", BUILD_IT),
        (over[:1], "a", NAME_IT),
        (over, "the built files", NAME_IT),
        ([absent, over[0]], "the built files", f"{BUILD_IT} {NAME_IT}"),
        ([absent, other], "the built files", InspectionFailed.next_step),
    ]
    for faults, thing, way in ways:
        with pytest.raises(InspectionFailed) as caught:
            refuse_faults(faults)
        assert (caught.value.thing, caught.value.next_step) == (thing, way)
