"""Options that several commands share."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from seatrial.cli.completing import complete_indexes, complete_runs

F = TypeVar("F", bound=Callable[..., Any])

BUMPS = ("auto", "major", "minor", "patch", "pre", "a", "b", "rc", "post", "dev")


def example(*lines: str) -> str:
    """Give the epilog that shows a command in use; the backspace keeps click from filling it."""
    return "\n".join(("\b", "Example:", *(f"  {line}" for line in lines)))


def path_argument(function: F) -> F:
    """Take the path of the repository."""
    return click.argument("path", type=click.Path(path_type=Path, file_okay=False), default=Path())(
        function
    )


def json_option(function: F) -> F:
    """Offer ``--json``."""
    return click.option(
        "--json", "as_json", is_flag=True, help="Print JSON on stdout, by a stable schema."
    )(function)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a command was asked to release, and as what.

    Attributes:
        path: a folder in the repository.
        bump: which part of the version to raise.
        version: the version itself, or empty.
        index: the index to publish to, or empty for the usual one.
        python: the Pythons to install on.
    """

    path: Path
    bump: str
    version: str
    index: str
    python: tuple[str, ...]


def merged_option(function: F) -> F:
    """Offer ``--merged``."""
    return click.option(
        "--merged",
        is_flag=True,
        help="Release what a merged pull request proposed, without another commit.",
    )(function)


def release_options(function: Callable[..., object]) -> Callable[..., object]:
    """Take what is to be released, and as what; the command gets it as ``asked``."""

    @functools.wraps(function)
    def command(
        *,
        path: Path,
        bump: str,
        version: str,
        index: str,
        python: tuple[str, ...],
        **others: object,
    ) -> object:
        asked = Asked(path=path, bump=bump, version=version, index=index, python=python)
        return function(asked, **others)

    wrapped: Callable[..., object] = command
    options = (
        click.option(
            "--bump",
            type=click.Choice(BUMPS),
            default="auto",
            show_default=True,
            help="Which part of the version to raise; auto asks the commits.",
        ),
        click.option("--version", "version", default="", metavar="X", help="Release this version."),
        click.option(
            "--index",
            default="",
            metavar="NAME",
            shell_complete=complete_indexes,
            help="Publish to this index, not the usual one.",
        ),
        click.option(
            "--python",
            multiple=True,
            metavar="3.X",
            help="Install on this Python; may be given several times.",
        ),
    )
    for option in reversed(options):
        wrapped = option(wrapped)
    return path_argument(wrapped)


def run_options(function: F) -> F:
    """Take the name of a run, and the repository it belongs to."""
    option = click.option(
        "--path",
        type=click.Path(path_type=Path, file_okay=False),
        default=Path(),
        is_eager=True,
        help="A folder in the repository.",
    )
    return click.argument("run", default="", shell_complete=complete_runs)(option(function))
