from __future__ import annotations

import pytest

from seatrial.versions.conventional import classify, classify_all, tells

READ = [
    ("feat: add a flag", "", "feature", True),
    ("Feat: add a flag", "", "feature", True),
    ("FIX(cli): mend it", "", "fix", True),
    ("fix: mend it (#12)", "", "fix", True),
    ("perf(core): be quick", "", "fix", True),
    ("feature: add it", "", "feature", True),
    ("docs: say it", "", "other", True),
    ("chore(deps): raise x", "", "other", True),
    ("ci: run it", "", "other", True),
    ("feat!: drop Python 3.8", "", "breaking", True),
    ("chore(api)!: drop it", "", "breaking", True),
    ("core!: drop it", "", "breaking", True),
    ("fix: x", "Why.\n\nBREAKING CHANGE: y is gone", "breaking", True),
    ("docs: x", "BREAKING-CHANGE: y is gone\nRefs: #1", "breaking", True),
    ("Rework all", "BREAKING CHANGE: y is gone", "breaking", True),
    ("fix: x", "breaking change: y is gone", "fix", True),
    ("fix: x", "This is no BREAKING CHANGE: y stays", "fix", True),
    ("fix: x", "BREAKING CHANGE:", "fix", True),
    ("feat:no space", "", "other", False),
    ("feat : space before", "", "other", False),
    ("feat(): empty scope", "", "other", False),
    ("feat(a", "", "other", False),
    ("pathlib: mend it", "", "other", False),
    ("Fix the thing", "", "other", False),
    (":sparkles: add it", "", "feature", True),
    ("\N{HIGH VOLTAGE SIGN}\N{VARIATION SELECTOR-16} be quick", "", "fix", True),
    ("\N{COLLISION SYMBOL} drop it", "", "breaking", True),
    ("\N{UPWARDS BLACK ARROW} Bump ruff from 0.1 to 0.2", "", "other", True),
    ("\N{FIRE} remove it", "", "other", False),
    (":tada: begin", "", "other", False),
    (":bug: fix: mend it", "", "fix", True),
    ("\N{BUG} fix(cli): mend it", "", "fix", True),
    ("\N{SPARKLES}feat: add it", "", "feature", True),
    ("\N{BUG} mend it", "", "fix", True),
    ("\N{BUG}mend it", "", "other", False),
    ("- fix: mend it", "", "other", False),
    ("deps(python)(deps): bump ruff from 0.1.0 to 0.2.0 (#12)", "", "other", True),
    ("Bump ruff from 0.1.0 to 0.2.0 (#12)", "", "other", True),
    ("Bump the actions group with 2 updates", "", "other", True),
    ("Bump the actions group across 1 directory with 3 updates", "", "other", True),
    ("Bump https://example.org/x-pre-commit (#7598)", "", "other", True),
    ("[pre-commit.ci] auto fixes from pre-commit.com hooks", "", "other", True),
    ("Bump the minimum to Python 3.11", "", "other", False),
    ("fixup! feat: add it", "", "other", False),
    ("", "", "other", False),
    ("Merge pull request #3 from a/b", "feat: add it", "feature", True),
    ("Merge branch 'main' into x", "", "other", True),
    ("Merge two lists into one", "", "other", False),
    ('Revert "feat: add it"', "This reverts commit abc.", "fix", True),
    ('Revert "docs: say it"', "", "other", True),
    ('Revert "Add it"', "", "other", False),
    ("revert: feat: add it", "", "fix", True),
    ("revert: docs: say it", "", "other", True),
    ("revert: let us never speak of it again", "", "fix", True),
]


@pytest.mark.parametrize(("subject", "body", "kind", "says"), READ)
def test_each_message_has_the_effect_of_the_table(
    subject: str, body: str, kind: str, *, says: bool
) -> None:
    """Conventional Commits 1.0.0, rules 1 to 16, decide what a message says."""
    effect = classify(subject, body)
    assert (effect.kind, effect.says) == (kind, says)


def test_type_scope_and_description_are_read() -> None:
    """The parts of the header are there for the changelog, the type in lower case."""
    effect = classify("Feat(Parser)!:  read tabs ")
    assert (effect.type, effect.scope, effect.description) == ("feat", "Parser", "read tabs")
    assert effect.note == "read tabs"


def test_the_text_of_a_breaking_change_ends_at_the_next_footer() -> None:
    """A footer's text may have several lines, and ends where the next footer begins."""
    body = "Why.\n\nBREAKING CHANGE: the file moved;\n  see the docs.\nReviewed-by: Z\nRefs #133"
    assert classify("fix: move", body).note == "the file moved;\n  see the docs."


