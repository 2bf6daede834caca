"""What is allowed, and often not meant: for those who look closely before they release."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from seatrial.artifacts.findings import Finding, fault, named, note, warning
from seatrial.artifacts.metadata import CoreMetadata
from seatrial.artifacts.sdist import SdistFacts
from seatrial.artifacts.wheel import WheelFacts

LONGEST_PATH: Final = 180
"""Characters; Windows takes 260 as a rule, and the folder of the environment is in front."""

_REPEATED: Final = frozenset({"__init__.py", "py.typed"})
"""Files that say the same in many folders, and have to."""

_WRITTEN: Final = ".egg-info/"
"""The folder of an sdist that setuptools writes; nobody can choose what is in it."""


_FIELDS: Final[Mapping[str, tuple[type, ...]]] = {
    **dict.fromkeys(("name", "version", "description", "requires-python"), (str,)),
    **dict.fromkeys(("readme", "license"), (str, dict)),
    **dict.fromkeys(
        ("license-files", "authors", "maintainers", "keywords", "classifiers"), (list,)
    ),
    **dict.fromkeys(("dependencies", "dynamic", "import-names", "import-namespaces"), (list,)),
    **dict.fromkeys(("urls", "scripts", "gui-scripts", "entry-points"), (dict,)),
    "optional-dependencies": (dict,),
}
"""The fields of ``[project]``, and what each is."""


def check_oddities(facts: WheelFacts | SdistFacts) -> Iterator[Finding]:
    """Look for what is allowed, and often not meant.

    Args:
        facts: of a wheel or an sdist.
    """
    paths = [member.path for member in facts.members]
    yield from _check_paths(facts.file, paths)
    yield from _check_page(facts.file, facts.metadata)
    if isinstance(facts, WheelFacts):
        yield from _check_doubles(facts.file, _digests(facts))
        yield from _check_importable(facts)
    else:
        yield from _check_doubles(
            facts.file, {member.path: member.digest for member in facts.members if member.size}
        )
        yield from _check_project(facts)


def _check_paths(file: str, paths: Iterable[str]) -> Iterator[Finding]:
    long = [path for path in paths if len(path) > LONGEST_PATH]
    if long:
        said = f"{named(long)} is {len(long[0])} characters long, which may be too long on Windows"
        yield warning("long-path", file, said)
    if odd := [path for path in paths if not path.isascii() or " " in path]:
        said = f"{named(odd)} has a space, or letters beyond ASCII, in its path"
        yield note("odd-path", file, said)


def _check_page(file: str, metadata: CoreMetadata) -> Iterator[Finding]:
    """Say what visitors of the project's page will miss."""
    licences = ("License", "License-Expression", "License-File")
    classified = any(one.startswith("License ::") for one in metadata.every("Classifier"))
    if not classified and not any(metadata.first(name) for name in licences):
        yield note("licence-unstated", file, "its metadata names no licence, so nobody may use it")
    missing = [
        what
        for what, headers in (
            ("author", ("Author", "Author-Email", "Maintainer", "Maintainer-Email")),
            ("address", ("Home-Page", "Project-URL", "Download-URL")),
            ("keyword or classifier", ("Keywords", "Classifier")),
        )
        if not any(metadata.first(name) for name in headers)
    ]
    if missing:
        yield note("page-bare", file, f"its metadata states no {' and no '.join(missing)}")
    if metadata.description.strip() and not metadata.first("Description-Content-Type"):
        said = "its metadata states no Description-Content-Type: it is taken for reStructuredText"
        yield note("description-type", file, said)


def _digests(wheel: WheelFacts) -> Mapping[str, str]:
    """Give what RECORD states of the files that are installed, by path; its truth is seen to."""
    info = f"{wheel.dist_info}/"
    return {
        entry.path: entry.digest
        for entry in wheel.record
        if entry.size and not entry.path.startswith(info)
    }


def _check_doubles(file: str, digests: Mapping[str, str]) -> Iterator[Finding]:
    first: dict[str, str] = {}
    doubles = []
    for path, digest in digests.items():
        if digest and path.rpartition("/")[2] not in _REPEATED and _WRITTEN not in path:
            other = first.setdefault(digest, path)
            if other != path:
                doubles.append((path, other))
    if doubles:
        said = f"{named([path for path, _ in doubles])} has the content of {doubles[0][1]}"
        yield note("same-content", file, said)


def _check_importable(wheel: WheelFacts) -> Iterator[Finding]:
    paths = sorted(path for path in wheel.importable_paths if path.endswith(".py"))
    if "__init__.py" in paths:
        said = "it installs an __init__.py beside all packages: the packages were taken for one"
        yield warning("top-level-init", wheel.file, said)
    hidden = [
        path
        for path in paths
        if not all(part.isidentifier() for part in path.removesuffix(".py").split("/"))
    ]
    if hidden:
        said = f"no import statement can name {named(hidden)}: a part of its path is no identifier"
        yield note("not-importable", wheel.file, said)


def _check_project(sdist: SdistFacts) -> Iterator[Finding]:
    if sdist.project is None:
        said = "it has no pyproject.toml, so whatever setuptools there is that day builds it"
        yield note("backend-unstated", sdist.file, said)
        return
    try:
        project = tomllib.loads(sdist.project.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        yield fault("project-malformed", sdist.file, f"its pyproject.toml cannot be read: {error}")
        return
    system = project.get("build-system")
    if system is None:
        said = "its pyproject.toml has no [build-system], so the setuptools of that day builds it"
        yield note("backend-unstated", sdist.file, said)
        return
    requires = system.get("requires") if isinstance(system, dict) else None
    if not isinstance(requires, list) or not all(isinstance(one, str) for one in requires):
        said = "the [build-system] of its pyproject.toml has no list requires (PEP 518)"
        yield fault("project-malformed", sdist.file, said)
    yield from _check_table(sdist.file, project.get("project", {}))


def _check_table(file: str, table: object) -> Iterator[Finding]:
    """Compare the table ``[project]`` with its specification, field by field (PEP 621)."""
    if not isinstance(table, dict):
        yield warning("project-invalid", file, "project in its pyproject.toml is no table")
        return
    dynamic = table.get("dynamic")
    for name, value in table.items():
        kinds = _FIELDS.get(name)
        if kinds is None:
            said = f"[project] in its pyproject.toml has {name}, which is no field of it"
            yield warning("project-invalid", file, said)
        elif not isinstance(value, kinds):
            said = f"{name} in [project] of its pyproject.toml is of another kind than PEP 621 has"
            yield warning("project-invalid", file, said)
        elif isinstance(dynamic, list) and name in dynamic:
            said = f"[project] in its pyproject.toml states {name}, and says that it is dynamic"
            yield warning("project-invalid", file, said)
    for name in ("name", "version"):
        if table and name not in table and not (isinstance(dynamic, list) and name in dynamic):
            said = f"[project] in its pyproject.toml states no {name}"
            yield warning("project-invalid", file, said)
