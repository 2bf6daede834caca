from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest

from seatrial.config.schema import Settings
from seatrial.errors import InvalidVersion
from seatrial.process import Runner
from seatrial.repository.edit import edits, file_edit, set_version
from seatrial.repository.facts import Site
from seatrial.repository.packages import find_packages
from seatrial.repository.snapshot import open_snapshot
from seatrial.repository.spans import locate
from seatrial.repository.spelling import semver
from tests.repository.made import INIT, project
from tests.support.repositories import make_repository

CITATION = r"re:^version:[ \t]*[\"']?(?P<version>[^\s\"'#]+)"


def at(kind: str, locator: str, path: str = "file") -> Site:
    """Make a site of a kind."""
    return Site(path=path, line=1, kind=kind, locator=locator, stated="")


@pytest.mark.parametrize(
    ("kind", "locator", "before", "after"),
    [
        (
            "toml",
            "project.version",
            '[tool.x]\nversion = "1.0"\n[project]\nversion="1.0" # "1.0"\nother = "1.0"\n',
            '[tool.x]\nversion = "1.0"\n[project]\nversion="2.0.1" # "1.0"\nother = "1.0"\n',
        ),
        ("toml", "project.version", "project.version = '1.0'", "project.version = '2.0.1'"),
        (
            "toml",
            "project.version",
            'project = { name = "x", version = "1.0" }\r\n',
            'project = { name = "x", version = "2.0.1" }\r\n',
        ),
        (
            "toml",
            "project.version",
            'x = """\n[project]\nversion = "1.0"\n"""\n[project]\n"version" = "1.0"\n',
            'x = """\n[project]\nversion = "1.0"\n"""\n[project]\n"version" = "2.0.1"\n',
        ),
        (
            "toml",
            "project.version",
            '\ufeff[project]\r\nversion = "1.0"\r\n',
            '\ufeff[project]\r\nversion = "2.0.1"\r\n',
        ),
        ("json", "version", '{"a": {"version": "1.0"},\n "version" : "1.0"}', None),
        ("ini", "metadata.version", "[a]\nversion=1.0\n[metadata]\nVersion : 1.0\n", None),
        ("file", "", "\r\n 1.0\r\n\r\n", "\r\n 2.0.1\r\n\r\n"),
        ("file", "", "v1.0", "v2.0.1"),
        ("text", "VERSION", "MY_VERSION = 1.0\nVERSION ?= x\nVERSION = 1.0 # c\n", None),
        ("text", CITATION, "cff-version: 1.2.0\nversion: '1.0'\n", None),
        ("python", "__version__", "é = 'ä'; __version__ = 'ü'[:0] or '1.0'\n", ""),
        ("python", "v", "é = 'äöü'; v = '1.0'; w = '1.0'\n", "é = 'äöü'; v = '2.0.1'; w = '1.0'\n"),
        ("python", "v", "\ufeffx = '''\r\n'''\r\nv: str = u'1.0'", None),
        ("python", "v", "a = v = '''1.0''' # '1.0'\n", "a = v = '''2.0.1''' # '1.0'\n"),
        ("python", "v", "v = (1, 0)\n", "v = (2, 0, 1)\n"),
        ("python", "v", "v = [1,0,  ]\n", "v = [2,0,1,  ]\n"),
        (
            "python",
            "v",
            "print 'old python'\nv = '1.0'  # x\n",
            "print 'old python'\nv = '2.0.1'  # x\n",
        ),
        ("python", "setup(version)", "setup(\n    name='1.0',\n    version='1.0',\n)", None),
        ("python", "v", "v = '1.0'\nv += 'x'\n", ""),
        ("python", "v", "v = f'1.0'\n", ""),
        ("python", "v", "v = '1' '.0'\n", ""),
        ("python", "v", "v = '1\\x2e0'\n", ""),
        ("python", "v", "def f():\n    v = '1.0'\n", ""),
    ],
)
def test_only_the_version_changes(kind: str, locator: str, before: str, after: str | None) -> None:
    """Quotes, comments, BOM and line ends stay; what is not one plain text is not touched."""
    site = at(kind, locator)
    if after == "":
        with pytest.raises(InvalidVersion, match="no longer stated"):
            set_version(before, site, "2.0.1")
        return
    if after is None:
        # The place is the last that holds the old version.
        head, _, tail = before.rpartition("1.0")
        after = f"{head}2.0.1{tail}"

    changed = set_version(before, site, "2.0.1")

    assert changed == after
    span = locate(changed, kind, locator)
    assert span is not None
    assert span.stated == "2.0.1"


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        ("uv", 'source = { editable = "." }'),
        ("uv", 'source = { virtual = "libs/x" }'),
        ("cargo", 'dependencies = [\n "serde",\n]'),
        ("poetry", '[package.source]\ntype = "directory"\nurl = "."'),
        ("pdm", 'path = "./demo"'),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_own_entry_of_a_lock_changes(kind: str, source: str, end: str) -> None:
    """In a lock only the package's own entry changes, not one of that name from elsewhere."""
    foreign = '[[package]]\nname = "demo"\nversion = "1.0"\nsource = "registry+x"\n\n'
    own = f'[[package]]\nname = "demo"\nversion = "1.0"\n{source}\n'
    other = '\n[[package]]\nname = "demo-x"\nversion = "1.0"\n'
    before = f"version = 4\n\n{foreign}{own}{other}".replace("\n", end)

    changed = set_version(before, at("lock", f"demo@{kind}"), "2.0.1")

    assert changed == before.replace(
        own.replace("\n", end), own.replace("\n", end).replace("1.0", "2.0.1", 1)
    )


