"""A piece of a text that states a version."""

from __future__ import annotations

import msgspec

from seatrial.repository.tuples import Form


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of a text that states a version.

    Attributes:
        start: its first character, from 0.
        end: the character after its last.
        stated: the version it states.
        form: how a tuple or a list is written; nothing for a text.
        bare: whether it is a YAML text without quotes, which must not become a number.
    """

    start: int
    end: int
    stated: str
    form: Form | None = None
    bare: bool = False
