from __future__ import annotations

import pytest
from packaging.version import Version

from seatrial.errors import InvalidVersion
from seatrial.versions.arithmetic import Bump
from seatrial.versions.decide import (
    AlreadyReleased,
    Decision,
    NothingToRelease,
    Outcome,
    Wish,
    decide,
)


def ask(
    released: str | None,
    stated: str | None,
    subjects: list[str],
    wish: Wish | None = None,
    taken: tuple[str, ...] = (),
) -> Outcome:
    """Decide from texts; each commit has a subject only."""
    gone = {Version(text) for text in taken}
    return decide(
        wish or Wish(),
        released=None if released is None else Version(released),
        stated=None if stated is None else Version(stated),
        commits=[(subject, "") for subject in subjects],
        taken=gone.__contains__,
    )


AUTO = [
    # released, stated, subjects, version
    ("1.2.0", "1.2.0", ["feat!: a", "fix: b"], "2.0.0"),
    ("1.2.0", "1.2.0", ["docs: c", "feat: a", "fix: b"], "1.3.0"),
    ("1.2.0", "1.2.0", ["fix: b", "Tidy"], "1.2.1"),
    ("1.2.0", None, ["feat: a"], "1.3.0"),
    ("0.4.1", "0.4.1", ["feat!: a"], "0.5.0"),
    ("0.4.1", "0.4.1", ["feat: a"], "0.5.0"),
    ("0.4.1", "0.4.1", ["fix: a"], "0.4.2"),
    ("1.2", "1.2", ["feat: a"], "1.3"),
    ("1!1.2.0", "1!1.2.0", ["feat: a"], "1!1.3.0"),
    ("1.2.0", "1.2.0", ["Add a", "Mend b"], "1.2.1"),
    ("1.2.0", "1.2.0", ["docs: a", "Mend b"], "1.2.1"),
    ("1.2.0", "1.2.0", ['Revert "feat: a"', "feat: a", "fix: b"], "1.2.1"),
    ("2024.5", "2024.5", ["feat!: a"], "2024.5.1"),
    # The stated version was raised by hand.
    ("1.2.0", "1.5.0", ["fix: a"], "1.5.0"),
    ("1.2.0", "1.5.0", ["docs: a"], "1.5.0"),
    ("1.2.0", "1.3.0rc1", ["Add a"], "1.3.0rc1"),
    # A .dev version marks the time between releases.
    ("1.2.0", "1.3.0.dev0", ["fix: a"], "1.3.0"),
    ("1.2.0", "1.2.1.dev0", ["feat: a"], "1.3.0"),
    ("1.2.0", "1.2.1.dev0", ["Add a"], "1.2.1"),
    ("1.2.0", "1.2.0+dev", ["Add a"], "1.2.1"),
    ("1.3.0rc1", "1.3.0.dev0", ["Add a"], "1.3.0rc2"),
    # A .post0 that marks where work began, as a .dev does.
    ("1.2.0", "1.2.0.post0", ["Add a"], "1.2.1"),
    ("1.2.0", "1.2.0.post0", ["feat: a"], "1.3.0"),
    ("1.2.0", "1.2.0.post1", ["Add a"], "1.2.0.post1"),
    # The repository forgot to state the last release.
    ("1.2.0", "1.1.0", ["fix: a"], "1.2.1"),
    # Pre-releases stay in their line.
    ("1.2.0rc1", "1.2.0rc1", ["feat: a"], "1.2.0rc2"),
    ("1.2.0.dev3", None, ["feat: a"], "1.2.0.dev4"),
    ("1.2.0rc1", "1.2.0", ["feat: a"], "1.2.0"),
    # A first release.
    (None, "1.4.2", ["Begin"], "1.4.2"),
    (None, "0.3.0.dev0", ["Begin"], "0.3.0"),
    (None, "0.3.0+local", ["Begin"], "0.3.0"),
    (None, "2.0b1", ["Begin"], "2.0b1"),
    (None, None, ["Begin"], "0.1.0"),
    (None, "0.0.0", ["Begin"], "0.1.0"),
    (None, "0", ["Begin"], "0.1.0"),
    (None, "1.0", [], "1.0"),
]


@pytest.mark.parametrize(("released", "stated", "subjects", "version"), AUTO)
def test_without_a_wish_the_repository_decides(
    released: str | None, stated: str | None, subjects: list[str], version: str
) -> None:
    """Last release, stated version and commits lead to exactly this version, with a sentence."""
    outcome = ask(released, stated, subjects)
    assert isinstance(outcome, Decision)
    assert str(outcome.version) == version
    assert outcome.reason.endswith(".")
    assert len(outcome.effects) == len(subjects)


