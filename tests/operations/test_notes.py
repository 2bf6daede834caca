from __future__ import annotations

import datetime as dt
import json
import tomllib
from pathlib import Path

import pytest
from packaging.version import Version

from seatrial import template, template_child
from seatrial.cli.main import run
from seatrial.errors import ChangelogMissing, InvalidConfiguration
from seatrial.operations.deciding import Day, changes_of, choose
from seatrial.operations.editing import Texts, texts_of
from seatrial.operations.notes import notes_of
from seatrial.operations.project import Project
from seatrial.plan.after_build import AfterBuild, artifact, shown
from seatrial.plan.edits import FileEdit
from seatrial.repository.edit import file_edits
from seatrial.template import Asked
from seatrial.versions.decide import Decision, Wish
from tests.support.repositories import HELLO, Repository, make_repository

DAY = dt.date(2026, 11, 20)
LOG = "# Changes\n\n## 0.1.0 - 2024-01-01\n\n- Begin\n"


def made(folder: Path, files: dict[str, str] | None = None, said: str = "") -> Repository:
    """Make a repository whose 0.1.0 is released."""
    base = {**HELLO, **(files or {})}
    base["pyproject.toml"] += said
    return make_repository(folder / "r", base, tag="v0.1.0")


def released(repository: Repository) -> tuple[str, Texts]:
    """Give the next version and what its release would write."""
    project = Project.open(repository.folder)
    outcome = choose(project, Wish(), Day(date=DAY, branch="main"))
    assert isinstance(outcome, Decision)
    return str(outcome.version), texts_of(project, outcome.version, DAY, {})


def edits_of(repository: Repository, texts: Texts) -> tuple[FileEdit, ...]:
    """Give what the release commit would change."""
    return file_edits(Project.open(repository.folder).snapshot, texts.texts)


