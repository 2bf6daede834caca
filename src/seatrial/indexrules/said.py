"""What a rule on metadata says, before the sentence is finished."""

from __future__ import annotations

import msgspec


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One fault of one field.

    Attributes:
        rule: the stable code.
        said: the words, without the link that follows.
        source: where the rule is written.
        template: whether the words are put through a format string with the field's name in it,
            which corrupts them when the refused value holds braces.
        ours: PyPI answers 500 here; the words are ours.
    """

    rule: str
    said: str
    source: str
    template: bool = False
    ours: bool = False
