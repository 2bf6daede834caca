from __future__ import annotations

import sys
from pathlib import Path

import msgspec
import pytest
from packaging.tags import platform_tags

from seatrial.actions.elsewhere import check_elsewhere, elsewhere, fitting, untaken
from seatrial.actions.install import CheckInstallation
from seatrial.artifacts.binaries.promise import promise_of
from seatrial.errors import InstallCheckFailed
from seatrial.operations.indexes import Outside
from seatrial.operations.worlds import lone_world
from seatrial.plan import values
from seatrial.plan.state import Receipt, Same
from seatrial.world.given import GivenFiles
from seatrial.world.takers import as_found, places_of
from tests.actions.test_upload import PLAN
from tests.support.machines import make_machine
from tests.support.wheels import make_wheel

VERSION = ".".join(map(str, sys.version_info[:3]))
TAGS = [
    "py3-none-macosx_14_0_arm64",
    "py3-none-macosx_10_9_universal2",
    "cp39-abi3-win_amd64",
    "cp312-cp312-win_arm64",
    "py3-none-manylinux_2_27_aarch64.manylinux_2_28_aarch64",
    "py3-none-musllinux_1_2_aarch64",
    "cp399-cp399-manylinux_2_17_x86_64",
    "py399-none-win_amd64",
]
NAMES_ALONE = [
    "py3-none-manylinux_2_17_s390x",
    "cp314-cp314t-win_amd64",
    "cp314-abi3t-manylinux_2_28_aarch64",
    "pp311-pypy311_pp73-macosx_11_0_arm64",
    "cp399-cp399-any",
]


def test_wheels_of_other_machines_are_told_apart(tmp_path: Path) -> None:
    """A wheel for any machine, or for this one, is not elsewhere."""
    here = make_wheel(tmp_path)
    away = [make_wheel(tmp_path, tag=tag) for tag in ("py3-none-win32", "py3-none-win_arm64")]
    assert elsewhere([here, *away]) == tuple(away)


def test_the_wheel_for_this_python_is_taken(tmp_path: Path) -> None:
    """Of several wheels, the one that this Python installs is taken; an sdist has no tag."""
    own = f"cp{sys.version_info[0]}{sys.version_info[1]}"
    wheels = [make_wheel(tmp_path, tag=f"{tag}-none-any") for tag in ("cp37", own, "cp399")]
    assert fitting(wheels, VERSION) == wheels[1]
    assert fitting([tmp_path / "demo-1.0.tar.gz"], VERSION).name == "demo-1.0.tar.gz"
    assert fitting(wheels[:1], VERSION) == wheels[0]


def test_each_wheel_resolves_for_the_oldest_machine_that_it_promises(tmp_path: Path) -> None:
    """Each machine of each tag is asked for, and takes the wheel, of which nothing is run."""
    machine = make_machine(tmp_path)
    where = machine.environment("elsewhere", Path(sys.executable))
    wheels = []
    for number, tag in enumerate(TAGS):
        (tmp_path / str(number)).mkdir()
        wheels.append(make_wheel(tmp_path / str(number), tag=tag))
    told = check_elsewhere(machine, where, wheels)
    assert told == tuple(wheel.name for wheel in wheels)


@pytest.mark.parametrize("tag", NAMES_ALONE)
def test_what_uv_cannot_be_asked_about_is_said(tmp_path: Path, tag: str) -> None:
    """Of a processor, a free-threaded Python or PyPy, only the file's own name is known."""
    machine = make_machine(tmp_path)
    where = machine.environment("elsewhere", Path(sys.executable))
    wheel = make_wheel(tmp_path, tag=tag)
    assert check_elsewhere(machine, where, [wheel]) == (f"{wheel.name} (its name alone)",)


def test_a_tag_that_no_machine_takes_is_refused(tmp_path: Path) -> None:
    """From macOS 11 on tags have no minor version, and no installer takes one that has."""
    machine = make_machine(tmp_path)
    where = machine.environment("elsewhere", Path(sys.executable))
    wheel = make_wheel(tmp_path, tag="py3-none-macosx_11_3_arm64")
    with pytest.raises(InstallCheckFailed, match="aarch64-apple-darwin"):
        check_elsewhere(machine, where, [wheel])


