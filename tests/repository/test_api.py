"""The API beside that of the last release."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from seatrial.cli.main import run
from seatrial.config.schema import Settings
from seatrial.errors import InvalidVersion
from seatrial.operations.comparing import allows_breaks, api_remarks, planned_api
from seatrial.operations.project import Project
from seatrial.process import Runner
from seatrial.repository.api import Pair, compare_apis, top_modules
from seatrial.repository.packages import find_packages
from seatrial.repository.snapshot import open_snapshot
from seatrial.versions.arithmetic import parse
from tests.support.repositories import HELLO, Repository, make_repository

CORE = """
from typing import Generic, Protocol, TypeVar

import click

import elsewhere

T = TypeVar("T")
DEFAULT = 1
__about__ = 1


class Base:
    def inherited(self): ...


class Thing(Base, Generic[T]):
    size = 1

    def run(self, a, b=1): ...

    def inherited(self): ...

    def gone(self): ...

    def _own(self, a): ...


class Foreign(Base):
    def theirs(self): ...


def helper(a, *, key=None): ...


@click.command()
@click.option("--name")
def command(name): ...


def _private(a): ...


def dropped(): ...


def lazy(): ...
"""
"""A module whose names say what becomes of them."""


def compared(
    folder: Path, before: Mapping[str, str], after: Mapping[str, str | bytes]
) -> list[str]:
    """Give what breaks between two states of a repository, as ``object: said path:line``."""
    made = make_repository(folder / "r", {**HELLO, **before}, tag="v0.1.0")
    made.commit("fix: change it", after, remove=sorted(before.keys() - after.keys()))
    old = open_snapshot(made.folder, Runner(), commit="v0.1.0")
    new = open_snapshot(made.folder, Runner())
    (package,) = find_packages(new, Settings())
    (answer,) = compare_apis([Pair(old, new, package)])
    assert answer.unasked == ""
    return [f"{one.object}: {one.said} {one.path}:{one.line}" for one in answer.breakages]


def test_what_breaks_callers_is_named_with_its_place(tmp_path: Path) -> None:
    """Parameters, methods and functions are named; privates, values, commands, bases' are not."""
    after = (
        CORE.replace("DEFAULT = 1\n__about__ = 1", "DEFAULT = 2\n")
        .replace("Thing(Base, Generic[T])", "Thing(Base)")
        .replace("def run(self, a, b=1)", "def run(self, b=2, c=3)")
        .replace("    def inherited(self): ...\n\n    def gone(self): ...\n", "")
        .replace("def _own(self, a)", "def _own(self)")
        .replace("Foreign(Base):\n    def theirs(self): ...", "Foreign(elsewhere.Base): ...")
        .replace("def helper(a, *, key=None)", "def helper(a, key, *more, other=None)")
        .replace("def command(name)", "def command(name, size)")
        .replace("def _private(a)", "def _private()")
        .replace("def dropped(): ...\n", "")
    )
    core = "src/hello/core.py"
    run_said = "its parameter a is gone; its parameter b stands in another position"
    assert compared(tmp_path, {core: CORE}, {core: after}) == [
        f"hello.core.Thing.run: {run_said} src/hello/core.py:20",
        "hello.core.Thing.gone: it is gone src/hello/core.py:24",
        "hello.core.helper: its parameter key must now be given src/hello/core.py:29",
        "hello.core.dropped: it is gone src/hello/core.py:44",
    ]


def test_what_may_be_there_all_the_same_does_not_count(tmp_path: Path) -> None:
    """A module with __getattr__ or a foreign ``import *`` may give any name; __all__ decides."""
    files = {
        "src/hello/lazy.py": "def one(): ...\n",
        "src/hello/star.py": "def two(): ...\n",
        "src/hello/listed.py": "__all__ = ['a']\n\n\ndef a(): ...\n\n\ndef b(): ...\n",
        "src/hello/tests/test_it.py": "def test_it(): ...\n",
        "src/hello/_inner.py": "def three(): ...\n",
        "src/hello/moved.py": "def four(): ...\n",
        "src/hello/big.py": "def five(): ...\n",
        "src/hello/latin.py": "def six(): ...\n",
        "src/hello/later.py": "def seven(): ...\n",
    }
    after: dict[str, str | bytes] = {
        "src/hello/lazy.py": "def __getattr__(name): ...\n",
        "src/hello/star.py": "from elsewhere import *\n",
        "src/hello/listed.py": "__all__ = ['a']\n\n\ndef a(): ...\n",
        "src/hello/moved.py": "from hello._inner import four\n\n__all__ = ['four']\n",
        "src/hello/_inner.py": "def four(): ...\n",
        "src/hello/big.py": "#" * 2_000_001,
        "src/hello/latin.py": b"# \xe9\n",
        "src/hello/later.py": "def seven(: ...\n",
    }
    assert compared(tmp_path, files, after) == []


SPARED = """
from collections import UserDict
from dataclasses import dataclass
from typing import TypedDict, TypeVar

T = TypeVar("T")


class Base(UserDict):
    def get(self, key): ...


class Session(Base):
    def get(self, key): ...

    def size(self, value): ...


class Raw(TypedDict, total=False):
    name: str


class Link:
    def __new__(cls): ...

    def __eq__(self, other): ...


def call(*arguments, **options): ...
"""
"""What libraries have changed in small releases without breaking anybody."""


