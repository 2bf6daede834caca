"""Which Python an installation is checked on, where nobody has said."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from seatrial.actions.interpreter import interpreter, refuse_unadmitted
from seatrial.errors import InstallCheckFailed, PythonNotFound
from tests.support.wheels import make_wheel

OWN = sys.version_info[1]


class Shelf:
    """A machine's interpreters: the one that runs Seatrial, and some more."""

    def __init__(self, *there: str) -> None:
        self.there = there

    def find(self, version: str) -> Path:
        """Find one by its minor version; the path tells which."""
        if version and version not in self.there:
            raise PythonNotFound(f"Python {version}", f"these are here: {', '.join(self.there)}")
        return Path(version or "own")


def built(folder: Path, requires: str) -> Sequence[Path]:
    """Make a wheel with a Requires-Python."""
    folder.mkdir(exist_ok=True)
    headers = f"Requires-Python: {requires}\n" if requires else ""
    return [make_wheel(folder, "demo", "1.0", modules={"demo.py": ""}, headers=headers)]


@pytest.mark.parametrize("requires", ["", ">=3.8", f"=={sys.version.split()[0]}"])
def test_own_where_it_will_do(tmp_path: Path, requires: str) -> None:
    """The Python that runs Seatrial is taken where the built files admit it."""
    assert interpreter(Shelf("3.9").find, built(tmp_path, requires), "") == Path("own")


def test_nearest_that_is_admitted(tmp_path: Path) -> None:
    """Else the nearest that is admitted and there, whichever side it lies on."""
    shelf = Shelf(f"3.{OWN - 2}", f"3.{OWN + 2}", f"3.{OWN + 3}")

    above = built(tmp_path / "above", f">=3.{OWN + 1}.1")
    below = built(tmp_path / "below", f"<3.{OWN}")

    assert interpreter(shelf.find, above, "") == Path(f"3.{OWN + 2}")
    assert interpreter(shelf.find, below, "") == Path(f"3.{OWN - 2}")


def test_what_was_asked_for_is_taken(tmp_path: Path) -> None:
    """A Python that was named is used, whatever the files say: the installer judges it."""
    files = built(tmp_path, f">=3.{OWN + 1}")

    assert interpreter(Shelf("3.9").find, files, "3.9") == Path("3.9")
    assert interpreter(Shelf("3.9").find, (), "") == Path("own")


@pytest.mark.parametrize("requires", [f">=3.{OWN + 1}", ">=4"])
def test_none_is_there(tmp_path: Path, requires: str) -> None:
    """Where no admitted Python is there, the error names what the files require."""
    with pytest.raises(PythonNotFound) as caught:
        interpreter(Shelf("3.9").find, built(tmp_path, requires), "")

    assert requires in caught.value.thing


def test_an_upper_bound_counts_too(tmp_path: Path) -> None:
    """Pip refuses what Requires-Python does not admit, from below and from above."""
    files = built(tmp_path, ">=3.9,<3.12")

    refuse_unadmitted(files, "3.11.7")
    for version in ("3.8.1", "3.12.0"):
        with pytest.raises(InstallCheckFailed, match="pip would not install them"):
            refuse_unadmitted(files, version)
