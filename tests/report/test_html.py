"""The page of a release as one HTML file."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from importlib.resources import files

import pytest

from seatrial.plan.released import ReleasedCommit
from seatrial.plan.values import Note
from seatrial.report.html import render_html
from seatrial.report.release import Edit, ReleaseReport, Step
from tests.report.made import HOSTILE, report, stopped

VOID = {"meta", "link", "br"}


class Tree(HTMLParser):
    """Reads a page: which elements it has, whether they are closed, and what text it shows."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Require that the innermost element ends."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note a text."""
        if "style" not in self.open:
            self.texts.append(data)

    @property
    def text(self) -> str:
        """Everything that a person reads, with single spaces."""
        return " ".join(" ".join(self.texts).split())

    def named(self, tag: str) -> list[dict[str, str | None]]:
        """Give the attributes of each element of a name."""
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.mark.parametrize(
    "words",
    [
        "✓ Rehearsed demo 1.1.0",
        "1 feature since 1.0.0: minor.",
        "What a real release would still need a credential for pypi Set $TOKEN.",
        "The working tree has changes.",
        "2 commits since 1.0.0 fffffffff feature feat: say more ccccccccc chore: tidy",
        "1 file edited ▸",
        "-V = '1.0' +V = '1.1'",
        "demo-1.1.0.tar.gz 48.2 kB sha256 " + "a1" * 32,
        "Installed in 1 clean environment",
        "3.12.1 the built files import demo",
        "Tag v1.1.0 on 0123456789ab",
        "build demo 1.1.0 3.00 s point of no return",
        "upload demo-1.1.0.tar.gz to pypi after 2 failures 0.75 s",
    ],
)
def test_the_page_shows_it(words: str) -> None:
    """The page tells version, reason, commits, edits, files, environments, tag, steps, needs."""
    assert words.removesuffix(" ▸") in Tree(render_html(report())).text


def test_the_page_of_a_stopped_run_begins_with_what_stopped_it() -> None:
    """What failed, what was said, and what to do stand before everything else."""
    text = Tree(render_html(stopped("2 tests failed"))).text
    assert text.index("Rehearsal stopped") < text.index("2 tests failed")
    assert text.index("2 tests failed") < text.index("Mend what the gate found")
    assert text.index("Mend what the gate found") < text.index("2 commits")
    assert "seatrial explain gate-failed" in text
    assert "build demo 1.1.0 not done" in text


def everywhere() -> ReleaseReport:
    """Give a report with hostile text wherever text comes from outside."""
    return report(
        reason=HOSTILE,
        commits=(ReleasedCommit(id="f" * 40, subject=HOSTILE, effect="feature"),),
        edits=(Edit(path=HOSTILE, diff=f"@@ -1 +1 @@\n+{HOSTILE}\n"),),
        notes=f"{HOSTILE}\n\n![picture](https://elsewhere.invalid/a.png) [x](javascript:alert)",
        remarks=(Note(topic="x", text=HOSTILE),),
        warnings=(HOSTILE,),
        branch=HOSTILE,
    )


def test_what_others_wrote_stays_text() -> None:
    """Markup in subjects, paths, diffs, notes and messages is shown, and never obeyed."""
    for page in (render_html(everywhere()), render_html(stopped(HOSTILE))):
        tree = Tree(page)
        assert not tree.named("script")
        assert not tree.named("img")
        assert "<script>alert(1)</script> &" in tree.text
        assert "\x1b" not in page
        assert not [a for a in tree.named("a") if "javascript" in (a["href"] or "")]


def test_the_page_needs_nothing_else() -> None:
    """One file: no script, and nothing that a browser would ask for; its policy forbids both."""
    page = render_html(report())
    tree = Tree(page)
    assert not tree.open
    assert not tree.named("script")
    assert [link["href"] for link in tree.named("link")] == ["data:,"]
    assert "url(" not in page
    assert "@import" not in page
    policies = [m["content"] for m in tree.named("meta") if m.get("http-equiv")]
    assert policies
    assert (policies[0] or "").startswith("default-src 'none'")


def test_the_page_can_be_read_without_eyes_and_in_the_dark() -> None:
    """Language, landmarks, labelled sections, table headers and a dark scheme are there."""
    page = render_html(report())
    tree = Tree(page)
    assert tree.named("html") == [{"lang": "en"}]
    assert len(tree.named("h1")) == len(tree.named("main")) == 1
    ids = {attributes.get("id") for _, attributes in tree.elements}
    sections = tree.named("section")
    assert sections
    assert all(section["aria-labelledby"] in ids for section in sections)
    assert all("scope" in header for header in tree.named("th"))
    assert "prefers-color-scheme: dark" in page


def test_a_long_diff_is_folded() -> None:
    """The diff of a lock file does not bury the page; a short one is open."""
    long = "@@ -1 +1 @@\n" + "+line\n" * 100
    page = render_html(
        report(edits=(Edit(path="a", diff="@@ -1 +1 @@\n+x\n"), Edit(path="b", diff=long)))
    )
    assert ["open" in one for one in Tree(page).named("details")] == [True, False]
    assert "+100" in Tree(page).text


@pytest.mark.parametrize(
    ("outcome", "rehearsal", "word"),
    [
        ("rehearsed", True, "Rehearsed"),
        ("released", False, "Released"),
        ("undone", False, "Taken back"),
        ("incomplete", False, "Release stopped"),
    ],
)
def test_the_page_says_how_it_ended(outcome: str, rehearsal: bool, word: str) -> None:  # noqa: FBT001
    """Each outcome has its word, which is also in the title."""
    page = render_html(report(outcome=outcome, rehearsal=rehearsal))
    assert f"<title>{word}: demo 1.1.0</title>" in page


def test_what_is_on_the_web_can_be_followed() -> None:
    """The forge release of a real release is a link; what a dock showed is gone, and is none."""
    address = "https://forge.invalid/demo/releases/tag/v1.1.0"
    steps = (Step(key="publish release v1.1.0", kind="publish-release", outcome="done"),)
    real = report(outcome="released", rehearsal=False, forge_release=address, steps=steps)
    assert [a["href"] for a in Tree(render_html(real)).named("a")] == [address]
    assert not Tree(render_html(report())).named("a")


def palettes() -> list[dict[str, str]]:
    """Give the colours by name, of the light scheme and of the dark one."""
    style = files("seatrial.report").joinpath("page.css").read_text("utf-8")
    light, dark = (
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]+);", block))
        for block in re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    )
    return [light, light | dark]


def luminance(colour: str) -> float:
    """Give the relative luminance (WCAG 2.2)."""
    digits = colour.removeprefix("#")
    whole = digits if len(digits) == 6 else "".join(digit * 2 for digit in digits)
    parts = [int(whole[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("palette", palettes(), ids=["light", "dark"])
@pytest.mark.parametrize(
    ("text", "ground"),
    [
        *((text, ground) for text in ("ink", "soft") for ground in ("paper", "ground", "code")),
        *((text, "paper") for text in ("accent", "good", "bad", "warn", "hunk")),
        *((text, f"{text}-ground") for text in ("good", "bad", "warn", "added", "removed")),
        *(("ink", f"{ground}-ground") for ground in ("good", "bad", "warn", "note")),
        ("accent", "note-ground"),
        ("added", "paper"),
        ("removed", "paper"),
    ],
)
def test_text_stands_out_from_its_ground(palette: dict[str, str], text: str, ground: str) -> None:
    """Every text has a contrast of at least 4.5 to 1, in the light and in the dark (WCAG AA)."""
    lighter, darker = sorted((luminance(palette[text]), luminance(palette[ground])), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5
