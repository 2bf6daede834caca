"""Requirements that name a folder, and the versions that they get for a build."""

from __future__ import annotations

import tomllib

import pytest

from seatrial.errors import InvalidConfiguration
from seatrial.repository.by_path import line_of, with_versions
from seatrial.repository.local_paths import by_paths, local_path

TABLE = "[tool.poetry.dependencies]\n"


def given(text: str, *, poetry: bool = True) -> str:
    """Give the text with 1.2.0 and later in the place of each path."""
    return with_versions(text, "pyproject.toml", lambda _: ">=1.2.0", poetry=poetry)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('lib = {path = "../lib", develop = true}  # ours\n', 'lib = ">=1.2.0"  # ours\n'),
        (
            "lib = { path = '../all', subdirectory = 'lib', extras = ['x'], optional = true }\n",
            'lib = {version = ">=1.2.0", extras = ["x"], optional = true}\n',
        ),
        (
            'lib = [\n  {path = "../lib", python = "<3.12"},  # old\n  {version = "^2"},\n]\n',
            'lib = [\n  {version = ">=1.2.0", python = "<3.12"},  # old\n  {version = "^2"},\n]\n',
        ),
        (
            '[tool.poetry.dependencies.lib]  # ours\npath = "../lib"\nmarkers = "a"\n',
            '[tool.poetry.dependencies.lib]  # ours\nmarkers = "a"\nversion = ">=1.2.0"\n',
        ),
        ('\ufefflib.path = "../lib"\r\n', '\ufefflib.version = ">=1.2.0"\r\n'),
        ('lib = {git = "https://e/lib.git"}\n', 'lib = {git = "https://e/lib.git"}\n'),
        ('lib = {file = "../lib.whl"}\n', 'lib = {file = "../lib.whl"}\n'),
    ],
    ids=["table", "more keys", "several", "header", "dotted", "git", "file"],
)
def test_each_of_poetrys_spellings_gets_a_version(before: str, after: str) -> None:
    """What else an entry says stays, as do comments, quotes around it, line endings and a BOM."""
    head = TABLE.replace("\n", "\r\n") if "\r" in before else TABLE
    mark = "\ufeff" if before.startswith("\ufeff") else ""
    assert given(f"{mark}{head}{before.removeprefix(mark)}") == (
        f"{mark}{head}{after.removeprefix(mark)}"
    )


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("file:///${PROJECT_ROOT}/../lib", "../lib"),
        ("{root:uri}/../lib", "../lib"),
        ("{root:parent:uri}/lib", "../lib"),
        ("file://{root}/libs/a", "libs/a"),
        ("../lib", "../lib"),
        ("file:../lib", "../lib"),
        ("file:///home/me/lib", "/home/me/lib"),
        ("https://example.org/lib.whl", None),
        ("git+file:///srv/lib.git", None),
        ("git+ssh://git@example.org/lib", None),
    ],
)
def test_an_address_is_known_as_a_path(address: str, path: str | None) -> None:
    """PDM, Hatch and Poetry write a folder in ways of their own; what lies elsewhere is none."""
    assert local_path(address) == path


def test_lines_of_the_project_table_keep_extras_and_markers() -> None:
    """The name, its extras and its marker stay; extras of the package are rewritten, too."""
    text = (
        '[project]\ndependencies = [\n  "six>=1", # six\n'
        "  \"lib[x] @ {root:uri}/../lib ; python_version < '4'\",  # ours\n]\n"
        '[project.optional-dependencies]\nmore = ["far @ file:///${PROJECT_ROOT}/../far"]\n'
    )
    after = given(text, poetry=False)
    (_, line), (more,) = (
        tomllib.loads(after)["project"]["dependencies"],
        tomllib.loads(after)["project"]["optional-dependencies"]["more"],
    )
    assert (line, more) == ('lib[x]>=1.2.0; python_version < "4"', "far>=1.2.0")
    assert "# six\n" in after
    assert "# ours\n" in after
    assert [line_of(text, one) for one in by_paths(tomllib.loads(text), poetry=False)] == [4, 7]


def test_what_no_user_is_told_stays() -> None:
    """Groups are for development; where [project] lists dependencies, Poetry's table is its own."""
    group = f'{TABLE}six = "^1"\n[tool.poetry.group.dev.dependencies]\nlib = {{path = "../lib"}}\n'
    assert given(group) == group
    own = f'[project]\ndependencies = ["lib>=1"]\n{TABLE}lib = {{path = "../lib"}}\n'
    assert given(own) == own
    dynamic = own.replace("[project]\n", '[project]\ndynamic = ["dependencies"]\n')
    assert given(dynamic) != dynamic
    other = f'{TABLE}lib = {{path = "../lib"}}\n'
    assert given(other, poetry=False) == other


def test_the_line_is_that_of_the_path_and_not_of_its_twin() -> None:
    """The same path in a group or a comment is another place."""
    text = (
        '# lib = {path = "../lib"}\n[tool.poetry.group.dev.dependencies]\n'
        f'lib = {{path = "../lib"}}\n{TABLE}lib = {{path = "../lib"}}\n'
    )
    (one,) = by_paths(tomllib.loads(text), poetry=True)
    assert line_of(text, one) == 5


def test_a_file_that_cannot_be_written_so_is_refused_with_the_line() -> None:
    """What the parser that keeps comments cannot read is no reason to ship the path."""
    deep = f"deep = {'[' * 260}{']' * 260}\n"
    text = f'{deep}{TABLE}lib = {{path = "../lib"}}\n'
    with pytest.raises(InvalidConfiguration, match=r"pyproject\.toml:3: lib is required"):
        given(text)
