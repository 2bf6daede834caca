"""Files that are not UTF-8 are read and edited as they say of themselves, byte by byte."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings

from seatrial.config.schema import PackageSettings, Settings, SiteSettings
from seatrial.errors import InvalidConfiguration, InvalidVersion
from seatrial.operations.checking import CheckRequest, check
from seatrial.plan.edits import FileEdit
from seatrial.process import Runner
from seatrial.repository.change_files import read_change
from seatrial.repository.edit import edits, file_edit, second_edit
from seatrial.repository.encodings import decoded, is_undeclared
from seatrial.repository.packages import find_packages
from seatrial.repository.sites import check_sites
from seatrial.repository.snapshot import open_snapshot
from tests.repository.made import project
from tests.repository.test_site_kinds import versions
from tests.rules.verdicts import Files
from tests.support.repositories import make_repository
from tests.support.trees import Around, snapshot_of

STATIC = project("hatchling.build", 'version = "1.2.3"', dynamic=False)
DYNAMIC = project("flit_core.buildapi")
WORDS = {
    "latin-1": "für Ærøskøbing",
    "cp1252": "“für” €",
    "koi8-r": "Привет",
    "shift_jis": "版本のソース",
    "euc-jp": "版本のソース",
    "gb18030": "版本 𝄞",
    "big5": "版本",
    "euc-kr": "한글",
    "utf-8": "für 版本",
}


def module(encoding: str, version: str) -> str:
    """Give a module that says how it is encoded, and states its version."""
    return (
        f"#!/usr/bin/python\n# -*- coding: {encoding} -*-\n"
        f'"""{WORDS[encoding]}."""\n\n__version__ = "{version}"  # {WORDS[encoding]}\n'
    )


@pytest.mark.parametrize("encoding", WORDS)
@settings(max_examples=10, deadline=None)
@given(old=versions(), new=versions())
def test_a_module_is_edited_in_its_own_encoding(encoding: str, old: str, new: str) -> None:
    """The bytes of the edited module are those of the old one, with another version."""
    files: Files = {
        "pyproject.toml": DYNAMIC,
        "demo_kit.py": module(encoding, old).encode(encoding),
    }
    snapshot = snapshot_of(files, Around())
    (package,) = find_packages(snapshot, Settings())
    assert package.version == old

    made = {one.path: one.content for one in edits(snapshot, package, new)}

    changed = module(encoding, new).encode(encoding)
    assert made == ({"demo_kit.py": changed} if old != new else {})


@pytest.mark.parametrize("mark", ["utf-16-le", "utf-16-be", "utf-32-le"])
def test_a_file_with_a_mark_keeps_it(mark: str) -> None:
    """UTF-16 with a byte order mark is read, and its order and mark are kept."""
    files: Files = {"pyproject.toml": STATIC, "VERSION": "\ufeff1.2.3\r\n".encode(mark)}
    snapshot = snapshot_of(files, Around())
    (package,) = find_packages(snapshot, Settings())
    assert [one.path for one in package.sites] == ["pyproject.toml", "VERSION"]
    made = {one.path: one.content for one in edits(snapshot, package, "1.3.0")}
    assert made["VERSION"] == "\ufeff1.3.0\r\n".encode(mark)


@pytest.mark.parametrize(
    ("path", "data", "encoding"),
    [
        ("a.py", b"# coding: latin-1\nx = '\xfc'", "iso8859-1"),
        ("a.py", b"\n# vim: set fileencoding=cp1252 :\nx = '\x80'", "cp1252"),
        ("a.py", b"x = 1\n# coding: latin-1\ny = '\xfc'", None),
        ("a.py", b"x = 1  # coding: latin-1\ny = '\xfc'", None),
        ("a.py", b"# coding: latin-1\nx = '\xc3\xbc'", "iso8859-1"),
        ("a.py", b"# coding: no-such\nx = 1", "utf-8"),
        ("a.py", b"# coding: hex\n78", None),
        ("a.py", b"\xef\xbb\xbf# coding: utf-8\n", "utf-8"),
        ("a.rst", b".. -*- coding: latin-1 -*-\n\n\xfc", "iso8859-1"),
        ("a.rst", b".. -*- coding: latin-1 -*-\n\n\xc3\xbc", "utf-8"),
        ("a.toml", b"# coding: latin-1\n# \xfc", None),
        ("a.txt", b"\xff\xfe\0", None),
        ("a.txt", b"\xfc", None),
        ("a.txt", b"", "utf-8"),
    ],
)
def test_what_a_file_says_of_itself_is_believed(
    path: str, data: bytes, encoding: str | None
) -> None:
    """PEP 263's line counts for Python, the same line for others, and for TOML neither."""
    read = decoded(path, data)
    assert (read.encoding if read else None) == encoding
    assert read is None or read.text.encode(read.encoding) == data


