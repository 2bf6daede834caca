"""A disk that fills while wheels are collected or wrapped: it is said, and with room it goes on."""

from __future__ import annotations

import functools
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest

from tests.release.test_broken import told
from tests.release.test_collect import COLLECT, built, raised
from tests.release.test_kill_wrapped import CONFIGURATION, complete
from tests.release.test_wrap import TARGETS, tarred, zipped
from tests.support.compiled import PROGRAM, compiled
from tests.support.releases import scene
from tests.support.wheels import make_wheel

MEGABYTE = 1_000_000


@contextmanager
def disk(folder: Path, size: int) -> Iterator[Callable[[], object]]:
    """Put a file system of so many KiB at a folder, where one may be; give what makes it larger."""
    folder.mkdir(parents=True, exist_ok=True)
    mount = shutil.which("mount")
    argv = [str(mount), "-t", "tmpfs", "-o", f"size={size}k", "none", str(folder)]
    if mount is None or subprocess.run(argv, capture_output=True, check=False).returncode:
        pytest.skip("no file system may be mounted here")
    try:
        more = [mount, "-o", "remount,size=200m", str(folder)]
        yield functools.partial(subprocess.run, more, check=True)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def engine() -> Iterator[tuple[str, bytes]]:
    """Give the engine's archives, each with a megabyte that does not become smaller."""
    for number, (target, (machine, _)) in enumerate(TARGETS.items()):
        windows = "windows" in machine
        files = {
            f"engine-bulk{'.exe' if windows else ''}": compiled(machine, PROGRAM, program=True),
            "engine-data": Random(number).randbytes(MEGABYTE),  # noqa: S311 - test data
        }
        name = f"engine-2.1.0-{target}"
        packed = zipped(files) if windows else tarred(name, files)
        yield f"binaries/{name}.{'zip' if windows else 'tar.gz'}", packed


@pytest.mark.parametrize(
    "size",
    [
        # For some of the sources; for some of the wheels; for none that is installed, from its
        # file or from the staging index.
        pytest.param(3000, marks=pytest.mark.slow),
        8000,
        pytest.param(9800, marks=pytest.mark.slow),
        11000,
        pytest.param(12000, marks=pytest.mark.slow),
    ],
)
def test_a_disk_that_fills_while_wheels_are_wrapped(tmp_path: Path, size: int) -> None:
    """Wherever there is no more room that is said, and no fault of the package; it goes on then."""
    targets = "".join(f'{name} = "{tag}"\n' for name, (_, tag) in TARGETS.items())
    place = '"engine-data" = "demo_bin/{target}/"\n'
    more = CONFIGURATION.replace("wrap.place]\n", f"wrap.place]\n{place}") + targets
    with (
        scene(tmp_path, more=more) as stage,
        disk(stage.project.folder / ".git" / "seatrial", size) as grow,
    ):
        stage.project.commit("feat: bring the engine", dict(engine()))
        stage.project.push()
        done = stage.seatrial("release", "--yes")
        assert done.returncode == 3, done.stderr
        assert "-> Make room" in done.stderr
        assert (stage.shown().index, stage.shown().tagged) == ({}, "")
        grow()
        again = stage.seatrial("release", "--yes")
        assert again.returncode == 0, again.stderr
        complete(stage)


@pytest.mark.parametrize("where", ["store", "cache"])
def test_a_disk_that_fills_while_wheels_are_collected(tmp_path: Path, where: str) -> None:
    """Where what CI built has no room, in the run or in the cache, it is said before anything."""
    with scene(tmp_path, more=COLLECT) as stage:
        wheel = make_wheel(tmp_path, version="1.1.0", size=3 * MEGABYTE)
        built(stage, raised(stage), wheel)
        home = tmp_path / "home"
        home.mkdir(exist_ok=True)
        folder = stage.project.folder / ".git" if where == "store" else home / ".cache"
        with disk(folder / "seatrial", 2000) as grow:
            done = stage.seatrial("release", "--yes")
            told(done, 3, "Make room")
            assert (stage.shown().index, stage.shown().tagged) == ({}, "")
            grow()
            again = stage.seatrial("release", "--yes")
            assert again.returncode == 0, again.stderr
            assert sorted(stage.shown().index) == [wheel.name, "demo-1.1.0.tar.gz"]
