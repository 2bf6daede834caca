"""The sdists of all that a release depends on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from seatrial.errors import DownstreamDiffers
from seatrial.process import Runner
from seatrial.world.credentials import Credential
from seatrial.world.http import Http
from seatrial.world.index import HttpIndex
from seatrial.world.resources import resources_of
from seatrial.world.usual import usual_index
from tests.support.wheels import make_wheel


def index() -> HttpIndex:
    """Give the index that dependencies come from."""

    def login() -> Credential:
        raise AssertionError

    return HttpIndex("", "", usual_index(os.environ), login, Http())


def test_each_dependency_is_given_by_its_sdist(tmp_path: Path) -> None:
    """Pinned, with the address and the digest that the index states; the release itself is not."""
    wheel = make_wheel(tmp_path, headers="Requires-Dist: idna==3.10\n")
    [found] = resources_of(wheel, index(), Runner())
    assert (found.name, found.version) == ("idna", "3.10")
    assert found.url.endswith("idna-3.10.tar.gz")
    assert found.sha256 == "12f65c9b470abda6dc35cf8e63cc574b1c52b11df2c86030af0ac09b01b13ea9"


def test_requirements_that_nothing_satisfies_are_named(tmp_path: Path) -> None:
    """The resolver's own words are told."""
    wheel = make_wheel(tmp_path, headers="Requires-Dist: idna==3.10,<3\n")
    with pytest.raises(DownstreamDiffers, match="idna"):
        resources_of(wheel, index(), Runner())


def test_what_depends_on_nothing_has_none(tmp_path: Path) -> None:
    """The list is empty."""
    assert resources_of(make_wheel(tmp_path), index(), Runner()) == ()
