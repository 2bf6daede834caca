"""Pages that are kept as they were sent, until something in their index changes.

Of a project with thousands of files each page takes longer to write than to send.
"""

from __future__ import annotations

import base64
import hashlib
from collections import OrderedDict
from collections.abc import Hashable
from typing import Final

import msgspec

MOST: Final = 32 * 1024 * 1024
"""Bytes of all pages that are kept."""


class Page(msgspec.Struct, frozen=True):
    """A page as it is sent.

    Attributes:
        serial: of the index, when it was written.
        body: its bytes.
        etag: what tells it from other ones.
    """

    serial: int
    body: bytes
    etag: str


class Pages:
    """The pages that were asked for last; used from the server's own thread alone.

    Args:
        most: bytes of all of them.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._size = 0
        self._kept: OrderedDict[Hashable, Page] = OrderedDict()

    def get(self, key: Hashable, serial: int) -> Page | None:
        """Give a page that is still true.

        Args:
            key: the page's.
            serial: the index's.
        """
        page = self._kept.get(key)
        if page is None or page.serial != serial:
            return None
        self._kept.move_to_end(key)
        return page

    def keep(self, key: Hashable, serial: int, body: bytes) -> Page:
        """Keep a page, in the place of the one before and of those asked for longest ago.

        Args:
            key: the page's.
            serial: the index's.
            body: its bytes.
        """
        page = Page(serial, body, etag(body))
        if (before := self._kept.pop(key, None)) is not None:
            self._size -= len(before.body)
        self._kept[key] = page
        self._size += len(body)
        while self._size > self._most:
            _, gone = self._kept.popitem(last=False)
            self._size -= len(gone.body)
        return page


def etag(body: bytes) -> str:
    """Give a body's entity tag, as PyPI makes it."""
    digest = hashlib.md5(body, usedforsecurity=False).digest()
    return f'"{base64.b64encode(digest).decode().rstrip("=")}"'
