"""The rules of the house that no linter knows."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.version import Version

import seatrial

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "seatrial"
MODULES = sorted(SOURCE.rglob("*.py"))
EVERYTHING = [
    *MODULES,
    *(
        path
        for folder in ("tests", "docs", "examples", "benchmarks")
        for path in sorted((ROOT / folder).rglob("*.py"))
    ),
]

FILE_LINES = 400
FUNCTION_LINES = 50

HOST = re.compile(r"https?://[\w-]+(\.[\w-]+)*\.[a-z]{2,}|\b[\w-]+\.(?:com|org|net|io|dev)\b")
STARTS_CHILDREN = {"process.py"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def parsed(path: Path) -> ast.Module:
    """Give the syntax tree of a module."""
    return ast.parse(path.read_text("utf-8"), str(path))


def functions(path: Path) -> Iterator[Function]:
    """Give every function of a module, those in classes and functions too."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, Function):
            yield node


def length(function: Function) -> int:
    """Give the lines of a function, without its docstring."""
    first = function.body[0]
    said = ast.get_docstring(function) is not None and first.end_lineno is not None
    docstring = (first.end_lineno or 0) - first.lineno + 1 if said else 0
    return (function.end_lineno or 0) - function.lineno + 1 - docstring


def texts(path: Path) -> Iterator[str]:
    """Give every string of a module that is no docstring."""
    tree = parsed(path)
    statements = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in statements
        ):
            yield node.value


def imported(path: Path) -> set[str]:
    """Give the modules that a module imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return names


def test_no_file_is_too_long() -> None:
    """A module has at most 400 lines."""
    lines = {path: path.read_text("utf-8").count("\n") for path in EVERYTHING}
    assert [str(path) for path, count in lines.items() if count > FILE_LINES] == []


def test_no_function_is_too_long() -> None:
    """A function has at most 50 lines beside its docstring."""
    long = [
        f"{path}:{function.lineno} {function.name} has {length(function)} lines"
        for path in EVERYTHING
        for function in functions(path)
        if length(function) > FUNCTION_LINES
    ]
    assert long == []


def test_every_test_states_its_rule() -> None:
    """A test has a docstring of one sentence."""
    wordless = []
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for function in functions(path):
            if function.name.startswith("test_"):
                said = ast.get_docstring(function) or ""
                if not said.endswith(".") or "\n\n" in said:
                    wordless.append(f"{path}:{function.lineno} {function.name}")
    assert wordless == []


def test_one_module_names_hosts() -> None:
    """No module but addresses.py holds the name of a host."""
    named = [
        f"{path}: {text!r}"
        for path in MODULES
        if path.name != "addresses.py"
        for text in texts(path)
        if HOST.search(text)
    ]
    assert named == []


def test_one_module_starts_programs() -> None:
    """No module but process.py can start a program."""
    starting = {
        path.relative_to(SOURCE).as_posix()
        for path in MODULES
        if imported(path) & {"subprocess", "multiprocessing", "pty"}
    }
    assert starting == STARTS_CHILDREN


def test_nothing_changes_the_working_directory() -> None:
    """No module changes the process's own directory or environment."""
    forbidden = re.compile(r"\bos\.(chdir|fchdir|putenv|system|popen)\b|\bos\.environ\[[^\]]*\] *=")
    assert [str(path) for path in MODULES if forbidden.search(path.read_text("utf-8"))] == []


@pytest.mark.parametrize(
    "folder", sorted(path.name for path in SOURCE.iterdir() if (path / "__init__.py").exists())
)
def test_the_init_of_a_folder_is_light(folder: str) -> None:
    """Importing a folder imports nothing: its __init__ is a docstring."""
    body = parsed(SOURCE / folder / "__init__.py").body
    assert [type(node) for node in body if not isinstance(node, ast.Expr)] == []


def test_the_version_stands_in_one_place() -> None:
    """The version is a string in __init__.py, and the build reads it from there."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert settings["project"]["dynamic"] == ["version"]
    assert settings["tool"]["hatch"]["version"]["path"] == "src/seatrial/__init__.py"
    assert str(Version(seatrial.__version__)) == seatrial.__version__


def test_each_folder_has_a_contract() -> None:
    """A folder or module of the source says in pyproject.toml which others it may import."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    bound = {
        module
        for contract in settings["tool"]["importlinter"]["contracts"]
        for module in contract["source_modules"]
    }
    folders = {
        f"seatrial.{path.stem}"
        for path in SOURCE.iterdir()
        if (path / "__init__.py").exists() or path.suffix == ".py"
    }
    assert folders - bound == {"seatrial.__init__", "seatrial.__main__"}


def test_the_contracts_are_kept(tmp_path: Path) -> None:
    """Nobody imports what the design gives no arrow to."""
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [str(lint), "--cache-dir", str(tmp_path)], cwd=ROOT, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout.decode()