@pytest.mark.parametrize(
    ("subjects", "kinds"),
    [
        (['Revert "feat: a"', "feat: a"], ["other", "other"]),
        (["revert: feat: a", "fix: b", "feat: a"], ["other", "fix", "other"]),
        (['Revert "Revert "feat: a""', 'Revert "feat: a"', "feat: a"], ["other"] * 2 + ["feature"]),
        (['Reapply "feat: a"', 'Revert "feat: a"', "feat: a"], ["other"] * 2 + ["feature"]),
        (['Revert "feat: a"', "feat: a", "feat: a"], ["other", "other", "feature"]),
        (["feat: a", 'Revert "feat: a"'], ["feature", "fix"]),
        (['Revert "Add a"', "Add a", "docs: b"], ["other"] * 3),
    ],
)
def test_what_is_taken_back_before_the_release_has_no_effect(
    subjects: list[str], kinds: list[str]
) -> None:
    """A revert and the commit it takes back cancel each other, the newest first."""
    effects = classify_all([(subject, "") for subject in subjects])
    assert [effect.kind for effect in effects] == kinds


def test_a_long_hostile_message_is_read() -> None:
    """A message of a megabyte is read as any other."""
    effect = classify("feat(" * 200_000, "BREAKING " * 100_000)
    assert effect.kind == "other"


def test_a_long_subject_of_numbers_is_read() -> None:
    """A megabyte of what might be the number of a release is read as any other."""
    assert not classify("Release " + "1.1." * 250_000 + "~").says
    assert classify("Release 1." + "1." * 400 + "1").says


def test_a_squashed_message_holds_several_changes() -> None:
    """The entries of a squashed pull request are read, each once, and the greatest counts."""
    body = "* feat(api): Add x\n\n* wip\n\n* fix: Mend y\n* fix: Mend y\n* Note: not a type\n"
    effect = classify("Better x and y (#12)", body)
    assert (effect.kind, effect.says) == ("feature", True)
    assert [(one.kind, one.scope, one.description) for one in effect.entries] == [
        ("feature", "api", "Add x"),
        ("fix", "", "Mend y"),
    ]
    titled = classify("feat: Add x (#12)", "- feat: Add x\n- fix: Mend y\n")
    assert [one.description for one in titled.entries] == ["Add x (#12)", "Mend y"]
    twice = classify("chore: Merge (#9)", "* feat: Add x (#12)\n\n* feat: Add x\n* fix: Mend y\n")
    assert [one.description for one in twice.entries] == ["Merge (#9)", "Add x (#12)", "Mend y"]
    broken = classify("feat!: Add x (#12)", "* feat!: Add x\n* fix: Mend y\n")
    assert [one.kind for one in broken.entries] == ["breaking", "fix"]
    other = classify("docs: Tell (#12)", "- fix!: Mend y\n")
    assert [one.kind for one in other.entries] == ["other", "breaking"]
    assert other.kind == "breaking"


def test_messages_between_marks_are_changes_of_their_own() -> None:
    """release-please's marks hold whole messages, with footers of their own."""
    body = (
        "Text.\n\nBEGIN_NESTED_COMMIT\nfeat: Add x\n\nWhy.\nBREAKING CHANGE: no more y\n"
        "END_NESTED_COMMIT\nBEGIN_NESTED_COMMIT\nfix: Mend z\nEND_NESTED_COMMIT\n"
    )
    effect = classify("chore: Many", body)
    assert [one.kind for one in effect.entries] == ["other", "breaking", "fix"]
    assert effect.entries[1].note == "no more y"


@pytest.mark.parametrize(
    ("subject", "body", "kind", "itself"),
    [
        ("Merge pull request #3 from x/y", "feat: Add x", "feature", True),
        ("Merge branch 'x' into 'main'", "fix: Mend y\n\nSee merge request a/b!3", "fix", True),
        ("Merge pull request #3 from x/y", "Add x", "other", False),
        ("Merge branch 'x'", "", "other", False),
    ],
)
def test_a_merge_may_carry_the_title_of_its_pull_request(
    subject: str, body: str, kind: str, *, itself: bool
) -> None:
    """What forges write below "Merge pull request" is read as the merge's own message."""
    assert classify(subject, body).kind == kind
    assert tells(subject, body) is itself


NOTES_OF_ANOTHER = """This PR contains the following updates:

| Package | Change |
|---|---|
| [other](https://example.org) | `1` -> `2` |

---

### Release Notes

<details>
<summary>other/other (other)</summary>

### `v2.0.0`

- feat!: throw all away
* fix: mend what is left

BREAKING CHANGE: nothing is as it was

"""


@pytest.mark.parametrize("end", ["</details>\n\nSigned-off-by: Robot <r@example.org>", ""])
def test_the_notes_of_another_project_are_no_changes_of_this_one(end: str) -> None:
    """What a robot quotes of a dependency's release says nothing of the package itself."""
    effect = classify("Update dependency other to v2 (#7)", NOTES_OF_ANOTHER + end)
    assert (effect.kind, effect.says, effect.entries) == ("other", False, ())
    told = classify("fix(deps): update other to v2", NOTES_OF_ANOTHER + end)
    assert (told.kind, told.entries) == ("fix", ())


def test_entries_end_with_the_first_heading() -> None:
    """A description below a heading is no list of squashed commits."""
    body = "* feat: Add x\n\n## Seen elsewhere\n\n* fix: not ours\n\nBREAKING CHANGE: no z"
    effect = classify("Add things (#3)", body)
    assert [one.description for one in effect.entries] == ["Add things (#3)", "Add x"]
    assert effect.note == "no z"