def test_what_callers_do_not_see_is_spared(tmp_path: Path) -> None:
    """Type variables, what a foreign base brings, static methods, operators, ``**options``."""
    after = (
        SPARED.replace('T = TypeVar("T")', "")
        .replace("    def get(self, key): ...\n", "    x = 1\n")
        .replace("    def size(self, value)", "    @staticmethod\n    def size(value)")
        .replace(", total=False", "")
        .replace("    def __new__(cls): ...\n", "")
        .replace("__eq__(self, other)", "__eq__(self, them, /)")
        .replace("*arguments, **options", "*args, **kwargs")
    )
    core = "src/hello/core.py"
    assert compared(tmp_path, {core: SPARED}, {core: after}) == []


def test_nothing_of_the_package_is_executed(tmp_path: Path) -> None:
    """A module that would write a file when imported is read, also where it cannot be parsed."""
    mark = tmp_path / "executed"
    bomb = f"open({str(mark)!r}, 'w')\n"
    files = {"src/hello/a.py": bomb + "def a(): ...\n", "src/hello/b.py": "B = 1\n"}
    deep = {"src/hello/a.py": bomb, "src/hello/b.py": f"B = {'(' * 99999}\n"}
    assert compared(tmp_path, files, deep) == ["hello.a.a: it is gone src/hello/a.py:2"]
    assert not mark.exists()


def released(folder: Path, *, more: str = "") -> Repository:
    """Make a repository whose next patch takes a function away."""
    core = {"src/hello/core.py": "def a(): ...\n\n\ndef b(): ...\n"}
    manifest = HELLO["pyproject.toml"].replace("0.1.0", "1.0.0") + more
    made = make_repository(
        folder / "r", {**HELLO, **core, "pyproject.toml": manifest}, tag="v1.0.0"
    )
    made.commit("fix: less", {"src/hello/core.py": "def a(): ...\n"})
    return made


def test_a_plan_remarks_on_an_api_that_breaks(tmp_path: Path) -> None:
    """A patch that takes a function away is remarked on, and a major release is not."""
    project = Project.open(released(tmp_path).folder)
    (remark,) = api_remarks(project, parse("1.0.1"))
    assert remark.topic == "api-broken"
    assert "hello.core.b (it is gone)" in remark.text
    assert api_remarks(project, parse("2.0.0")) == ()


def test_a_plan_can_be_refused_for_an_api_that_breaks(tmp_path: Path) -> None:
    """With ``version.api = "refuse"`` the plan is refused, naming what breaks and the way out."""
    made = released(tmp_path, more='[tool.seatrial.version]\napi = "refuse"\n')
    project = Project.open(made.folder)
    with pytest.raises(InvalidVersion, match=r"1\.0\.1.*hello\.core\.b") as caught:
        api_remarks(project, parse("1.0.1"))
    assert "--bump major" in caught.value.next_step
    assert api_remarks(project, parse("2.0.0")) == ()


def test_a_check_finds_an_api_that_breaks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The finding names the object and the file, under the version that would come next."""
    made = released(tmp_path)
    assert run(["check", str(made.folder), "--select", "ST111"]) == 1
    said = capsys.readouterr().out
    assert "src/hello/core.py: ST111 hello.core.b: it is gone since v1.0.0" in said
    assert "1.0.1" in said


def test_without_griffe_the_rule_is_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The check says that it was not asked, and how to have it asked; it does not fail."""
    made = released(tmp_path)
    monkeypatch.setitem(sys.modules, "griffe", None)
    assert run(["check", str(made.folder), "--select", "ST111"]) == 0
    assert "ST111 was not asked: griffe is not installed" in capsys.readouterr().out


def test_the_first_release_breaks_nothing(tmp_path: Path) -> None:
    """Without a release, or with nothing new since it, nothing is compared."""
    made = make_repository(tmp_path / "r")
    (first,) = planned_api(Project.open(made.folder))
    assert "no release" in first.unasked
    made.tag("v0.1.0")
    (second,) = planned_api(Project.open(made.folder))
    assert second.unasked == "there is nothing to release"


@pytest.mark.parametrize(
    ("last", "version", "allowed"),
    [
        ("1.0.0", "1.1.0", False),
        ("1.9.0", "2.0.0rc1", True),
        ("0.3.0", "0.3.1", False),
        ("0.3.0", "0.4.0", True),
        ("0.3.0", "1.0.0", True),
        ("2024.1", "2024.2", True),
        ("1.0", "1!1.0", True),
    ],
)
def test_what_a_version_allows(last: str, version: str, allowed: bool) -> None:  # noqa: FBT001
    """A major release allows breaks, below 1.0 a minor one; a date says nothing."""
    assert allows_breaks(parse(last), parse(version), "") is allowed


@pytest.mark.parametrize(
    ("files", "modules"),
    [
        ({"src/hello/__init__.py": "", "src/other.py": ""}, {"hello": "src", "other": "src"}),
        ({"hello/__init__.py": "", "tests/__init__.py": "", "x.py": ""}, {"hello": ""}),
        ({"thing.py": "", "setup.py": "", "tests/__init__.py": ""}, {"thing": ""}),
        ({"one.py": "", "two.py": ""}, {}),
        ({"python/hello/__init__.pyi": ""}, {"hello": "python"}),
        ({"typing_tests/__init__.py": "", "src/hi/__init__.py": ""}, {"hi": "src"}),
        ({"hello/__init__.py": "", "lib/other.py": ""}, {"hello": ""}),
    ],
)
def test_which_modules_are_the_packages(
    files: dict[str, str], modules: dict[str, str], tmp_path: Path
) -> None:
    """Those in a folder for sources, else that of the project's name, else the only one."""
    made = make_repository(
        tmp_path / "r", {"pyproject.toml": HELLO["pyproject.toml"], "README.md": "", **files}
    )
    assert top_modules(open_snapshot(made.folder, Runner()), "") == modules
