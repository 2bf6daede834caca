"""The framing of ZIP archives, record by record, on archives put together by hand."""

from __future__ import annotations

import io
import struct
import zlib

import msgspec
import pytest

from seatrial.indexrules.framing import BadFraming, check
from seatrial.indexrules.zipends import BadZip
from seatrial.indexrules.zips import UnreadableMember, Zip, is_zip
from tests.indexrules.rawzip import DEFLATE, Ending, Entry, raw_zip

ONE = Entry(name=b"fixme", data=b"hello")
PACKED = Entry(name=b"fixme", data=b"hello" * 9, method=DEFLATE)
TWO = (ONE, Entry(name=b"other", data=b"x"))
FULL = 0xFFFFFFFF


def extra(kind: int, body: bytes, length: int | None = None) -> bytes:
    """Make one piece of an extra field."""
    return struct.pack("<HH", kind, len(body) if length is None else length) + body


def unicode_path(name: bytes, path: bytes) -> bytes:
    """Make a Unicode path that belongs to a name."""
    return extra(0x7075, b"\x01" + struct.pack("<L", zlib.crc32(name)) + path)


def sizes(*numbers: int) -> bytes:
    """Make a ZIP64 field."""
    return extra(0x0001, struct.pack(f"<{len(numbers)}Q", *numbers))


def with_(entry: Entry, **fields: object) -> Entry:
    """Change fields of an entry."""
    return msgspec.structs.replace(entry, **fields)


def said(data: bytes) -> str:
    """Give what the framing says, what is said before it, or an empty text."""
    stream = io.BytesIO(data)
    if not is_zip(stream):
        return "no zip"
    try:
        archive = Zip(stream, members=100)
        check(stream, archive)
    except BadZip:
        return "bad zip"
    except BadFraming as fault:
        return fault.said
    return ""


@pytest.mark.parametrize(
    "data",
    [
        raw_zip([ONE], Ending(comment=b"an archive's comment")),
        raw_zip([PACKED]),
        raw_zip([]),
        raw_zip([with_(ONE, name=b"foo/bar")]),
        raw_zip([with_(PACKED, size=3, central_size=3)]),
        raw_zip(
            [
                with_(
                    PACKED,
                    size=FULL,
                    central_size=3,
                    packed=FULL,
                    extra=sizes(3, len(PACKED.bytes_inside)),
                )
            ]
        ),
        raw_zip([Entry(name=b"sub/"), with_(ONE, name=b"sub/x")]),
        raw_zip([ONE], Ending(zip64=True)),
        raw_zip([ONE], Ending(zip64=True, short=False)),
        raw_zip([with_(ONE, size=FULL, packed=FULL, extra=sizes(5))]),
        raw_zip([with_(ONE, packed=FULL, extra=sizes(5))]),
        raw_zip([with_(ONE, extra=unicode_path(b"fixme", b"f") + extra(0x4242, b"any"))]),
        raw_zip([with_(ONE, extra=extra(0x0001, b""))]),
    ],
)
def test_what_agrees_is_accepted(data: bytes) -> None:
    """Comments of the archive, ZIP64 where it agrees, folders and unknown extras are fine."""
    assert said(data) == ""


