"""How the text of a file is encoded: UTF-8, or what the file itself says.

Sources: PEP 263 (Python), https://docutils.sourceforge.io/docs/ref/rst/restructuredtext.html
(the same line in the first two of other files), The Unicode Standard, 23.8 (the byte order mark),
https://docs.python.org/3/library/codecs.html ("Python Specific Encodings").
"""

from __future__ import annotations

import codecs
import re

import msgspec

UTF8 = "utf-8"

# Longer marks come before those that they begin with.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ALWAYS_UTF8 = (".toml", ".json", ".lock")
"""Endings of files that are UTF-8 by their own specifications, whatever they say."""

_NOT_OF_FILES = frozenset({"idna", "punycode", "raw-unicode-escape", "unicode-escape", "undefined"})
"""Codecs that Python has for names and literals; of a long text one takes minutes."""

_COOKIE = re.compile(rb"coding[:=][ \t]*([-\w.]+)")
_COMMENT = re.compile(rb"[ \t\f]*(?:#|$)")
_HEAD = 1000
"""Bytes in which a file says how it is encoded."""


class Decoded(msgspec.Struct, frozen=True, kw_only=True):
    """A file's text, a BOM and line endings as they stand, and the codec that gives it back."""

    text: str
    encoding: str = UTF8


def decoded(path: str, data: bytes) -> Decoded | None:
    """Give the text of a file.

    Args:
        path: its name tells what it may be.
        data: its bytes.

    Returns:
        The text, if encoding it gives the very bytes again; nothing for what is no text, or does
        not say how it is encoded.
    """
    for encoding in _candidates(path, data):
        try:
            text = data.decode(encoding)
            if text.encode(encoding) == data:
                return Decoded(text=text, encoding=encoding)
        except (UnicodeError, LookupError, ValueError):
            continue
    return None


def is_undeclared(path: str, data: bytes) -> bool:
    """Whether a file looks like a text, and nobody can say which."""
    return b"\0" not in data and decoded(path, data) is None


def _candidates(path: str, data: bytes) -> tuple[str, ...]:
    if path.endswith(_ALWAYS_UTF8):
        return (UTF8,)
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), "")
    if marked:
        return (marked,)
    python = path.endswith((".py", ".pyi"))
    said = _declared(data, python=python)
    # Python takes what is said for granted; for others UTF-8 that can be read is UTF-8.
    return tuple(filter(None, (said or UTF8,) if python else (UTF8, said)))


def _declared(data: bytes, *, python: bool) -> str:
    """Give the name of the codec that one of the first two lines says, or an empty string."""
    lines = data[:_HEAD].removeprefix(codecs.BOM_UTF8).splitlines()[:2]
    for line in lines:
        found = _COOKIE.search(line) if not python or _COMMENT.match(line) else None
        if found:
            return _codec(found[1].decode("ascii", "replace"))
        if python and not _COMMENT.match(line):
            break
    return ""


def _codec(name: str) -> str:
    """Give a codec's own name; empty for what is none of files."""
    try:
        found = codecs.lookup(name).name
    except LookupError:
        return ""
    return "" if found in _NOT_OF_FILES else found
