from __future__ import annotations

import datetime as dt

import pytest
from packaging.version import Version

from seatrial.errors import InvalidVersion
from seatrial.versions.calver import by_date, scheme_fault
from seatrial.versions.decide import Decision, NothingToRelease, Wish, decide
from seatrial.versions.policy import Policy, maintained


def chosen(released: str, commits: list[str], policy: Policy, wish: str = "auto") -> str:
    """Give the version that follows a release by commits and rules; empty when there is none."""
    outcome = decide(
        Wish(bump=wish, policy=policy),  # type: ignore[arg-type]  # the tests' own words
        released=Version(released) if released else None,
        stated=None,
        commits=[(subject, "") for subject in commits],
        taken=lambda _: False,
    )
    return str(outcome.version) if isinstance(outcome, Decision) else ""


RC = Policy(phase="rc", channels=True, branch="next")
MAIN = Policy(channels=True, branch="main")


@pytest.mark.parametrize(
    ("released", "commit", "policy", "version"),
    [
        ("1.2.3", "feat: a", RC, "1.3.0rc1"),
        ("1.3.0rc1", "fix: a", RC, "1.3.0rc2"),
        ("1.3.0rc1", "feat: a", RC, "1.3.0rc2"),
        ("1.3.0rc1", "feat!: a", RC, "2.0.0rc1"),
        ("1.3.0a4", "fix: a", RC, "1.3.0rc1"),
        ("1.3.0rc2", "fix: a", Policy(phase="b", channels=True), "1.3.0rc3"),
        ("1.2.3", "fix: a", Policy(phase="dev", channels=True), "1.2.4.dev1"),
        ("1.2.4.dev1", "fix: a", Policy(phase="dev", channels=True), "1.2.4.dev2"),
        ("1.3.0rc2", "fix: a", MAIN, "1.3.0"),
        ("1.3.0rc2", "chore: a", MAIN, "1.3.0"),
        ("1.3.0rc2", "feat!: a", MAIN, "2.0.0"),
        ("1.3.0rc2", "fix: a", Policy(), "1.3.0rc3"),
        ("1.2.3", "chore: a", RC, ""),
        ("", "feat: a", RC, "0.1.0rc1"),
    ],
)
def test_channels(released: str, commit: str, policy: Policy, version: str) -> None:
    """A branch of a channel makes pre-releases of what the commits lead to; others finish them."""
    assert chosen(released, [commit], policy) == version


def test_a_channel_is_finished_without_another_commit() -> None:
    """Where other branches make the pre-releases, this one makes the final one of the last."""
    assert chosen("1.3.0rc2", [], MAIN) == "1.3.0"
    assert chosen("1.3.0rc2", [], RC) == ""


def test_a_maintenance_branch_keeps_to_its_line() -> None:
    """1.x stays below 2.0, and says so, until somebody asks otherwise."""
    policy = Policy(line=maintained("1.x"), branch="1.x")
    assert chosen("1.4.0", ["feat: a"], policy) == "1.5.0"
    with pytest.raises(InvalidVersion, match=r"2\.0\.0: the branch 1\.x keeps to 1\.x"):
        chosen("1.4.0", ["feat!: a"], policy)
    assert chosen("1.4.0", ["feat!: a"], policy, wish="major") == "2.0.0"
    with pytest.raises(InvalidVersion):
        chosen("1.4.0", ["feat: a"], Policy(line=(1, 4), branch="1.4.x"))


@pytest.mark.parametrize(
    ("branch", "line"),
    [
        ("1.x", (1,)),
        ("v2.3.x", (2, 3)),
        ("release/1.x", (1,)),
        ("maint-4.x.x", (4,)),
        ("main", ()),
        ("1.2", ()),
        ("fix-1.x-crash", ()),
    ],
)
def test_the_name_tells_a_maintenance_branch(branch: str, line: tuple[int, ...]) -> None:
    """A name that ends in numbers and x names the line."""
    assert maintained(branch) == line


def test_below_one_the_repository_says_what_a_breaking_change_raises() -> None:
    """A breaking change of 0.x raises the minor number, or makes 1.0 where that is the policy."""
    assert chosen("0.4.2", ["feat!: a"], Policy()) == "0.5.0"
    assert chosen("0.4.2", ["feat!: a"], Policy(zero="major")) == "1.0.0"


DAY = dt.date(2026, 11, 20)


@pytest.mark.parametrize(
    ("scheme", "released", "version"),
    [
        ("YYYY.MM.MICRO", "", "2026.11.0"),
        ("YYYY.MM.MICRO", "2026.10.7", "2026.11.0"),
        ("YYYY.MM.MICRO", "2026.11.7", "2026.11.8"),
        ("YYYY.0M.MICRO", "2026.11.0rc1", "2026.11.0"),
        ("YY.MM", "26.10", "26.11"),
        ("YY.MM", "26.11", "26.11.1"),
        ("YY.MM", "26.11.1", "26.11.2"),
        ("YYYY.MM.DD", "2026.11.20", "2026.11.20.1"),
        ("YYYY.WW.PATCH", "2026.46.3", "2026.47.0"),
        ("YYYY.MINOR", "2025.9", "2026.0"),
        ("YYYY.MINOR", "2026.3", "2026.4"),
        ("YYYY.MM.MICRO", "1!2026.11.1", "1!2026.11.2"),
    ],
)
def test_versions_by_date(scheme: str, released: str, version: str) -> None:
    """The day gives the numbers; on the same day, week or month the last one is counted."""
    past = Version(released) if released else None
    assert str(by_date(scheme, DAY, past)) == version
    assert past is None or by_date(scheme, DAY, past) > past


def test_a_week_belongs_to_its_own_year() -> None:
    """The first of January can lie in the last week of the year before (ISO 8601)."""
    assert str(by_date("YYYY.WW", dt.date(2027, 1, 1), None)) == "2026.53"


def test_a_scheme_decides_where_commits_ask_for_a_release() -> None:
    """Any change makes the version of the day; nothing that users notice makes none."""
    policy = Policy(scheme="YYYY.MM.MICRO", day=DAY)
    assert chosen("2026.11.1", ["feat!: a"], policy) == "2026.11.2"
    assert chosen("2026.11.1", ["chore: a"], policy) == ""
    assert chosen("", ["Begin"], policy) == "2026.11.0"


@pytest.mark.parametrize("scheme", ["YYYY.MAJOR", "MM.YYYY", "YYYY.MICRO.MM", "YYYY..MM"])
def test_a_scheme_that_cannot_grow_is_refused(scheme: str) -> None:
    """A scheme is made of known parts, begins with the year, and counts at the end."""
    assert scheme_fault(scheme)


def test_a_footer_asks_for_a_version() -> None:
    """Release-As gives the version, the newest first; one below the last release is passed over."""

    def by(*bodies: str) -> str:
        outcome = decide(
            Wish(),
            released=Version("1.2.0"),
            stated=None,
            commits=[("chore: x", body) for body in bodies],
            taken=lambda _: False,
        )
        return "" if isinstance(outcome, NothingToRelease) else str(outcome.version)

    assert by("Why.\n\nRelease-As: 3.0.0", "release-as: v2.5") == "3.0.0"
    assert by("x", "Why.\n\nrelease-as: v2.5") == "2.5"
    assert by("Release-As: 1.1.0") == by("Release-As: soon") == ""
