"""Every error's page is at hand where the error is met."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from seatrial.cli.main import cli, run
from seatrial.operations.explaining import meanings
from seatrial.report.explained import by_name, page
from seatrial.rules.registry import by_name as rule_of

ROOT = Path(__file__).parents[2]
BUILD = (sys.executable, "-m", "uv", "build", "--wheel", "--quiet", "--no-build-isolation")
PAGES = ROOT / "docs" / "errors"


@pytest.mark.parametrize("slug", by_name())
def test_each_error_is_explained(slug: str) -> None:
    """The command prints the page of the documentation, as it stands there."""
    done = CliRunner().invoke(cli, ["explain", slug])
    assert done.exit_code == 0
    assert done.output == (PAGES / f"{slug}.md").read_text("utf-8") == page(slug)


def test_a_rule_is_explained_by_its_code() -> None:
    """A rule that is called like an error has its code, and the error keeps its name."""
    explained = [CliRunner().invoke(cli, ["explain", word]) for word in ("shallow-clone", "ST205")]
    assert "exit code 2" in explained[0].output
    assert explained[1].output.startswith("# ST205 ")


def test_all_errors_are_listed() -> None:
    """Without a name every error is listed with its exit code, whole where it is no terminal."""
    lines = CliRunner().invoke(cli, ["explain"]).output.splitlines()[1:]
    assert [line.split()[1] for line in lines] == list(by_name())
    assert all(line.endswith(".") for line in lines)


def test_a_mistyped_error_is_met_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    """A name that is not known is refused, and the one that was meant is named."""
    assert run(["explain", "diferent-bytes"]) == 2
    assert "did you mean different-bytes?" in capsys.readouterr().err


def test_an_error_names_the_command_that_explains_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a person reads of an error ends with the way to its page."""
    assert run(["plan", str(tmp_path)]) == 2
    assert capsys.readouterr().err.endswith("More about it: seatrial explain no-repository\n")


@pytest.mark.slow
def test_the_pages_are_in_the_wheel(tmp_path: Path) -> None:
    """Whoever installs Seatrial has the pages, and the templates of the report, too."""
    subprocess.run(
        [*BUILD, "--out-dir", str(tmp_path), str(ROOT)],
        check=True,
        env={"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "HOME": str(tmp_path)},
    )
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {f"seatrial/explained/{slug}.md" for slug in by_name()} <= names
    assert {"seatrial/report/page.html.jinja", "seatrial/report/page.css"} <= names


@pytest.mark.parametrize("code", meanings())
def test_each_finding_is_explained(code: str) -> None:
    """Whatever code an inspection prints, its page says what it means and what to do."""
    done = CliRunner().invoke(cli, ["explain", code])
    assert done.exit_code == 0
    assert done.output.startswith(f"# {code}\n")
    assert "## What to do" in done.output


def test_a_finding_has_a_code_of_its_own() -> None:
    """No finding is called like an error; a rule that is called like one has its own code."""
    assert meanings().keys().isdisjoint(by_name())
    shared = [rule for rule in map(rule_of, meanings()) if rule is not None]
    assert {rule.code for rule in shared}.isdisjoint(meanings())
    for rule in shared:
        assert CliRunner().invoke(cli, ["explain", rule.code]).output.startswith(f"# {rule.code} ")
