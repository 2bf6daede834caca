"""The first lines of a workflow that was written here, by which it is known again."""

from __future__ import annotations

import hashlib
import re
from typing import Final

BUILDS: Final = """\
# Written by seatrial ci, from the set that the configuration expects: change it there, and run
# seatrial ci again. seatrial ci --check says whether this file is what it would be.
"""
RELEASES: Final = """\
# Written by seatrial ci --release, from the configuration: change it there, and run
# seatrial ci --release again, which says with --check whether this file is what it would be.
"""
_DIGEST: Final = "# sha256 of what follows: "
_HEAD = re.compile(
    f"(?:{re.escape(BUILDS)}|{re.escape(RELEASES)}){re.escape(_DIGEST)}([0-9a-f]{{64}})\n"
)


def headed(head: str, body: str) -> str:
    """Put the head, with the digest of what follows, before a workflow.

    Args:
        head: :data:`BUILDS` or :data:`RELEASES`.
        body: the workflow.
    """
    return f"{head}{_DIGEST}{_digest(body)}\n{body}"


def is_ours(text: str) -> bool:
    """Say whether a workflow is as it was written here, and nobody has changed it since."""
    text = text.replace("\r\n", "\n")
    found = _HEAD.match(text)
    return found is not None and found[1] == _digest(text[found.end() :])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
