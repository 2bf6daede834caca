"""Fragments of the next changelog section that nobody has collected."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.config.schema import Settings
from seatrial.process import Runner
from seatrial.repository.fragments import Waiting, waiting
from seatrial.repository.packages import find_packages
from seatrial.repository.snapshot import open_snapshot
from seatrial.repository.towncrier import messages
from tests.support.repositories import make_repository


def found(folder: Path, pyproject: str, *names: str) -> Waiting | None:
    """Look for fragments in a repository of such files."""
    files = {"pyproject.toml": pyproject, **dict.fromkeys(names, "text\n")}
    made = make_repository(folder / "r", files)
    return waiting(open_snapshot(made.folder, Runner()), "")


@pytest.mark.parametrize(
    ("pyproject", "names", "tool", "count"),
    [
        ('[tool.towncrier]\ndirectory = "news/"\n', ("news/1.fix.md", "news/+x.fix.2"), "t", 2),
        ("[tool.towncrier]\n", ("newsfragments/7.feature",), "t", 1),
        ('[tool.towncrier]\npackage = "a.b"\n', ("a/b/newsfragments/7.doc.rst",), "t", 1),
        ("[tool.scriv]\n", ("changelog.d/2024_me.rst",), "s", 1),
        (
            "[project]\n",
            ("changelogs/config.yaml", "changelogs/changelog.yaml", "changelogs/fragments/1-a.yml"),
            "a",
            1,
        ),
    ],
)
def test_waiting_fragments_are_counted(
    tmp_path: Path, pyproject: str, names: tuple[str, ...], tool: str, count: int
) -> None:
    """They are looked for where the program that collects them does."""
    waits = found(tmp_path, pyproject, *names)

    assert waits is not None
    assert (waits.tool[0], waits.count) == (tool, count)
    assert sum(name.startswith(waits.folder) for name in names) == count


@pytest.mark.parametrize(
    ("pyproject", "names"),
    [
        (
            '[tool.towncrier]\ndirectory = "news"\n',
            ("news/README.md", "news/.gitignore", "news/_template.md.jinja2", "news/intro.rst"),
        ),
        ("[tool.scriv]\n", ("changelog.d/README.md", "changelog.d/new_fragment.md.j2")),
        ("[project]\n", ("news/1.fix.md", "newsfragments/1.fix.md")),
        ("[project]\n", ("changelogs/config.yaml", "changelogs/fragments/1-a.yml")),
        (
            "[project]\n",
            ("changelogs/config.yaml", "changelogs/changelog.yaml", "changelogs/fragments/.keep"),
        ),
        ('[tool.towncrier]\ndirectory = "../news"\n', ("news/1.fix.md",)),
    ],
)
def test_what_is_no_fragment_waits_for_nothing(
    tmp_path: Path, pyproject: str, names: tuple[str, ...]
) -> None:
    """Templates, explanations, and folders that no program collects from are left alone."""
    assert found(tmp_path, pyproject, *names) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("``sail()`` is deprecated.", "feat"),
        ("Deprecate ``sail()``: it will be removed in 3.0.", "feat"),
        ("``sail()`` is deprecated, and scheduled for removal.", "feat"),
        ("The deprecated ``sail()`` is removed.", "feat!"),
        ("Removed ``sail()``, which was deprecated and to be removed since 2.0.", "feat!"),
        ("``sail()`` is deprecated, and no longer takes a flag.", "feat!"),
        ("``sail()`` wants a mast.", "feat!"),
    ],
)
def test_what_is_deprecated_alone_is_not_gone(tmp_path: Path, text: str, kind: str) -> None:
    """Towncrier has one type for deprecations and removals, and only a removal breaks anything."""
    project = '[project]\nname = "demo"\nversion = "1.2.0"\n[tool.towncrier]\ndirectory = "news"\n'
    made = make_repository(tmp_path / "r", {"pyproject.toml": project, "news/1.removal.md": text})
    snapshot = open_snapshot(made.folder, Runner())
    (package,) = find_packages(snapshot, Settings())
    ((subject, _),) = messages(snapshot, package)
    assert subject == f"{kind}: {text}"
