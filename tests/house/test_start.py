"""What the command imports before it does anything, and that it says the same either way."""

from __future__ import annotations

import subprocess
import sys

import pytest

AT_ONCE = {"seatrial", "seatrial.__main__", "seatrial.cli", "seatrial.cli.overview"}
"""All of ours that may be imported to answer --version and --help, and nobody else's."""

TO_PARSE = AT_ONCE | {
    "seatrial.cli.main",
    "seatrial.error",
    "seatrial.errors",
    "seatrial.exitcodes",
}
"""The same to find out which command is meant; of others, click."""


def imported(code: str) -> set[str]:
    """Give the modules that a fresh interpreter imports for some code."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", code], capture_output=True, text=True, check=True
    )
    return {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}


def foreign(modules: set[str]) -> set[str]:
    """Give those that belong neither to us nor to the standard library, by their top names."""
    known = {*sys.stdlib_module_names, "seatrial", "sitecustomize", "usercustomize"}
    tops = {name.partition(".")[0] for name in modules}
    return {top for top in tops - known - {"imported package"} if not top.startswith("_")}


def ours(modules: set[str]) -> set[str]:
    """Give our own modules."""
    return {name for name in modules if name.partition(".")[0] == "seatrial"}


@pytest.mark.parametrize("option", ["--version", "--help", "-h"])
def test_the_first_answers_import_no_library(option: str) -> None:
    """--version and --help are answered before any library is imported."""
    usual = imported("pass")
    modules = imported(
        f"import sys; sys.argv[1:] = [{option!r}]\n"
        "try:\n    from seatrial.__main__ import main; main()\nexcept SystemExit: pass"
    )
    assert ours(modules - usual) == AT_ONCE
    assert foreign(modules - usual) == set()
    assert "typing" not in modules - usual


def test_finding_the_command_imports_click_alone() -> None:
    """To know which command is meant, click is imported and none of the other libraries."""
    usual = imported("pass")
    modules = imported("import seatrial.__main__, seatrial.cli.main")
    assert ours(modules - usual) == TO_PARSE
    assert foreign(modules - usual) == {"click"}


@pytest.mark.parametrize("option", ["--version", "--help", "-h"])
def test_the_first_answers_are_those_of_the_parser(option: str) -> None:
    """What is answered at once is what the parser would have answered."""
    from click.testing import CliRunner

    from seatrial.cli.main import cli
    from seatrial.cli.overview import at_once

    parsed = CliRunner().invoke(cli, [option], prog_name="seatrial", max_content_width=100)
    assert parsed.output == at_once([option]) + "\n"


BEFORE_BUILD = "seatrial.cli.rehearse, seatrial.operations.rehearsing, seatrial.operations.running"
"""What a rehearsal has to import before it can start the build."""

AFTER_BUILD = {
    "jinja2",
    "markdown_it",
    "readme_renderer",
    "rich",
    "seatrial.actions.elsewhere",
    "seatrial.actions.inspecting",
    "seatrial.actions.wrapping",
    "seatrial.artifacts.inspect",
    "seatrial.artifacts.wheel",
    "seatrial.dock.rules",
    "starlette",
    "uvicorn",
}
"""What it has time for while the build runs."""


def test_a_build_waits_for_nothing_that_reads_its_result() -> None:
    """What inspects, serves and shows a release is imported while the build runs."""
    assert imported(f"import {BEFORE_BUILD}") & AFTER_BUILD == set()
