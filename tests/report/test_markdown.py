"""The page of a release as Markdown."""

from __future__ import annotations

import pytest
from markdown_it import MarkdownIt

from seatrial.report.markdown import render_markdown
from seatrial.report.release import Edit
from tests.report.made import HOSTILE, report, stopped


def test_the_page_can_be_pasted_into_a_pull_request() -> None:
    """It tells version, commits, files with digests, edits and steps."""
    text = render_markdown(report())
    assert text.startswith("## ✓ Rehearsed: demo 1.1.0\n")
    assert "- fffffffff feat: say more" in text
    assert f"| demo-1.1.0.tar.gz | 48.2 kB | `{'a1' * 32}` |" in text
    assert "```diff\n--- a/demo.py" in text
    assert "| ✓ | build demo 1.1.0 | 3.00 s |" in text
    assert "A real release would need a credential for pypi" in text


def test_the_page_of_a_stopped_run_says_why() -> None:
    """What failed, what was said and what to do are there."""
    text = render_markdown(stopped("2 tests failed"))
    assert "## ✗ Rehearsal stopped" in text
    assert "```text\n2 tests failed\n```" in text
    assert "Mend what the gate found" in text


@pytest.mark.parametrize("subject", [HOSTILE, "a `b` ``c``", "@octocat *x* | y", "![a](b)"])
def test_what_others_wrote_is_no_markup(subject: str) -> None:
    """Signs of Markdown and HTML in a text mean nothing, and nobody is called by name."""
    text = render_markdown(report(remarks=(), reason=subject, commits=()))
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(text.split("\n### ")[0])
    kinds = {child.type for token in tokens for child in token.children or ()}
    assert kinds == {"text"}
    assert "@octocat" not in text


def test_a_fence_is_longer_than_any_in_it() -> None:
    """A diff that holds a fence of its own cannot end the block."""
    text = render_markdown(report(edits=(Edit(path="a", diff="+````\n+<script>\n"),)))
    assert "\n`````diff\n+````\n" in text
