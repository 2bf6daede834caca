"""Releases with one defect each, and a sound one: what inspectors are to find."""

from __future__ import annotations

import io
import stat
import subprocess
import sysconfig
import tarfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.wheels import make_sdist, make_wheel

DESCRIPTION = "# Demo\n\n" + "A demonstration of what a release consists of. " * 4 + "\n"
HEADERS = (
    "Summary: A demonstration of a release\nAuthor: Ada\nAuthor-Email: Ada <ada@example.org>\n"
    "Project-URL: Homepage, https://example.org/demo\nKeywords: demo\nRequires-Python: >=3.9\n"
    "Classifier: Development Status :: 4 - Beta\nClassifier: Programming Language :: Python :: 3\n"
    "Classifier: Programming Language :: Python :: 3.9\n"
    "License-Expression: MIT\nLicense-File: LICENSE\nDescription-Content-Type: text/markdown\n"
)
PROJECT = """\
[build-system]
requires = ["flit_core>=3.11"]
build-backend = "flit_core.buildapi"

[project]
name = "demo"
version = "1.0"
description = "A demonstration of a release"
readme = "README.md"
requires-python = ">=3.9"
license = "MIT"
license-files = ["LICENSE"]
authors = [{ name = "Ada", email = "ada@example.org" }]
keywords = ["demo"]
classifiers = [
    "Development Status :: 4 - Beta",
    "Programming Language :: Python :: 3",
    "Programming Language :: Python :: 3.9",
]
urls.Homepage = "https://example.org/demo"
"""
INIT = b'"""Demo."""\n'
MODULES: Mapping[str, str | bytes] = {
    "demo/__init__.py": INIT,
    "demo/code.py": b"def run(): pass\n",
}
COMPILED = "cp311-cp311-manylinux_2_28_x86_64"
STABLE = "cp39-abi3-manylinux_2_28_x86_64"
KEY = (
    "-----BEGIN RSA PRIVATE KEY-----\n" + ("A" * 64 + "\n") * 3 + "-----END RSA PRIVATE KEY-----\n"
)


Text = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Defect:
    """One release.

    Attributes:
        what: its defect, in words; empty for a sound release.
        make: writes the files of the release into a folder.
        options: what Seatrial's inspection is asked for on top.
        beside: files that the repository holds, and the sdist does not.
    """

    what: str
    make: Callable[[Path], object]
    options: Sequence[str] = field(default=())
    beside: Mapping[str, str] = field(default_factory=dict)


def headers(old: str = "", new: str = "", more: str = "", body: str = DESCRIPTION) -> str:
    """Give the headers with a piece of them replaced, more of them, and the description."""
    assert old in HEADERS, old
    return f"{HEADERS.replace(old, new)}{more}\n{body}"


def wheel(  # noqa: PLR0913 - one parameter for each part of a wheel that can be wrong
    folder: Path,
    *,
    text: str | None = None,
    modules: Mapping[str, str | bytes] | None = None,
    more: Mapping[str, str | bytes] | None = None,
    replace: Mapping[str, str | bytes | None] | None = None,
    tag: str = "py3-none-any",
    version: str = "1.0",
    scripts: Mapping[str, str] | None = None,
    licence: bool = True,
    size: int = 0,
) -> Path:
    """Make a wheel; sound, but for what is said."""
    content = {**(MODULES if modules is None else modules), **(more or {})}
    if licence:
        content[f"demo-{version}.dist-info/licenses/LICENSE"] = "MIT\n"
    return make_wheel(
        folder,
        version=version,
        modules=content,
        headers=headers() if text is None else text,
        replace=replace,
        tag=tag,
        scripts=scripts,
        size=size,
    )


def sdist(
    folder: Path, *, text: str | None = None, files: Mapping[str, str | bytes | None] | None = None
) -> Path:
    """Make an sdist; sound, but for what is said."""
    content = {
        "pyproject.toml": PROJECT,
        "README.md": DESCRIPTION,
        "LICENSE": "MIT\n",
        "demo/__init__.py": INIT,
        "demo/code.py": b"def run(): pass\n",
    }
    return make_sdist(
        folder, headers=headers() if text is None else text, files={**content, **(files or {})}
    )


def both(
    old: str = "",
    new: str = "",
    *,
    more: str = "",
    body: str = DESCRIPTION,
    project: Text = ("", ""),
) -> Callable[[Path], object]:
    """Make wheel and sdist with other metadata.

    Args:
        old: a piece of the headers.
        new: what stands there instead.
        more: further headers.
        body: the description.
        project: a piece of pyproject.toml, and what stands there instead: some inspectors do not
            read the metadata, but have it made anew.
    """
    text = headers(old, new, more, body)
    assert project[0] in PROJECT, project[0]
    files = {"pyproject.toml": PROJECT.replace(*project), "README.md": body}
    return lambda folder: (wheel(folder, text=text), sdist(folder, text=text, files=files))


def w(**said: object) -> Callable[[Path], object]:
    """Make a wheel with something wrong."""
    return lambda folder: wheel(folder, **said)  # type: ignore[arg-type] # as wheel() takes them


def s(**said: object) -> Callable[[Path], object]:
    """Make an sdist with something wrong."""
    return lambda folder: sdist(folder, **said)  # type: ignore[arg-type] # as sdist() takes them


