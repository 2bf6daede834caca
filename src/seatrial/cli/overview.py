"""What ``seatrial`` says of itself, without importing a library: it is asked for often."""

from __future__ import annotations

from collections.abc import Sequence

from seatrial import __version__

COMMANDS = {
    "init": "Write the shortest configuration, and show what needs none.",
    "check": "Check the repository by numbered rules.",
    "next": "Print the version that the next release gets.",
    "plan": "Show everything that a release would do.",
    "rehearse": "Run the whole release in a world of its own.",
    "propose": "Propose a release by a pull request.",
    "release": "Release, for real.",
    "resume": "Finish a release that was stopped.",
    "undo": "Take back a release that has not passed the point of no return.",
    "status": "Show the releases begun in this repository.",
    "log": "Show what a release did, step by step.",
    "build": "Build sdist and wheel from a commit.",
    "ci": "Write the workflow that builds the expected wheels.",
    "collect": "Fetch what CI built from a commit.",
    "wrap": "Make platform wheels of other people's binaries.",
    "inspect": "Say what is wrong with wheels and sdists.",
    "publish": "Upload files to an index.",
    "verify": "Install a released version in clean environments.",
    "sites": "Show every place that states the version.",
    "notes": "Print the release notes of a version.",
    "change": "Write down a change for the next release.",
    "config": "Show the configuration, and where each value comes from.",
    "dock": "Serve the embedded index and forge on this machine.",
    "explain": "Say what an error means, why it stops, and what to do.",
    "completion": "Print the completion script of a shell.",
}
"""Name → what ``seatrial --help`` says; each command's module is imported when it is used."""

HELP_OPTIONS = ("-h", "--help")


def version() -> str:
    """Give the line that ``seatrial --version`` prints."""
    return f"seatrial {__version__}"


def overview() -> str:
    """Give the text that ``seatrial --help`` prints."""
    width = max(map(len, COMMANDS))
    commands = "\n".join(f"  {name:<{width}}  {said}" for name, said in COMMANDS.items())
    return f"""\
Usage: seatrial [OPTIONS] COMMAND [ARGS]...

  Rehearse the release of a Python package, then ship exactly those bytes.

Options:
  --version   Show the version and exit.
  -h, --help  Show this message and exit.

Commands:
{commands}

  Begin with: seatrial rehearse"""


def at_once(arguments: Sequence[str]) -> str:
    """Give the answer to arguments that need no parser, or an empty string.

    Args:
        arguments: what the user typed after the program's name.
    """
    if list(arguments) == ["--version"]:
        return version()
    if len(arguments) == 1 and arguments[0] in HELP_OPTIONS:
        return overview()
    return ""