def test_a_tuple_keeps_its_length() -> None:
    """A version with fewer numbers than a tuple holds is filled up with zeros."""
    site = at("python", "VERSION", "demo.py")

    assert set_version("VERSION = (1, 9, 0)\n", site, "1.10") == "VERSION = (1, 10, 0)\n"
    assert set_version("VERSION = (1, 9)\n", site, "1.10.1") == "VERSION = (1, 10, 1)\n"


def test_a_tuple_states_a_candidate_as_setuptools_scm_writes_it() -> None:
    """Of a version with letters a tuple of numbers gets one text more; an epoch it cannot state."""
    site = at("python", "__version_info__")
    text = "__version_info__ = (1, 2, 3)\n"
    assert set_version(text, site, "2.0rc1") == '__version_info__ = (2, 0, 0, "rc1")\n'
    with pytest.raises(InvalidVersion, match=r"cannot state 1!2\.0"):
        set_version(text, site, "1!2.0")


@pytest.mark.parametrize(
    ("version", "spelt"),
    [
        ("1.2", "1.2.0"),
        ("1.2.3", "1.2.3"),
        ("1.2.3rc1", "1.2.3-rc.1"),
        ("1!1.0", ""),
        ("1.2.3.4", ""),
        ("2.0a1.dev3", "2.0.0-alpha.1.dev.3"),
    ],
)
def test_cargo_gets_semantic_versions(version: str, spelt: str) -> None:
    """Cargo's files have the SemVer spelling of the same version; some have none."""
    if not spelt:
        with pytest.raises(InvalidVersion):
            semver(version)
        return
    site = Site(
        path="rust/Cargo.toml",
        line=2,
        kind="toml",
        locator="package.version",
        stated="0.1.0",
        spelling="{semver}",
    )
    changed = set_version('[package]\nversion = "0.1.0"\n', site, version)
    assert changed == f'[package]\nversion = "{spelt}"\n'


def test_edits_apply_as_git_applies_them(tmp_path: Path) -> None:
    """The diff shown is the change made: git applies it and comes to the same bytes."""
    files: dict[str, str | bytes] = {
        "pyproject.toml": project("hatchling.build", 'version = "1.2.3"', dynamic=False).replace(
            "\n", "\r\n"
        ),
        "src/demo_kit/__init__.py": "\ufeff" + INIT.rstrip("\n"),
        "CHANGES.md": "# Changes\n",
    }
    made = make_repository(tmp_path / "a b é", files)
    snapshot = open_snapshot(made.folder, Runner())
    (package,) = find_packages(snapshot, Settings())

    done = edits(snapshot, package, "1.3.0", {"CHANGES.md": "# Changes\n\n## 1.3.0\n"})

    assert [edit.path for edit in done] == sorted(files)
    diff = "".join(edit.diff for edit in done)
    subprocess.run(
        ["git", "apply", "--whitespace=nowarn", "-"],
        cwd=made.folder,
        input=diff.encode(),
        check=True,
    )
    for edit in done:
        before = files[edit.path]
        assert isinstance(before, str)
        assert edit.before == hashlib.sha256(before.encode()).hexdigest()
        assert (made.folder / edit.path).read_bytes() == (edit.after or "").encode()
    assert done[1].after == before_with(files["pyproject.toml"])


def before_with(text: str | bytes) -> str:
    """Give a text as the edit leaves it."""
    assert isinstance(text, str)
    return text.replace("1.2.3", "1.3.0")


def test_a_new_file_is_an_edit_and_the_same_text_is_none(tmp_path: Path) -> None:
    """A file that is not there has no digest before; nothing to change is nothing."""
    made = make_repository(tmp_path / "a")
    snapshot = open_snapshot(made.folder, Runner())

    new = file_edit(snapshot, "NEW.md", "x\n")

    assert new is not None
    assert new.before == ""
    assert new.diff == "--- /dev/null\n+++ b/NEW.md\n@@ -0,0 +1 @@\n+x\n"
    assert file_edit(snapshot, "README.md", "# Hello\n") is None