def test_wheels_for_pythons_that_are_not_tried_are_told_apart(tmp_path: Path) -> None:
    """Each Python takes its own; a free-threaded one and PyPy do not take another's."""
    tags = ("cp311-cp311", "cp313-cp313", "cp313-cp313t", "pp311-pypy311_pp73", "cp39-abi3")
    here = next(iter(platform_tags()))
    wheels = [make_wheel(tmp_path, tag=f"{tag}-{here}") for tag in tags]
    left = {
        "3.11": wheels[1:4],
        "3.13.2": [wheels[0], *wheels[2:4]],
        "3.13t": [*wheels[:2], *wheels[3:]],
        "pypy3.11": [*wheels[:3], wheels[4]],
        "3": wheels,
    }
    for python, others in left.items():
        assert untaken(wheels, [python]) == tuple(others), python
    assert untaken(wheels, ["3.11", "3.13", "3.13t", "pypy3.11"]) == ()
    assert fitting(wheels, "3.13t") == wheels[2]


def test_the_version_that_was_found_is_spelt_as_it_was_asked_for() -> None:
    """What was asked for says which kind it is, and what was found, which version."""
    assert as_found("3", "3.12.1") == "3.12.1"
    assert as_found("3.13t", "3.13.2") == "3.13.2t"
    assert as_found("pypy3", "3.11.4") == "pypy3.11.4"
    assert as_found("", "3.12.1") == "3.12.1"


def test_a_promise_for_several_processors_is_asked_for_each() -> None:
    """universal2 is two machines, the second of them not before macOS 11."""
    both = list(places_of(promise_of("macosx_10_9_universal2")))
    assert [(one.name, one.macos) for one in both] == [
        ("x86_64-apple-darwin", "10.9"),
        ("aarch64-apple-darwin", "11.0"),
    ]


CHECK = values.InstallCheck(
    key="install demo", package="demo", version="1.0", python="", timeout=60.0
)


def checked(folder: Path, *tags: str) -> Receipt:
    """Check the installation of a release with wheels of these tags."""
    store = GivenFiles(folder / "run")
    for tag in tags:
        store.keep(make_wheel(folder, tag=tag))
    plan = msgspec.structs.replace(PLAN, actions=(CHECK,))
    action = CheckInstallation(CHECK, plan)
    world = lone_world(Outside.usual(), plan, store)
    receipt = action.act(world)
    assert action.observe(world) == Same(
        receipt=Receipt(detail=receipt.detail, facts=dict(world.store.recorded(CHECK.key) or {}))
    )
    return receipt


def test_what_runs_here_runs_and_what_does_not_is_said(tmp_path: Path) -> None:
    """Of several wheels, the one for this machine is installed, and the others are named."""
    receipt = checked(tmp_path, "py3-none-any", "py3-none-win_arm64")
    assert receipt.detail.startswith(f"Python {VERSION}: import demo; not run, only resolved")
    assert receipt.facts["elsewhere"] == "demo-1.0-py3-none-win_arm64.whl"


def test_a_wheel_for_a_python_that_is_not_tried_is_resolved(tmp_path: Path) -> None:
    """Beside the wheel that runs here, the one for another Python of this system is named."""
    other = "cp399-cp399-manylinux_2_17_x86_64"
    receipt = checked(tmp_path, "py3-none-any", other)
    assert receipt.detail.endswith(f"only resolved for their own machines: demo-1.0-{other}.whl")


def test_where_nothing_runs_here_nothing_is_installed(tmp_path: Path) -> None:
    """A release for other machines alone is resolved for them, and the receipt says no more."""
    receipt = checked(tmp_path, "py3-none-win_amd64", "py3-none-macosx_11_0_arm64")
    assert receipt.facts["ran"] == ""
    assert "demo-1.0-py3-none-macosx_11_0_arm64.whl" in receipt.detail
    assert "demo-1.0-py3-none-win_amd64.whl" in receipt.detail
