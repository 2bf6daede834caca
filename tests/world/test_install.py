"""Environments and installs: where each name comes from, and that it is asked for afresh."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from seatrial.errors import InstallCheckFailed, TimedOut, ToolMissing
from seatrial.world.machine import LocalMachine
from seatrial.world.ports import Environment, Machine
from tests.support.machines import make_machine
from tests.support.simplefolder import SimpleFolder, serving
from tests.support.wheels import make_wheel


@pytest.fixture
def own(tmp_path: Path) -> Iterator[SimpleFolder]:
    """The index of the release."""
    with serving(tmp_path / "own") as index:
        yield index


@pytest.fixture
def usual(tmp_path: Path) -> Iterator[SimpleFolder]:
    """The user's usual index."""
    with serving(tmp_path / "usual") as index:
        yield index


@pytest.fixture
def machine(tmp_path: Path, usual: SimpleFolder) -> LocalMachine:
    """A machine whose usual index is the fixture's."""
    return make_machine(tmp_path / "lauf raum", usual_index=usual.url)


def put(index: SimpleFolder, name: str, version: str, needs: str = "") -> Path:
    """Put a wheel on an index; its module says which index that is."""
    return make_wheel(
        index.project(name),
        name,
        version,
        modules={f"{name}/__init__.py": f"mark = {index.folder.name!r}\n"},
        headers=f"Requires-Dist: {needs}\n" if needs else "",
    )


def marks(machine: LocalMachine, environment: Environment, *names: str) -> list[str]:
    """Give where each module was installed from, by running the environment's interpreter."""
    code = f"import {','.join(names)}; print(*[m.mark for m in ({','.join(names)},)])"
    done = machine.run(
        "marks", [str(environment.python), "-c", code],
        cwd=environment.folder, env={}, timeout=60,
    )  # fmt: skip
    assert done.code == 0, done.said
    return done.text.split()


def test_the_port_is_kept(machine: LocalMachine) -> None:
    """The adapter has every method of the port, which the type checker sees here."""
    port: Machine = machine
    assert port.find_python("").is_file()


def test_own_names_come_from_their_index_and_others_from_the_usual_one(
    machine: LocalMachine, own: SimpleFolder, usual: SimpleFolder
) -> None:
    """Neither index can put its file in the other one's place, whatever versions they hold."""
    put(own, "demo", "1.0", needs="helper")
    put(own, "helper", "9.0")
    put(usual, "demo", "1.0")
    put(usual, "demo", "2.0")
    put(usual, "helper", "1.0")
    environment = machine.environment("check", machine.find_python(""))
    done = machine.install(environment, "demo>=1.0", own={"Demo": own.url}, timeout=60)
    assert done.code == 0, done.said
    assert marks(machine, environment, "demo", "helper") == ["own", "usual"]
    assert not [path for path in usual.asked if "demo" in path]
    assert not [path for path in own.asked if "helper" in path]


def test_an_own_name_that_is_only_elsewhere_is_not_found(
    machine: LocalMachine, own: SimpleFolder, usual: SimpleFolder
) -> None:
    """A release that its index does not show is not installed from anywhere else."""
    put(own, "demo", "1.0")
    put(usual, "demo", "2.0")
    environment = machine.environment("check", machine.find_python(""))
    done = machine.install(environment, "demo==2.0", own={"demo": own.url}, timeout=60)
    assert done.code != 0
    assert "demo" in done.said


def test_a_page_that_was_cached_is_asked_for_again(
    machine: LocalMachine, own: SimpleFolder
) -> None:
    """A file uploaded after the page was last read is found, though the page may be kept."""
    python = machine.find_python("")
    put(own, "demo", "1.0")
    first = machine.environment("first", python)
    assert machine.install(first, "demo==1.0", own={"demo": own.url}, timeout=60).code == 0
    put(own, "demo", "1.1")
    second = machine.environment("second", python)
    done = machine.install(second, "demo==1.1", own={"demo": own.url}, timeout=60)
    assert done.code == 0, done.said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("UV_EXCLUDE_NEWER", "2020-01-01"),
        ("UV_NO_SOURCES", "1"),
        ("UV_INDEX_STRATEGY", "unsafe-best-match"),
        ("HTTP_PROXY", "http://127.0.0.1:9"),
        ("UV_REQUIRE_HASHES", "1"),
    ],
)
def test_settings_for_the_users_own_work_do_not_change_the_check(
    tmp_path: Path, own: SimpleFolder, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """A cut-off date, a proxy or a strategy of the user's does not hide the release's own file."""
    monkeypatch.setenv(name, value)
    put(own, "demo", "1.0")
    machine = make_machine(tmp_path / "m", usual_index=own.url)
    environment = machine.environment("check", machine.find_python(""))
    done = machine.install(environment, "demo==1.0", own={"demo": own.url}, timeout=60)
    assert done.code == 0, done.said


def test_a_built_file_is_installed_with_its_dependencies(
    tmp_path: Path, machine: LocalMachine, usual: SimpleFolder
) -> None:
    """The file itself is installed, and again when the same path holds other bytes."""
    python = machine.find_python("")
    folder = tmp_path / "größe und so"
    folder.mkdir()
    put(usual, "helper", "1.0")
    put(usual, "demo", "1.0")
    for mark in ("first", "second"):
        wheel = make_wheel(
            folder,
            modules={"demo/__init__.py": f"mark = {mark!r}\n"},
            headers="Requires-Dist: helper\n",
        )
        environment = machine.environment("check", python)
        done = machine.install(environment, str(wheel), own={}, timeout=60)
        assert done.code == 0, done.said
        assert marks(machine, environment, "demo", "helper") == [mark, "usual"]


def test_an_environment_is_clean_and_made_anew(machine: LocalMachine) -> None:
    """What an earlier check left in an environment of that name is gone; it knows its version."""
    first = machine.environment("check", machine.find_python(""))
    (first.folder / "left-over").touch()
    again = machine.environment("check", machine.find_python(""))
    assert not (again.folder / "left-over").exists()
    done = machine.run(
        "version", [str(again.python), "-c", "import sys; print(sys.version.split()[0])"],
        cwd=again.folder, env={}, timeout=60,
    )  # fmt: skip
    assert done.text.strip() == again.version


@pytest.mark.parametrize("requirement", ["not a requirement", "demo.whl", "x.tar.gz"])
def test_a_requirement_that_cannot_be_read_is_said(machine: LocalMachine, requirement: str) -> None:
    """A file that is named like no distribution is an error before anything is started."""
    environment = machine.environment("check", machine.find_python(""))
    with pytest.raises(InstallCheckFailed):
        machine.install(environment, requirement, own={}, timeout=60)


def test_a_command_has_its_log_and_its_time(tmp_path: Path, machine: LocalMachine) -> None:
    """Its output is in its log, its variables reach it, and it is ended when it takes too long."""
    python = str(machine.find_python(""))
    code = "import os; print('gate says', os.environ['WORD'])"
    done = machine.run(
        "gate-x", [python, "-c", code], cwd=tmp_path, env={"WORD": "yes"}, timeout=60
    )
    assert done.text == "gate says yes\n"
    log = tmp_path / "lauf raum" / "logs" / "gate-x.log"
    assert log.read_text() == "gate says yes\n"
    with pytest.raises(TimedOut):
        machine.run(
            "gate-y", [python, "-c", "import time; time.sleep(99)"], cwd=tmp_path, env={}, timeout=1
        )
    with pytest.raises(ToolMissing):
        machine.run("gate-z", ["no-such-program"], cwd=tmp_path, env={}, timeout=5)
