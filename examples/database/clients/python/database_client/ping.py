"""Ask the server whether it is there."""

from __future__ import annotations

import sys

from database_client.client import Client


def main() -> int:
    """Run the command."""
    if "--help" in sys.argv:
        sys.stdout.write("usage: database-ping\n")
        return 0
    return 0 if Client().execute("select 1") else 1
