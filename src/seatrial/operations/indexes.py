"""The indexes that a configuration names, and how to log in there."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from seatrial.ahead import Ahead
from seatrial.config.indexes import index_settings
from seatrial.config.schema import Settings
from seatrial.process import Runner
from seatrial.secret import Redactor
from seatrial.world.credentials import Credential, Target, find_credential
from seatrial.world.http import Http
from seatrial.world.index import HttpIndex
from seatrial.world.wayin import way_in

AT_ONCE = 8
"""Pages of an index that are asked for at once, before anything is decided."""


@dataclass(frozen=True)
class Outside:
    """The indexes, as the settings name them.

    Args:
        settings: the configuration.
        runner: starts programs, with a redactor that knows every secret found so far.
        http: asks indexes and forges.
    """

    settings: Settings
    runner: Runner
    http: Http
    _indexes: dict[str, HttpIndex] = field(default_factory=dict, compare=False)

    @classmethod
    def usual(cls) -> Outside:
        """Give what there is without any configuration."""
        return cls(Settings(), Runner(Redactor()), Http())

    def credential(self, index: str) -> Callable[[], Credential]:
        """Give what finds the credential of an index, at the moment it is needed."""
        address = index_settings(self.settings, index)
        redactor = self.runner.redactor
        target = Target(
            name=index,
            upload_url=address.upload_url,
            staging=index == self.settings.staging,
        )

        def find() -> Credential:
            trusted = partial(way_in, environ=os.environ, http=self.http, redactor=redactor)
            found = find_credential(target, os.environ, Path.home(), trusted=trusted)
            redactor.add(found.password)
            return found

        return find

    def index(self, name: str) -> HttpIndex:
        """Give the real index of that name, the same one each time: it shares its answers.

        Raises:
            UnknownIndex: nobody has described it.
        """
        if name not in self._indexes:
            address = index_settings(self.settings, name)
            self._indexes[name] = HttpIndex(
                name, address.upload_url, address.simple_url, self.credential(name), self.http
            )
        return self._indexes[name]


def ask_ahead(index: HttpIndex, names: Sequence[str], opened: float) -> None:
    """Begin to ask an index about packages, over a few connections; the answers are kept there.

    Args:
        index: which.
        names: of the packages.
        opened: what was asked before this moment does not count.
    """

    def ask(share: Sequence[str]) -> None:
        for name in share:
            index.files(name, asked_after=opened)

    for share in filter(None, (names[start::AT_ONCE] for start in range(AT_ONCE))):
        Ahead(partial(ask, share))
