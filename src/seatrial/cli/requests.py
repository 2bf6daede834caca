"""From the options of a command to what operations understand."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from seatrial.cli.options import Asked
from seatrial.operations.planning import Request
from seatrial.versions.decide import Wish

if TYPE_CHECKING:
    from typing import Literal, TypeAlias

    from seatrial.versions.arithmetic import Bump

    WishedBump: TypeAlias = Bump | Literal["auto"]


def request_of(asked: Asked, *, merged: bool = False) -> Request:
    """Give the request for a real release; ``merged`` for that of a merged pull request."""
    wish = Wish(bump=cast("WishedBump", asked.bump), version=asked.version)
    return Request(
        path=asked.path, wish=wish, index=asked.index, python=asked.python, merged=merged
    )
