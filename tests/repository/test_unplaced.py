"""Faults of the configuration and places that the commit lacks: one error tells all of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.cli.main import run
from seatrial.errors import InvalidConfiguration
from seatrial.operations.project import Project
from tests.support.repositories import HELLO, make_repository


def told(folder: Path, text: str, file: str = "seatrial.toml") -> list[str]:
    """Give the lines of the error for a configuration."""
    made = make_repository(folder, {**HELLO, "lib/pyproject.toml": "[project]\n", file: text})
    with pytest.raises(InvalidConfiguration) as caught:
        assert Project.open(made.folder).facts is None
    return f"{caught.value.thing}: {caught.value.said}".splitlines()


def test_faults_and_missing_places_are_one_error(tmp_path: Path) -> None:
    """What cannot be understood and what is not there are told together, in the file's order."""
    text = (
        'branhc = "main"\nremote = "upstream"\n[[package]]\n'
        'versions = [3, "nope.py:X", "pyproject.toml:project.version"]\n'
        '[[package]]\npath = "away"\n[changelog]\nfile = "NEWS.md"\n[notes]\ntemplate = "t.md"\n'
    )
    assert told(tmp_path / "r", text) == [
        "seatrial.toml:1 branhc: no such key; did you mean branch?",
        "seatrial.toml:2 remote: the repository has none",
        "seatrial.toml:4 package[0].versions[0]: this cannot be the integer 3",
        "seatrial.toml:4 package[0].versions[1]: this commit holds no nope.py",
        (
            "seatrial.toml:6 package[1].path: this commit holds no pyproject.toml, setup.py or "
            "setup.cfg in away"
        ),
        "seatrial.toml:8 changelog.file: this commit holds no NEWS.md",
        "seatrial.toml:10 notes.template: this commit holds no text t.md",
    ]


def test_missing_places_alone_are_one_error(tmp_path: Path) -> None:
    """Without other faults, files that are not there are told with the packages that are not."""
    text = '[[package]]\npath = "away"\n[[package]]\npath = "lib"\n[changelog]\nfile = "N.md"\n'
    lines = told(tmp_path / "r", text)
    assert sorted(line.partition(": ")[0] for line in lines) == [
        "seatrial.toml:2 package[0].path",
        "seatrial.toml:4 package[1].path",
        "seatrial.toml:6 changelog.file",
    ]


def test_lines_count_the_entries_that_could_not_be_read(tmp_path: Path) -> None:
    """An entry that is no table does not shift the number or the line of those after it."""
    assert told(tmp_path / "r", 'package = [\n  3,\n  { path = "away" },\n]\n') == [
        "seatrial.toml:2 package[0]: a table is wanted here, not the integer 3",
        (
            "seatrial.toml:3 package[1].path: this commit holds no pyproject.toml, setup.py or "
            "setup.cfg in away"
        ),
    ]


@pytest.mark.parametrize(
    "text",
    [
        '[[package]]\npath = 3\nversions = ["nope.py:X"]\n',
        '[[package]]\npath = "../up"\nversions = ["nope.py:X"]\n',
        (
            'tag = "v"\n[[package]]\nversions = [{ file = "README.md", search = "# {version}", '
            'spelling = "{tag}" }]\n'
        ),
        (
            '[[package]]\ntag = 3\nversions = [{ file = "README.md", search = "{version}", '
            'spelling = "{tag}" }]\n'
        ),
    ],
)
def test_what_follows_from_a_fault_is_not_told(text: str, tmp_path: Path) -> None:
    """Where a package lies elsewhere, or its tags are unknown, its places are not judged."""
    assert len(told(tmp_path / "r", text)) == 1


def test_a_broken_manifest_that_is_named_names_itself(tmp_path: Path) -> None:
    """A named package whose manifest is no TOML is told with the manifest's name."""
    made = make_repository(
        tmp_path / "r",
        {"a/pyproject.toml": "[project\n", "seatrial.toml": '[[package]]\npath = "a"\n'},
    )
    with pytest.raises(InvalidConfiguration, match=r"toml:2 package\[0\].path: a/pyproject.toml: "):
        assert Project.open(made.folder).facts is None


@pytest.mark.parametrize("command", [["plan"], ["next"], ["sites"], ["config", "show"]])
def test_every_command_tells_all(
    command: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Each command that reads the configuration names every line, and ends with 2."""
    text = HELLO["pyproject.toml"] + '[tool.seatrial]\ntag = 1\nchangelog.file = "NEWS.md"\n'
    made = make_repository(tmp_path / "r", {**HELLO, "pyproject.toml": text})
    assert run([*command, str(made.folder)]) == 2
    told = capfd.readouterr().err
    assert "pyproject.toml:14 tool.seatrial.tag" in told
    assert "pyproject.toml:15 tool.seatrial.changelog.file: this commit holds no NEWS.md" in told


@pytest.mark.parametrize("glob", ["li[", "[", "[]", "[!]", "[z-a]", "lib["])
def test_a_glob_that_is_none_is_a_place_that_lacks(glob: str, tmp_path: Path) -> None:
    """A bracket that nothing closes means itself, and an empty range nothing: both are told."""
    [line] = told(tmp_path / "r", f'[[package]]\npath = "{glob}"\n')
    assert line == (
        "seatrial.toml:2 package[0].path: this commit holds no pyproject.toml, setup.py or "
        f"setup.cfg in a folder like {glob}"
    )
