"""The folders of a repository's workspace: what its tools name, and what may hold a package."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

from seatrial.config.packages import fits, normal
from seatrial.errors import InvalidConfiguration
from seatrial.repository.manifest import ASIDE, MANIFESTS, Manifest, read_manifest
from seatrial.repository.snapshot import Snapshot
from seatrial.repository.spans import dig
from seatrial.versions.tags import by_name, name_key

DEEPEST = 3
"""How many folders below the root a package may lie to be found without configuration."""

_EXAMPLES = re.compile(r"[-_](?:examples?|samples?)$", re.IGNORECASE)


def candidates(snapshot: Snapshot) -> set[str]:
    """Give the folders below the root that hold a manifest."""
    return {
        posixpath.dirname(path)
        for path in snapshot.files
        if posixpath.basename(path) in MANIFESTS and "/" in path
    }


def member_folders(snapshot: Snapshot, root: Manifest) -> list[str]:
    """Give the folders of the workspace that the root's manifest describes, or none.

    uv (``[tool.uv.workspace]``) and Hatch (``workspace.members`` of an environment, here or in
    ``hatch.toml``) name the members by globs.  Poetry, PDM and Pixi have no list of members; where
    the root itself is no package, those that it requires by their paths are its workspace.

    Args:
        snapshot: the commit.
        root: the manifest of the repository's root.
    """
    named = [pair for pair in _globs(root) if pair[0]]
    if not named and root.is_package:
        return []
    there = candidates(snapshot)
    found = {
        path
        for members, left_out in named
        for path in there
        if any(fits(glob, path) for glob in members)
        and not any(fits(glob, path) for glob in left_out)
    }
    if not root.is_package and (paths := set(_paths(root)) & there):
        counted = {path for path in there if counts(path)} if not named else set()
        found |= paths | counted
    return sorted(found)


def tagged_folders(snapshot: Snapshot, root: Manifest) -> list[str]:
    """Give the folders below a package in the root whose packages have release tags of their own.

    Many a repository of one package holds further manifests that nobody releases; a tag that names
    the package (``hatchling-v1.9.0``) tells those that somebody did.

    Args:
        snapshot: the commit.
        root: the manifest of the repository's root.
    """
    below = {posixpath.dirname(path) for path in snapshot.files if path.endswith(_BELOW)}
    folders = sorted(path for path in below if counts(path))
    named = by_name(tag.name for tag in snapshot.tags) if folders else {}
    named.pop(name_key(root.name), None)
    if not any(named):
        return []
    snapshot.texts(f"{folder}/{name}" for folder in folders for name in MANIFESTS)
    return [folder for folder in folders if _key(snapshot, folder) in named]


_BELOW = tuple(f"/{name}" for name in MANIFESTS)


def _key(snapshot: Snapshot, folder: str) -> tuple[str, ...] | None:
    """Give the words by which tags name the package in a folder; nothing where there is none."""
    try:
        manifest = read_manifest(snapshot, folder)
    except InvalidConfiguration:
        return None  # a broken manifest below the root describes nothing
    return name_key(manifest.name) or None if manifest.is_package else None


def _globs(root: Manifest) -> Iterator[tuple[list[str], list[str]]]:
    """Give the globs of members, and of those that are left out, of each workspace."""
    uv = root.tool("uv", "workspace")
    yield _strings(dig(uv, "members")), _strings(dig(uv, "exclude"))
    # hatch.toml holds the same tables at its top, and wins; an environment has a workspace.
    own = root.folder.parsed("hatch.toml").get("envs")
    environments = {**_named(root.tool("hatch", "envs")), **_named(own)}
    for environment in _tables(environments):
        members = dig(environment, "workspace", "members")
        listed = members if isinstance(members, list) else []
        paths = _strings([dig(one, "path") for one in listed])
        left_out = dig(environment, "workspace", "exclude")
        yield _strings(members) + paths, _strings(left_out)


def _paths(root: Manifest) -> Iterator[str]:
    """Give the folders that the root requires by their paths."""
    tables = [
        root.tool("poetry", "dependencies"),
        *(dig(group, "dependencies") for group in _tables(root.tool("poetry", "group"))),
        root.tool("pixi", "pypi-dependencies"),
        *(dig(one, "pypi-dependencies") for one in _tables(root.tool("pixi", "feature"))),
    ]
    for table in tables:
        for one in _tables(table):
            path = dig(one, "path")
            if isinstance(path, str):
                yield normal(path)
    groups = root.tool("pdm", "dev-dependencies")
    for lines in groups.values() if isinstance(groups, Mapping) else ():
        for line in _strings(lines):
            found = _EDITABLE.search(line)
            if found:
                yield normal(found[1])


_EDITABLE = re.compile(r"file:///\$\{PROJECT_ROOT\}/([^#]+)")


def _tables(value: object) -> list[Mapping[str, object]]:
    values = value.values() if isinstance(value, Mapping) else ()
    return [one for one in values if isinstance(one, Mapping)]


def _named(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _strings(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def counts(path: str) -> bool:
    """Whether a folder may hold a package to release: not one of tests, examples or the like."""
    parts = path.split("/")
    return len(parts) <= DEEPEST and not any(
        part.lower() in ASIDE or part.startswith(".") or "{" in part or _EXAMPLES.search(part)
        for part in parts
    )
