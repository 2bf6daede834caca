"""Says hello from the command line."""

from __future__ import annotations

import argparse
import sys

from seatrial_hello import __version__, greet


def main() -> None:
    """Greet the person named on the command line."""
    parser = argparse.ArgumentParser(prog="seatrial-hello", description="Say hello.")
    parser.add_argument("name", help="whom to greet")
    parser.add_argument("--in", dest="language", default="english", help="the language")
    parser.add_argument("--version", action="version", version=__version__)
    arguments = parser.parse_args()
    sys.stdout.write(greet(arguments.name, arguments.language) + "\n")


if __name__ == "__main__":
    main()
