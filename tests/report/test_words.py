"""Numbers and foreign text as people read them."""

from __future__ import annotations

import pytest
from rich.markup import render

from seatrial.report.lines import safe
from seatrial.report.words import duration, many, size, visible


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (48_213, "48.2 kB"),
        (999_960, "1.0 MB"),
        (5_000_000_000, "5.0 GB"),
    ],
)
def test_a_size_has_its_unit(count: int, text: str) -> None:
    """Sizes are in powers of a thousand, with one digit."""
    assert size(count) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.004, "0.00 s"),
        (9.5, "9.50 s"),
        (12.34, "12.3 s"),
        (75, "1 min 15 s"),
        (3720, "1 h 02 min"),
    ],
)
def test_a_time_has_its_unit(seconds: float, text: str) -> None:
    """A time is as exact as it matters."""
    assert duration(seconds) == text


def test_a_count_agrees_with_its_noun() -> None:
    """One file, two files, thousands with a comma."""
    assert [many(n, "file") for n in (1, 2, 1200)] == ["1 file", "2 files", "1,200 files"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("a\x1b]0;title\x07b", "a\\x1b]0;title\\x07b"),
        ("a\x1b[2Jb\r\x08", "a\\x1b[2Jb\\x0d\\x08"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("\u202egnp.exe", "\\x202egnp.exe"),
    ],
)
def test_a_text_cannot_steer_the_terminal(text: str, shown: str) -> None:
    """Colours go, other control characters are shown as what they are, lines and tabs stay."""
    assert visible(text) == shown


@pytest.mark.parametrize(
    "text", [r"\[Docs\] x", r"a \[b", r"\\[b]", r"\[b]x", "[b]y[/b]", "[Docs]"]
)
def test_foreign_text_is_shown_as_it_is(text: str) -> None:
    """Brackets and backslashes of a diff are neither obeyed nor swallowed."""
    assert render(safe(text)).plain == text
