"""On which line of a TOML text each key stands; ``tomllib`` reads values and forgets places.

The text has been read by ``tomllib`` before, so it is well formed (TOML 1.0.0), and this scan only
has to know where keys, strings, arrays and inline tables begin and end.
"""

from __future__ import annotations

import re
import tomllib
from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""A key with the keys of the tables around it; an integer is a place in an array, from 0."""

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_BASIC = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_LITERAL = re.compile(r"'[^'\n]*'")
_LONG_BASIC = re.compile(r'"""(?:[^\\]|\\.)*?"""(?:"{0,2})', re.DOTALL)
_LONG_LITERAL = re.compile(r"'''.*?'''(?:'{0,2})", re.DOTALL)
_SPACE = re.compile(r"[ \t]*")
_SPACE_AND_COMMENTS = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_PLAIN_VALUE = re.compile(r"[^,\]}\n#]*")


def key_lines(text: str) -> dict[Path, int]:
    """Give the line, from 1, that first names each key, table and array element.

    Args:
        text: a well-formed TOML document.
    """
    return _Scan(text).document()


def dotted(path: Path) -> str:
    """Write a path as a person would: ``index."my index".upload-url``, ``package[0].path``."""
    written = ""
    for part in path:
        if isinstance(part, int):
            written += f"[{part}]"
            continue
        bare = _BARE_KEY.fullmatch(part)
        name = part if bare else '"' + part.replace("\\", "\\\\").replace('"', '\\"') + '"'
        written += f".{name}" if written else name
    return written


class _Scan:
    """One walk over a document, from its first character to its last."""

    def __init__(self, text: str) -> None:
        self.text = text.replace("\r\n", "\n")
        self.at = 0
        self.counted_to = 0
        self.line = 1
        self.lines: dict[Path, int] = {}
        self.tables_in: dict[Path, int] = {}

    def document(self) -> dict[Path, int]:
        table: Path = ()
        self.skip(_SPACE_AND_COMMENTS)
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self.header()
            else:
                self.pair(table)
            self.skip(_SPACE_AND_COMMENTS)
        return self.lines

    def header(self) -> Path:
        """Read ``[a.b]`` or ``[[a.b]]`` and give the path that the next keys belong to."""
        array = self.text.startswith("[[", self.at)
        self.at += 2 if array else 1
        line = self.here()
        path: Path = ()
        *tables, last = self.key()
        for name in tables:
            path = self.element(self.note((*path, name), line))
        path = self.note((*path, last), line)
        self.at += 2 if array else 1
        if array:
            self.tables_in[path] = self.tables_in.get(path, 0) + 1
            path = self.note(self.element(path), line)
        return path

    def element(self, path: Path) -> Path:
        """Give the newest element where the path is an array of tables, else the path itself."""
        count = self.tables_in.get(path)
        return path if count is None else (*path, count - 1)

    def pair(self, table: Path) -> None:
        """Read ``key = value``."""
        line = self.here()
        path = table
        for name in self.key():
            path = self.note((*path, name), line)
        self.skip(_SPACE)
        self.at += 1  # the equals sign
        self.skip(_SPACE)
        self.value(path)

    def key(self) -> list[str]:
        """Read a key, dotted or not, and the space around it."""
        names = []
        while True:
            self.skip(_SPACE)
            begin = self.at
            quote = self.text[self.at]
            self.skip({'"': _BASIC, "'": _LITERAL}.get(quote, _BARE_KEY))
            name = self.text[begin : self.at]
            names.append(_unquoted(name) if quote in "\"'" else name)
            self.skip(_SPACE)
            if not self.text.startswith(".", self.at):
                return names
            self.at += 1

    def value(self, path: Path) -> None:
        """Pass over a value, noting the keys and elements in it."""
        rest = self.text[self.at : self.at + 3]
        if rest[:1] == "[":
            self.array(path)
        elif rest[:1] == "{":
            self.inline_table(path)
        elif rest in ('"""', "'''"):
            self.skip(_LONG_BASIC if rest[0] == '"' else _LONG_LITERAL)
        elif rest[:1] in ('"', "'"):
            self.skip(_BASIC if rest[0] == '"' else _LITERAL)
        else:
            self.skip(_PLAIN_VALUE)

    def array(self, path: Path) -> None:
        place = 0
        self.at += 1
        while not self.closes("]"):
            self.value(self.note((*path, place), self.here()))
            place += 1

    def inline_table(self, path: Path) -> None:
        self.at += 1
        while not self.closes("}"):
            self.pair(path)

    def closes(self, bracket: str) -> bool:
        """Pass over space, comments and a comma; say whether the bracket comes next."""
        self.skip(_SPACE_AND_COMMENTS)
        if self.text.startswith(",", self.at):
            self.at += 1
            self.skip(_SPACE_AND_COMMENTS)
        if not self.text.startswith(bracket, self.at):
            return False
        self.at += 1
        return True

    def note(self, path: Path, line: int) -> Path:
        self.lines.setdefault(path, line)
        return path

    def here(self) -> int:
        """Give the line of the current place."""
        self.line += self.text.count("\n", self.counted_to, self.at)
        self.counted_to = self.at
        return self.line

    def skip(self, what: re.Pattern[str]) -> None:
        found = what.match(self.text, self.at)
        if found is None:
            message = f"line {self.here()} is no TOML 1.0"
            raise ValueError(message)
        self.at = found.end()


def _unquoted(key: str) -> str:
    """Give what a quoted key says, its escapes read by ``tomllib``."""
    return next(iter(tomllib.loads(f"{key} = 0")))