WISHED: list[tuple[str | None, str | None, Bump, str]] = [
    ("1.2.0", "1.2.0", "minor", "1.3.0"),
    ("1.2.0", "1.5.0.dev0", "patch", "1.2.1"),
    ("1.2.0", "1.5.0.dev0", "pre", "1.5.0a1"),
    ("1.2.0", "1.5.0.dev0", "dev", "1.5.0.dev1"),
    ("1.2.0", "1.2.0", "pre", "1.2.1a1"),
    ("1.2.0rc1", None, "patch", "1.2.0"),
    ("1.2.0", None, "post", "1.2.0.post1"),
    ("0.4.1", None, "major", "1.0.0"),
    (None, None, "minor", "0.1.0"),
    (None, None, "major", "1.0.0"),
    (None, "0.1.0", "minor", "0.2.0"),
    (None, "0.1.0+x", "patch", "0.1.1"),
    (None, "0.2.0.dev0", "minor", "0.2.0"),
]


@pytest.mark.parametrize(("released", "stated", "kind", "version"), WISHED)
def test_a_wished_bump_is_made(
    released: str | None, stated: str | None, kind: Bump, version: str
) -> None:
    """--bump raises the last release, or the stated version where there is none."""
    outcome = ask(released, stated, ["docs: a"], Wish(bump=kind))
    assert isinstance(outcome, Decision)
    assert str(outcome.version) == version
    assert f"--bump {kind}" in outcome.reason


STAGES: list[tuple[str, list[str], Bump, str]] = [
    ("0.7.0", ["feat: a"], "pre", "0.8.0a1"),
    ("0.8.0a1", ["fix: a"], "pre", "0.8.0a2"),
    ("0.8.0a2", [], "b", "0.8.0b1"),
    ("0.8.0b1", ["feat: a"], "pre", "0.8.0b2"),
    ("0.8.0b2", [], "rc", "0.8.0rc1"),
    ("0.8.0rc1", [], "patch", "0.8.0"),
    ("0.8.0rc1", [], "minor", "0.8.0"),
    ("1.2.0", ["feat!: a"], "rc", "2.0.0rc1"),
    ("1.2.0", ["fix: a"], "b", "1.2.1b1"),
    ("1.2.0", ["Whatever"], "pre", "1.2.1a1"),
]


@pytest.mark.parametrize(("released", "subjects", "kind", "version"), STAGES)
def test_pre_releases_go_stage_by_stage(
    released: str, subjects: list[str], kind: Bump, version: str
) -> None:
    """The changes say where pre-releases lead, and --bump the stage, which needs no commit."""
    outcome = ask(released, released, subjects, Wish(bump=kind))
    assert isinstance(outcome, Decision)
    assert str(outcome.version) == version


def test_no_stage_goes_back() -> None:
    """An alpha after a release candidate would come before it, and is refused."""
    with pytest.raises(InvalidVersion, match="past the phase a"):
        ask("1.2.0rc1", None, ["fix: a"], Wish(bump="a"))


@pytest.mark.parametrize("kind", ["pre", "a"])
def test_the_same_stage_needs_a_commit(kind: Bump) -> None:
    """The same pre-release command run twice does not make two pre-releases."""
    assert isinstance(ask("1.2.0a1", "1.2.0a1", [], Wish(bump=kind)), NothingToRelease)


@pytest.mark.parametrize(
    "subjects",
    [
        [],
        ["docs: a"],
        ["chore: a", "Merge branch 'x'"],
        ['Revert "Add a"', "Add a"],
        ["\N{ROBOT FACE} Release 1.2.0", "Back to development"],
    ],
)
def test_nothing_for_users_is_nothing_to_release(subjects: list[str]) -> None:
    """Without a commit that users may notice there is no release, and the way to one is named."""
    outcome = ask("1.2.0", "1.2.0", subjects)
    assert isinstance(outcome, NothingToRelease)
    assert "1.2.0" in outcome.why
    assert "--" in outcome.why


def test_a_development_mark_alone_is_nothing_to_release() -> None:
    """A stated .dev version after documentation only makes no release."""
    assert isinstance(ask("1.2.0", "1.3.0.dev0", ["docs: a"]), NothingToRelease)
    assert isinstance(ask("1.2.0", "1.3.0.dev0", ["Bump version to 1.3.0.dev0"]), NothingToRelease)


@pytest.mark.parametrize("kind", ["major", "post", "dev"])
def test_a_wished_bump_without_a_commit_is_nothing_to_release(kind: Bump) -> None:
    """The same command run twice does not make two releases."""
    assert isinstance(ask("1.2.0", "1.2.0", [], Wish(bump=kind)), NothingToRelease)


def test_a_version_asked_for_wins() -> None:
    """--version decides against commits and stated version, and is normalised."""
    outcome = ask("1.2.0", "1.5.0", ["fix: a"], Wish(version="v4.0-RC.1", bump="patch"))
    assert isinstance(outcome, Decision)
    assert str(outcome.version) == "4.0rc1"