def rezipped(
    change: Callable[[zipfile.ZipFile, list[tuple[zipfile.ZipInfo, bytes]]], None],
) -> Callable[[Path], object]:
    """Make a wheel whose archive is written by hand."""

    def make(folder: Path) -> None:
        path = wheel(folder)
        with zipfile.ZipFile(path) as archive:
            entries = [(entry, archive.read(entry)) for entry in archive.infolist()]
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            change(archive, entries)

    return make


def _twice(archive: zipfile.ZipFile, entries: list[tuple[zipfile.ZipInfo, bytes]]) -> None:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for entry, data in [*entries, entries[0]]:
            archive.writestr(entry, data)


def _bzip2(archive: zipfile.ZipFile, entries: list[tuple[zipfile.ZipInfo, bytes]]) -> None:
    for entry, data in entries:
        archive.writestr(entry, data, zipfile.ZIP_BZIP2)


def _linked(archive: zipfile.ZipFile, entries: list[tuple[zipfile.ZipInfo, bytes]]) -> None:
    for entry, data in entries:
        if entry.filename == "demo/code.py":
            entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, data)


def _runs(archive: zipfile.ZipFile, entries: list[tuple[zipfile.ZipInfo, bytes]]) -> None:
    for entry, data in entries:
        if entry.filename == "demo/code.py":
            entry.external_attr = (stat.S_IFREG | 0o755) << 16
        archive.writestr(entry, data)


def _appended(folder: Path) -> None:
    with wheel(folder).open("ab") as stream:
        stream.write(b"more")


def _cut(folder: Path) -> None:
    path = wheel(folder, more={"demo/data.bin": bytes(range(256)) * 400})
    path.write_bytes(path.read_bytes()[:-400])


def _named(new: str) -> Callable[[Path], object]:
    """Make a wheel under another file name."""
    return lambda folder: wheel(folder).rename(folder / new)


def _tar(members: Sequence[tuple[str, bytes, str]]) -> Callable[[Path], object]:
    """Make an sdist of a list of members: path, content, target of a link."""

    def make(folder: Path) -> None:
        with tarfile.open(folder / "demo-1.0.tar.gz", "w:gz") as archive:
            for path, data, link in members:
                entry = tarfile.TarInfo(path)
                entry.size = len(data)
                if link:
                    entry.type, entry.linkname = tarfile.SYMTYPE, link
                archive.addfile(entry, io.BytesIO(data))

    return make


def members(top: str = "demo-1.0", *, info: bool = True) -> list[tuple[str, bytes, str]]:
    """Give the members of a sound sdist."""
    core = f"Metadata-Version: 2.4\nName: demo\nVersion: 1.0\n{headers()}"
    found = [
        (f"{top}/{path}", content.encode(), "")
        for path, content in {
            "pyproject.toml": PROJECT,
            "README.md": DESCRIPTION,
            "LICENSE": "MIT\n",
            "demo/__init__.py": INIT.decode(),
        }.items()
    ]
    return [*found, (f"{top}/PKG-INFO", core.encode(), "")] if info else found


def module(folder: Path, code: str, *flags: str) -> bytes:
    """Compile an extension module, and give its bytes."""
    source, built = folder / "built.c", folder / "built.so"
    source.write_text(code, "ascii")
    include = sysconfig.get_path("include")
    subprocess.run(
        ["cc", "-shared", "-fPIC", *flags, f"-I{include}", str(source), "-o", str(built)],
        check=True,
    )
    data = built.read_bytes()
    source.unlink()
    built.unlink()
    return data


C = """
#include <Python.h>
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_c", 0, -1, 0};
PyMODINIT_FUNC PyInit__c(void) { %s return PyModule_Create(&module); }
"""


def compiled(
    name: str, tag: str, *flags: str, code: str = "", pure: bool = False
) -> Callable[[Path], object]:
    """Make a wheel with an extension module that the compiler of this machine makes."""

    def make(folder: Path) -> None:
        data = module(folder, C % code, *(flags or ("-s",)))
        said = {"{info}/WHEEL": _wheel_file(tag, pure="true")} if pure else None
        path = wheel(folder, more={f"demo/{name}": data}, tag=tag, replace=said)
        if said:
            _record(path)

    return make


def _wheel_file(tag: str, *, pure: str = "false", version: str = "1.0") -> str:
    return f"Wheel-Version: {version}\nGenerator: by-hand\nRoot-Is-Purelib: {pure}\nTag: {tag}\n"


def stated(tag: str, **said: str) -> Callable[[Path], object]:
    """Make a wheel whose WHEEL says something else than its name, and whose RECORD is true."""

    def make(folder: Path) -> None:
        _record(wheel(folder, replace={"{info}/WHEEL": _wheel_file(tag, **said)}))

    return make


def _record(path: Path) -> None:
    """Write RECORD anew."""
    from tests.support.wheels import record_hash

    with zipfile.ZipFile(path) as archive:
        content = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    record = "demo-1.0.dist-info/RECORD"
    lines = [f"{n},{record_hash(d)},{len(d)}\n" for n, d in content.items() if n != record]
    content[record] = "".join([*lines, f"{record},,\n"]).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name, data)


def _two(folder: Path) -> None:
    other = folder / "other"
    other.mkdir()
    sdist(folder)
    sdist(other).rename(folder / "demo-1.0.0.tar.gz")
    other.rmdir()


def _disagree(new: str) -> Callable[[Path], object]:
    return lambda folder: (
        wheel(folder, text=headers("Requires-Python: >=3.9\n", new)),
        sdist(folder),
    )
