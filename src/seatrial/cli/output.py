"""Where output goes: pages and data to stdout, progress and remarks to stderr."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from rich.console import Console


def write_json(document: Any) -> None:  # noqa: ANN401 - any document of report/
    """Print a document as one JSON object on stdout."""
    data = msgspec.json.format(msgspec.json.encode(document, order="deterministic"))
    sys.stdout.write(data.decode() + "\n")
    sys.stdout.flush()


def page_console() -> Console:
    """Give the console for pages; colours only where stdout is a terminal.

    What is between two colons is foreign text (``cpe:2.3:a:demo``), and becomes no emoji.
    """
    from rich.console import Console

    return Console(highlight=False, emoji=False, soft_wrap=not sys.stdout.isatty())


def side_console() -> Console:
    """Give the console for progress and remarks."""
    from rich.console import Console

    wrap = not sys.stderr.isatty()
    return Console(stderr=True, highlight=False, emoji=False, soft_wrap=wrap)
