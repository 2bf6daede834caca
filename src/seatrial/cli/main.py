"""The command line: which commands there are, and how a run of one ends."""

from __future__ import annotations

import importlib
import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from seatrial import __version__
from seatrial.cli.overview import COMMANDS, HELP_OPTIONS, overview, version
from seatrial.errors import Interrupted, SeatrialError
from seatrial.exitcodes import ExitCode

GO_ON = "Run this again when you like; a release that was begun goes on where it was."


class LazyGroup(click.Group):
    """A group that imports a command's module only when the command is named."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give the names, in the order of a release."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"seatrial.cli.{cmd_name}")
        command: click.Command = module.command
        return command

    def get_help(self, ctx: click.Context) -> str:
        """Give the overview, which needs none of the commands."""
        del ctx
        return overview()


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": list(HELP_OPTIONS), "max_content_width": 100},
)
@click.version_option(__version__, message=version())
def cli() -> None:
    """Rehearse the release of a Python package, then ship exactly those bytes."""


def run(arguments: Sequence[str]) -> int:
    """Run the command line and give its exit code.

    Args:
        arguments: what the user typed after the program's name.
    """
    machine = "--json" in arguments
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A sign that the terminal's encoding does not have is no reason to stop.
            stream.reconfigure(errors="backslashreplace")
    try:
        result = cli.main(args=list(arguments), prog_name="seatrial", standalone_mode=False)
    except SeatrialError as error:
        return _told(error, machine=machine)
    except (KeyboardInterrupt, click.Abort):
        stopped = Interrupted("by you", next_step=GO_ON)
        return _told(stopped, machine=machine)
    except click.ClickException as error:
        return _misused(error, machine=machine)
    except BrokenPipeError:
        # The reader of our output went away (a pager, head): that is its right.
        sys.stderr.close()
        return ExitCode.DONE
    except OSError as error:
        # A disk that is full or read-only where nobody looked for it: said, like all else.
        from seatrial.storage import storage_fault

        return _told(storage_fault(Path(error.filename or "the disk"), error), machine=machine)
    return _code(result)


def _code(result: Any) -> int:  # noqa: ANN401 - click hands on whatever a command returns
    return int(result) if isinstance(result, int) else ExitCode.DONE


def _misused(error: click.ClickException, *, machine: bool) -> int:
    """Tell what is wrong with the command line itself."""
    from seatrial.cli.failures import USAGE, tell
    from seatrial.report.failure import Failure

    context = error.ctx if isinstance(error, click.UsageError) else None
    path = context.command_path if context else "seatrial"
    failure = Failure(
        error=USAGE,
        doing="reading the command line of",
        thing=path,
        said=error.format_message(),
        next_step=f"See {path} --help.",
        exit_code=int(ExitCode.USAGE),
    )
    tell(failure, machine=machine)
    return ExitCode.USAGE


def _told(error: SeatrialError, *, machine: bool) -> int:
    from seatrial.cli.failures import show_failure

    show_failure(error, machine=machine)
    return error.exit_code
