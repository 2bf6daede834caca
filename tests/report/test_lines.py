"""How foreign words are put on a terminal."""

from __future__ import annotations

import pytest
from rich.markup import render

from seatrial.report.lines import safe


@pytest.mark.parametrize(
    "text",
    [r"\[SECURITY\] x", r"\[ci\]", "[bold]x[/]", r"\\[A] [a] \[", "[[bold]", r"\[[x]", "[", "x]"],
)
def test_foreign_text_is_shown_as_it_is(text: str) -> None:
    """Brackets and backslashes of a commit or a diff are neither obeyed nor lost."""
    assert str(render(f"[red]{safe(text)}[/]")) == text
