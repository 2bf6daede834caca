"""What can be imported from a list of paths."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable

# "core.cpython-311-x86_64-linux-gnu.so", "core.abi3.so", "core.cp311-win_amd64.pyd", "core.so".
_EXTENSION = re.compile(
    r"(?P<name>[^./]+)(?:\.(?:cpython-|pypy|abi3|cp\d|graalpy)[^/]*)?\.(?:so|pyd)"
)
_SOURCE = re.compile(r"(?P<name>[^./]+)\.pyc?")


def module_name(file: str) -> str:
    """Give the module that a file is, by its name without folders; empty when it is none."""
    found = _SOURCE.fullmatch(file) or _EXTENSION.fullmatch(file)
    name = found["name"] if found else ""
    return name if _importable(name) else ""


def is_extension(path: str) -> bool:
    """Tell whether a path is that of an extension module (and no other shared library)."""
    file = path.rsplit("/", 1)[-1]
    return bool(_EXTENSION.fullmatch(file)) and not file.startswith("lib")


def top_level(paths: Iterable[str]) -> tuple[str, ...]:
    """Give the names to import so that each top-level module or package is imported once.

    A folder without ``__init__`` that holds nothing but folders is a namespace (PEP 420), and the
    packages in it are given instead ("google.cloud.storage").

    Args:
        paths: files below one entry of ``sys.path``.
    """
    names: set[str] = set()
    pending: list[tuple[tuple[str, ...], _Folder]] = [((), _tree(paths))]
    while pending:
        place, folder = pending.pop()
        modules = {module_name(name) for name, below in folder.items() if below is None} - {""}
        if place and modules:
            names.add(".".join(place))
            continue
        names |= modules - {"__main__", "__init__"}
        pending += [
            ((*place, name), below)
            for name, below in folder.items()
            if below is not None and _importable(name) and name != "__pycache__"
        ]
    return tuple(sorted(names))


def holds_module(paths: frozenset[str], dotted: str) -> bool:
    """Tell whether a module or package is among the files.

    Args:
        paths: files below one entry of ``sys.path``.
        dotted: the module's full name.
    """
    path = dotted.replace(".", "/")
    if f"{path}.py" in paths or any(other.startswith(f"{path}/") for other in paths):
        return True
    folder, _, name = path.rpartition("/")
    return any(
        module_name(other.rpartition("/")[2]) == name
        for other in paths
        if other.rpartition("/")[0] == folder
    )


class _Folder(dict[str, "_Folder | None"]):
    """Names in a folder; files hold nothing."""


def _tree(paths: Iterable[str]) -> _Folder:
    root = _Folder()
    for path in paths:
        *folders, file = path.split("/")
        here = root
        for name in folders:
            below = here.get(name)
            if below is None:
                below = here[name] = _Folder()
            here = below
        here.setdefault(file, None)
    return root


def _importable(name: str) -> bool:
    return name.isidentifier() and not keyword.iskeyword(name)
