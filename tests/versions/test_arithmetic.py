from __future__ import annotations

import itertools

import pytest
from packaging.version import Version

from seatrial.errors import InvalidVersion
from seatrial.versions.arithmetic import (
    Bump,
    bump,
    is_calendar,
    next_free,
    parse,
    without_development,
)

RAISED: list[tuple[str, Bump, str]] = [
    ("1.2.3", "major", "2.0.0"),
    ("1.2.3", "minor", "1.3.0"),
    ("1.2.3", "patch", "1.2.4"),
    ("1.2", "major", "2.0"),
    ("1.2", "minor", "1.3"),
    ("1.2", "patch", "1.2.1"),
    ("1", "major", "2"),
    ("1", "minor", "1.1"),
    ("1", "patch", "1.0.1"),
    ("1.2.3.4", "patch", "1.2.4.0"),
    ("1.2.3.4", "major", "2.0.0.0"),
    ("1.2.0rc1", "major", "2.0.0"),
    ("1.2.0rc1", "minor", "1.2.0"),
    ("1.2.0rc1", "patch", "1.2.0"),
    ("1.2.3rc1", "minor", "1.3.0"),
    ("1.2rc1", "patch", "1.2"),
    ("1.2rc1", "minor", "1.2"),
    ("1.2.0.1rc1", "patch", "1.2.1.0"),
    ("2.0.0a1", "major", "2.0.0"),
    ("2.0.0a1", "minor", "2.0.0"),
    ("2.1.0a1", "major", "3.0.0"),
    ("2a1", "patch", "2"),
    ("1.2.3.dev4", "patch", "1.2.3"),
    ("1.2.3.dev4", "minor", "1.3.0"),
    ("1.2.3.post1", "patch", "1.2.4"),
    ("1.2.3.post1.dev1", "patch", "1.2.4"),
    ("1.2.3.post1", "major", "2.0.0"),
    ("2024.5", "major", "2025.0"),
    ("2024.5", "minor", "2024.6"),
    ("2024.5", "patch", "2024.5.1"),
    ("1!1.2.3", "major", "1!2.0.0"),
    ("1!1.2.3", "patch", "1!1.2.4"),
    ("1!1.2.3", "pre", "1!1.2.4a1"),
    ("1!1.2.3", "post", "1!1.2.3.post1"),
    ("1!1.2.3", "dev", "1!1.2.4.dev1"),
    ("1.2.3", "pre", "1.2.4a1"),
    ("1.2.4a1", "pre", "1.2.4a2"),
    ("1.2.4b1", "pre", "1.2.4b2"),
    ("1.2.4rc1", "pre", "1.2.4rc2"),
    ("1.2.4rc1.post1", "pre", "1.2.4rc2"),
    ("1.2.4.dev1", "pre", "1.2.4a1"),
    ("1.2.4a1.dev1", "pre", "1.2.4a1"),
    ("1.2.3.post1", "pre", "1.2.4a1"),
    ("1.2", "pre", "1.2.1a1"),
    ("1.2.3", "post", "1.2.3.post1"),
    ("1.2.3.post1", "post", "1.2.3.post2"),
    ("1.2.3.post2.dev1", "post", "1.2.3.post2"),
    ("1.2.3", "dev", "1.2.4.dev1"),
    ("1.2.4.dev1", "dev", "1.2.4.dev2"),
    ("1.2.4a1", "dev", "1.2.4a2.dev1"),
    ("1.2.4rc1", "dev", "1.2.4rc2.dev1"),
    ("1.2.4a1.dev1", "dev", "1.2.4a1.dev2"),
    ("1.2.3.post1", "dev", "1.2.4.dev1"),
    ("1.2.3.post1.dev1", "dev", "1.2.3.post1.dev2"),
]

EVERY_KIND: tuple[Bump, ...] = ("major", "minor", "patch", "pre", "post", "dev")
EVERY_SHAPE = [
    epoch + release + suffix
    for epoch, release, suffix in itertools.product(
        ("", "2!"),
        ("0", "3", "0.0", "1.2", "1.0", "0.0.0", "1.2.3", "1.2.0", "1.0.0", "1.2.3.4", "2024.5"),
        ("", "a1", "b0", "rc7", ".dev0", ".dev9", ".post3", "a1.dev2", ".post1.dev4", "rc1.post2"),
    )
]


@pytest.mark.parametrize(("before", "kind", "after"), RAISED)
def test_each_bump_leads_to_the_version_of_the_table(before: str, kind: Bump, after: str) -> None:
    """A bump gives exactly this spelling, release segments and epoch kept."""
    assert str(bump(Version(before), kind)) == after


