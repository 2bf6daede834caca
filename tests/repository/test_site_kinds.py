"""Editing a site and reading it back gives the new version, and changes nothing else."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.version import Version

from seatrial.repository.edit import set_version
from seatrial.repository.facts import Site
from seatrial.repository.spans import LIKE, THEIRS, locate
from seatrial.repository.spelling import agrees, spell


@dataclass(frozen=True, kw_only=True)
class Case:
    """A place of some kind: the file's text with ``@`` where the version stands."""

    kind: str
    locator: str
    text: str
    spelling: str = ""


CASES = {
    "project table": Case(
        kind="toml",
        locator="project.version",
        text='# 0.1\n[tool.x]\nversion = "@NO"\n[project]\n"version"  =  \'@\'   # why\n'
        'name = "@NO"\n',
    ),
    "poetry": Case(kind="toml", locator="tool.poetry.version", text='tool.poetry.version = "@"\n'),
    "inline table": Case(kind="toml", locator="a.b", text='c = 1\na = { x = "@NO", b = "@" }'),
    "crate": Case(
        kind="toml",
        locator="package.version",
        text='[package]\nversion = "@"\n[dependencies]\nx = { version = "@NO" }\n',
        spelling="{semver}",
    ),
    "workspace": Case(
        kind="toml",
        locator="workspace.package.version",
        text='[workspace.package]\nedition = "2021"\nversion="@"\n',
        spelling="{semver}",
    ),
    "name in Python": Case(
        kind="python",
        locator="__version__",
        text='"""Ünï: 0.1."""\n\nx = __version__ = "@"  # not 0.1\ny = "@NO"\n',
    ),
    "annotated": Case(
        kind="python", locator="VERSION", text="import a\nVERSION: Final[str] = u'@'\n"
    ),
    "keyword of setup": Case(
        kind="python",
        locator="setup(version)",
        text="from setuptools import setup\n\nsetup(\n    name='ä', version='''@''', x='@NO')\n",
    ),
    "INI key": Case(
        kind="ini",
        locator="metadata.version",
        text="[options]\nversion = @NO\n[metadata]\n; version\nVersion: @\nname = x\n",
    ),
    "JSON key": Case(
        kind="json",
        locator="version",
        text='{"a": {"version": "@NO"}, "b": [1, {"version": "@NO"}],\n  "version" : "@"\n}\n',
    ),
    "npm's lock": Case(
        kind="json",
        locator="packages..version",
        text='{"version": "@NO", "packages": {"": {"version": "@"}, "n": {"version": "@NO"}}}',
        spelling="{semver}",
    ),
    "YAML key": Case(
        kind="yaml",
        locator="version",
        text="# @NO\ntitle: ünï\npreferred:\n  version: @NO\nversion: '@' # late\n"
        "date: 2024-01-01\n",
    ),
    "YAML below": Case(
        kind="yaml",
        locator="a.0.version",
        text='a:\n- {version: "@", b: "@NO"}\n- version: "@NO"\n',
    ),
    "archive's record": Case(
        kind="json",
        locator="version",
        text='{\n  "title": "ünï @NO",\n  "version":"@",\n  "creators": [{"version": "@NO"}]\n}\n',
    ),
    "Helm chart": Case(
        kind="yaml",
        locator="version",
        text="apiVersion: v2\nappVersion: x@NO\nversion: @  # the chart's\ndependencies:\n"
        "- name: db\n  version: @NO\n",
        spelling="{semver}",
    ),
    "conda recipe": Case(
        kind="text",
        locator=f'{LIKE}{{% set version = "{{version}}" %}}',
        text='{% set name = "demo" %}\n{% set version = "@" %}\n\n- other ==@NO\n',
    ),
    "label of an image": Case(
        kind="text",
        locator=f'{LIKE}LABEL org.opencontainers.image.version="{{version}}"',
        text='FROM x:@NO\nLABEL org.opencontainers.image.version="@" other="@NO"\n',
    ),
    "name in a settings module": Case(
        kind="python",
        locator="release",
        text="project = 'ünï @NO'\nversion = '@NO'\nrelease = r\"@\"\n",
    ),
    "constant in setup.py": Case(
        kind="python",
        locator="ZULIP_BOTS_VERSION",
        text="ZULIP_BOTS_VERSION = '@'\nsetup(version=ZULIP_BOTS_VERSION, other='@NO')\n",
    ),
    "whole file": Case(kind="file", locator="", text="\n  @  \n\n"),
    "uv's lock": Case(
        kind="lock",
        locator="demo@uv",
        text='version = 1\n\n[[package]]\nname = "demo"\nversion = "@"\n'
        'source = { editable = "." }\n'
        '\n[[package]]\nname = "x"\nversion = "@NO"\nsource = { registry = "y" }\n',
    ),
    "poetry's lock": Case(
        kind="lock",
        locator="demo@poetry",
        text='[[package]]\nname = "demo"\nversion = "@NO"\ndescription = ""\n\n'
        '[[package]]\nname = "demo"\nversion = "@"\n\n[package.source]\n'
        'type = "directory"\nurl = "."\n',
    ),
    "pdm's lock": Case(
        kind="lock",
        locator="demo@pdm",
        text='[[package]]\nname = "demo"\nversion = "@"\npath = "./."\n',
    ),
    "Cargo's lock": Case(
        kind="lock",
        locator="demo@cargo",
        text='version = 3\n\n[[package]]\nname = "demo"\nversion = "@NO"\nsource = "registry"\n\n'
        '[[package]]\nname = "demo"\nversion = "@"\ndependencies = []\n',
        spelling="{semver}",
    ),
    "install line": Case(
        kind="text",
        locator=f"{LIKE}pip install demo=={{version}}",
        text="Old: 0.1\n    pip install demo==@\nSee v@NO, or pip install demo-x==@NO.",
    ),
    "badge": Case(
        kind="text",
        locator=f"{LIKE}badge/version-{{version}}-blue",
        text="![](https://img.example/badge/version-@-blue) @NO\n",
        spelling="v{version}",
    ),
    "name in text": Case(
        kind="text", locator="VERSION", text="NAME = x\nOTHER_VERSION = @NO\nVERSION := @\n"
    ),
    "their pattern": Case(
        kind="text",
        locator=THEIRS + r"^release is (\S+)$",
        text="is @NO\nrelease is @\n",
    ),
}

