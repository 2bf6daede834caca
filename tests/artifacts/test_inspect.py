from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pytest

from seatrial.artifacts.compare import sha256_of
from seatrial.artifacts.findings import Finding, refuse_faults
from seatrial.errors import InspectionFailed
from tests.support.compiled import PROGRAM, compiled, module_for
from tests.support.inspected import inspect_files
from tests.support.wheels import make_sdist, make_wheel, metadata, record_hash

Content = dict[str, str | bytes | None]


def look(*paths: Path, name: str = "demo", version: str = "1.0") -> list[tuple[str, str]]:
    """Inspect, and give severity and code of each finding that is more than a note."""
    findings = inspect_files(paths, name=name, version=version)
    return [(f.severity, f.code) for f in findings if f.severity != "note"]


def test_a_sound_release_has_no_findings(tmp_path: Path) -> None:
    """Sdist and wheel that are what they should be pass, in any spelling of name and version."""
    headers = "Requires-Python: >=3.9\nDescription-Content-Type: text/x-rst\n\nDemo\n====\n"
    paths = [
        make_sdist(tmp_path, "Demo.Lib", "1.0rc1", headers=headers),
        make_wheel(
            tmp_path, "Demo.Lib", "1.0rc1", headers=headers, scripts={"demo": "demo_lib:main"}
        ),
    ]
    assert look(*paths, name="demo_lib", version="1.0.0-rc.1") == []


WRONG: list[tuple[Content, str, str]] = [
    ({"demo/__init__.py": "evil"}, "fault", "record-digest"),
    ({"demo/new.py": "x"}, "fault", "record-unlisted"),
    ({"demo/__init__.py": None}, "fault", "record-missing"),
    ({"{info}/METADATA": metadata("other", "1.0")}, "fault", "other-name"),
    ({"{info}/METADATA": metadata("demo", "1.1")}, "fault", "other-version"),
    ({"{info}/METADATA": metadata("demo", "one")}, "fault", "other-version"),
    ({"{info}/METADATA": "Name: demo\nVersion: 1.0\n"}, "fault", "metadata-incomplete"),
    ({"{info}/METADATA": metadata("demo", "1.0", "Name: demo\n")}, "fault", "metadata-incomplete"),
    ({"{info}/METADATA": "no header\n"}, "fault", "metadata-malformed"),
    ({"{info}/WHEEL": "Wheel-Version: 2.0\nTag: py3-none-any\n"}, "fault", "wheel-version"),
    ({"{info}/WHEEL": "Wheel-Version: 1.0\nTag: py2-none-any\n"}, "fault", "tags"),
    ({"{info}/WHEEL": "Wheel-Version: 1.0\nTag: py3\n"}, "fault", "tags"),
    (
        {"{info}/WHEEL": "Wheel-Version: 1.0\nTag: py3-none-any\nBuild: 2\n"},
        "fault",
        "tags",
    ),
    ({"demo/.pypirc": "x"}, "fault", "secret-file"),
    ({"demo/tests/fixtures/.netrc": "x"}, "warning", "secret-file"),
    ({"demo/__pycache__/x.cpython-311.pyc": "x"}, "fault", "bytecode"),
    ({"demo/fast.abi3.so": "x"}, "fault", "platform"),
    ({"Demo/__init__.py": "x"}, "warning", "case-clash"),
    ({"tests/__init__.py": "x"}, "warning", "clutter"),
    ({"{info}/entry_points.txt": "[console_scripts]\nx = demo.no:main"}, "fault", "entry-point"),
    ({"{info}/entry_points.txt": "[console_scripts]\nx = demo"}, "fault", "entry-point"),
    ({"{info}/entry_points.txt": "[console_scripts]\nx = demo:a b"}, "fault", "entry-point"),
    ({"{info}/entry_points.txt": "[plugins]\nx = other"}, "fault", "entry-point"),
    ({"{info}/WHEEL": None}, "fault", "unreadable"),
]


@pytest.mark.parametrize(("replace", "severity", "code"), WRONG)
def test_each_fault_of_a_wheel_is_found(
    tmp_path: Path, replace: Content, severity: str, code: str
) -> None:
    """A wheel with one thing wrong has a finding for it."""
    assert (severity, code) in look(make_wheel(tmp_path, replace=replace))