def test_notes_of_a_release_are_its_section(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """What the changelog says of a version is what is printed of it."""
    repository = made(tmp_path, {"CHANGELOG.md": LOG})
    assert run(["notes", "0.1.0", "--path", str(repository.folder)]) == 0
    assert capfd.readouterr().out == "- Begin\n"
    assert run(["notes", "0.1.0", "--path", str(repository.folder), "--json"]) == 0
    notes = json.loads(capfd.readouterr().out)["notes"]
    assert (notes["source"], notes["version"]) == ("changelog", "0.1.0")
    assert run(["notes", "7.0", "--path", str(repository.folder)]) == 2


def test_notes_of_the_next_release_are_what_the_changelog_collects_for_it(tmp_path: Path) -> None:
    """What stands under "Unreleased" is printed, as the release would tell it."""
    log = LOG.replace("## 0.1.0", "## [Unreleased]\n\n### Added\n\n- Waving\n\n## 0.1.0")
    repository = made(tmp_path, {"CHANGELOG.md": log})
    repository.commit("feat: Wave")

    coming = notes_of(repository.folder)
    _, texts = released(repository)

    assert (coming.source, coming.text) == ("changelog", "### Added\n\n- Waving")
    assert coming.text == texts.notes


def test_notes_without_a_changelog_are_made_from_the_changes(tmp_path: Path) -> None:
    """Groups, who is new, and where all changes are, for the next release and for a past one."""
    repository = made(tmp_path)
    repository.git("remote", "add", "origin", "https://github.com/octo/hello.git")
    repository.commit("feat: Wave")
    repository.git(
        "commit", "--quiet", "--allow-empty", "--author=Grace <grace@example.org>", "-m", "fix: Nod"
    )
    repository.git(
        "commit", "--quiet", "--allow-empty", "--author=dep[bot] <d@bot>", "-m", "fix: Bump"
    )

    coming = notes_of(repository.folder)
    repository.tag("v0.2.0")
    past = notes_of(repository.folder, "0.2.0")

    assert (coming.version, coming.source) == ("0.2.0", "changes")
    assert coming.text == past.text
    assert "### Features\n\n- Wave (" in coming.text
    assert "### New contributors\n\n- Grace\n\n" in coming.text
    link = "https://github.com/octo/hello/compare/v0.1.0...v0.2.0"
    assert coming.text.endswith(f"**Full changelog**: {link}")


GROWING = (
    "{% set n = namespace(x='x') %}{% for a in range(99) %}{% set n.x = n.x ~ n.x %}{% endfor %}"
)


def test_a_template_of_the_projects_own_is_rendered(tmp_path: Path) -> None:
    """The template gets the release's values; it can neither reach out nor go on for ever."""
    said = '[tool.seatrial.notes]\ntemplate = "notes.j2"\n'
    text = (
        "{{ package }} {{ version }} of {{ date }} (Python {{ python }})\n"
        "{% for change in changes %}* {{ change.kind }}: {{ change.text }}\n{% endfor %}"
    )
    repository = made(tmp_path, {"notes.j2": text}, said)
    repository.commit("feat(api): Wave")

    _, texts = released(repository)

    assert texts.notes == "hello 0.2.0 of 2026-11-20 (Python >=3.9)\n* feature: Wave"
    for bad in (
        "{{ nothing }}",
        "{{ version.__class__.__mro__ }}",
        "{{ 1 / 0 }}",
        "{% if %}",
        "{{ 'x' * 1000000 }}",
        "{% for a in range(10 ** 12) %}x{% endfor %}",
        "{{ 'x' * 10 ** 10 }}",
        GROWING,
    ):
        repository.commit("fix: x", {"notes.j2": bad})
        with pytest.raises(InvalidConfiguration, match=r"notes\.template"):
            notes_of(repository.folder)


def test_a_template_that_would_go_on_for_ever_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Loops in loops make no text and take no end; the time that they get is bounded."""
    monkeypatch.setattr(template, "SECONDS", 1.0)
    said = '[tool.seatrial.notes]\ntemplate = "notes.j2"\n'
    loops = "{% for a in range(99999) %}" * 4 + "{% endfor %}" * 4
    repository = made(tmp_path, {"notes.j2": loops}, said)
    repository.commit("feat: Wave")
    with pytest.raises(InvalidConfiguration, match="more than 1 seconds"):
        notes_of(repository.folder)


WITH_FILES = """{{ notes }}
{% for file in artifacts %}- {{ file.name }} ({{ file.kind }}) {{ file.sha256 }}
{% endfor %}Platforms: {{ platforms|join(", ") }}; Python {{ pythons|join(", ") }}"""


def test_a_template_that_names_the_files_waits_for_them(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Names, digests and platforms are those of the built files; before, stand-ins are shown."""
    said = (
        'classifiers = ["Programming Language :: Python :: 3.9", "Programming Language :: Python",'
        ' "Programming Language :: Python :: 3.12"]\n'
    )
    project = HELLO["pyproject.toml"].replace("[project.scripts]", said + "[project.scripts]")
    settings = '[tool.seatrial.notes]\ntemplate = "notes.j2"\n'
    files = {"pyproject.toml": project, "notes.j2": WITH_FILES}
    repository = made(tmp_path, files, settings)
    repository.commit("feat: Wave")

    _, texts = released(repository)

    assert isinstance(texts.notes, AfterBuild)
    assert "- hello-0.2.0.tar.gz (sdist) (after the build)" in texts.notes.preview
    assert [note.topic for note in texts.remarks] == ["notes-after-build"]
    built = [
        artifact("hello-0.2.0.tar.gz", "ab" * 32, 9),
        artifact("hello-0.2.0-cp39-abi3-macosx_11_0_arm64.whl", "cd" * 32, 9),
        artifact("hello-0.2.0-cp39-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl", "e", 9),
    ]
    text = texts.notes.render(built)
    assert text.startswith("### Features\n\n- Wave")
    assert f"- hello-0.2.0-cp39-abi3-macosx_11_0_arm64.whl (wheel) {'cd' * 32}\n" in text
    platforms = "macosx_11_0_arm64, manylinux2014_x86_64, manylinux_2_17_x86_64"
    assert text.endswith(f"Platforms: {platforms}; Python 3.9, 3.12")
    assert run(["notes", "--path", str(repository.folder)]) == 0
    assert "(after the build)" in capfd.readouterr().out


def test_a_template_that_fails_with_the_files_stops(tmp_path: Path) -> None:
    """What cannot be made of the built files is a fault of the template, named as such."""
    settings = '[tool.seatrial.notes]\ntemplate = "notes.j2"\n'
    repository = made(tmp_path, {"notes.j2": "{{ artifacts[1].name }}"}, settings)
    repository.commit("feat: Wave")
    _, texts = released(repository)
    assert isinstance(texts.notes, AfterBuild)
    with pytest.raises(InvalidConfiguration, match=r"notes\.j2"):
        texts.notes.render([artifact("hello-0.2.0.tar.gz", "a", 1)])


def test_a_section_by_hand_can_be_required(tmp_path: Path) -> None:
    """Where people write the changelog, a release without a section of words is refused."""
    repository = made(
        tmp_path, {"CHANGELOG.md": LOG}, "[tool.seatrial.changelog]\nrequire = true\n"
    )
    repository.commit("feat: Wave")
    with pytest.raises(ChangelogMissing, match=r"CHANGELOG\.md has none that somebody wrote"):
        released(repository)

    repository.commit("log", {"CHANGELOG.md": LOG.replace("## 0.1", "## Unreleased\n\n## 0.1")})
    with pytest.raises(ChangelogMissing):
        released(repository)

    told = LOG.replace("## 0.1", "## Unreleased\n\n- Wave more\n\n## 0.1")
    repository.commit("log", {"CHANGELOG.md": told})
    assert released(repository)[1].notes == "- Wave more"


def test_change_files_decide_and_are_taken(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The files tell the version and the section, and the release removes them."""
    repository = made(tmp_path, {"CHANGELOG.md": LOG})
    folder = str(repository.folder)
    for kind, text in (("fix", "Nod *twice*"), ("feature", "Wave"), ("fix", "Nod *twice*")):
        assert run(["change", text, "--kind", kind, "--path", folder]) == 0
    names = capfd.readouterr().out.split()
    assert names == [".changes/nod-twice.md", ".changes/wave.md", ".changes/nod-twice-2.md"]
    repository.commit("feat!: What commits say does not count")

    version, texts = released(repository)

    assert version == "0.2.0"
    after = {edit.path: edit.after for edit in edits_of(repository, texts)}
    assert {path for path, text in after.items() if text is None} == set(names)
    section = "## 0.2.0 - 2026-11-20\n\n### Features\n\n- Wave\n\n### Fixes\n\n"
    assert section in (after["CHANGELOG.md"] or "")
    assert "deleted" not in shown(texts.notes)
    diffs = {edit.path: edit.diff for edit in edits_of(repository, texts)}
    assert "--- a/.changes/wave.md\n+++ /dev/null\n" in diffs[names[1]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hello: minor\n", "does not begin"),
        ("---\nhello: huge\n---\nx\n", "each line is"),
        ("---\nhello: fix\n---\n\n", "says nothing"),
    ],
)
def test_a_change_file_that_cannot_be_read_is_named(tmp_path: Path, text: str, said: str) -> None:
    """A change is not lost because its file is broken."""
    repository = made(tmp_path, {".changes/a.md": text})
    project = Project.open(repository.folder)
    with pytest.raises(InvalidConfiguration, match=said):
        changes_of(project)


def test_all_change_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    """One error names each broken file with its line, so that one look is enough."""
    repository = made(
        tmp_path,
        {
            ".changes/a.md": "hello: minor\n",
            ".changes/b.md": "---\nhello: fix\n\nhello: huge\n---\nx\n",
            ".changes/c.md": "---\nhello: fix\n---\nGood\n",
            ".changes/d.md": "---\nhello: fix\n---\n\n",
        },
    )
    with pytest.raises(InvalidConfiguration) as caught:
        changes_of(Project.open(repository.folder))
    lines = f"{caught.value.thing}: {caught.value.said}".splitlines()
    assert [line.partition(": ")[0] for line in lines] == [
        ".changes/a.md:1",
        ".changes/b.md:4",
        ".changes/d.md:3",
    ]
    assert caught.value.next_step == "Mend them, commit, and run this again."


def test_changesets_spelling_is_read(tmp_path: Path) -> None:
    """Quoted names, parts of versions, CRLF and a BOM are read; what concerns others stays."""
    repository = made(
        tmp_path,
        {
            ".changes/a.md": '\ufeff---\r\n"Hello": minor\r\n---\r\n\r\nWave\r\n',
            ".changes/b.md": "---\nother: major\n---\nNo\n",
            ".changes/README.md": "How to\n",
        },
    )
    project = Project.open(repository.folder)
    changes = changes_of(project)
    assert (changes.source, changes.messages) == ("files", (("feat: Wave", ""),))


TOWNCRIER = '[tool.towncrier]\ndirectory = "news"\nfilename = "CHANGES.md"\nname = "hello"\n'


def test_towncrier_writes_its_own_page(tmp_path: Path) -> None:
    """Fragments decide the version; towncrier's own section is the notes; they are removed."""
    start = "# Changes\n\n<!-- towncrier release notes start -->\n\n## hello 0.1.0\n\n- Begin\n"
    files = {
        "CHANGES.md": start,
        "news/12.feature.md": "Wave at people\n",
        "news/+x.bugfix.md": "Nod\n",
        "news/.gitignore": "!.gitignore\n",
    }
    repository = made(tmp_path, files, TOWNCRIER)
    repository.commit("feat!: What commits say does not count")

    version, texts = released(repository)

    assert version == "0.2.0"
    after = {edit.path: edit.after for edit in edits_of(repository, texts)}
    assert after["news/12.feature.md"] is after["news/+x.bugfix.md"] is None
    assert "news/.gitignore" not in after
    page = after["CHANGES.md"] or ""
    assert page.index("hello 0.2.0 (2026-11-20)") < page.index("Wave at people (#12)")
    assert page.endswith("## hello 0.1.0\n\n- Begin\n")
    assert "Wave at people (#12)" in shown(texts.notes)
    assert "Begin" not in shown(texts.notes)


def test_what_the_version_comes_from_can_be_said(tmp_path: Path) -> None:
    """The configured source counts, whatever else is there."""
    said = TOWNCRIER + '[tool.seatrial.version]\nsource = "commits"\n'
    assert tomllib.loads(said)
    repository = made(tmp_path, {"news/12.feature.md": "Wave\n"}, said)
    repository.commit("fix: Nod")
    project = Project.open(repository.folder)
    assert changes_of(project).source == "commits"
    outcome = choose(project, Wish(), Day(date=DAY, branch="main"))
    assert isinstance(outcome, Decision)
    assert outcome.version == Version("0.1.1")


@pytest.mark.parametrize(
    ("coming", "title"),
    [
        ("# Upcoming", "# {}"),
        ("## [Unreleased]", "## [{}] - 2026-11-20"),
        ("## Unreleased", "## {} (2026-11-20)"),
    ],
)
@pytest.mark.parametrize("kept", [True, False])
def test_the_heading_for_what_comes_is_treated_as_at_the_last_release(
    tmp_path: Path, coming: str, title: str, *, kept: bool
) -> None:
    """Who left an empty heading above the last release finds one above this; who did not, none."""
    first = f"{title.format('0.1.0')}\n\n- Begin\n"
    before = f"{coming}\n\n{first}" if kept else first
    repository = made(tmp_path, {"CHANGELOG.md": before})
    repository.commit("feat: Wave", {"CHANGELOG.md": f"{coming}\n\n- Waving\n\n{first}"})

    _, texts = released(repository)

    section = f"{title.format('0.2.0')}\n\n- Waving\n\n{first}"
    assert texts.texts["CHANGELOG.md"] == (f"{coming}\n\n{section}" if kept else section)
    assert texts.notes == "- Waving"


@pytest.mark.parametrize(
    ("template", "line"),
    [
        ("a\n{{ x }\n", 2),
        ("a\n\n{{ nope }}", 3),
        ("{% for i in [1] %}\n{{ 1 / 0 }}{% endfor %}", 2),
    ],
)
def test_a_broken_template_is_told_with_its_line(template: str, line: int) -> None:
    """The line is named whether it cannot be read or cannot be rendered."""
    found = template_child.made(Asked(template=template, names={}, most=100, memory=1 << 30))
    assert found.fault.startswith(f"line {line} does not render: ")
