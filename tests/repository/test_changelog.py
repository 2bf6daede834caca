from __future__ import annotations

import pytest

from seatrial.errors import InvalidConfiguration
from seatrial.repository.changelog import Section, find, section, without_next

NOTES = "### Fixes\n\n- blink `x` (abc)"


def write(path: str, text: str, version: str = "1.2.0", notes: str = NOTES) -> Section:
    """Write the section of a release made on 9 May 2024."""
    return section(path, text, version=version, date="2024-05-09", notes=notes)


# What it is → path, before, after, notes.
STYLES: dict[str, tuple[str, str, str, str]] = {
    "Keep a Changelog": (
        "CHANGELOG.md",
        (
            "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- Waving.\n\n"
            "## [1.1.0] - 2023-12-24\n\n- x\n\n"
            "[Unreleased]: https://example.org/compare/v1.1.0...HEAD\n"
            "[1.1.0]: https://example.org/compare/v1.0.0...v1.1.0\n"
        ),
        (
            "# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2024-05-09\n\n"
            "### Added\n\n- Waving.\n\n"
            "## [1.1.0] - 2023-12-24\n\n- x\n\n"
            "[Unreleased]: https://example.org/compare/v1.2.0...HEAD\n"
            "[1.2.0]: https://example.org/compare/v1.1.0...v1.2.0\n"
            "[1.1.0]: https://example.org/compare/v1.0.0...v1.1.0\n"
        ),
        "### Added\n\n- Waving.",
    ),
    "Keep a Changelog, nothing unreleased": (
        "CHANGELOG.md",
        (
            "# Changelog\n\n## [Unreleased]\n\n### Added\n\n<!-- here\n- not yet -->\n\n"
            "## [1.1.0] - 2023-12-24\n\n- x\n\n[1.1.0]: https://example.org/releases/tag/v1.1.0\n"
        ),
        (
            "# Changelog\n\n## [Unreleased]\n\n### Added\n\n<!-- here\n- not yet -->\n\n"
            "## [1.2.0] - 2024-05-09\n\n### Fixed\n\n- blink `x` (abc)\n\n"
            "## [1.1.0] - 2023-12-24\n\n- x\n\n[1.2.0]: https://example.org/releases/tag/v1.2.0\n"
            "[1.1.0]: https://example.org/releases/tag/v1.1.0\n"
        ),
        NOTES.replace("Fixes", "Fixed"),
    ),
    "Keep a Changelog, first release": (
        "CHANGELOG.md",
        "# Changelog\n\n## [Unreleased]\n\n- all\n",
        "# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2024-05-09\n\n- all\n",
        "- all",
    ),
    "a short month that May hides, and a last release without a gap": (
        "docs/changelog.md",
        (
            "# Changelog\n\n## Unreleased\n\n- a thing\n\n"
            "## v1.1.0 (May 9, 2023)\n- b\n\n## v1.0.0 (Mar 28, 2023)\n\n- c\n"
        ),
        (
            "# Changelog\n\n## Unreleased\n\n## v1.2.0 (May 9, 2024)\n\n- a thing\n\n"
            "## v1.1.0 (May 9, 2023)\n- b\n\n## v1.0.0 (Mar 28, 2023)\n\n- c\n"
        ),
        "- a thing",
    ),
    "a gap that is no gap, below what moves": (
        "CHANGELOG.md",
        "# Log\n\n## Dev\n\n* a\n \n## 1.1.0\n\n* b\n\n\n## 1.0.0\n",
        "# Log\n\n## Dev\n\n\n## 1.2.0\n\n* a\n \n## 1.1.0\n\n* b\n\n\n## 1.0.0\n",
        "* a",
    ),
    "tags of a folder in the headings": (
        "CHANGELOG.md",
        (
            "# Changelog\n\n## [libs/demo_core-v1.1.0] - 2023-12-24\n\n- x\n\n\n"
            "## [libs/demo_core-v1.0.0] - 2023-11-24\n\n- y\n"
        ),
        (
            "# Changelog\n\n## [libs/demo_core-v1.2.0] - 2024-05-09\n\n"
            "### Fixes\n\n- blink `x` (abc)\n\n\n"
            "## [libs/demo_core-v1.1.0] - 2023-12-24\n\n- x\n\n\n"
            "## [libs/demo_core-v1.0.0] - 2023-11-24\n\n- y\n"
        ),
        NOTES,
    ),
    "a heading of the highest level": (
        "CHANGES.md",
        "# Upcoming\n\n* a thing\n\n# 1.1.0 (January 5, 2024)\n\n* b\n",
        "# Upcoming\n\n# 1.2.0 (May 9, 2024)\n\n* a thing\n\n# 1.1.0 (January 5, 2024)\n\n* b\n",
        "* a thing",
    ),
    "no space below headings": (
        "CHANGES.md",
        "# Changes\n\n## v1.1.0 / 2024-01-01\n- x\n\n## v1.0.0 / 2023-01-01\n- y\n",
        (
            "# Changes\n\n## v1.2.0 / 2024-05-09\n### Fixes\n\n- blink `x` (abc)\n\n"
            "## v1.1.0 / 2024-01-01\n- x\n\n## v1.0.0 / 2023-01-01\n- y\n"
        ),
        NOTES,
    ),
    "links in headings": (
        "CHANGELOG.md",
        "### [1.1.1](https://example.org/compare/v1.1.0...v1.1.1) (2020-01-01)\n\n* x\n",
        (
            "### [1.2.0](https://example.org/compare/v1.1.1...v1.2.0) (2024-05-09)\n\n"
            "#### Fixes\n\n* blink `x` (abc)\n\n"
            "### [1.1.1](https://example.org/compare/v1.1.0...v1.1.1) (2020-01-01)\n\n* x\n"
        ),
        NOTES.replace("- ", "* "),
    ),
    "ordinals": (
        "CHANGELOG.md",
        "## 1.1 (1st December, 2023)\n\n* x\n",
        (
            "## 1.2.0 (9th May, 2024)\n\n### Fixes\n\n* blink `x` (abc)\n\n"
            "## 1.1 (1st December, 2023)\n\n* x\n"
        ),
        NOTES.replace("- ", "* "),
    ),
    "a version that is coming": (
        "CHANGES.rst",
        (
            "Changes\n=======\n\n1.1.1 (unreleased)\n------------------\n\n"
            "- Nothing changed yet.\n\n\n"
            "1.1.0 (2020-01-01)\n------------------\n\n- x\n"
        ),
        (
            "Changes\n=======\n\n1.2.0 (2024-05-09)\n------------------\n\n**Fixes**\n\n"
            "- blink ``x`` (abc)\n\n\n1.1.0 (2020-01-01)\n------------------\n\n- x\n"
        ),
        NOTES,
    ),
    "a date below the heading": (
        "CHANGES.rst",
        (
            "Version 1.2.0\n-------------\n\nUnreleased\n\n-   Foo. :issue:`3`\n\n"
            "Version 1.1.0\n-------------\n\nReleased 2024-01-01\n\n-   Bar\n"
        ),
        (
            "Version 1.2.0\n-------------\n\nReleased 2024-05-09\n\n-   Foo. :issue:`3`\n\n"
            "Version 1.1.0\n-------------\n\nReleased 2024-01-01\n\n-   Bar\n"
        ),
        "-   Foo. #3",
    ),
    "a new date below the heading": (
        "CHANGES.rst",
        "Version 1.1.0\n-------------\n\nReleased 2024-01-01\n\n-   Bar\n",
        (
            "Version 1.2.0\n-------------\n\nReleased 2024-05-09\n\n"
            "**Fixes**\n\n- blink ``x`` (abc)\n\n"
            "Version 1.1.0\n-------------\n\nReleased 2024-01-01\n\n-   Bar\n"
        ),
        NOTES,
    ),
    "unreleased in italics, underlined": (
        "CHANGELOG.rst",
        (
            "Changelog\n---------\n\n*unreleased*\n~~~~~~~~~~~~\n\n* Waves ``x``.\n\n"
            "1.1 - 2023-10-01\n~~~~~~~~~~~~~~~~\n\n* y\n"
        ),
        (
            "Changelog\n---------\n\n*unreleased*\n~~~~~~~~~~~~\n\n"
            "1.2.0 - 2024-05-09\n~~~~~~~~~~~~~~~~~~\n\n* Waves ``x``.\n\n"
            "1.1 - 2023-10-01\n~~~~~~~~~~~~~~~~\n\n* y\n"
        ),
        "* Waves `x`.",
    ),
    "anchors and overlines": (
        "HISTORY.rst",
        "=======\nHistory\n=======\n\n.. _v1_1:\n\n1.1 (2023-10-01)\n================\n\n* y\n",
        (
            "=======\nHistory\n=======\n\n.. _v1_2_0:\n\n1.2.0 (2024-05-09)\n==================\n\n"
            "**Fixes**\n\n* blink ``x`` (abc)\n\n"
            ".. _v1_1:\n\n1.1 (2023-10-01)\n================\n\n* y\n"
        ),
        NOTES.replace("- ", "* "),
    ),
    "links in underlined headings": (
        "CHANGELOG.rst",
        (
            "`Unreleased <https://example.org/compare/1.1.0...HEAD>`__\n"
            "---------------------------------------------------------\n\n- a\n\n"
            "`v1.1.0 <https://example.org/compare/1.0.0...1.1.0>`__\n"
            "------------------------------------------------------\n\n- b\n"
        ),
        (
            "`Unreleased <https://example.org/compare/1.2.0...HEAD>`__\n"
            "---------------------------------------------------------\n\n"
            "`v1.2.0 <https://example.org/compare/1.1.0...1.2.0>`__\n"
            "------------------------------------------------------\n\n- a\n\n"
            "`v1.1.0 <https://example.org/compare/1.0.0...1.1.0>`__\n"
            "------------------------------------------------------\n\n- b\n"
        ),
        "- a",
    ),
    "plain text": (
        "NEWS",
        "1.1 (2020-01-01)\n================\n\n* x\n",
        (
            "1.2.0 (2024-05-09)\n==================\n\n**Fixes**\n\n* blink ``x`` (abc)\n\n"
            "1.1 (2020-01-01)\n================\n\n* x\n"
        ),
        NOTES.replace("- ", "* "),
    ),
    "an empty file": (
        "CHANGELOG.md",
        "",
        "## 1.2.0 - 2024-05-09\n\n### Fixes\n\n- blink `x` (abc)\n",
        NOTES,
    ),
    "a section of that version": (
        "CHANGELOG.md",
        "# C\n\n## 1.2.0 (unreleased)\n\n- mine\n\n## 1.1 (2020-01-01)\n\n- x\n",
        "# C\n\n## 1.2.0 (2024-05-09)\n\n- mine\n\n## 1.1 (2020-01-01)\n\n- x\n",
        "- mine",
    ),
    "a maintenance release": (
        "CHANGELOG.md",
        "## 2.0.0 - 2024-02-01\n\n- new\n\n## 1.1.0 - 2024-01-01\n\n- old\n",
        (
            "## 2.0.0 - 2024-02-01\n\n- new\n\n## 1.2.0 - 2024-05-09\n\n### Fixes\n\n"
            "- blink `x` (abc)\n\n## 1.1.0 - 2024-01-01\n\n- old\n"
        ),
        NOTES,
    ),
    "headings in code are none": (
        "CHANGELOG.md",
        "## Unreleased\n\n- a\n\n```\n## 0.1\n```\n\n## 1.1 - 2020-01-01\n\n- b\n",
        (
            "## Unreleased\n\n## 1.2.0 - 2024-05-09\n\n- a\n\n```\n## 0.1\n```\n\n"
            "## 1.1 - 2020-01-01\n\n- b\n"
        ),
        "- a\n\n```\n## 0.1\n```",
    ),
}


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("style", STYLES)
def test_a_section_follows_the_style_of_the_house(style: str, end: str) -> None:
    """The new section looks like those before it; what was written by hand is the notes."""
    path, before, after, notes = STYLES[style]

    done = write(path, before.replace("\n", end))

    if before:
        assert done.text == after.replace("\n", end)
    else:
        assert done.text == after
    assert (done.notes, done.remark) == (notes, "")


