"""What the configuration names and the commit does not hold: all of it, told at once."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import TypeAlias

from seatrial.config.positions import Path
from seatrial.errors import InvalidConfiguration

Where: TypeAlias = Callable[[Path], str]
"""Gives a key of the configuration as a message names it, with its file and line."""


class Unplaced:
    """Collects such faults, each at its key.

    Args:
        where: names a key.
    """

    def __init__(self, where: Where) -> None:
        self._where = where
        self._found: list[tuple[str, InvalidConfiguration]] = []

    @contextlib.contextmanager
    def at(self, *path: str | int) -> Iterator[None]:
        """Keep the fault that the block raises, as one of a key.

        Args:
            path: the key, from the top of our table.
        """
        try:
            yield
        except InvalidConfiguration as error:
            self._found.append((self._where(path), error))

    def refuse(self) -> None:
        """Raise what was found.

        Raises:
            InvalidConfiguration: something was.
        """
        if not self._found:
            return
        (thing, first), *others = self._found
        more = [f"{place}: {error.said}" for place, error in others]
        raise InvalidConfiguration(thing, "\n".join([first.said, *more]), next_step=first.next_step)
