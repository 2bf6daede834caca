"""Regular expressions that a repository's configuration brings, searched for within bounds."""

from __future__ import annotations

import functools
import sys
from pathlib import Path

from seatrial.errors import InvalidConfiguration, TimedOut
from seatrial.process import Runner

SECONDS = 5.0
"""How long a pattern may search one file: a pattern can be made to search for centuries."""

# Only a process of its own can be ended in the middle of a search.  It reads the expression and
# the text, and prints where each match's group lies.
_SEARCH = """
import json, re, sys
sought = json.load(sys.stdin)
try:
    pattern = re.compile(sought["pattern"], re.MULTILINE)
except (re.error, OverflowError, RecursionError):
    print("[]")
    raise SystemExit
group = "version" if "version" in pattern.groupindex else min(pattern.groups, 1)
found = pattern.search(sought["text"])
print(json.dumps([found.span(group)] if found and found.span(group)[0] >= 0 else []))
"""


@functools.lru_cache(maxsize=64)
def search(pattern: str, text: str) -> tuple[int, int] | None:
    """Give where the first match's group "version", or its first one, lies.

    Args:
        pattern: somebody else's, in the syntax of :mod:`re`.
        text: what is searched.

    Returns:
        The first character and the one after the last; nothing when there is no match, or the
        pattern is none.

    Raises:
        InvalidConfiguration: the search takes longer than :data:`SECONDS`.
    """
    import json

    asked = json.dumps({"pattern": pattern, "text": text}).encode()
    try:
        done = Runner().run(
            [sys.executable, "-I", "-S", "-c", _SEARCH],
            cwd=Path.cwd(),
            timeout=SECONDS,
            stdin=asked,
        )
    except TimedOut:
        raise InvalidConfiguration(
            f"the pattern {pattern!r}",
            f"it searches one file for more than {SECONDS:g} seconds",
            next_step="Write it without repetitions inside repetitions, and run this again.",
        ) from None
    spans = json.loads(done.stdout) if done.code == 0 else []
    return (spans[0][0], spans[0][1]) if spans else None
