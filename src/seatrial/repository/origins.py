"""Where a build takes the package's version from: one small function a backend."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from seatrial.errors import InvalidConfiguration
from seatrial.repository import modules, setuptools_origin
from seatrial.repository.facts import Site
from seatrial.repository.manifest import Folder, Manifest
from seatrial.repository.origin import Origin, at, from_tag, unread
from seatrial.repository.spans import THEIRS, dig

# The pattern that hatchling documents as its default (https://hatch.pypa.io/latest/plugins/
# version-source/regex/), restated with one group.
_HATCH = r"(?i)^(?:__version__|VERSION)(?: ?: ?str)? *= *['\"]v?(?P<version>[^'\"\n]+)['\"]"

_SCM_SOURCES = {
    "vcs": "hatch-vcs",
    "uv-dynamic-versioning": "uv-dynamic-versioning",
    "versioningit": "versioningit",
    "calver": "hatch-calver",
}


def find_origin(manifest: Manifest) -> Origin:
    """Find where the build of a package takes its version from.

    Args:
        manifest: what the package's files say.
    """
    if _overridden(manifest):
        return from_tag("poetry-dynamic-versioning")
    project = manifest.project
    if isinstance(project.get("version"), str):
        return at(manifest.folder, "pyproject.toml", "toml", "project.version")
    if manifest.tool("versioningit") is not None and "versioningit" in manifest.requires:
        return from_tag("versioningit")
    return _BY_FAMILY.get(manifest.family, _unknown)(manifest)


def _overridden(manifest: Manifest) -> bool:
    enabled = manifest.tool("poetry-dynamic-versioning", "enable") is True
    return enabled and (
        manifest.family == "poetry_dynamic_versioning"
        or "poetry-dynamic-versioning" in manifest.requires
    )


def _unknown(manifest: Manifest) -> Origin:
    return unread(f"the build backend {manifest.backend} is not known, and computes the version")


def _hatchling(manifest: Manifest) -> Origin:
    folder = manifest.folder
    # hatch.toml holds the same tables at its top, and wins.
    settings = {
        **_table(manifest.tool("hatch", "version")),
        **_table(folder.parsed("hatch.toml").get("version")),
    }
    source = str(settings.get("source", "regex"))
    if source in _SCM_SOURCES:
        return from_tag(_SCM_SOURCES[source])
    if source == "nodejs":
        return at(folder, str(settings.get("path", "package.json")), "json", "version")
    path = settings.get("path")
    if not isinstance(path, str):
        return unread(f"the version source {source!r} of hatchling computes it")
    if source == "code":
        name = str(settings.get("expression", "__version__"))
        return modules.attribute(folder, path, name) or unread(f"{path} computes {name}")
    if source in {"regex", "regex_commit"}:  # the latter is hatch-regex-commit's, and reads alike
        return _matched(manifest, path, settings.get("pattern"), _HATCH)
    return unread(f"the version source {source!r} of hatchling computes it")


def _matched(manifest: Manifest, path: str, pattern: object, default: str) -> Origin:
    """Find a version by a pattern; where a plain name finds the same place, the name is shown."""
    theirs = isinstance(pattern, str) and pattern
    locator = f"{THEIRS}{pattern}" if theirs else f"re:{default}"
    try:
        found = at(manifest.folder, path, "text", locator)
    except InvalidConfiguration as error:
        said = f"{error.thing}: {error.said}"
        place = manifest.folder.full("pyproject.toml")
        raise InvalidConfiguration(
            place, said, doing="reading", next_step=error.next_step
        ) from None
    if found.site is None:
        return found
    for name in ("__version__", "VERSION", "version", "__VERSION__"):
        plain = at(manifest.folder, path, "python", name) if path.endswith(".py") else found
        if plain.site and plain.site.line == found.site.line and plain.site.kind == "python":
            return plain
    return found


def _flit(manifest: Manifest) -> Origin:
    module = (
        manifest.tool("flit", "module", "name")
        or manifest.tool("flit", "metadata", "module")
        or manifest.name.replace("-", "_").replace(".", "_")
    )
    base = str(module).replace(".", "/")
    for path in (
        f"{base}/__init__.py",
        f"{base}.py",
        f"src/{base}/__init__.py",
        f"src/{base}.py",
    ):
        if manifest.folder.has(path):
            found = modules.attribute(manifest.folder, path, "__version__")
            return found or unread(f"{path} computes __version__")
    return unread(f"the module {module} is not there")


def _flit_scm(_manifest: Manifest) -> Origin:
    return from_tag("flit-scm")


def _poetry(manifest: Manifest) -> Origin:
    if isinstance(manifest.tool("poetry", "version"), str):
        return at(manifest.folder, "pyproject.toml", "toml", "tool.poetry.version")
    return unread("pyproject.toml states no version for poetry")


def _pdm(manifest: Manifest) -> Origin:
    settings = manifest.tool("pdm", "version")
    if not isinstance(settings, Mapping):
        return unread("[tool.pdm.version] does not say where it comes from")
    path = settings.get("path", settings.get("from"))
    source = settings.get("source", "file" if path else "")
    if source == "scm":
        return from_tag("pdm-backend")
    if source == "file" and isinstance(path, str):
        # https://backend.pdm-project.org/metadata/#read-from-a-static-file
        default = r"^__version__\s*=\s*[\"'](?P<version>.+?)[\"']\s*(?:#.*)?$"
        return _matched(manifest, path, settings.get("pattern"), default)
    return unread(f"the version source {source!r} of pdm-backend computes it")


def _uv_build(_manifest: Manifest) -> Origin:
    return unread("uv_build needs a version in [project]")


def _maturin(manifest: Manifest) -> Origin:
    configured = manifest.tool("maturin", "manifest-path")
    folder = manifest.folder
    candidates = (configured,) if isinstance(configured, str) else ("Cargo.toml", "rust/Cargo.toml")
    for path in candidates:
        if folder.has(path):
            return _cargo(manifest, path)
    return unread("Cargo.toml is not there")


def _cargo(manifest: Manifest, path: str) -> Origin:
    folder = manifest.folder
    if not isinstance(dig(folder.parsed(path), "package", "version"), Mapping):
        return at(folder, path, "toml", "package.version")
    # "version.workspace = true" names the nearest Cargo.toml above with a [workspace.package].
    root = Folder(snapshot=folder.snapshot, path="")
    above = posixpath.dirname(folder.full(path))
    while True:
        candidate = posixpath.join(above, "Cargo.toml")
        if dig(root.parsed(candidate), "workspace", "package", "version"):
            return at(root, candidate, "toml", "workspace.package.version")
        if not above:
            return unread(f"no Cargo.toml above {folder.full(path)} states the workspace's version")
        above = posixpath.dirname(above)


def _pbr(manifest: Manifest) -> Origin:
    if manifest.setup_cfg.get("metadata", {}).get("version"):
        # https://docs.openstack.org/pbr/latest/user/features.html: the version that is aimed at.
        return at(manifest.folder, "setup.cfg", "ini", "metadata.version")
    return from_tag("pbr")


def _scikit_build(manifest: Manifest) -> Origin:
    settings = manifest.tool("scikit-build", "metadata", "version")
    provider = str(dig(settings, "provider") or "")
    if provider.endswith("setuptools_scm"):
        return from_tag("setuptools-scm")
    path = dig(settings, "input")
    if provider.endswith("regex") and isinstance(path, str):
        # https://scikit-build-core.readthedocs.io/en/latest/configuration/dynamic.html
        default = r"^(?:__version__|VERSION)(?: ?: ?str)? *= *(['\"])v?(?P<version>.+?)\1"
        pattern = dig(settings, "regex")
        if isinstance(pattern, str):
            pattern = pattern.replace("(?P<value>", "(?P<version>")
        return _matched(manifest, path, pattern, f"(?i){default}")
    return unread("the build computes it")


def _meson(manifest: Manifest) -> Origin:
    text = manifest.folder.text("meson.build") or ""
    pattern = r"\bproject\s*\([^)]*?\bversion\s*:\s*'(?P<version>[^']+)'"
    found = at(manifest.folder, "meson.build", "text", f"re:{pattern}")
    if found.site:
        return found
    held = re.search(r"\bversion\s*:\s*files\(\s*'([^']+)'", text)
    if held:
        return at(manifest.folder, held[1], "file", "")
    return unread("meson.build computes it")


_BY_FAMILY: Mapping[str, Callable[[Manifest], Origin]] = {
    "flit": _flit,
    "flit_core": _flit,
    "flit_scm": _flit_scm,
    "hatchling": _hatchling,
    "maturin": _maturin,
    "mesonpy": _meson,
    "pbr": _pbr,
    "pdm": _pdm,
    "poetry": _poetry,
    "poetry_dynamic_versioning": _poetry,
    "poetry_core": _poetry,
    "scikit_build_core": _scikit_build,
    "setuptools": setuptools_origin.find,
    "uv_build": _uv_build,
}


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def as_source(origin: Origin) -> tuple[Site, ...]:
    """Give the origin's site, marked as the one the build reads."""
    return (msgspec.structs.replace(origin.site, source=True),) if origin.site else ()
