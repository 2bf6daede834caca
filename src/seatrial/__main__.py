"""The one place that ends the process."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and exit with its code."""
    from seatrial.cli.main import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
