"""Where keys stand in TOML texts of every shape."""

from __future__ import annotations

import tomllib

import pytest

from seatrial.config.positions import Path, dotted, key_lines

EVERYTHING = '''# a comment with [a.header] in it
title = "x = 1 # no comment" # [no.header]
[tool."quoted name".deep] # three keys
a.b."c d".e = 1
text = """
[not.a.header]
key = 'no' \\"""
"""
raw = \'\'\'
not = "a key"\'\'\'\'
list = [
  "one", # ]
  { inner = 2, "other.one" = [3] },
]
[[tool.package]]
path = "a"
[tool.package.extra]
when = 1979-05-27 07:32:00
[[tool.package]]

path = "b"
inline = { x.y = true, z = { w = 1.5 } }
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 2),
        (("tool",), 3),
        (("tool", "quoted name", "deep"), 3),
        (("tool", "quoted name", "deep", "a", "b", "c d", "e"), 4),
        (("tool", "quoted name", "deep", "text"), 5),
        (("tool", "quoted name", "deep", "raw"), 9),
        (("tool", "quoted name", "deep", "list"), 11),
        (("tool", "quoted name", "deep", "list", 0), 12),
        (("tool", "quoted name", "deep", "list", 1, "inner"), 13),
        (("tool", "quoted name", "deep", "list", 1, "other.one", 0), 13),
        (("tool", "package", 0, "path"), 16),
        (("tool", "package", 0, "extra", "when"), 18),
        (("tool", "package", 1), 19),
        (("tool", "package", 1, "path"), 21),
        (("tool", "package", 1, "inline", "x", "y"), 22),
        (("tool", "package", 1, "inline", "z", "w"), 22),
    ],
)
def test_a_key_is_found_on_its_line(path: Path, line: int) -> None:
    """Headers, dotted and quoted keys, inline tables and arrays of tables all have their line."""
    assert key_lines(EVERYTHING)[path] == line


def _paths(value: object, path: Path = ()) -> set[Path]:
    found = {path} if path else set()
    if isinstance(value, dict):
        for key, inner in value.items():
            found |= _paths(inner, (*path, key))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            found |= _paths(inner, (*path, place))
    return found


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_the_scan_finds_just_what_the_parser_finds(ending: str) -> None:
    """The paths of the scan are those of the standard library's reading, with either line end."""
    text = EVERYTHING.replace("\n", ending)
    assert set(key_lines(text)) == _paths(tomllib.loads(text))
    assert key_lines(text) == key_lines(EVERYTHING)


def test_a_path_is_written_as_a_person_would() -> None:
    """A path in a message is a dotted key, quoted where TOML needs it."""
    assert dotted(("index", 'my "own"', "upload-url")) == r'index."my \"own\"".upload-url'
    assert dotted(("package", 0, "path")) == "package[0].path"