@pytest.mark.parametrize("kind", EVERY_KIND)
@pytest.mark.parametrize("text", EVERY_SHAPE)
def test_every_bump_goes_up_and_keeps_the_epoch(text: str, kind: Bump) -> None:
    """Whatever is raised, the result is higher, in the same epoch, of the kind asked for."""
    before = Version(text)
    unfit = before.pre is not None or (before.dev is not None and before.post is None)
    if kind == "post" and unfit:
        with pytest.raises(InvalidVersion):
            bump(before, kind)
        return
    after = bump(before, kind)
    assert after > before
    assert after.epoch == before.epoch
    assert len(after.release) >= len(before.release)
    assert (after.dev is not None) == (kind == "dev")
    if kind in {"major", "minor", "patch"}:
        assert str(after) == after.base_version
    if kind == "pre":
        assert after.pre is not None


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_a_local_version_is_not_raised(kind: Bump) -> None:
    """A version with a local part is refused, naming the part."""
    with pytest.raises(InvalidVersion, match=r"\+ubuntu\.1"):
        bump(Version("1.2.3+ubuntu.1"), kind)


@pytest.mark.parametrize("text", ["1.2.3rc1", "1.2.3.dev1", "1.2.3a1.post1"])
def test_a_pre_release_has_no_post_release(text: str) -> None:
    """A post-release of a pre-release is refused, with the bump to use instead."""
    with pytest.raises(InvalidVersion) as caught:
        bump(Version(text), "post")
    assert "--bump pre" in caught.value.next_step


def test_an_unreadable_version_names_its_place() -> None:
    """The error names the file and line that state the version."""
    with pytest.raises(InvalidVersion) as caught:
        parse("1.2.x", "setup.py:7")
    assert str(caught.value) == ("reading the version setup.py:7: '1.2.x' is no version of PEP 440")


@pytest.mark.parametrize(
    "text", ["", " ", "latest", "1..2", "1.2-", "9" * 5000, "\u0661.\u0662", "1.2\0"]
)
def test_hostile_text_is_an_invalid_version(text: str) -> None:
    """Whatever is no version is InvalidVersion, and nothing else is raised."""
    with pytest.raises(InvalidVersion):
        parse(text)


@pytest.mark.parametrize(
    ("candidate", "taken", "free"),
    [
        ("1.3.0", ["1.3.0"], "1.3.1"),
        ("1.3.0", ["1.3.0", "1.3.1", "1.3.3"], "1.3.2"),
        ("2.0", ["2"], "2.0.1"),
        ("1.3.0rc1", ["1.3.0rc1"], "1.3.0rc2"),
        ("1.3.0.dev1", ["1.3.0.dev1"], "1.3.0.dev2"),
        ("1.3.0.post1", ["1.3.0.post1"], "1.3.0.post2"),
        ("1.3.0", [], "1.3.0"),
    ],
)
def test_the_next_free_version_stays_in_its_line(
    candidate: str, taken: list[str], free: str
) -> None:
    """What is taken is passed over and listed, and the free one is of the same kind."""
    gone = {Version(text) for text in taken}
    version, passed = next_free(Version(candidate), gone.__contains__)
    assert str(version) == free
    assert set(passed) <= gone
    assert list(passed) == sorted(passed)
    assert version not in gone


def test_a_list_without_a_free_version_ends() -> None:
    """If everything is said to be taken, the search ends with an error."""
    with pytest.raises(InvalidVersion, match="all taken"):
        next_free(Version("1.0"), lambda _: True)


@pytest.mark.parametrize(
    ("text", "leads_to"),
    [
        ("1.3.0.dev0", "1.3.0"),
        ("1.3.0+dev", "1.3.0"),
        ("1.3.0rc1.dev2", "1.3.0rc1"),
        ("2!1.3.post1.dev2+x", "2!1.3.post1"),
        ("1.3", "1.3"),
    ],
)
def test_a_development_version_leads_to_its_release(text: str, leads_to: str) -> None:
    """Only .devN and the local part are dropped."""
    assert str(without_development(Version(text))) == leads_to


@pytest.mark.parametrize(("text", "yes"), [("2024.5", True), ("24.1", False), ("20240501", False)])
def test_a_year_in_four_digits_is_a_calendar_version(text: str, *, yes: bool) -> None:
    """Only a year in full is taken for a date."""
    assert is_calendar(Version(text)) is yes