@pytest.mark.parametrize("style", STYLES)
def test_a_written_section_is_not_written_again(style: str) -> None:
    """Writing into what was written changes nothing, and gives the same notes."""
    path, _, after, notes = STYLES[style]

    done = write(path, after, notes="- other")

    assert done.text == after
    assert done.notes.replace("**Fixes**", "### Fixes").replace("#### ", "### ") == notes


@pytest.mark.parametrize(
    ("path", "text", "why"),
    [
        ("NEWS.md", "# News\n\n## What is up\n\nfoo\n", "no heading in it names a release"),
        ("CHANGES", "All changes are on the web.\n", "no heading in it names a release"),
        ("CHANGES.md", "## 0.1\n\n- x\n\n## 0.2\n\n- y\n", "oldest release first"),
        ("CHANGES.md", "## 3.0\n\n- x\n\n## 2.0\n\n- y\n", "every release in it is newer"),
        ("CHANGES.md", "<!-- towncrier release notes start -->\n\n## 1.1\n", "towncrier writes it"),
        ("CHANGES.md", "# C\r\n\n## 1.1\r\n", "mixes line endings"),
        ("CHANGES.md", "# C\r\r## 1.1\r", "mixes line endings"),
    ],
)
def test_where_the_form_is_not_certain_nothing_is_written(path: str, text: str, why: str) -> None:
    """A file that is not understood stays as it is; the remark says why, the notes are kept."""
    done = write(path, text)

    assert done.text == text
    assert done.notes == NOTES
    assert why in done.remark


