"""The one place that ends the process."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and exit with its code."""
    from seatrial.cli.overview import at_once

    arguments = sys.argv[1:]
    if answer := at_once(arguments):
        sys.stdout.write(answer + "\n")
        sys.exit()
    from seatrial.cli.main import run

    sys.exit(run(arguments))


if __name__ == "__main__":
    main()