@pytest.mark.parametrize("header", ["Requires-Dist: a b c\n", "Requires-Python: three\n"])
def test_a_requirement_that_cannot_be_read_is_a_fault(tmp_path: Path, header: str) -> None:
    """What no resolver can read is found in wheel and sdist alike."""
    for path in (make_wheel(tmp_path, headers=header), make_sdist(tmp_path, headers=header)):
        assert look(path) == [("fault", "requirement-malformed")]


def test_a_file_of_another_release_is_a_fault(tmp_path: Path) -> None:
    """File name and metadata are compared with the release, each for itself."""
    path = make_sdist(tmp_path)
    assert look(path, version="1.1") == [("fault", "other-version")] * 2
    assert look(path, name="other") == [("fault", "other-name")] * 2


def test_a_name_that_is_not_normalised_is_a_warning(tmp_path: Path) -> None:
    """PEP 427 and PEP 625 say how the name is spelt in a file's name."""
    path = make_wheel(tmp_path, "demo-lib").rename(tmp_path / "Demo.lib-1.0-py3-none-any.whl")
    assert look(path, name="demo-lib") == [("warning", "file-name")]


def test_an_extension_module_in_a_pure_folder_is_a_warning(tmp_path: Path) -> None:
    """Root-Is-Purelib and a platform tag contradict each other."""
    wheel = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: cp311-abi3-linux_x86_64\n"
    path = make_wheel(
        tmp_path,
        modules={"demo.abi3.so": "x"},
        tag="cp311-abi3-linux_x86_64",
        replace={"{info}/WHEEL": wheel},
    )
    assert ("warning", "purelib") in look(path)


def test_a_platform_wheel_with_several_tags_is_sound(tmp_path: Path) -> None:
    """Compressed tag sets are compared one by one."""
    path = make_wheel(
        tmp_path,
        modules={"demo.abi3.so": module_for("x86_64-linux-gnu.2.17")},
        tag="cp311-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64",
    )
    modules = {"demo.pyd": module_for("x86_64-windows-gnu")}
    other = make_wheel(tmp_path, modules=modules, tag="cp311-abi3-win_amd64")
    assert look(path, other) == []


def test_the_only_wheel_of_a_compiled_project_is_remarked(tmp_path: Path) -> None:
    """One platform's wheel alone leaves everybody else with the sdist, and that is said."""
    modules = {"demo.pyd": module_for("x86_64-windows-gnu")}
    path = make_wheel(tmp_path, modules=modules, tag="cp311-abi3-win_amd64")
    assert look(make_sdist(tmp_path), path) == [("warning", "one-platform")]


def test_an_empty_wheel_is_a_fault_unless_it_requires_others(tmp_path: Path) -> None:
    """A wheel without content is a broken build, or a package that only requires others."""
    assert look(make_wheel(tmp_path, modules={})) == [("fault", "empty-wheel")]
    bundle = make_wheel(tmp_path, modules={}, headers="Requires-Dist: other\n")
    assert look(bundle) == [("warning", "empty-wheel")]
    assert ("fault", "empty-wheel") in look(make_sdist(tmp_path), bundle)


def test_a_command_of_a_required_package_is_a_warning(tmp_path: Path) -> None:
    """A command may lead into another package, if one is required at all."""
    scripts = {"demo": "other.cli:main"}
    assert look(make_wheel(tmp_path, scripts=scripts)) == [("fault", "entry-point")]
    path = make_wheel(tmp_path, scripts=scripts, headers="Requires-Dist: other\n")
    assert look(path) == [("warning", "entry-point")]


def test_a_weak_digest_in_record_is_a_fault(tmp_path: Path) -> None:
    """RECORD allows SHA-256 or better; MD5 is none, and a size has to be true."""
    content = b"x"
    rows = (
        f"demo.py,md5={hashlib.md5(content, usedforsecurity=False).hexdigest()},1\n"
        f"other.py,{record_hash(content)},2\n"
    )
    path = make_wheel(
        tmp_path,
        modules={"demo.py": content, "other.py": content},
        replace={"{info}/RECORD": rows},
    )
    found = look(path)
    assert ("fault", "record-digest") in found
    assert ("fault", "record-size") in found