@pytest.mark.parametrize("name", ["punycode", "idna", "raw_unicode_escape"])
def test_a_codec_that_no_file_has_is_not_asked(name: str) -> None:
    """Python has some for names and literals, and one of them takes minutes for a long text."""
    read = decoded("demo.py", f"# coding: {name}\nx = 1  # -".encode())
    assert read is not None
    assert read.encoding == "utf-8"


def test_a_change_file_that_cannot_be_decoded_says_so(tmp_path: Path) -> None:
    """Whoever wrote it hears of its encoding, and not that its first line is missing."""
    change = "---\ndemo: fix\n---\n\nFür alle\n".encode("latin-1")
    made = make_repository(tmp_path / "r", {"pyproject.toml": STATIC, ".changes/a.md": change})
    with pytest.raises(InvalidConfiguration, match="is not UTF-8"):
        read_change(open_snapshot(made.folder, Runner()), ".changes/a.md")


def test_a_binary_file_is_no_text_that_says_too_little() -> None:
    """What holds a NUL is no text; what holds none, and is not UTF-8, could be one."""
    assert not is_undeclared("a.bin", b"\xff\0")
    assert is_undeclared("a.txt", b"\xff")


def test_a_module_that_does_not_say_it_is_named(tmp_path: Path) -> None:
    """A version in such a module is unreadable, and both the rule and the error say why."""
    files: Files = {
        "pyproject.toml": DYNAMIC,
        "demo_kit/__init__.py": '"""ü"""\n__version__ = "1"\n'.encode("cp1252"),
    }
    made = make_repository(tmp_path / "r", files)
    (package,) = find_packages(open_snapshot(made.folder, Runner()), Settings())
    with pytest.raises(InvalidVersion, match="is not UTF-8, and does not say"):
        check_sites(package)
    found = check(CheckRequest(path=made.folder, select=("ST102", "ST112"), home=tmp_path))
    assert [one.code for one in found.findings] == ["ST112", "ST102"]


def test_a_configured_template_is_set_in_latin_1(tmp_path: Path) -> None:
    """A site that a template finds is edited in the encoding that the file names."""
    text = ".. -*- coding: latin-1 -*-\n\nFür pip install demo-kit==1.2.3\n"
    files: Files = {"pyproject.toml": STATIC, "README.rst": text.encode("latin-1")}
    made = make_repository(tmp_path / "r", files)
    snapshot = open_snapshot(made.folder, Runner())
    given = PackageSettings(
        versions=(SiteSettings(file="README.rst", search="demo-kit=={version}"),)
    )
    (package,) = find_packages(snapshot, Settings(package=(given,)))
    by_path = {one.path: one for one in edits(snapshot, package, "1.3.0")}
    assert by_path["README.rst"].content == text.replace("1.2.3", "1.3.0").encode("latin-1")
    assert "+Für pip install demo-kit==1.3.0" in by_path["README.rst"].diff


def test_what_an_encoding_does_not_have_is_refused() -> None:
    """A text that the file's encoding cannot write is refused with the letter that is too much."""
    data = b"# coding: latin-1\n# \xfc\n"
    snapshot = snapshot_of({"a.py": data}, Around())
    with pytest.raises(InvalidConfiguration, match="has no '→'"):
        file_edit(snapshot, "a.py", "# coding: latin-1\n# →\n")
    with pytest.raises(InvalidConfiguration, match="has no '→'"):
        second_edit("a.py", "", "→", "latin-1")


def test_an_edit_in_utf_8_says_nothing_of_encodings() -> None:
    """A plan names the encoding only where it is another one."""
    plain = FileEdit(path="a", before="", after="ü", diff="")
    other = msgspec.structs.replace(plain, encoding="latin-1")
    assert b"encoding" not in msgspec.json.encode(plain)
    assert msgspec.json.decode(msgspec.json.encode(other), type=FileEdit).content == b"\xfc"
