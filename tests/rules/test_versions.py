"""ST1xx, each rule with what it finds and what it leaves alone."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.support.trees import PROJECT, Around, found, tag

Files = Mapping[str, str | bytes]

SCM = (
    '[build-system]\nrequires = ["setuptools", "setuptools-scm"]\n'
    'build-backend = "setuptools.build_meta"\n[project]\nname = "demo"\ndynamic = ["version"]\n'
    "[tool.setuptools_scm]\n"
)


def stating(version: str) -> dict[str, str]:
    """Give a manifest that states a version."""
    return {"pyproject.toml": PROJECT.replace("1.2.0", version)}


def module(line: str) -> dict[str, str]:
    """Give the package's own module with one line in it."""
    return {"demo/__init__.py": f'"""Demo."""\n\n{line}\n'}


LOCK = 'version = 1\n\n[[package]]\nname = "demo"\nversion = "{}"\nsource = {{ editable = "." }}\n'
CITATION = "cff-version: 1.2.0\ntitle: Demo\nversion: {}\n"
COMPUTED = "import os\nfrom setuptools import setup\nsetup(name='demo', version=os.environ['V'])\n"

FLAWED: list[tuple[str, Files, str]] = [
    ("ST101", module('__version__ = "1.0.0"'), "demo/__init__.py:3"),
    ("ST102", {"setup.py": COMPUTED}, "setup.py"),
    ("ST103", stating("one.two"), "pyproject.toml:7"),
    ("ST104", stating("1.2.0+cu121"), "pyproject.toml:7"),
    ("ST105", stating("1.2.0-rc.1"), "pyproject.toml:7"),
    ("ST106", {"uv.lock": LOCK.format("1.1.0")}, "uv.lock:5"),
    ("ST107", {"CITATION.cff": CITATION.format("1.1.0")}, "CITATION.cff:3"),
    ("ST108", {"pyproject.toml": SCM, **module('__version__ = "0.9"')}, "demo/__init__.py:3"),
    ("ST109", {"docs/conf.py": 'release = "1.1.0"\n'}, "docs/conf.py:1"),
    ("ST112", {"demo/__init__.py": b"# \xfc\n"}, "demo/__init__.py"),
    ("ST110", {"README.md": "# Demo\n\n    pip install demo==1.1.0\n"}, "README.md:3"),
]

SOUND: list[tuple[str, Files]] = [
    ("ST101", module('__version__ = "1.2.0"')),
    ("ST101", module('__version__ = importlib.metadata.version("demo")')),
    ("ST102", {"setup.py": COMPUTED.replace("os.environ['V']", "'1.0'")}),
    ("ST103", stating("1.2.0rc1")),
    ("ST104", stating("1.2.0.post1")),
    ("ST105", stating("1.2.0rc1")),
    ("ST106", {"uv.lock": LOCK.format("1.2.0")}),
    ("ST107", {"CITATION.cff": CITATION.format("1.2.0")}),
    ("ST108", {"pyproject.toml": SCM, **module('__version__ = "0.0.0"')}),
    ("ST108", module('__version__ = "1.2.0"')),
    ("ST109", {"docs/conf.py": 'release = "1.2.0"\n'}),
    ("ST109", {"docs/conf.py": "from demo import __version__ as release\n"}),
    ("ST112", {"demo/__init__.py": b"# coding: latin-1 \xfc\n", "a.bin": b"\xfc"}),
    ("ST110", {"README.md": "pip install demo==1.2.0, or demo-extra==0.1\n"}),
    ("ST110", {"CHANGELOG.md": "pip install demo==1.1.0\n"}),
]


@pytest.mark.parametrize(("code", "files", "where"), FLAWED, ids=lambda value: str(value)[:20])
def test_a_flaw_is_found_where_it_is(code: str, files: Files, where: str) -> None:
    """The rule finds one thing, and names its line."""
    assert [one.where for one in found(code, files)] == [where]


@pytest.mark.parametrize(("code", "files"), SOUND, ids=lambda value: str(value)[:20])
def test_what_is_right_is_left_alone(code: str, files: Files) -> None:
    """The rule finds nothing in a tree that is right, or that it cannot judge."""
    assert found(code, files) == ()


def test_drift_names_both_lines_and_the_one_the_artifact_would_carry() -> None:
    """The message of ST101 tells the two versions, and which of them is built."""
    (one,) = found("ST101", {**stating("0.1.16"), "demo/__init__.py": '__version__ = "1.0.0"\n'})
    assert one.message == (
        "demo: __version__ states 1.0.0, and the artifact would carry 0.1.16, from pyproject.toml:7"
    )


def test_drift_from_what_a_place_follows_names_that() -> None:
    """A bundled engine's version is measured by the engine's file, not by the artifact."""
    table = (
        '[[tool.seatrial.package]]\npath = "."\nversions = [{ file = "e.txt",'
        ' search = "engine {version}", follows = "Cargo.toml:package.version" }]\n'
    )
    (one,) = found(
        "ST101",
        {
            "pyproject.toml": PROJECT + table,
            "e.txt": "engine 7.0.0\n",
            "Cargo.toml": '[package]\nname = "e"\nversion = "7.1.0"\n',
        },
    )
    assert one.message == (
        "demo: engine {version} states 7.0.0, and Cargo.toml:3, which it follows, states 7.1.0"
    )


def test_a_pin_in_the_docs_is_measured_by_the_latest_release() -> None:
    """A pin of the newest tag is right, though the files state the next version already."""
    files = {**stating("1.3.0"), "README.md": "pip install demo==1.2.0\n"}
    assert found("ST110", files, Around(tags=(tag("1.2.0"),))) == ()
    assert len(found("ST110", files, Around(tags=(tag("1.2.1"), tag("1.2.0"))))) == 1
