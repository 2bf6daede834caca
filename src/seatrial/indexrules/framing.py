"""How a ZIP archive is put together, record by record (K1 to K21).

A reader that goes by the central directory and one that reads from the start have to see the same
files.  PyPI reads the archive from byte 0 as a chain of records; each has to begin where the one
before it ended.

Source of all: ``utils/zipfiles.py::_validate_zipfile`` and its record handlers; the records are
those of APPNOTE.TXT 6.3.10, sections 4.3.7 to 4.3.16.
"""

from __future__ import annotations

import os
import re
import struct
from collections.abc import Mapping
from typing import BinaryIO, Final

from seatrial.indexrules.zipends import END, END_64, LOCATOR_64
from seatrial.indexrules.zips import CENTRAL, LOCAL, Zip

_MALFORMED: Final = "Malformed zip file"
_BAD_NAME: Final = "Invalid character in filename"
_UNPRINTABLE: Final = re.compile(rb"[\x00-\x1f\x7f]")
_ZIP64: Final = 0x0001
_UNICODE_PATH: Final = 0x7075
_ZIP64_LENGTHS: Final = (0, 8, 16, 24, 28)
_FULL: Final = 0xFFFF_FFFF
_DESCRIPTOR: Final = 0x08
_END_64_REST: Final = 44
_HEAD: Final = struct.Struct("<HH")
_LARGE: Final = 8


class BadFraming(Exception):
    """A record that is not as it should be.

    Args:
        rule: the stable code.
        said: PyPI's words.
    """

    def __init__(self, rule: str, said: str) -> None:
        super().__init__(rule, said)
        self.rule = rule
        self.said = said


class _Records:
    """The chain of records of one archive, read once from start to end."""

    def __init__(self, stream: BinaryIO, sizes: Mapping[str, tuple[int, int]]) -> None:
        self.stream = stream
        self.sizes = sizes
        self.local: set[bytes] = set()
        self.central: set[bytes] = set()
        self.directory_at: int | None = None
        self.directory_size = 0
        self.entries = 0
        self.stated: tuple[int, int, int] | None = None
        self.end_64_seen = False
        self.locator_seen = False

    def take(self, size: int) -> bytes:
        """K2: every record is as long as announced."""
        data = self.stream.read(size)
        if len(data) != size:
            raise BadFraming("K2", _MALFORMED)
        return data

    def next(self) -> bool:
        """Read one record; say whether more may follow.

        K1: every record is of a known kind.
        """
        signature = self.take(4)
        if signature == END and self.end_64_seen and not self.locator_seen:
            raise BadFraming("K17", _MALFORMED)
        if signature == CENTRAL:
            self.central_entry()
        elif signature == LOCAL:
            self.local_header()
        elif signature == END:
            self.end()
            return False
        elif signature == END_64:
            self.end_64()
        elif signature == LOCATOR_64:
            self.take(16)
            self.locator_seen = True
        else:
            raise BadFraming("K1", "Unknown record signature")
        return True

    def local_header(self) -> None:
        """Read a local header (K3 to K13), and go past the content."""
        flags, method, packed, size, name_length, extra_length = struct.unpack(
            "<2xHH8xLLHH", self.take(26)
        )
        name, extra = self.take(name_length), self.take(extra_length)
        if _UNPRINTABLE.search(name):
            raise BadFraming("K3", _BAD_NAME)
        packed, size = _local_extras(extra, (packed, size), stored=method == 0)
        if flags & _DESCRIPTOR:
            raise BadFraming("K8", "ZIP contains a data descriptor")
        self.agree(name, packed, size)
        self.stream.seek(packed, os.SEEK_CUR)
        if name in self.local:
            raise BadFraming("K13", "Duplicate filename in local headers")
        self.local.add(name)

    def agree(self, name: bytes, packed: int, size: int) -> None:
        """K9 to K12: name and sizes of a local header are those of the directory."""
        try:
            expected = self.sizes[name.decode("utf-8")]
        except UnicodeDecodeError:
            raise BadFraming("K9", "Filename not unicode") from None
        except KeyError:
            raise BadFraming("K10", "Filename not in central directory") from None
        if expected[0] != packed:
            raise BadFraming("K11", "Mis-matched data size")
        if expected[1] != size:
            raise BadFraming("K12", "Mis-matched file size")

    def central_entry(self) -> None:
        """Read an entry of the central directory (K3, K14 to K16)."""
        if self.directory_at is None:
            self.directory_at = self.stream.tell() - 4
        self.entries += 1
        name_length, extra_length, comment_length = struct.unpack("<24xHHH12x", self.take(42))
        if comment_length:
            raise BadFraming("K16", "Comment in central directory")
        name, extra = self.take(name_length), self.take(extra_length)
        if _UNPRINTABLE.search(name):
            raise BadFraming("K3", _BAD_NAME)
        self.directory_size += 46 + len(name) + len(extra)
        if name in self.central:
            raise BadFraming("K14", "Duplicate filename in central directory")
        if name not in self.local:
            raise BadFraming("K15", "Missing filename in local headers")
        self.central.add(name)

    def end_64(self) -> None:
        """Read a ZIP64 end record (K17, K18)."""
        self.end_64_seen = True
        length, on_disk, entries, size, offset = struct.unpack("<Q12xQQQQ", self.take(52))
        if on_disk != entries:
            raise BadFraming("K17", _MALFORMED)
        if length != _END_64_REST:
            raise BadFraming("K18", "ZIP64 extensible data not allowed")
        self.stated = (entries, size, offset)

    def end(self) -> None:
        """Read the end record (K17), and compare what it states (K19)."""
        here = self.stream.tell() - 4
        on_disk, entries, size, offset, comment = struct.unpack("<4xHHLLH", self.take(18))
        if on_disk != entries:
            raise BadFraming("K17", _MALFORMED)
        self.stream.seek(comment, os.SEEK_CUR)
        if not self.locator_seen or self.stated is None:
            self.stated = (entries, size, offset)
        at = here if self.directory_at is None else self.directory_at
        true = (self.entries, self.directory_size, at)
        for index, what in ((0, "records"), (2, "offset"), (1, "size")):
            if self.stated[index] != true[index]:
                raise BadFraming("K19", f"Mismatched central directory {what}")