def test_one_broken_file_does_not_hide_the_others(tmp_path: Path) -> None:
    """Every file is inspected, and all faults are told at once."""
    broken = tmp_path / "demo-1.0-py2-none-any.whl"
    broken.write_bytes(b"PK")
    other = tmp_path / "demo-1.0.egg"
    other.write_bytes(b"")
    found = look(broken, other, make_sdist(tmp_path, files={"pyproject.toml": None}))
    assert found == [
        ("fault", "unreadable"),
        ("fault", "unexpected-file"),
        ("fault", "not-buildable"),
    ]


@pytest.mark.parametrize("name", ["demo-1.0-py3-none-any.whl", "demo-1.0.tar.gz"])
def test_a_page_in_the_place_of_a_file_is_told_as_one(tmp_path: Path, name: str) -> None:
    """What a server sent instead of a file is called what it is, and is not to be mended here."""
    path = tmp_path / name
    path.write_bytes(b"\xef\xbb\xbf\n<!DOCTYPE html><title>502</title>")
    (found,) = inspect_files([path], name="demo", version="1.0")
    assert (found.severity, found.code) == ("fault", "unreadable")
    assert "it is a web page" in found.said
    with pytest.raises(InspectionFailed) as caught:
        refuse_faults([found])
    assert caught.value.next_step.endswith("let it be built again; then release again.")


def test_a_release_has_files_and_one_sdist(tmp_path: Path) -> None:
    """No file is a fault, and so is a second sdist."""
    assert look() == [("fault", "no-files")]
    (tmp_path / "b").mkdir()
    found = look(make_sdist(tmp_path), make_sdist(tmp_path / "b"))
    assert found == [("fault", "several-sdists")]


def test_files_that_disagree_about_python_are_a_fault(tmp_path: Path) -> None:
    """All files of a release state the same Requires-Python."""
    sdist = make_sdist(tmp_path, headers="Requires-Python: >=3.9\n")
    wheel = make_wheel(tmp_path, headers="Requires-Python: >=3.8\n")
    assert look(sdist, wheel) == [("fault", "files-disagree")]


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_corrupt_data_is_found(tmp_path: Path, method: int) -> None:
    """A flipped bit in packed data is a fault, whatever packed it and the directory says."""
    (tmp_path / "made").mkdir()
    made = make_wheel(tmp_path / "made", size=1000)
    path = tmp_path / made.name
    with zipfile.ZipFile(made) as archive, zipfile.ZipFile(path, "w", method) as packed:
        for name in archive.namelist():
            packed.writestr(name, archive.read(name))
        place = packed.getinfo("demo/filler.bin").header_offset + 200
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)
    assert look(path) == [("fault", "unreadable")]


def test_faults_are_raised_as_one_error() -> None:
    """Warnings pass; the faults of one file name it, those of several name each."""
    one = Finding(code="a", severity="fault", file="a.whl", said="bad")
    two = Finding(code="b", severity="fault", file="b.whl", said="worse")
    shown = Finding(code="c", severity="warning", file="a.whl", said="odd")
    refuse_faults([shown])
    with pytest.raises(InspectionFailed) as caught:
        refuse_faults([one, shown])
    assert (caught.value.thing, caught.value.said) == ("a.whl", "bad")
    with pytest.raises(InspectionFailed) as caught:
        refuse_faults([one, two])
    assert caught.value.said == "a.whl: bad\nb.whl: worse"


def test_a_file_is_known_by_its_sha256(tmp_path: Path) -> None:
    """The digest is that of the whole content."""
    path = tmp_path / "x"
    path.write_bytes(bytes(3_000_000))
    assert sha256_of(path) == hashlib.sha256(bytes(3_000_000)).hexdigest()


