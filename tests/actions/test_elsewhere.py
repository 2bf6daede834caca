from __future__ import annotations

import sys
from pathlib import Path

import msgspec
import pytest

from seatrial.actions.elsewhere import check_elsewhere, elsewhere, fitting, places_of
from seatrial.actions.install import CheckInstallation
from seatrial.artifacts.binaries.promise import promise_of
from seatrial.errors import InstallCheckFailed
from seatrial.operations.indexes import Outside
from seatrial.operations.worlds import lone_world
from seatrial.plan import values
from seatrial.plan.state import Receipt, Same
from seatrial.world.given import GivenFiles
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


def test_a_machine_that_uv_does_not_know_is_said(tmp_path: Path) -> None:
    """Of a processor without a name there, only the file's own name is known."""
    machine = make_machine(tmp_path)
    where = machine.environment("elsewhere", Path(sys.executable))
    wheel = make_wheel(tmp_path, tag="py3-none-manylinux_2_17_s390x")
    assert check_elsewhere(machine, where, [wheel]) == (f"{wheel.name} (its name alone)",)


def test_a_tag_that_no_machine_takes_is_refused(tmp_path: Path) -> None:
    """From macOS 11 on tags have no minor version, and no installer takes one that has."""
    machine = make_machine(tmp_path)
    where = machine.environment("elsewhere", Path(sys.executable))
    wheel = make_wheel(tmp_path, tag="py3-none-macosx_11_3_arm64")
    with pytest.raises(InstallCheckFailed, match="aarch64-apple-darwin"):
        check_elsewhere(machine, where, [wheel])


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


def test_where_nothing_runs_here_nothing_is_installed(tmp_path: Path) -> None:
    """A release for other machines alone is resolved for them, and the receipt says no more."""
    receipt = checked(tmp_path, "py3-none-win_amd64", "py3-none-macosx_11_0_arm64")
    assert receipt.facts["ran"] == ""
    assert "demo-1.0-py3-none-macosx_11_0_arm64.whl" in receipt.detail
    assert "demo-1.0-py3-none-win_amd64.whl" in receipt.detail
