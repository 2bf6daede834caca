"""What the user asked for when a plan was made."""

from __future__ import annotations

from typing import Literal

import msgspec


class Asked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the user asked for when the plan was made.

    Attributes:
        bump: which part of the version to raise, or "auto".
        version: the version to release; empty when it was not named.
        index: the index to publish to; empty for the configured one.
        python: the Pythons to install on; empty for the configured ones.
        merged: whether the release of a merged pull request is meant.
    """

    bump: Literal["auto", "major", "minor", "patch", "pre", "a", "b", "rc", "post", "dev"] = "auto"
    version: str = ""
    index: str = ""
    python: tuple[str, ...] = ()
    merged: bool = False
