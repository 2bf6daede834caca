"""Which platforms and Pythons the names of wheels promise, in words for people."""

from __future__ import annotations

import re
from collections.abc import Iterable

_PLATFORMS = (
    (re.compile(r"manylinux(?:1|2010|2014|_\d+_\d+)_(\w+)"), "Linux"),
    (re.compile(r"musllinux_\d+_\d+_(\w+)"), "Linux (musl)"),
    (re.compile(r"linux_(\w+)"), "Linux (this distribution)"),
    (re.compile(r"macosx_\d+_\d+_(\w+)"), "macOS"),
    (re.compile(r"win_(amd64|arm64|arm32)|(win32)"), "Windows"),
    (re.compile(r"(?:android|ios)_\d+(?:_\d+)?_(\w+)"), "mobile"),
    (re.compile(r"(?:pyodide|emscripten)_\w+?_(wasm32)"), "WebAssembly"),
)
_UNIVERSAL = {"universal2": ("x86_64", "arm64"), "intel": ("x86_64", "i386")}


def platforms_of(files: Iterable[str]) -> frozenset[str]:
    """Give the platforms of wheels ("Linux x86_64"), by the files' names.

    Args:
        files: names of files; those that are no wheels are left out.
    """
    tags = (name[:-4].split("-")[-1] for name in files if name.endswith(".whl"))
    return frozenset(one for tag in tags for part in tag.split(".") for one in _platforms(part))


def _platforms(tag: str) -> Iterable[str]:
    if tag == "any":
        return ("any platform",)
    for form, name in _PLATFORMS:
        if found := form.fullmatch(tag):
            machine = next(filter(None, found.groups()))
            return [f"{name} {one}" for one in _UNIVERSAL.get(machine, (machine,))]
    return (tag,)


def pythons_of(files: Iterable[str]) -> frozenset[str]:
    """Give the interpreters of wheels ("cp311", "cp39+" for the stable ABI), by the files' names.

    Args:
        files: names of files; those that are no wheels are left out.
    """
    found: set[str] = set()
    for name in files:
        if name.endswith(".whl"):
            pythons, abis, _ = name[:-4].split("-")[-3:]
            stable = "+" if "abi3" in abis.split(".") else ""
            threaded = "t" if re.search(r"\dt\b", abis) else ""
            found |= {f"{python}{threaded}{stable}" for python in pythons.split(".")}
    return frozenset(found)
