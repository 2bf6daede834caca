"""The one place that ends the process."""

from __future__ import annotations

import gc
import os
import sys


def main() -> None:
    """Run the command line and exit with its code."""
    from seatrial.cli.overview import at_once

    arguments = sys.argv[1:]
    if answer := at_once(arguments):
        sys.stdout.write(answer + "\n")
        sys.exit()
    # A command lives for seconds and imports much; looking for cycles that often finds none.
    gc.set_threshold(100_000, 50, 50)
    from seatrial.light import import_msgspec

    import_msgspec()
    from seatrial.cli.quick import answered

    code = answered(arguments)
    if code is not None:
        sys.stdout.flush()
        sys.stderr.flush()
        # What was imported need not be taken apart: nothing of it is open.
        os._exit(code)
    from seatrial.cli.main import run

    code = run(arguments)
    # The end of the process gives back everything at once: looking through it all for cycles
    # before is a fifth of a short command's time.
    gc.freeze()
    sys.exit(code)


if __name__ == "__main__":
    main()