DESCRIPTOR = b"PK\x07\x08" + struct.pack("<LLL", zlib.crc32(b"hello"), 5, 5)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (
            raw_zip([ONE], Ending(entries=0, on_disk=0, size=0, offset=0)),
            "Filename not in central directory",
        ),
        (raw_zip([with_(ONE, listed=2)]), "Duplicate filename in central directory"),
        (raw_zip([ONE, with_(TWO[1], listed=0)]), "Filename not in central directory"),
        (
            raw_zip([with_(ONE, local_flags=8, after=DESCRIPTOR)]),
            "ZIP contains a data descriptor",
        ),
        (raw_zip([], Ending(zip64=True, locator=False, short=False)), "Malformed zip file"),
        (raw_zip([with_(ONE, extra=b"abc")]), "Malformed zip file"),
        (raw_zip([ONE, with_(TWO[1], local=False)]), "Missing filename in local headers"),
        (
            raw_zip([with_(ONE, name=b"\x82", extra=unicode_path(b"\x82", b"x"))]),
            "Filename not unicode",
        ),
        (raw_zip([ONE], prefix=b"before"), "Unknown record signature"),
        (
            raw_zip([with_(ONE, extra=unicode_path(b"fixme", b"a") * 2)]),
            "Invalid duplicate extra in local file",
        ),
        (raw_zip([ONE]) + b"after", "Trailing data"),
        (raw_zip([ONE, ONE]), "Duplicate filename in local headers"),
        (raw_zip([ONE, with_(ONE, data=b"longer")]), "Mis-matched data size"),
        (
            raw_zip([ONE], Ending(zip64=True, extensible=b"hidden")),
            "ZIP64 extensible data not allowed",
        ),
        (raw_zip([with_(PACKED, size=FULL, extra=sizes(45))]), "Malformed zip file"),
        (raw_zip([with_(ONE, extra=extra(0x0001, b"x" * 100, 100)[:50])]), "Malformed zip file"),
        (raw_zip([with_(ONE, extra=extra(0x0001, b"x"))]), "Malformed zip file"),
        (raw_zip([with_(ONE, packed=FULL, extra=extra(1, b""))]), "Malformed zip file"),
        (raw_zip([with_(ONE, size=FULL, extra=extra(1, b""))]), "Malformed zip file"),
        (raw_zip([with_(ONE, name=b"\x7f")]), "Invalid character in filename"),
        (
            raw_zip([with_(ONE, extra=unicode_path(b"fixme", b"a\0"))]),
            "Invalid character in filename",
        ),
        (
            raw_zip([with_(ONE, extra=unicode_path(b"fixme", b"\xff"))]),
            "Filename not valid UTF-8",
        ),
        (raw_zip([with_(ONE, comment=b"x")]), "Comment in central directory"),
        (raw_zip([ONE], Ending(on_disk=2)), "Malformed zip file"),
        (raw_zip([ONE], Ending(zip64=True, on_disk=2)), "Malformed zip file"),
        (raw_zip([ONE], Ending(entries=2)), "Mismatched central directory records"),
        (raw_zip([ONE], Ending(offset=39)), "Mismatched central directory offset"),
        (raw_zip([with_(ONE, packed=6)]), "Mis-matched data size"),
        (raw_zip([with_(ONE, size=6)]), "Mis-matched file size"),
        (raw_zip([with_(ONE, local_name=b"other")]), "Filename not in central directory"),
        (raw_zip([with_(ONE, packed=200, central_packed=200)]), "Malformed zip file"),
    ],
)
def test_what_readers_could_see_differently_is_refused(data: bytes, words: str) -> None:
    """An archive that a reader from the front sees otherwise is refused in PyPI's words."""
    assert said(data) == words


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"plain text", "no zip"),
        (raw_zip([ONE], Ending(zip64=True, locator_offset=100)), "no zip"),
        (raw_zip([ONE], Ending(zip64=True, locator_offset=-5)), "no zip"),
        (raw_zip([ONE], Ending(size=50)), "no zip"),
        (raw_zip([*TWO], Ending(size=60)), "no zip"),
        (raw_zip([with_(ONE, central_extra=extra(0x7075, b"abc"))]), "bad zip"),
        (raw_zip([with_(ONE, central_extra=extra(0x7075, b"abcdefghi", 40))]), "bad zip"),
        (raw_zip([with_(ONE, central_extra=unicode_path(b"fixme", b"\xff"))]), "bad zip"),
        (raw_zip([with_(ONE, central_packed=FULL, central_extra=sizes())]), "bad zip"),
    ],
)
def test_what_no_reader_can_read_is_refused_before(data: bytes, words: str) -> None:
    """An archive whose directory cannot be read is none, or is broken."""
    assert said(data) == words


def test_a_ratio_of_sizes_comes_from_the_directory() -> None:
    """A member's sizes are those of the ZIP64 field, where the entry itself has only ones."""
    entry = with_(ONE, central_size=FULL, central_packed=FULL, central_extra=sizes(10**12, 10**11))
    archive = Zip(io.BytesIO(raw_zip([entry])), members=100)
    assert (archive.members[0].size, archive.members[0].packed) == (10**12, 10**11)


def test_a_unicode_path_is_the_name_readers_see() -> None:
    """A Unicode path with the right checksum replaces the name, and another does not."""
    right = with_(ONE, central_extra=unicode_path(b"fixme", "é".encode()))
    wrong = with_(ONE, central_extra=unicode_path(b"other", "é".encode()))
    assert Zip(io.BytesIO(raw_zip([right])), members=9).names == ["é"]
    assert Zip(io.BytesIO(raw_zip([wrong])), members=9).names == ["fixme"]


@pytest.mark.parametrize(
    ("entry", "error"),
    [
        (with_(ONE, crc=1), BadZip),
        (with_(ONE, local_name=b"FIXME"), BadZip),
        (with_(ONE, central_packed=500), BadZip),
        (with_(PACKED, central_size=5), BadZip),
        (with_(ONE, flags=1), UnreadableMember),
        (with_(ONE, flags=0x40), UnreadableMember),
        (with_(PACKED, content=b"\xff" * 9, central_packed=9), UnreadableMember),
    ],
)
def test_a_broken_member_is_not_read(entry: Entry, error: type[Exception]) -> None:
    """Checksums, local names, encryption and broken streams are found when a member is read."""
    archive = Zip(io.BytesIO(raw_zip([entry])), members=9)
    with pytest.raises(error):
        archive.read("fixme")


def test_a_member_is_read_as_it_was_written() -> None:
    """Stored and deflated members give their bytes."""
    archive = Zip(io.BytesIO(raw_zip([ONE, with_(PACKED, name=b"two")])), members=9)
    assert (archive.read("fixme"), archive.read("two")) == (ONE.data, PACKED.data)


def test_members_that_lie_in_each_other_are_not_read() -> None:
    """A member that runs into the next one is a bomb, and not read."""
    outer = with_(ONE, central_packed=60, central_size=60)
    archive = Zip(io.BytesIO(raw_zip([outer, with_(TWO[1], data=b"y" * 100)])), members=9)
    with pytest.raises(BadZip):
        archive.read("fixme")
    assert archive.read("other") == b"y" * 100


def test_a_directory_of_any_length_is_not_taken_into_memory() -> None:
    """An archive with more members than are looked at is not opened."""
    data = raw_zip([with_(ONE, name=b"%d" % number) for number in range(300)])
    with pytest.raises(UnreadableMember):
        Zip(io.BytesIO(data), members=100)
