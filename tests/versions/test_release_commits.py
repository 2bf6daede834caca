"""Commits that only say that a release was made."""

from __future__ import annotations

import pytest

from seatrial.versions.release_commits import is_release_commit


@pytest.mark.parametrize(
    "subject",
    [
        "1.2.3",
        "v1.2.3",
        "Release 1.2.3",
        "Release 37 packages",
        "Release 2 packages (#12)",
        "Bump version to 1.2.3",
        "Bump to 1.2.3",
        "Bump 1.2.2 → 1.2.3",
        "Bump version: 1.2.2 -> 1.2.3",
        "Prepare 1.2.3",
        "Prepare for release 1.2.3",
        "Update version to 1.2.3 (#12)",
        "chore(release): 1.2.3",
        "Begin a new development cycle",
    ],
)
def test_what_says_only_that_a_release_was_made(subject: str) -> None:
    """The usual spellings are known."""
    assert is_release_commit(subject)


@pytest.mark.parametrize(
    "subject",
    ["Update to 2.31.0", "Prepare for 3.13", "Set 1.5", "Update zlib to 1.3", "Release the lock"],
)
def test_a_number_may_be_about_something_else(subject: str) -> None:
    """A change that only names some number is a change."""
    assert not is_release_commit(subject)
