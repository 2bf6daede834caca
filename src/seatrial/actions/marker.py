"""The hidden line in a draft's notes by which another machine knows the draft and its files."""

from __future__ import annotations

import re

import msgspec

OPENING = "<!-- seatrial "
CLOSING = " -->"
_LINE = re.compile(re.escape(OPENING) + r"(\{.*?\})" + re.escape(CLOSING))


class Marker(msgspec.Struct, frozen=True, kw_only=True):
    """What a draft was made for.

    Attributes:
        source: what the files were built from (:func:`~seatrial.actions.files.release_identity`).
        parent: the planned commit.
        date: the release's date, ISO 8601.
        files: file name → SHA-256 of every file that belongs to the release.
    """

    source: str
    parent: str
    date: str
    files: dict[str, str]


def mark(notes: str, marker: Marker) -> str:
    """Give the notes with the marker on a line of its own at their end."""
    data = msgspec.json.encode(marker, order="deterministic").decode()
    return f"{notes.rstrip()}\n\n{OPENING}{data}{CLOSING}\n"


def read_marker(notes: str) -> Marker | None:
    """Give the marker in notes, or nothing when there is none that can be read."""
    found = _LINE.search(notes)
    if found is None:
        return None
    try:
        return msgspec.json.decode(found[1], type=Marker)
    except msgspec.MsgspecError:
        return None


def unmarked(notes: str) -> str:
    """Give the notes without the marker."""
    return _LINE.sub("", notes).rstrip() + "\n"