def _local_extras(extra: bytes, sizes: tuple[int, int], *, stored: bool) -> tuple[int, int]:
    """Read the extra field of a local header (K3 to K7) for the sizes it may override."""
    packed, size = sizes
    seen: set[int] = set()
    while extra:
        if len(extra) < _HEAD.size:
            raise BadFraming("K5", _MALFORMED)
        kind, length = _HEAD.unpack_from(extra)
        if length + 4 > len(extra):
            raise BadFraming("K5", _MALFORMED)
        if kind in seen and kind in {_ZIP64, _UNICODE_PATH}:
            raise BadFraming("K6", "Invalid duplicate extra in local file")
        seen.add(kind)
        body = extra[4 : length + 4]
        if kind == _ZIP64:
            packed, size = _local_zip64(body, (packed, size), stored=stored)
        elif kind == _UNICODE_PATH:
            _local_unicode_path(body[5:])
        extra = extra[length + 4 :]
    return packed, size


def _local_zip64(body: bytes, sizes: tuple[int, int], *, stored: bool) -> tuple[int, int]:
    """K5, K7: the ZIP64 sizes have a length that fits, and say what they must."""
    packed, size = sizes
    if len(body) not in _ZIP64_LENGTHS:
        raise BadFraming("K5", _MALFORMED)
    if not body:
        if _FULL in sizes:
            raise BadFraming("K7", _MALFORMED)
        return sizes
    large = int.from_bytes(body[:8], "little")
    if len(body) == _LARGE:
        if not stored:
            raise BadFraming("K7", _MALFORMED)
        packed = large
    else:
        packed = int.from_bytes(body[8:16], "little")
    return packed, large if size == _FULL else size


def _local_unicode_path(path: bytes) -> None:
    """K3, K4: the Unicode path holds no control character and is UTF-8."""
    if _UNPRINTABLE.search(path):
        raise BadFraming("K3", _BAD_NAME)
    try:
        path.decode("utf-8")
    except UnicodeDecodeError:
        raise BadFraming("K4", "Filename not valid UTF-8") from None


def check(stream: BinaryIO, archive: Zip) -> None:
    """Read the whole chain.

    Args:
        stream: the archive's bytes; its position is changed.
        archive: the same, as its central directory tells it.

    Raises:
        BadFraming: with the first rule that is broken.
    """
    sizes = {member.original: (member.packed, member.size) for member in archive.members}
    stream.seek(0)
    records = _Records(stream, sizes)
    while records.next():
        pass
    if records.central != records.local:
        raise BadFraming("K21", "Mis-matched local headers and central directory")
    here = stream.tell()
    if here != stream.seek(0, os.SEEK_END):
        raise BadFraming("K20", "Trailing data")
