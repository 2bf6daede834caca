"""ST419 to ST422 and ST5xx: what is found, and what is left alone."""

from __future__ import annotations

import pytest

from seatrial.repository.api_values import Answer, Breakage
from seatrial.rules.values import Flaw
from tests.rules.verdicts import Case
from tests.support.trees import PROJECT, Around

TYPED = {"pyproject.toml": PROJECT + 'classifiers = ["Typing :: Typed"]\n'}
SCRIPT = {"pyproject.toml": PROJECT + '[project.scripts]\ndemo = "demo.cli:main"\n'}
INIT = {"src/demo/__init__.py": ""}
SINCE_NINE = {"pyproject.toml": PROJECT + 'requires-python = ">=3.9"\n'}
CLASSIFIED = {
    "pyproject.toml": PROJECT + 'classifiers = ["Programming Language :: Python :: 3.9"]\n'
}
SETUP = "from setuptools import find_packages, setup\n{}setup(name='demo', version='1', {})\n"


def matrix(*pythons: str, more: str = "") -> dict[str, str]:
    """Give a workflow that tests on some Pythons."""
    listed = ", ".join(f'"{python}"' for python in pythons)
    return {
        ".github/workflows/ci.yml": (
            "on: push\njobs:\n  test:\n    strategy:\n      matrix:\n"
            f"        python-version: [{listed}]\n    steps:\n"
            f"      - uses: actions/setup-python@v5\n      - run: pytest\n{more}"
        )
    }


def scripts(code: str) -> dict[str, str]:
    """Give a package whose console script calls main in a module with this code."""
    return {**SCRIPT, **INIT, "src/demo/cli.py": code}


TURNED = {
    "seatrial.toml": '[[package]]\npath = "."\n'
    'build-edits = { "setup.py:IS_PYPA_PACKAGE" = true }\n'
}

BROKEN = Answer(
    last="v1.1.0",
    version="1.2.0",
    breakages=(
        Breakage(object="demo.f", said="gone", path="src/demo/__init__.py", line=4),
        Breakage(object="demo.g", said="gone", path="src/demo/__init__.py", line=9, gone=True),
        Breakage(object="demo.old", said="gone", path="src/demo/old.py", line=1, gone=True),
    ),
)

CASES = [
    Case(
        "ST111",
        INIT,
        ("", "src/demo/__init__.py", "src/demo/__init__.py:4"),
        Around(api=BROKEN),
    ),
    Case("ST423", INIT, ("a.toml:3",), Around(broken=(Flaw("no such key", "a.toml", 3),))),
    Case("ST423", INIT),
    Case("ST111", INIT, (), Around(api=Answer(unasked="griffe is not installed"))),
    Case("ST419", {**TYPED, **INIT}, ("pyproject.toml:8",)),
    Case("ST419", {**TYPED, **INIT, "src/demo/py.typed": ""}),
    Case("ST419", INIT),
    Case("ST420", scripts("def run(): ...\n"), ("pyproject.toml:9",)),
    Case("ST420", {**SCRIPT, **INIT}, ("pyproject.toml:9",)),
    Case("ST420", scripts("def main(): ...\n")),
    Case("ST420", scripts("if 1:\n    from .x import main\n")),
    Case("ST420", scripts("from .x import *\n")),
    Case("ST420", scripts("def __getattr__(name): ...\n")),
    Case("ST420", {**SCRIPT, **INIT, "src/demo/cli.pyx": ""}),
    Case("ST420", SCRIPT),
    Case("ST421", {**SINCE_NINE, **matrix("3.8", "3.9")}, (".github/workflows/ci.yml:6",)),
    Case("ST421", {**SINCE_NINE, **matrix("3.9", "3.14t", "pypy-3.8")}),
    Case("ST422", {**CLASSIFIED, **matrix("3.10", "3.11")}, ("pyproject.toml:8",)),
    Case("ST422", {**CLASSIFIED, **matrix("3.9", "3.11")}),
    Case("ST422", {**CLASSIFIED, **matrix("3.9-dev", "3.11")}),
    Case("ST422", {**CLASSIFIED, **matrix("3.10", "3.11"), ".travis.yml": ""}),
    Case("ST422", {**CLASSIFIED, **matrix("3.10", "3.11", more="      - run: nox\n")}),
    Case("ST501", {"demo.egg-info/PKG-INFO": ""}, ("demo.egg-info/PKG-INFO",)),
    Case("ST501", {"dist/demo-1.0.tar.gz": b"", "dist/demo.js": ""}, ("dist/demo-1.0.tar.gz",)),
    Case("ST501", {"build/release.py": "", "dist/index.html": "", "tests/x/dist/a.whl": b""}),
    Case("ST502", {}, ("dist/",), Around(untracked=("dist/", "build/"))),
    Case(
        "ST502",
        {"setup.py": SETUP.format("", "")},
        ("build/",),
        Around(untracked=("build/", ".venv/")),
    ),
    Case("ST502", {}, (), Around(untracked=("site/",))),
    Case("ST503", {"demo/_x.abi3.so": b"\0"}, ("demo/_x.abi3.so",)),
    Case("ST503", {"demo/libx.so": b"\0", "tests/_x.abi3.so": b"\0"}),
    Case("ST504", INIT, ("src/demo/_x.abi3.so",), Around(untracked=("src/demo/_x.abi3.so",))),
    Case("ST504", INIT, (), Around(untracked=("target/_x.abi3.so", "src/demo/x.log"))),
    Case("ST505", {"setup.py": SETUP.format("IS_PYPA_PACKAGE = False\n", "")}, ("setup.py:2",)),
    Case("ST505", {"setup.py": SETUP.format("IS_PYPA_PACKAGE = False\n", ""), **TURNED}),
    Case(
        "ST510",
        {"setup.py": SETUP.format("IS_PYPA_PACKAGE = True\n", ""), **TURNED},
        ("setup.py:2",),
    ),
    Case("ST510", {"setup.py": SETUP.format("IS_PYPA_PACKAGE = False\n", ""), **TURNED}),
    Case("ST505", {"setup.py": SETUP.format("DEBUG = False\nIS_RELEASE = env('X')\n", "")}),
    Case("ST506", {"CHANGELOG.md": "# C\n\n<<<<<<< HEAD\n- a\n"}, ("CHANGELOG.md:3",)),
    Case("ST506", {"CHANGELOG.md": "# C\n\n    <<<<<<< HEAD\n", "x.md": "<<<<<<< HEAD\n"}),
    Case("ST507", {"a/b": ""}, ("demo/x",), Around(links={"demo/x": "../gone"})),
    Case("ST507", {"a/b": ""}, ("y",), Around(links={"y": "/etc/passwd"})),
    Case("ST507", {"a/b": ""}, (), Around(links={"x": "a", "y": "a/b", "tests/z": "gone"})),
    Case(
        "ST508",
        {"setup.py": SETUP.format("", "packages=find_packages()"), "tests/__init__.py": ""},
        ("setup.py:2",),
    ),
    Case(
        "ST508",
        {"setup.py": SETUP.format("", "packages=find_packages('src')"), "tests/__init__.py": ""},
    ),
    Case("ST508", {"setup.py": SETUP.format("", "packages=find_packages()"), "tests/a.py": ""}),
    Case("ST509", {"README.md": b"# D\n\n\xe9\n"}, ("README.md:3",)),
    Case("ST509", {"README.md": "# Dé\n"}),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_the_verdict_is_right(case: Case) -> None:
    """The rule finds the flaws of the tree, where they are, and no others."""
    case.check()
