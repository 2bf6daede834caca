"""What programs get: one document, by its schema, and nothing beside it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from seatrial.cli.documents import DOCUMENTS
from tests.support.releases import Scene, scene
from tests.support.schemas import SCHEMAS, fitting


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Give a project whose release 1.1.0 has been made, and has gone well."""
    with scene(tmp_path_factory.mktemp("released")) as stage:
        planned = stage.seatrial("plan", "--json")
        fitting("plan", planned.stdout, kind="Planned")
        done = stage.seatrial("release", "--yes", "--json")
        report = fitting("release", done.stdout, kind="ReleaseReport")
        assert report["outcome"] == "released"
        stage.project.git("pull", "--quiet", "--tags")
        yield stage


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Give a project whose release was stopped by what it has to run, and refused to be undone."""
    failing = 'staging = "stage"\n[tool.seatrial.verify]\nrun = ["false"]\n'
    with scene(tmp_path_factory.mktemp("stopped"), more=failing) as stage:
        done = stage.seatrial("release", "--yes", "--json")
        failure = fitting("release", done.stdout, kind="FailureDocument")["failure"]
        assert failure["error"] == "install-check-failed"
        assert failure["exit_code"] == done.returncode == 1
        yield stage


def ending(stage: Scene, *words: str, kind: str) -> str:
    """Run a command with ``--json`` and require a document of a kind; give its outcome."""
    done = stage.seatrial(*words, "--json")
    command = "config show" if words[0] == "config" else words[0]
    document = fitting(command, done.stdout, kind=kind)
    failed = kind == "FailureDocument"
    assert done.returncode == (document["failure"]["exit_code"] if failed else 0), done.stderr
    return str(document.get("outcome", ""))


@pytest.mark.parametrize(
    ("words", "kind", "outcome"),
    [
        (["check", "--select", "ST101"], "Checked", ""),
        (["plan"], "Complete", "already-complete"),
        (["rehearse"], "Complete", "already-complete"),
        (["release", "--yes"], "Complete", "already-complete"),
        (["resume", "--yes"], "Complete", "already-complete"),
        (["undo"], "FailureDocument", "failed"),
        (["status"], "StatusDocument", ""),
        (["build", "--out", "../dist"], "SingleReport", "built"),
        (["verify", "demo==1.1.0", "--from", "main"], "SingleReport", "verified"),
        (["config", "show"], "ConfigDocument", ""),
        (["explain"], "ExplainDocument", ""),
        (["explain", "locked"], "ExplainDocument", ""),
        (["rehearse", "--version", "2.0.0"], "ReleaseReport", "rehearsed"),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, list) else "",
)
def test_success_is_a_document(released: Scene, words: list[str], kind: str, outcome: str) -> None:
    """What a command prints fits its schema, and its exit code fits the document."""
    assert ending(released, *words, kind=kind) == outcome


def test_published_files_are_a_document(released: Scene) -> None:
    """Publishing a release's own files again finds them there, and says so as a document."""
    status = json.loads(released.seatrial("status", "--json").stdout)["runs"][0]
    folder = released.project.folder / ".git" / "seatrial" / "runs" / status["run"]
    files = [str(path) for path in folder.joinpath("artifacts").rglob("demo-*")]
    assert len(files) == 2
    words = ["publish", *files, "--to", "main", "--yes"]
    assert ending(released, *words, kind="SingleReport") == "published"


@pytest.mark.parametrize(
    "words",
    [
        ["plan", "--version", "one"],
        ["rehearse", "--fault", "rain@upload"],
        ["release"],
        ["resume", "19990101"],
        ["undo", "19990101"],
        ["status", "19990101"],
        ["log", "19990101"],
        ["build", ".."],
        ["publish", "demo.py", "--to", "main", "--yes"],
        ["verify", "demo", "--from", "main"],
        ["config", "show", ".."],
    ],
    ids=lambda words: " ".join(words) if isinstance(words, list) else "",
)
def test_failure_is_a_document(released: Scene, words: list[str]) -> None:
    """An error is one document too, with the exit code that the process ends with."""
    assert ending(released, *words, kind="FailureDocument") == "failed"


@pytest.mark.parametrize("command", DOCUMENTS)
def test_a_wrong_command_line_is_a_document(released: Scene, command: str) -> None:
    """A mistyped option is told to a program as data, and to a person beside it."""
    done = released.seatrial(*command.split(), "--unheard-of", "--json")
    document = fitting(command, done.stdout, kind="FailureDocument")
    assert document["failure"]["error"] == "usage"
    assert "--unheard-of" in document["failure"]["said"]
    assert done.returncode == document["failure"]["exit_code"] == 2
    assert "--unheard-of" in done.stderr


@pytest.mark.parametrize("stage", ["released", "stopped"])
def test_each_line_of_a_log_is_a_document(request: pytest.FixtureRequest, stage: str) -> None:
    """A journal is printed one object a line, each of its own kind."""
    done = request.getfixturevalue(stage).seatrial("log", "--json")
    lines = done.stdout.splitlines()
    assert len(lines) > 5
    for line in lines:
        fitting("log", line, kind=json.loads(line)["entry"].title())


def test_a_stopped_run_is_told_and_taken_back(stopped: Scene) -> None:
    """Status names the error and the page of a stopped run, and undo reports what it took back."""
    runs = json.loads(stopped.seatrial("status", "--json").stdout)["runs"]
    assert [run["state"] for run in runs] == ["install-check-failed"]
    assert Path(runs[0]["page"]).is_file()
    assert ending(stopped, "undo", kind="ReleaseReport") == "undone"


def test_each_command_with_json_has_its_schema() -> None:
    """The documentation has a schema for each command that takes --json, and no other."""
    import click

    from seatrial.cli.main import cli

    taking = set()
    context = click.Context(cli)
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        assert command is not None
        inner = command.commands.items() if isinstance(command, click.Group) else [("", command)]
        for word, one in inner:
            if any("--json" in parameter.opts for parameter in one.params):
                taking.add(f"{name} {word}".strip())
    assert taking == set(DOCUMENTS)
    published = {path.stem for path in SCHEMAS.glob("*.json")} - {"configuration"}
    assert published == {name.replace(" ", "-") for name in taking}


def test_a_name_that_utf8_cannot_hold_is_no_traceback(tmp_path: Path) -> None:
    """Where the output's encoding lacks a sign, it is written as an escape."""
    done = subprocess.run(
        [sys.executable, "-m", "seatrial", "plan", "f\N{LATIN SMALL LETTER U WITH DIAERESIS}r"],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
    assert b"f\\xfcr" in done.stderr
