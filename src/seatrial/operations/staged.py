"""How a process that enters a rehearsal is told who it is."""

from __future__ import annotations

import msgspec


class Identified(msgspec.Struct, frozen=True, kw_only=True):
    """How a job of a rehearsal gets its identity, and exchanges it.

    Attributes:
        token_url: where the dock's issuer gives identity tokens.
        ticket: what tells the issuer which job asks; no secret, it is good at the dock alone.
        mint_url: where the dock's index exchanges them.
    """

    token_url: str
    ticket: str
    mint_url: str