ODD: list[tuple[Content, str, str]] = [
    ({"demo/.DS_Store": "x"}, "warning", "litter"),
    ({"demo/notes.py.swp": "x"}, "warning", "litter"),
    ({"demo/__init__.py.orig": "x"}, "warning", "litter"),
    ({".mypy_cache/x.json": "x"}, "warning", "litter"),
    ({"demo/.env": "A=1"}, "fault", "environment-file"),
    ({"demo/old.pyc": "x"}, "fault", "bytecode"),
    ({"LICENSE": "x"}, "warning", "stray-file"),
    ({"share/data.txt": "x"}, "warning", "stray-folder"),
    ({"queue.py": "x"}, "warning", "shadows-library"),
    ({"other/__init__.py": "x"}, "note", "several-modules"),
    ({"demo.pth": "import demo"}, "note", "path-file"),
    ({"demo/.gitignore": "*.pyc"}, "note", "repository-file"),
    ({"demo/.github/workflows/test.yml": "on: push"}, "note", "repository-file"),
    ({"demo/data.bin": bytes((20 << 20) + 1)}, "note", "large-file"),
    ({"{info}/METADATA": metadata("demo", "1.0", "Summary: x\n\nText\n")}, "note", "python-un"),
    ({"{info}/METADATA": metadata("demo", "1.0", "Requires-Python: >=3\n")}, "note", "undescribed"),
    ({"{info}/RECORD": "demo.py,,\ndemo.py,,\n"}, "fault", "record-twice"),
    ({"demo/con.py": "x"}, "warning", "windows-name"),
    ({"{info}/METADATA": metadata("demo", "1.0", "License: MIT\n")}, "warning", "no-licence"),
    (
        {"{info}/METADATA": metadata("demo", "1.0", "License-File: X\n")},
        "warning",
        "licence-missing",
    ),
    ({"demo/deploy.py": "TOKEN = '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'"}, "fault", "secret"),
    ({"demo/key.pem": "{key}"}, "warning", "secret"),
    ({"demo/tests/key.pem": "{key}"}, "note", "secret"),
    ({"demo/core.bin": b"\x7fELF\0/home/ada/src/core.c\0"}, "warning", "build-path"),
    ({"demo/core.bin": b"\x7fELF\0/home/runner/work/core.c\0"}, "note", "build-path"),
    ({"demo-1.0.data/scripts/demo": "#!/opt/py/bin/python\n"}, "warning", "script-interpreter"),
]
KEY = (
    "-----BEGIN RSA PRIVATE KEY-----\n"
    + 3 * ("MIIEowIBAAKCAQEA" * 4 + "\n")
    + "-----END RSA PRIVATE KEY-----\n"
)


@pytest.mark.parametrize(("replace", "severity", "code"), ODD)
def test_what_does_not_belong_into_a_release_is_found(
    tmp_path: Path, replace: Content, severity: str, code: str
) -> None:
    """A wheel with one thing in it that should not be there has a finding for it."""
    content = {
        path: text.replace("{key}", KEY) if isinstance(text, str) else text
        for path, text in replace.items()
    }
    path = make_wheel(tmp_path, replace=content)
    found = inspect_files([path], name="demo", version="1.0")
    assert any(f.severity == severity and f.code.startswith(code) for f in found), found


HARMLESS: list[Content] = [
    {"demo/deploy.py": "TOKEN = 'ghp_16C7e42F292c6912E7710c838347Ae178B4a'  # a wrong checksum"},
    {"demo/aws.py": "KEY = 'AKIAIOSFODNN7EXAMPLE'"},
    {"demo/tests/core.bin": b"\x7fELF\0see /home/ada for more\0"},
    {"demo/help.py": "print('/home/ada/main.py')"},
    {"demo-1.0.data/scripts/demo": "#!python\nprint()\n"},
    {"demo-1.0.data/scripts/demo": "#!/usr/bin/env bash\n"},
    {"demo.libs/libx.so.1": module_for("x86_64-linux-gnu.2.17")},
    {"_demo.py": "x"},
    {"demo/.env": ""},
    {"demo/package.json.orig": "x"},
]


@pytest.mark.parametrize("replace", HARMLESS)
def test_what_only_looks_odd_is_left_alone(tmp_path: Path, replace: Content) -> None:
    """An example of a token, a path in a text, a script that is set right: nothing is said."""
    found = look(make_wheel(tmp_path, replace=replace))
    told = {code for _, code in found} - {"record-unlisted", "binary-broken", "platform-unsaid"}
    assert told == set()


