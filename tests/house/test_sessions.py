"""What the documentation shows of sessions is compared with what happens."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = runpy.run_path(str(ROOT / "docs" / "examples.py"))


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("a\nb", "a\nb", True),
        ("a\nb", "a\nc", False),
        ("a\n…\nd", "a\nb\nc\nd", True),
        ("a\n…\nd", "a\nb\nc", False),
        ("…\nd", "a\nd", True),
        ("in 2.54 s", "in 12.1 s", True),
        ("version 0.2.0", "version 0.3.0", False),
        ("on b3f52d74e97e", "on 0000000000ab", True),
        ("dated 2026-11-21", "dated 2027-01-01", True),
    ],
)
def test_a_page_may_leave_out_but_not_invent(shown: str, printed: str, same: bool) -> None:  # noqa: FBT001
    """Times, dates and digests may differ, ``…`` stands for lines, and all else has to be so."""
    assert EXAMPLES["matches"](shown.splitlines(), printed.splitlines()) is same


def test_a_session_is_cut_into_its_commands() -> None:
    """What follows a prompt belongs to its command."""
    lines = ["$ seatrial plan", "one", "", "$ seatrial status"]
    assert list(EXAMPLES["sessions"](lines)) == [
        ("$ seatrial plan", ["one", ""]),
        ("$ seatrial status", []),
    ]


def test_only_what_changes_nothing_is_run(tmp_path: Path) -> None:
    """A page that shows a release for real is not run, and this is said."""
    with pytest.raises(SystemExit, match="could change something"):
        EXAMPLES["printed"]("$ seatrial release --yes", [], tmp_path, {})
