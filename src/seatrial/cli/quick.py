"""Answers that are asked for often, and given without the library that reads command lines."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from seatrial.exitcodes import ExitCode

if TYPE_CHECKING:
    from seatrial.operations.coming import Next


def answered(arguments: Sequence[str]) -> int | None:
    """Answer ``seatrial next [--json] [PATH]``, and give the exit code.

    Whatever else is asked, or goes wrong, is left to :func:`seatrial.cli.main.run`, which reads
    every option and tells every fault: nothing is given then.

    Args:
        arguments: what the user typed after the program's name.
    """
    first, *rest = arguments or ("",)
    as_json = "--json" in rest
    paths = [word for word in rest if word != "--json"]
    if first != "next" or len(paths) > 1 or any(not word or word[0] == "-" for word in paths):
        return None
    from seatrial.errors import SeatrialError
    from seatrial.operations.coming import next_version

    try:
        tell(next_version(Path(*paths)), as_json=as_json)
    except BrokenPipeError:
        # What is buffered goes nowhere, as Python's documentation of SIGPIPE advises; the code is
        # that of every command whose reader went away.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.REFUSED
    except (SeatrialError, OSError, UnicodeEncodeError):
        return None
    except KeyboardInterrupt:
        from seatrial.cli.failures import show_failure
        from seatrial.cli.main import GO_ON
        from seatrial.errors import Interrupted

        stopped = Interrupted("by you", next_step=GO_ON)
        show_failure(stopped, machine=as_json)
        return stopped.exit_code
    return ExitCode.DONE


def tell(found: Next, *, as_json: bool) -> None:
    """Print the version that comes next, a line for each of several; or say why there is none.

    Args:
        found: what was decided.
        as_json: whether a program reads it.
    """
    from seatrial.operations.coming import Coming, SeveralComing

    if as_json:
        from seatrial.cli.output import write_json

        write_json(found)
    elif isinstance(found, Coming):
        sys.stdout.write(f"{found.version}\n")
    elif isinstance(found, SeveralComing) and found.packages:
        sys.stdout.writelines(f"{one.package} {one.version}\n" for one in found.packages)
    else:
        sys.stderr.write(f"{found.why}\n")
    sys.stdout.flush()
