"""Work that is begun before its result is needed."""

from __future__ import annotations

import threading

import pytest

from seatrial.ahead import Ahead


def test_work_goes_on_beside_who_began_it() -> None:
    """The work runs while the one who began it goes on, and its result is waited for."""
    go = threading.Event()
    ahead = Ahead(lambda: go.wait(30))
    go.set()
    assert ahead.result() is True
    assert ahead.result() is True


def test_what_goes_wrong_is_told_where_the_result_is_wanted() -> None:
    """An error of the work is raised by result, not before."""

    def fail() -> None:
        raise KeyError("nothing")

    ahead = Ahead(fail)
    with pytest.raises(KeyError, match="nothing"):
        ahead.result()
