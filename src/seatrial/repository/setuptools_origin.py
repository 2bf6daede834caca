"""Where setuptools takes the version from."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

from seatrial.repository import modules, setup_script
from seatrial.repository.manifest import Manifest
from seatrial.repository.origin import Origin, at, from_tag, unread
from seatrial.repository.spans import dig

_TAG_TOOLS = ("setuptools-scm", "versioneer", "pbr", "versioningit", "setuptools-git-versioning")
_VERSION_NAMES = ("__version__", "VERSION", "version", "__VERSION__")


def find(manifest: Manifest) -> Origin:
    """Find where setuptools takes the version from, in the order in which it looks itself."""
    for look in (_pyproject, _setup_cfg, _tag_tools, _setup_py):
        found = look(manifest)
        if found is not None:
            return found
    for tool in _TAG_TOOLS:
        if tool in manifest.requires:
            return from_tag(tool)
    return unread("neither pyproject.toml, setup.cfg nor setup.py states it")


def module_roots(manifest: Manifest) -> tuple[str, ...]:
    """Give the folders that the package's modules lie in, the stated ones first."""
    stated: list[str] = []
    package_dir = manifest.tool("setuptools", "package-dir")
    if isinstance(package_dir, Mapping):
        stated += [str(package_dir[key]) for key in ("",) if key in package_dir]
    where = manifest.tool("setuptools", "packages", "find", "where")
    stated += [str(folder) for folder in where] if isinstance(where, list) else []
    options = manifest.setup_cfg.get("options", {})
    stated += re.findall(r"^\s*=\s*(\S+)\s*$", options.get("package_dir", ""), re.MULTILINE)
    stated += _package_dir(manifest.call.get("package_dir"))
    return tuple(dict.fromkeys([*stated, "", "src", "lib", "python"]))


def _package_dir(node: ast.expr | None) -> list[str]:
    """Give the folder that a script names for all packages: ``package_dir={"": "Lib"}``."""
    if not isinstance(node, ast.Dict):
        return []
    pairs = zip(node.keys, node.values, strict=True)
    return [
        value.value
        for key, value in pairs
        if isinstance(key, ast.Constant) and key.value == ""
        if isinstance(value, ast.Constant) and isinstance(value.value, str)
    ]


def _pyproject(manifest: Manifest) -> Origin | None:
    stated = manifest.tool("setuptools", "dynamic", "version")
    attr, file = dig(stated, "attr"), dig(stated, "file")
    if isinstance(attr, str):
        return _attr(manifest, attr)
    names = [file] if isinstance(file, str) else file
    if isinstance(names, list) and len(names) == 1:
        return at(manifest.folder, str(names[0]), "file", "")
    return None


def _setup_cfg(manifest: Manifest) -> Origin | None:
    stated = manifest.setup_cfg.get("metadata", {}).get("version", "")
    how, _, what = stated.partition(":")
    if how.strip() == "attr":
        return _attr(manifest, what.strip())
    if how.strip() == "file":
        return at(manifest.folder, what.strip(), "file", "")
    return at(manifest.folder, "setup.cfg", "ini", "metadata.version") if stated else None


def _attr(manifest: Manifest, attr: str) -> Origin:
    module, _, name = attr.rpartition(".")
    path = modules.find_module(manifest.folder, module, module_roots(manifest))
    if not path and "setuptools-scm" in manifest.requires:
        # The module is one that the tool writes at build time.
        return from_tag("setuptools-scm")
    if "versioneer" in manifest.requires or manifest.folder.has("versioneer.py"):
        return from_tag("versioneer")
    if not path:
        return unread(f"the module of {attr} is not there")
    found = modules.attribute(manifest.folder, path, name)
    if found is None and _asks_scm(manifest.folder.text(path) or ""):
        return from_tag("setuptools-scm")
    return found or unread(f"{manifest.folder.full(path)} computes {name}")


def _asks_scm(text: str) -> bool:
    """Whether a module that computes the version has setuptools-scm do it."""
    return (
        re.search(r"(?m)^\s*(?:import|from)\s+(?:setuptools_scm|vcs_versioning)\b", text)
        is not None
    )


def _tag_tools(manifest: Manifest) -> Origin | None:
    call = manifest.call
    if "use_scm_version" in call or manifest.tool("setuptools_scm") is not None:
        return from_tag("setuptools-scm")
    if (
        manifest.tool("setuptools-git-versioning") is not None
        or "setuptools_git_versioning" in call
    ):
        return from_tag("setuptools-git-versioning")
    if "pbr" in call:
        return from_tag("pbr")
    version = call.get("version")
    tree = manifest.setup_py
    if isinstance(version, ast.Name) and tree is not None:
        version = setup_script.assigned(tree, version.id)
    if version is not None and setup_script.called(version).endswith("versioneer.get_version"):
        return from_tag("versioneer")
    return None


def _setup_py(manifest: Manifest) -> Origin | None:
    version, tree = manifest.call.get("version"), manifest.setup_py
    if version is None or tree is None:
        return None
    found = at(manifest.folder, "setup.py", "python", setup_script.KEYWORD)
    if found.site:
        return found
    if isinstance(version, ast.Name):
        named = modules.attribute(manifest.folder, "setup.py", version.id)
        if named:
            return named
    meant = setup_script.reference(tree, version)
    if meant:
        path = modules.find_module(manifest.folder, meant.module, module_roots(manifest))
        found_in = modules.attribute(manifest.folder, path, meant.name) if path else None
        if found_in:
            return found_in
    return _read_from_a_file(manifest, tree)


def _read_from_a_file(manifest: Manifest, tree: ast.Module) -> Origin:
    """Find the one file that the script names and that states a version.

    Scripts read it by ``open``, ``exec`` and patterns of every kind; what they have in common is
    that the file's path stands in them.
    """
    folder = manifest.folder
    named = sorted(path for path in setup_script.paths(tree) if folder.has(path))
    mentioned = setup_script.strings(tree)
    names = [
        name
        for name in _VERSION_NAMES
        if name == "__version__" or any(name in text for text in mentioned)
    ]
    found: list[Origin] = []
    for path in named:
        if path.endswith(".py"):
            states = (modules.attribute(folder, path, name) for name in names)
            found += [origin for origin in states if origin is not None and origin.site][:1]
        elif re.search(r"(?i)version(?:\.txt|\.in)?$", path):
            found += [origin] if (origin := at(folder, path, "file", "")).site else []
    if len({origin.site.where for origin in found if origin.site}) == 1:
        return found[0]
    return unread(f"{folder.full('setup.py')} computes it")
