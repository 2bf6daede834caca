"""``seatrial check`` of a repository whose own files cannot be read, and the shape of its SARIF."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from seatrial.cli.main import run
from tests.support.repositories import HELLO, make_repository

PROJECT = HELLO["pyproject.toml"]
WORKFLOW = (
    "on: push\njobs:\n  a:\n    steps:\n      - run: pytest || true\n      - run: twine upload x\n"
)


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({"pyproject.toml": "[project\n"}, [("pyproject.toml", 1)]),
        ({"pyproject.toml": "a = " + "[" * 5000}, [("pyproject.toml", 0)]),
        (
            {"pyproject.toml": PROJECT + '[tool.seatrial]\nbranhc = "x"\ntag = 1\n'},
            [("pyproject.toml", 14), ("pyproject.toml", 15)],
        ),
        ({"seatrial.toml": 'tag = "x'}, [("seatrial.toml", 1)]),
        (
            {"seatrial.toml": '[[package]]\nversions = ["nope.py:X"]\n'},
            [("seatrial.toml", 2)],
        ),
        (
            {"seatrial.toml": 'branhc = "x"\n[[package]]\nversions = ["nope.py:X"]\n'},
            [("seatrial.toml", 1), ("seatrial.toml", 3)],
        ),
        (
            {
                "seatrial.toml": '[[package]]\nbuild-edits = { "setup.py:X" = true }\n'
                "versions = [\n"
                '  "nope.py:X",\n  "pyproject.toml:project.version",\n  "src:Y",\n]\n'
                '[[package]]\npath = "away"\n[[package]]\npath = "in/*"\n'
            },
            [("seatrial.toml", line) for line in (2, 4, 6, 9, 11)],
        ),
        ({"pyproject.toml": PROJECT.encode() + b"# \xe9\n"}, [("pyproject.toml", 0)]),
    ],
)
def test_a_file_that_cannot_be_read_is_a_finding(
    files: dict[str, str | bytes],
    found: list[tuple[str, int]],
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """It is a finding of ST423 at its line and ends with 1; what needs no package is looked at."""
    workflow: dict[str, str | bytes] = {".github/workflows/w.yml": WORKFLOW}
    made = make_repository(tmp_path / "r", {**HELLO, **workflow, **files})
    assert run(["check", str(made.folder), "--json"]) == 1
    document = json.loads(capfd.readouterr().out)
    assert document["schema"] == 1
    flaws = [(o["path"], o["line"]) for o in document["findings"] if o["code"] == "ST423"]
    assert flaws == found
    assert "ST702" in {one["code"] for one in document["findings"]}


def test_a_mark_before_the_manifest_is_told_and_taken_away(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A BOM is no fault of TOML: the package is read, the rule names it, and --fix removes it."""
    text = "\ufeff" + PROJECT.replace("\n", "\r\n")
    made = make_repository(tmp_path / "r", {**HELLO, "pyproject.toml": text.encode()})
    assert run(["check", str(made.folder), "--select", "ST424"]) == 1
    assert "byte order mark" in capfd.readouterr().out
    assert run(["plan", str(made.folder), "--version", "1.1", "--json"]) == 0
    document = json.loads(capfd.readouterr().out)
    assert "manifest-mark" in json.dumps(document)
    assert '"after":"\\ufeff[' in json.dumps(document, separators=(",", ":"))
    run(["check", str(made.folder), "--select", "ST424", "--fix"])
    assert (made.folder / "pyproject.toml").read_bytes() == text.removeprefix("\ufeff").encode()


def test_a_rule_that_is_not_there_is_still_a_wrong_command(tmp_path: Path) -> None:
    """A code that no rule has, on the command line or in the configuration, ends with 2."""
    made = make_repository(
        tmp_path / "r", {**HELLO, "seatrial.toml": '[rules]\nignore = ["ST999"]'}
    )
    assert run(["check", str(made.folder)]) == 2
    assert run(["check", str(make_repository(tmp_path / "s").folder), "--select", "ST999"]) == 2


def only(required: dict[str, Any], **optional: Any) -> dict[str, Any]:  # noqa: ANN401 -- schemas
    """Give the schema of an object that holds nothing else."""
    return {
        "type": "object",
        "required": sorted(required),
        "properties": required | optional,
        "additionalProperties": False,
    }


LEVEL = {"enum": ["none", "note", "warning", "error"]}
TEXT = {"type": "string", "minLength": 1}
MESSAGE = only({"text": TEXT}, markdown=TEXT)
RULE = only(
    {"id": TEXT},
    name=TEXT,
    shortDescription=MESSAGE,
    fullDescription=MESSAGE,
    help=MESSAGE,
    defaultConfiguration=only({}, level=LEVEL),
)
LINE = {"type": "integer", "minimum": 1}
PLACE = only(
    {"artifactLocation": only({"uri": {"type": "string", "format": "uri-reference"}})},
    region=only({"startLine": LINE}),
)
RESULT = only(
    {"message": MESSAGE},
    ruleId=TEXT,
    ruleIndex={"type": "integer", "minimum": 0},
    level=LEVEL,
    locations={"type": "array", "items": only({"physicalLocation": PLACE})},
)
DRIVER = only({"name": TEXT}, version=TEXT, rules={"type": "array", "items": RULE})
SARIF = only(
    {
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": only(
                {"tool": only({"driver": DRIVER})}, results={"type": "array", "items": RESULT}
            ),
        },
    }
)
"""What of SARIF 2.1.0 (OASIS, sarif-schema-2.1.0.json) is used here, by its names and types."""


def test_sarif_has_the_shape_of_its_specification(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Findings with and without a file and a line make a log that the specification knows."""
    files = {"größe/a b.py": "x = 1\n", "setup.py": "from setuptools import setup\nsetup()\n"}
    workflow = {".github/workflows/w w.yml": WORKFLOW}
    token = {"t.txt": "ghp_" + "a1" * 18 + "\n"}
    made = make_repository(tmp_path / "r", {**HELLO, **files, **workflow, **token})
    run(["check", str(made.folder), "--format", "sarif"])
    log = json.loads(capfd.readouterr().out)
    jsonschema.validate(log, SARIF)
    assert {one["ruleId"] for one in log["runs"][0]["results"]} >= {"ST405", "ST702"}
    places = [
        place["physicalLocation"]["artifactLocation"]["uri"]
        for one in log["runs"][0]["results"]
        for place in one["locations"]
    ]
    assert ".github/workflows/w%20w.yml" in places
