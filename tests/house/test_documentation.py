"""The documentation says what the code does."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from seatrial.cli.main import cli
from seatrial.config.load import load
from seatrial.config.table import Table
from seatrial.errors import SeatrialError, by_slug

ROOT = Path(__file__).parents[2]
ERRORS = ROOT / "docs" / "errors"
PAGES = sorted(
    page
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    if page.name != "CHANGELOG.md"
)


def leaves(kind: type[SeatrialError]) -> Iterator[type[SeatrialError]]:
    """Give the errors that are raised: those with no kinds of their own."""
    kinds = kind.__subclasses__()
    if not kinds:
        yield kind
    for inner in kinds:
        yield from leaves(inner)


def ours() -> list[type[SeatrialError]]:
    """Give the errors of the tree; not those that another test has made."""
    return [kind for kind in leaves(SeatrialError) if kind.__module__ == "seatrial.errors"]


def test_each_error_has_a_page_and_each_page_an_error() -> None:
    """The pages of docs/errors are exactly those of the errors a user can meet."""
    pages = {page.stem for page in ERRORS.glob("*.md")} - {"index"}
    assert pages == {kind("").slug for kind in ours()}


@pytest.mark.parametrize("kind", ours(), ids=lambda kind: kind.__name__)
def test_the_page_of_an_error_is_whole(kind: type[SeatrialError]) -> None:
    """A page has its name, its exit code, the reason for stopping, and what to do."""
    slug = kind("").slug
    text = (ERRORS / f"{slug}.md").read_text("utf-8")
    assert by_slug(slug) is kind
    assert f"`{slug}`, exit code {int(kind.exit_code)}\n" in text
    assert "\n## Why Seatrial stops here\n" in text
    assert "\n## What to do\n" in text


@pytest.mark.parametrize("kind", ours(), ids=lambda kind: kind.__name__)
def test_each_error_says_what_was_done_and_what_comes_next(kind: type[SeatrialError]) -> None:
    """A class of error has a gerund phrase, a next step, and its place in the drawn tree."""
    import seatrial.errors

    assert kind.doing
    assert kind.next_step.endswith(".")
    assert re.search(rf"[├└]── {kind.__name__}\b", seatrial.errors.__doc__ or "")


def blocks(text: str) -> Iterator[str]:
    """Give the indented blocks of a page, their indentation removed."""
    for found in re.finditer(r"(?:^(?: {4}).*\n|^\n(?= {4}))+", text, re.MULTILINE):
        lines = found[0].strip("\n").splitlines()
        margin = min(len(line) - len(line.lstrip()) for line in lines if line.strip())
        yield "\n".join(line[margin:] for line in lines)


def test_configuration_in_the_documentation_is_read() -> None:
    """Every example of configuration on a page is one that Seatrial takes."""
    examples = [
        block
        for page in PAGES
        for block in blocks(page.read_text("utf-8"))
        if "[tool.seatrial" in block
    ]
    assert len(examples) > 3
    for example in examples:
        assert load({"pyproject.toml": example}).origins


def command_lines() -> Iterator[tuple[str, str]]:
    """Give every line of the documentation that calls seatrial, with its page."""
    for page in PAGES:
        text = page.read_text("utf-8")
        for found in re.finditer(r"(?:`|^ {4,}(?:\$ )?)(seatrial [^`\n]*)", text, re.MULTILINE):
            yield page.name, found[1].partition("#")[0].strip()


def test_each_table_of_the_configuration_is_in_the_reference() -> None:
    """Whatever a table is held by, its keys have a section that lists them."""
    text = (ROOT / "docs" / "reference" / "configuration.md").read_text("utf-8")
    sections = re.split(r"^## ", text, flags=re.MULTILINE)
    listed = [re.findall(r"^\| `([^`]+)`", part, re.MULTILINE) for part in sections]
    missing = [
        kind.__name__
        for kind in Table.__subclasses__()
        if kind.__module__.startswith("seatrial.config.")
        and list(kind.__struct_encode_fields__) not in listed
    ]
    assert not missing


def test_commands_in_the_documentation_exist() -> None:
    """Every command on a page is one that the command line has, with the options it shows."""
    context = click.Context(cli, info_name="seatrial")
    for page, line in command_lines():
        command: click.Command = cli
        known = {"--help", *(name for option in cli.params for name in option.opts)}
        for word in shlex.split(line)[1:]:
            if word in {"|", "||", "&&", ";"}:
                break
            if isinstance(command, click.Group) and not word.startswith("-"):
                inner = command.get_command(context, word)
                assert inner is not None, f"{page}: {line}"
                command = inner
                known |= {name for option in command.params for name in option.opts}
            elif word.startswith("-"):
                assert word.partition("=")[0] in known, f"{page}: {line}"


def leaf_commands(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    """Give each command that does something, with the words that call it."""
    if not isinstance(command, click.Group):
        yield path, command
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        inner = command.get_command(context, name)
        assert inner is not None
        yield from leaf_commands(inner, f"{path} {name}")


@pytest.mark.parametrize(("path", "command"), list(leaf_commands(cli, "seatrial")))
def test_the_help_of_a_command_shows_an_example(path: str, command: click.Command) -> None:
    """Each command's help ends with lines, one a line, that call this very command."""
    shown = command.get_help(click.Context(command, info_name=path)).partition("Example:\n")[2]
    lines = [line.strip() for line in shown.splitlines()]
    assert lines
    assert all(line.startswith("seatrial ") for line in lines)
    assert any(line.startswith(path) for line in lines)