@pytest.mark.parametrize(("other", "month"), [("Mar", "Nov"), ("March", "November")])
def test_the_month_may_is_spelt_as_the_other_months(other: str, month: str) -> None:
    """May alone does not tell whether months are spelt in full."""
    titles = f"# 1.1.0 (May 9, 2023)\n\n- a\n\n# 1.0.0 ({other} 9, 2023)\n\n- b\n"

    made = section("CHANGES.md", titles, version="1.2.0", date="2024-11-21", notes=NOTES)

    assert f"# 1.2.0 ({month} 21, 2024)" in made.text


def test_a_bom_stays() -> None:
    """A byte order mark is not taken for a part of the first heading."""
    done = write("CHANGES.md", "\ufeff# Changes\r\n\r\n## 1.1 - 2020-01-01\r\n\r\n- x\r\n")

    assert done.text.startswith("\ufeff# Changes\r\n\r\n## 1.2.0 - 2024-05-09\r\n")


def test_a_section_without_notes_says_so() -> None:
    """A release without anything to tell has a section all the same."""
    done = write("CHANGES.md", "## 1.1 - 2020-01-01\n\n- x\n", notes="")

    assert done.text.startswith("## 1.2.0 - 2024-05-09\n\n- No notable changes.\n\n## 1.1")
    again = section("CHANGELOG.md", done.text, version="1.2.0", date="2024-05-10", notes="- Late.")
    assert (again.text, again.notes) == (done.text, "- No notable changes.")


