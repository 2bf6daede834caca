from __future__ import annotations

import pytest

from seatrial.repository.facts import CommitFact
from seatrial.repository.notes import compose, escape, from_rst, shift_headings, to_rst
from seatrial.versions.conventional import classify_all


def commit(subject: str, body: str = "", *, merge: bool = False) -> CommitFact:
    """Make a commit."""
    return CommitFact(
        id="0123456789abcdef",
        subject=subject,
        body=body,
        when=0,
        parents=("1", "2") if merge else ("1",),
    )


def test_conventional_commits_are_grouped() -> None:
    """Each kind that users notice has its heading, in the order of what matters to them."""
    history = [
        commit("docs: explain"),
        commit("hands: fold them"),
        commit("fix(eyes): blink"),
        commit("feat: wave"),
        commit("feat!: nod", "BREAKING CHANGE: heads\nmove now"),
        commit("Merge branch 'x'", merge=True),
        commit("chore(release): 1.1.0"),
    ]

    assert compose(history, classify_all) == (
        "### Breaking\n\n- nod (01234567)\n  heads\n  move now\n\n"
        "### Features\n\n- wave (01234567)\n\n"
        "### Fixes\n\n- **eyes:** blink (01234567)\n\n"
        "### Other\n\n- hands: fold them (01234567)"
    )


def test_a_commit_without_a_message_is_listed_as_one() -> None:
    """An entry is never empty."""
    assert compose([commit("")], classify_all) == "- (no message) (01234567)"


def test_what_users_do_not_notice_is_told_where_there_is_nothing_else() -> None:
    """A section is not left empty, and one kind needs no heading."""
    history = [commit("ci: run less"), commit("Bump the actions group with 2 updates (#7)")]

    assert compose(history, classify_all) == (
        "- run less (01234567)\n- Bump the actions group with 2 updates (#7)"
    )


def test_updates_of_robots_are_no_news_beside_the_words_of_people() -> None:
    """What dependabot and pre-commit.ci write by themselves stands in no changelog."""
    history = [commit("[pre-commit.ci] pre-commit autoupdate (#9)"), commit("Wave more")]

    assert compose(history, classify_all) == "- Wave more (01234567)"


def test_other_histories_are_a_plain_list() -> None:
    """Without Conventional Commits the subjects are listed as they are."""
    history = [commit("Wave more"), commit("Merge pull request #3 from x/y", merge=True)]

    assert compose(history, classify_all) == "- Wave more (01234567)"


@pytest.mark.parametrize(
    "subject",
    [
        "1.2.0",
        "v1.2.0",
        "\N{ROBOT FACE} Release 1.2.0",
        "Release 1.2.0",
        "Release version 1.2.0 (#33)",
        "chore(release): 1.2.0",
        "chore: release v1.2.0",
        "Bump version to 1.2.0",
        "Bump version: 1.1.0 → 1.2.0",
        "bump version from 1.1.0 to 1.2.0",
        "Prepare release 1.2.0",
        "Preparing for release 1.2.0",
        "Back to development: 1.2.1",
    ],
)
def test_release_commits_are_left_out(subject: str) -> None:
    """A commit that only makes a release is no news."""
    assert compose([commit(subject)], classify_all) == ""


@pytest.mark.parametrize(
    "subject",
    [
        "Bump ruff from 0.1.0 to 0.2.0",
        "Update click to 8.1.0",
        "Support Python 3.13",
        "Release the lock on exit",
        "Require 1.2.0 of demo",
    ],
)
def test_commits_that_name_other_versions_stay(subject: str) -> None:
    """A version in a subject does not make it a release."""
    assert subject.split(maxsplit=1)[0] in compose([commit(subject)], classify_all)


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("use *args and __init__", r"use \*args and \_\_init\_\_"),
        ("see [x](http://y) <b>", r"see \[x](http://y) \<b>"),
        ("rename `a_b` to c_d", "rename `a_b` to c_d"),
        ("a_ or _b, a__b", r"a\_ or \_b, a__b"),
        (
            "[x] and [docs] say Python >= 3.12 ~ ~~no~~",
            r"\[x] and [docs] say Python >= 3.12 ~ \~~no\~~",
        ),
        ("> quoted", r"\> quoted"),
        ("an odd ` tick", r"an odd \` tick"),
        ("# not a heading", r"\# not a heading"),
        ("see `a`-b, `c` +1", "see `a`-b, `c` +1"),
        ("- not an item", r"\- not an item"),
        ("thank @you, me@example.org", "thank @\N{ZERO WIDTH SPACE}you, me@example.org"),
    ],
)
def test_words_of_commits_are_no_markup(text: str, escaped: str) -> None:
    """What a commit says is shown as it was typed, and calls nobody."""
    assert escape(text) == escaped


def test_headings_are_shifted_outside_code() -> None:
    """Notes take the level of the place they are put in."""
    notes = "### A\n\n```\n### code\n```\n\n#### B"

    assert shift_headings(notes, 2) == "## A\n\n```\n### code\n```\n\n### B"
    assert shift_headings("- x", 2) == "- x"


def test_markup_is_turned() -> None:
    """Groups, code, roles, links and titles are spelt as the other markup does."""
    assert to_rst(r"- use \[x] \< 3, a\_ and \_b \* c") == r"- use [x] < 3, a\_ and _b \* c"
    assert to_rst("### Fixes\n\n- `a` and \\`b") == "**Fixes**\n\n- ``a`` and \\`b"
    assert from_rst(
        "Fixed\n~~~~~\n\n- ``a`` :func:`b` :issue:`7` `docs <https://example.org/>`__"
    ) == ("### Fixed\n\n- `a` `b` #7 [docs](https://example.org/)")