PRE = st.sampled_from(["", "a", "b", "rc"])


@st.composite
def versions(draw: st.DrawFn) -> str:
    """Draw a version of three numbers, as PEP 440 normalises it."""
    numbers = draw(st.lists(st.integers(0, 10**6), min_size=3, max_size=3))
    phase = draw(PRE)
    text = ".".join(map(str, numbers)) + (f"{phase}{draw(st.integers(0, 99))}" if phase else "")
    text += f".post{draw(st.integers(0, 99))}" if draw(st.booleans()) else ""
    text += f".dev{draw(st.integers(0, 99))}" if draw(st.booleans()) else ""
    return str(Version(text))


def dressed(case: Case, *, crlf: bool, bom: bool, cut: bool) -> str:
    """Give a case's text with other line ends, a BOM, or without its last line end."""
    text = case.text.rstrip("\n") if cut else case.text
    text = text.replace("\n", "\r\n") if crlf else text
    return ("\ufeff" if bom else "") + text


@pytest.mark.parametrize("name", [name for name in CASES if name != "their pattern"])
@settings(max_examples=25, deadline=None)
@given(old=versions(), new=versions(), crlf=st.booleans(), bom=st.booleans(), cut=st.booleans())
def test_what_is_set_is_read_back(
    name: str, *, old: str, new: str, crlf: bool, bom: bool, cut: bool
) -> None:
    """For every kind the new version is read back, and not a character beside it has changed."""
    case = CASES[name]
    text = dressed(case, crlf=crlf, bom=bom, cut=cut)

    def stating(version: str) -> str:
        spelt = spell(case.spelling, version)
        return text.replace("@NO", spell(case.spelling, old)).replace("@", spelt)

    site = Site(
        path="x",
        line=1,
        kind=case.kind,
        locator=case.locator,
        stated=old,
        spelling=case.spelling,
    )

    changed = set_version(stating(old), site, new)

    assert changed == stating(new)
    span = locate(changed, case.kind, case.locator, spelt=case.spelling)
    assert span is not None
    assert agrees(case.spelling, span.stated, new)