@pytest.mark.parametrize(
    ("files", "folder", "found"),
    [
        (["README.md", "CHANGELOG.md"], "", "CHANGELOG.md"),
        (["Changelog.rst", "docs/changelog.md"], "", "Changelog.rst"),
        (["docs/source/changes.rst"], "", "docs/source/changes.rst"),
        (["CHANGES.md", "lib/HISTORY.md"], "lib", "lib/HISTORY.md"),
        (["CHANGES.md", "lib/x.py"], "lib", "CHANGES.md"),
        (["src/changelog.py", "tests/CHANGELOG.md"], "", ""),
    ],
)
def test_the_changelog_is_found(files: list[str], folder: str, found: str) -> None:
    """The usual names are found, the package's own folder first."""
    assert find(files, folder) == found


def test_a_configured_changelog_must_be_there() -> None:
    """What the configuration names is taken, and missed when it is not there."""
    assert find(["x/NOTES.md"], "", "./x/NOTES.md") == "x/NOTES.md"
    with pytest.raises(InvalidConfiguration, match=r"changelog.file = 'gone.md'"):
        find(["x/NOTES.md"], "", "gone.md")


@pytest.mark.parametrize(
    "text",
    [
        "#" * 5000,
        "[" * 3000 + "](" * 3000,
        "=\n=\n=\n" * 200,
        "1.0\n===\n" * 300,
        "## [1.1](((\n## 1.0 - 9999-99-99\n",
        "## Unreleased\n## Unreleased\n## 1.2.0\n## 1.2.0\n",
        "## 1.1.\n## v..1\n## 1.1.1.1.1.1.1.1\n" + "- x\n" * 2000,
        "> ## 1.1\n\n- ## 1.0\n",
        "\x00\x0b\x0c\u2028## 1.1\u2028\n",
    ],
)
@pytest.mark.parametrize("path", ["CHANGES.md", "CHANGES.rst", "CHANGES"])
def test_hostile_changelogs_are_no_traceback(path: str, text: str) -> None:
    """Whatever the file holds, it is written with every old release in it, or left alone."""
    done = write(path, text)

    assert done.text == text or len(done.text) > len(text) - 20


