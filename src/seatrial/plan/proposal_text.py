"""The text of a pull request that proposes a release: what a person edits in it, and what we keep.

Release notes stand between two comments each.  A last, hidden line says what was proposed and which
notes stood there, so that notes that somebody has edited are known as such.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence

import msgspec

from seatrial.errors import NotesUnreadable

BEGIN = "<!-- seatrial notes begin: {} -->"
END = "<!-- seatrial notes end: {} -->"
_ANY = re.compile(r"^<!-- seatrial notes (begin|end): (\S+) -->[ \t]*$", re.MULTILINE)
_STATE = re.compile(r"^<!-- seatrial proposal (\{.*\}) -->[ \t]*$", re.MULTILINE)


class Proposed(msgspec.Struct, frozen=True, kw_only=True):
    """What the hidden line holds.

    Attributes:
        version: the version that was proposed.
        commit: the commit that was pushed for it.
        notes: package → SHA-256 of the notes as we wrote them; empty for those of somebody else.
    """

    version: str
    commit: str
    notes: dict[str, str]


def enclosed(name: str, notes: str) -> str:
    """Give notes between their comments.

    Args:
        name: of the package.
        notes: Markdown; what looks like one of the comments is no longer one.
    """
    harmless = notes.strip().replace("<!-- seatrial", "&lt;!-- seatrial")
    return f"{BEGIN.format(name)}\n{harmless}\n{END.format(name)}"


def notes_in(body: str, thing: str) -> dict[str, str]:
    """Read the notes in a text: package → Markdown.

    Args:
        body: the text of a pull request.
        thing: what it is called in an error.

    Raises:
        NotesUnreadable: a comment is missing, is there twice, or they are in the wrong order.
    """
    found: dict[str, str] = {}
    marks = list(_ANY.finditer(body))
    if not marks:
        raise NotesUnreadable(thing, "the comments that enclose the notes are gone")
    for begin, end in zip(marks[::2], [*marks[1::2], None], strict=False):
        name = begin[2]
        if begin[1] != "begin" or end is None or end[1] != "end" or end[2] != name or name in found:
            raise NotesUnreadable(
                thing, f"the comments about {name} are not one at each end of its notes"
            )
        found[name] = body[begin.end() : end.start()].strip()
    return found


def signed(body: str, version: str, commit: str, edited: Sequence[str] = ()) -> str:
    """Give a text with the hidden line at its end.

    Args:
        body: the text, with notes in it.
        version: the version that is proposed.
        commit: the commit that is pushed for it.
        edited: the packages whose notes somebody has written: they stay theirs.
    """
    found = notes_in(body, "the text to be written")
    notes = {name: "" if name in edited else _digest(text) for name, text in found.items()}
    state = Proposed(version=version, commit=commit, notes=notes)
    line = msgspec.json.encode(state, order="deterministic").decode()
    return f"{body.rstrip()}\n\n<!-- seatrial proposal {line} -->\n"


def proposed_in(body: str) -> Proposed | None:
    """Read the hidden line of a text; nothing where there is none that can be read."""
    found = _STATE.findall(body)
    if not found:
        return None
    try:
        return msgspec.json.decode(found[-1], type=Proposed)
    except msgspec.MsgspecError:
        return None


def edited_in(body: str, thing: str) -> Mapping[str, str]:
    """Give the notes that somebody has edited since they were written: package → Markdown.

    Who deletes all of them wants ours again.

    Args:
        body: the text of a pull request.
        thing: what it is called in an error.

    Raises:
        NotesUnreadable: the notes cannot be told from the rest.
    """
    state = proposed_in(body)
    written = state.notes if state else {}
    return {
        name: text
        for name, text in notes_in(body, thing).items()
        if text and _digest(text) != written.get(name)
    }


def _digest(text: str) -> str:
    plain = "\n".join(line.rstrip() for line in text.strip().splitlines())
    return hashlib.sha256(plain.encode()).hexdigest()