def test_a_pattern_of_the_repositorys_own_is_followed() -> None:
    """A place found by the project's own pattern is set like any other."""
    case = CASES["their pattern"]
    site = Site(path="x", line=1, kind=case.kind, locator=case.locator, stated="1")
    text = case.text.replace("@NO", "1.0").replace("@", "1.0")
    assert set_version(text, site, "1.1") == "is 1.0\nrelease is 1.1\n"


@pytest.mark.parametrize(
    ("before", "version", "after"),
    [
        ("(1, 2, 3)", "1.3.0", "(1, 3, 0)"),
        ("(1, 2, 3)", "1.3", "(1, 3, 0)"),
        ("(1, 2, 3)", "1.3.0rc1", '(1, 3, 0, "rc1")'),
        ("[1,2, 3]", "2.0", "[2, 0, 0]"),
        ("(1, 2, 3, 'rc1')", "1.2.3rc2", "(1, 2, 3, 'rc2')"),
        ("(1, 2, 3, 'rc1')", "1.2.3", "(1, 2, 3)"),
        ('(1, 2, 3, "final", 0)', "1.3.0a1", '(1, 3, 0, "alpha", 1)'),
        ('(1, 2, 3, "alpha", 4)', "1.2.3", '(1, 2, 3, "final", 0)'),
        ("(1, 2, 3, 'a', 4)", "1.2.3b1", "(1, 2, 3, 'b', 1)"),
        ("(1, 2, 3, 'final', 0)", "1.2.3.post1", "(1, 2, 3, 'post', 1)"),
    ],
)
def test_tuples_keep_their_form(before: str, version: str, after: str) -> None:
    """A tuple is written as it was: its numbers, its phase as one member or as two, its quotes."""
    site = Site(path="x", line=1, kind="python", locator="V", stated="")
    changed = set_version(f"V = {before}  # so\n", site, version)
    assert changed == f"V = {after}  # so\n"
    span = locate(changed, "python", "V")
    assert span is not None
    assert Version(span.stated) == Version(version)


MEMBERS = st.tuples(st.integers(0, 999), st.integers(0, 999), st.integers(0, 999))
FORMS = {
    "numbers": "({}, {}, {})",
    "list": "[{},{}, {}]",
    "candidate": "({}, {}, {}, 'rc1')",
    "phases": '({}, {}, {}, "final", 0)',
}


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=25, deadline=None)
@given(old=MEMBERS, new=MEMBERS, crlf=st.booleans(), bom=st.booleans())
def test_a_tuple_that_is_set_is_read_back(
    form: str, *, old: tuple[int, ...], new: tuple[int, ...], crlf: bool, bom: bool
) -> None:
    """A final version is written into any tuple, read back, and nothing beside it has changed."""
    before, after = '"""Ünï (9, 9, 9)."""\nx = (1, 2, 3)\nV: tuple = ', "  # so\ny = [1, 2]\n"
    text = f"{before}{FORMS[form].format(*old)}{after}"
    text = ("\ufeff" if bom else "") + (text.replace("\n", "\r\n") if crlf else text)
    version = ".".join(map(str, new))
    site = Site(path="x", line=1, kind="python", locator="V", stated="")

    changed = set_version(text, site, version)

    span = locate(changed, "python", "V")
    assert span is not None
    assert Version(span.stated) == Version(version)
    kept = (text.partition("V: tuple = ")[0], text[text.index("  # so") :])
    assert changed.startswith(kept[0])
    assert changed.endswith(kept[1])


def test_yaml_does_not_make_a_number_of_a_version() -> None:
    """Where a bare text would become a number (1.10 is 1.1) it is quoted."""
    site = Site(path="Chart.yaml", line=1, kind="yaml", locator="version", stated="1.9.1")
    assert set_version("version: 1.9.1 # x\n", site, "1.10") == 'version: "1.10" # x\n'
    assert set_version('version: "1.9"\n', site, "1.10") == 'version: "1.10"\n'