def test_what_is_worth_no_word_gets_none(tmp_path: Path) -> None:
    """20 MiB are not many; an sdist may hold what a repository does; described files are that."""
    about = "Summary: x\nRequires-Python: >=3\n\nText\n"
    held: Content = {"demo/data.bin": bytes(20 << 20)}
    wheel = make_wheel(tmp_path, headers=about, replace=held)
    sdist = make_sdist(
        tmp_path, headers=about, files={".gitignore": "*.pyc", "data": held.popitem()[1]}
    )
    found = inspect_files([wheel, sdist], name="demo", version="1.0")
    told = {"large-file", "repository-file", "python-unstated", "undescribed", "litter"}
    assert told.isdisjoint(one.code for one in found)


def test_an_executable_module_is_noted(tmp_path: Path) -> None:
    """A file that is marked executable and can do nothing with it is a note; a script is not."""
    path = make_wheel(tmp_path, modules={})
    with zipfile.ZipFile(path, "a") as archive:
        for name, text in (("demo.py", "x = 1\n"), ("run.py", "#!/usr/bin/env python\n")):
            entry = zipfile.ZipInfo(name)
            entry.create_system, entry.external_attr = 3, 0o100755 << 16
            archive.writestr(entry, text)
    found = inspect_files([path], name="demo", version="1.0")
    assert [f.said.split()[0] for f in found if f.code == "executable"] == ["demo.py"]


@pytest.mark.parametrize(
    ("path", "mode", "closed"),
    [
        ("demo/bin/tool", 0o100644, True),
        ("demo/bin/tool", 0, True),
        ("demo/bin/tool", 0o100755, False),
        ("demo-1.0.data/scripts/tool", 0o100644, False),
        ("demo/tests/tool", 0o100644, False),
    ],
)
def test_a_program_is_executable(tmp_path: Path, path: str, mode: int, *, closed: bool) -> None:
    """A program that installers leave without the bit is a warning; they set it for scripts."""
    program = compiled("x86_64-linux-gnu.2.17", PROGRAM, program=True)
    wheel = make_wheel(tmp_path, modules={}, tag="py3-none-manylinux_2_17_x86_64")
    with zipfile.ZipFile(wheel, "a") as archive:
        entry = zipfile.ZipInfo(path)
        entry.create_system, entry.external_attr = 3, mode << 16
        archive.writestr(entry, program)
    assert (("warning", "not-executable") in look(wheel)) == closed


def test_what_is_left_over_in_an_sdist_is_found(tmp_path: Path) -> None:
    """An sdist with earlier builds in it, bytecode or an environment is told; its tests are not."""
    files: Content = {"dist/demo-0.9.tar.gz": "x", "demo/__pycache__/a.pyc": "x", ".env": "A=1"}
    assert look(make_sdist(tmp_path, files=files)) == [
        ("warning", "environment-file"),
        ("warning", "bytecode"),
        ("warning", "built-file"),
    ]
    files = {"tests/data/backup~": "x", "tests/data/.env": "A=1", "tests/.netrc": "x"}
    assert look(make_sdist(tmp_path, files=files)) == []


def test_files_that_disagree_about_dependencies_are_told(tmp_path: Path) -> None:
    """Resolvers take one file's requirements for those of all; their order does not matter."""
    two = "Requires-Dist: a>=1\nRequires-Dist: b\n"
    turned = "Requires-Dist: b\nRequires-Dist: a >=1\n"
    wheel = make_wheel(tmp_path, headers=two)
    assert look(wheel, make_wheel(tmp_path, headers=turned, tag="py2-none-any")) == []
    other = make_wheel(tmp_path, headers="Requires-Dist: b\n", tag="py2-none-any")
    assert look(wheel, other) == [("warning", "files-disagree")]
    # Before metadata 2.2 an sdist's fields need not be those of its wheels; since then they are,
    # unless it says that they are not.
    assert look(make_sdist(tmp_path), wheel) == []
    new = "Metadata-Version: 2.2\nName: demo\nVersion: 1.0\n"
    assert look(make_sdist(tmp_path, files={"PKG-INFO": new}), wheel) == [
        ("warning", "files-disagree")
    ]
    new += "Dynamic: Requires-Dist\n"
    assert look(make_sdist(tmp_path, files={"PKG-INFO": new}), wheel) == []
