"""What a package requires, as its files say: read without running them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from seatrial.repository import setup_script
from seatrial.repository.facts import BY_PATH, DIRECT, Requires
from seatrial.repository.keyed import dig
from seatrial.repository.local_paths import local_path, poetry_counts, poetry_path
from seatrial.repository.manifest import Manifest
from seatrial.repository.names import normalised

_NAME = re.compile(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)")

_PLAIN = re.compile(
    r" *(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?) *"
    r"(?:(?P<operator>>=|<=|==|!=|<|>) *(?P<version>[0-9]+(?:\.[0-9]+)*) *)?"
)
"""A name, and at most one clause that compares it with a final release."""


def requirements(manifest: Manifest) -> tuple[Requires, ...]:
    """Read what a package requires.

    Args:
        manifest: what its files say.  Of a ``setup.py``, only what it states as plain texts is
            seen; a version that it computes is not.
    """
    found = [
        *_project(manifest),
        *_poetry(manifest),
        *_setup_cfg(manifest),
        *_setup_py(manifest),
        *_lines(manifest.tool("flit", "metadata", "requires"), ""),
        *_build(manifest),
    ]
    return tuple(dict.fromkeys(found))


def computes(manifest: Manifest) -> bool:
    """Whether what a package requires is made by its build.

    Args:
        manifest: what its files say: ``dynamic`` (PEP 621) names the dependencies, or ``setup()``
            is called with what is more than plain texts.
    """
    dynamic = manifest.project.get("dynamic")
    if isinstance(dynamic, list) and "dependencies" in dynamic:
        return not manifest.setup_cfg.get("options", {}).get("install_requires")
    said = manifest.call.get("install_requires")
    if isinstance(said, ast.Name) and manifest.setup_py is not None:
        said = setup_script.assigned(manifest.setup_py, said.id)
    if said is None:
        return "install_requires" in manifest.call
    plain = ast.List | ast.Tuple | ast.Constant | ast.Load
    return not all(isinstance(node, plain) for node in ast.walk(said))


def _project(manifest: Manifest) -> Iterator[Requires]:
    yield from _lines(manifest.project.get("dependencies"), "")
    extras = manifest.project.get("optional-dependencies")
    for extra, lines in extras.items() if isinstance(extras, Mapping) else ():
        yield from _lines(lines, extra)


def _build(manifest: Manifest) -> Iterator[Requires]:
    """Read what the build requires (PEP 518)."""
    for one in _lines(dig(manifest.pyproject, "build-system", "requires"), ""):
        yield replace(one, build=True)


def _lines(lines: object, extra: str) -> Iterator[Requires]:
    for line in lines if isinstance(lines, list | tuple | frozenset) else ():
        if isinstance(line, str) and (found := _read(line, extra)):
            yield found


def _read(line: str, extra: str) -> Requires | None:
    if plain := _PLAIN.fullmatch(line):
        operator, version = plain["operator"] or "", plain["version"] or ""
        return Requires(name=normalised(plain["name"]), specifier=operator + version, extra=extra)
    # Imported late: most requirements are plain, and it is much to import.
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        read = Requirement(line)
    except InvalidRequirement:
        name = _NAME.match(line)
        return Requires(name=normalised(name[1]), extra=extra) if name else None
    specifier = _address(read.url) if read.url else str(read.specifier)
    return Requires(name=normalised(read.name), specifier=specifier, extra=extra)


def _address(url: str) -> str:
    return DIRECT if local_path(url) is None else BY_PATH


def _poetry(manifest: Manifest) -> Iterator[Requires]:
    table = manifest.tool("poetry", "dependencies")
    counts = isinstance(table, Mapping) and poetry_counts(manifest.pyproject)
    for name, said in table.items() if counts else ():
        # Of several constraints, each may say something else for another Python.
        for one in said if isinstance(said, list) else [said]:
            optional = isinstance(one, Mapping) and bool(one.get("optional"))
            if name != "python":
                yield Requires(
                    name=normalised(name),
                    specifier=_poetry_says(one, several=isinstance(said, list)),
                    extra="optional" if optional else "",
                )


def _poetry_says(said: object, *, several: bool) -> str:
    """Give which versions an entry of Poetry's dependencies admits; any where others are beside."""
    if poetry_path(said) is not None:
        return BY_PATH
    stated = said.get("version", DIRECT) if isinstance(said, Mapping) else said
    return stated if isinstance(stated, str) and not several else ""


def _setup_cfg(manifest: Manifest) -> Iterator[Requires]:
    options = manifest.setup_cfg.get("options", {})
    yield from _lines(options.get("install_requires", "").splitlines(), "")
    for extra, lines in manifest.setup_cfg.get("options.extras_require", {}).items():
        yield from _lines(lines.splitlines(), extra)


def _setup_py(manifest: Manifest) -> Iterator[Requires]:
    yield from _lines(tuple(sorted(_texts(manifest, "install_requires"))), "")
    yield from _lines(tuple(sorted(_texts(manifest, "extras_require"))), "extras")


def _texts(manifest: Manifest, keyword: str) -> Iterable[str]:
    """Give the plain texts of what ``setup()`` is called with; of a name, of what it is given."""
    said = manifest.call.get(keyword)
    if isinstance(said, ast.Name) and manifest.setup_py is not None:
        said = setup_script.assigned(manifest.setup_py, said.id)
    return setup_script.strings(said) if said is not None else ()