def test_a_signpost_is_not_taken_for_the_changelog() -> None:
    """Of several files with such names, the one that names releases is the changelog."""
    texts = {"HISTORY.rst": "See docs.\n", "docs/changelog.rst": "1.0\n---\n\n* First.\n"}

    assert find(texts, read=texts.get) == "docs/changelog.rst"
    assert find(["HISTORY.rst", "NEWS"], read=texts.get) == "HISTORY.rst"


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        ("### Bug Fixes\n\n- x\n\n### Features & Improvements\n\n- y\n", "Features & Improvements"),
        ("### :bug: Fixed\n\n- x\n", "Added"),
        ("### Security\n\n- x\n", "Features"),
    ],
)
def test_groups_have_the_words_of_the_changelog(theirs: str, said: str) -> None:
    """Added, Features, New: the section says it as the earlier ones do."""
    text = f"# Changes\n\n## 1.1 - 2020-01-01\n\n{theirs}"
    done = write("CHANGES.md", text, notes="### Features\n\n- a\n\n### Fixes\n\n- b")

    mine = done.text.partition("## 1.1")[0]
    assert f"### {said}\n\n- a\n" in mine
    assert ("### Fixes" in mine) is ("ix" not in theirs)
    assert done.notes in mine


@pytest.mark.parametrize(("earlier", "stays"), [("## 1.1\n", False), ("## Next\n\n## 1.1\n", True)])
def test_the_heading_of_the_next_release_stays_where_it_stayed(
    earlier: str, *, stays: bool
) -> None:
    """Some keep an empty heading for the next release, others write it when there is news."""
    done = write("CHANGES.md", "# Log\n\n## Next\n\n- a\n\n## 1.1\n\n- x\n")
    for end in ("\n", "\r\n"):
        written = done.text.replace("\n", end)
        after = without_next("CHANGES.md", written, f"# Log\n\n{earlier}".replace("\n", end))
        head = "# Log\n\n## Next\n\n" if stays else "# Log\n\n"
        rest = "## 1.2.0\n\n- a\n\n## 1.1\n\n- x\n"
        assert after == (head + rest).replace("\n", end)