def test_the_last_release_asked_for_again_is_already_released() -> None:
    """--version with the last release is neither an error nor a new release."""
    outcome = ask("1.2.0", "1.2.0", [], Wish(version="1.2"), taken=("1.2.0",))
    assert isinstance(outcome, AlreadyReleased)


@pytest.mark.parametrize(
    ("version", "why"),
    [
        ("1.1.9", "below the last release, 1.2.0"),
        ("1.2.0rc1", "below the last release"),
        ("1.3.0", "it is taken"),
        ("1.3.0+local", "local part"),
        ("next", "'next' is no version of PEP 440"),
    ],
)
def test_a_version_that_cannot_be_released_is_refused(version: str, why: str) -> None:
    """--version is refused with the reason when it cannot be used."""
    with pytest.raises(InvalidVersion, match=why) as caught:
        ask("1.2.0", "1.2.0", ["fix: a"], Wish(version=version), taken=("1.3.0", "1.3.1"))
    assert caught.value.next_step


def test_a_taken_version_asked_for_names_a_free_one() -> None:
    """The refusal of a taken version names the next free one."""
    with pytest.raises(InvalidVersion) as caught:
        ask("1.2.0", None, [], Wish(version="1.3.0"), taken=("1.3.0", "1.3.1"))
    assert "1.3.2" in caught.value.next_step


@pytest.mark.parametrize(
    ("released", "stated", "wish", "version", "passed"),
    [
        ("1.2.0", "1.2.0", Wish(), "1.3.2", ["1.3.0", "1.3.1"]),
        ("1.2.0", "1.3.0", Wish(), "1.3.2", ["1.3.0", "1.3.1"]),
        (None, "1.3.0", Wish(), "1.3.2", ["1.3.0", "1.3.1"]),
        ("1.2.0", "1.2.0", Wish(bump="minor"), "1.3.2", ["1.3.0", "1.3.1"]),
        ("1.4a1", "1.4a1", Wish(), "1.4a3", ["1.4a2"]),
    ],
)
def test_a_taken_version_is_passed_over_and_named(
    released: str | None, stated: str | None, wish: Wish, version: str, passed: list[str]
) -> None:
    """A version that an index holds is never chosen, and the reason says which it was."""
    outcome = ask(released, stated, ["feat: a"], wish, taken=("1.3.0", "1.3.1", "1.4a2"))
    assert isinstance(outcome, Decision)
    assert str(outcome.version) == version
    assert [str(v) for v in outcome.passed_over] == passed
    assert all(text in outcome.reason for text in passed)


@pytest.mark.parametrize(
    ("subjects", "reason"),
    [
        (
            ["feat: a", "feat: b", "fix: c", "docs: d"],
            "2 features and 1 fix since 1.2.0: minor.",
        ),
        (
            ["feat!: a", "feat: b", "fix: c", "fix: d"],
            "1 breaking change, 1 feature and 2 fixes since 1.2.0: major.",
        ),
        (
            ["fix: a", "Add b", "Add c"],
            "1 fix since 1.2.0: patch; 2 commits more do not say what changed.",
        ),
        (
            ["Add a"],
            (
                "1 commit since 1.2.0 does not say what changed, so a patch is assumed; "
                "--bump minor or major says otherwise."
            ),
        ),
    ],
)
def test_the_reason_is_a_sentence_for_people(subjects: list[str], reason: str) -> None:
    """The reason counts what the commits say."""
    outcome = ask("1.2.0", "1.2.0", subjects)
    assert isinstance(outcome, Decision)
    assert outcome.reason == reason


def test_a_first_release_that_is_out_already_is_not_called_the_first() -> None:
    """Without a tag, what the index holds of the stated version shows that it was released."""
    outcome = ask(None, "0.1.16", ["Add a"], taken=("0.1.16",))
    assert isinstance(outcome, Decision)
    assert outcome.version == Version("0.1.17")
    assert outcome.reason == (
        "There is no release tag yet, and --bump or --version may say otherwise. "
        "Passed over, because already taken: 0.1.16."
    )


def test_a_pre_release_leads_to_a_final_release_that_is_not_out() -> None:
    """Finals that only the index holds are passed over, so that no alpha stands below them."""
    outcome = decide(
        Wish(bump="pre"),
        released=Version("0.7.0"),
        stated=Version("0.7.0"),
        commits=[("feat: a", "")],
        taken={Version("0.8.0"), Version("0.8.1")}.__contains__,
    )
    assert isinstance(outcome, Decision)
    assert str(outcome.version) == "0.8.2a1"
    assert "0.8.0, 0.8.1" in outcome.reason
