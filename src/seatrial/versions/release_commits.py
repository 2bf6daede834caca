"""Commits that only say that a release was made, or that work on the next one begins."""

from __future__ import annotations

import re

LONGEST = 1000
"""Characters of a subject that may say nothing else; a longer one costs more than it can tell."""

_NUMBER = r"v?\d+\.\d[\w.+!-]*"
_PLAIN_VERBS = r"(?:prepar(?:e|ing)|cut|tag|bump(?:ed|ing)?)"
"""What is done to a release's number alone; "Update to 2.31.0" may be about anything."""

_VERBS = rf"(?:{_PLAIN_VERBS}|mak(?:e|ing)|set|update)"
_RELEASE_COMMIT = re.compile(
    rf"""
    (?:(?:chore|build|ci)\b)?(?:\([\w-]+\))?!?:?\s*
    (?:
        (?:back\ to\ development|post[- ]release)\b.*
    |
        (?:start|begin)(?:s|ing)?\ (?:an?\ |the\ )?(?:new\ |next\ )?development(?:\ cycle)?\b.*
    |
        releas(?:e|ed|ing)\ \d+\ packages(?:\s*\(\#\d+\))?
    |
        (?:
            (?:{_VERBS}\s+)?(?:the\s+)?(?:for\s+)?
            (?:release\ version|version\ number|releas(?:e|ed|ing)|version):?\s*
            (?:(?:of|to|for|as|from)\s+)?
        |
            (?:{_PLAIN_VERBS}\s+)?(?:(?:to|from)\s+)?
        )
        {_NUMBER}(?:\s*(?:→|->|to)\s*{_NUMBER})?(?:\s*\(\#\d+\))?\.?
    )
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""A subject that only says that a release was made."""


def is_release_commit(subject: str) -> bool:
    """Whether a subject says nothing else; a picture may stand before it.

    Args:
        subject: of a commit.
    """
    if len(subject) > LONGEST:
        return False
    return _RELEASE_COMMIT.fullmatch(re.sub(r"^[^\w\s(\[]+ +", "", subject)) is not None
