"""What the files of one folder say of the package in it, before any judgement."""

from __future__ import annotations

import ast
import functools
import posixpath
import re
import tomllib
from collections.abc import Mapping
from typing import Any

import msgspec

from seatrial.errors import InvalidConfiguration
from seatrial.repository import setup_script
from seatrial.repository.keyed import dig, parsed_toml
from seatrial.repository.snapshot import Snapshot

ASIDE = frozenset(
    {
        "_vendor",
        "bench",
        "benchmark",
        "benchmarks",
        "ci",
        "cookiecutter",
        "doc",
        "docs",
        "example",
        "examples",
        "fixtures",
        "node_modules",
        "sample",
        "samples",
        "sandbox",
        "scripts",
        "skeleton",
        "template",
        "templates",
        "test",
        "testdata",
        "testing",
        "tests",
        "third_party",
        "thirdparty",
        "tools",
        "tutorial",
        "tutorials",
        "vendor",
        "vendored",
    }
)
"""Folders whose projects serve the repository, and are not released from it."""

MANIFESTS = ("pyproject.toml", "setup.py", "setup.cfg")
"""Files that may describe a package."""

_CROOKED = re.compile(r"(?:^|/)\.{0,2}(?:/|$)")


@functools.lru_cache(maxsize=1024)
def _is_crooked(name: str) -> bool:
    """Whether a path has steps that lead nowhere or upwards; the usual names come often."""
    return _CROOKED.search(name) is not None


class Folder(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """A folder of the commit's tree.

    Attributes:
        snapshot: the commit.
        path: from the repository's root; empty for the root.
    """

    snapshot: Snapshot
    path: str

    def full(self, name: str) -> str:
        """Give a file's path from the root; one that leads out of the repository is empty."""
        if not _is_crooked(name):
            return f"{self.path}/{name}" if self.path else name
        joined = posixpath.normpath(posixpath.join(self.path, name))
        return "" if joined.startswith(("../", "/")) or joined == ".." else joined

    def has(self, name: str) -> bool:
        """Whether the folder holds a file of that name."""
        return name in self._names or (_is_crooked(name) and self.full(name) in self.snapshot.files)

    @functools.cached_property
    def _names(self) -> frozenset[str]:
        """The files in it and below, from here: a package's folder is asked for many names."""
        if not self.path:
            return self.snapshot.files
        start = len(self.path) + 1
        return frozenset(path[start:] for path in self.snapshot.below(self.path))

    def text(self, name: str) -> str | None:
        """Give a file's text; nothing when it is not there or no text."""
        return self.snapshot.text(self.full(name))

    def parsed(self, name: str) -> dict[str, Any]:
        """Give a TOML file's data; empty when it is not there.

        Raises:
            InvalidConfiguration: it is no TOML.
        """
        text = self.text(name)
        if text is None:
            return {}
        try:
            return parsed_toml(text.removeprefix("\ufeff"))
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            raise InvalidConfiguration(
                self.full(name),
                str(error),
                doing="reading",
                next_step="Mend the file, commit, and run this again.",
            ) from error


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What ``pyproject.toml``, ``setup.cfg`` and ``setup.py`` of one folder say.

    Attributes:
        folder: where they lie.
        pyproject: the parsed file; empty when there is none.
        setup_cfg: section → key → value.
        setup_py: the parsed script, if there is one that calls ``setup()``.
        call: what ``setup()`` is called with.
    """

    folder: Folder
    pyproject: Mapping[str, Any]
    setup_cfg: Mapping[str, Mapping[str, str]]
    setup_py: ast.Module | None = None
    call: Mapping[str, ast.expr] = msgspec.field(default_factory=dict)

    def tool(self, *path: str) -> Any:  # noqa: ANN401 -- what a TOML file holds
        """Give what lies under ``[tool]`` of pyproject.toml, or nothing."""
        return dig(self.pyproject, "tool", *path)

    @property
    def project(self) -> Mapping[str, Any]:
        """The ``[project]`` table; empty when there is none."""
        table = self.pyproject.get("project")
        return table if isinstance(table, Mapping) else {}

    @property
    def requires(self) -> frozenset[str]:
        """Normalised names of what the build requires, ``setup_requires`` included."""
        listed = dig(self.pyproject, "build-system", "requires")
        lines = [line for line in listed if isinstance(line, str)] if _is_list(listed) else []
        lines += self.setup_cfg.get("options", {}).get("setup_requires", "").splitlines()
        if "setup_requires" in self.call:
            lines += setup_script.strings(self.call["setup_requires"])
        return frozenset(name for line in lines if (name := _required(line)))

    @property
    def backend(self) -> str:
        """The build backend; that of a folder that names none is setuptools' (PEP 517)."""
        named = dig(self.pyproject, "build-system", "build-backend")
        return named if isinstance(named, str) and named else "setuptools.build_meta:__legacy__"

    @property
    def family(self) -> str:
        """The first word of the backend, or of the known backend that a local one builds on."""
        first = re.split(r"[.:]", self.backend)[0]
        if dig(self.pyproject, "build-system", "backend-path") and first not in FAMILIES:
            known = [name for name in FAMILIES if name.replace("_", "-") in self.requires]
            known += [name for name in FAMILIES if self.tool(name) is not None]
            return known[0] if known else first
        return first

    @property
    def name(self) -> str:
        """The package's name as stated; empty when nothing that can be read states it."""
        for stated in (
            self.project.get("name"),
            self.tool("poetry", "name"),
            self.tool("flit", "metadata", "dist-name"),
            self.tool("flit", "metadata", "module"),
            self.setup_cfg.get("metadata", {}).get("name"),
        ):
            if isinstance(stated, str) and stated:
                return stated
        return setup_script.constant(self.setup_py, self.call.get("name")) if self.setup_py else ""

    @property
    def requires_python(self) -> str:
        """As stated, or empty."""
        for stated in (
            self.project.get("requires-python"),
            self.tool("flit", "metadata", "requires-python"),
            self.setup_cfg.get("options", {}).get("python_requires"),
            self.tool("poetry", "dependencies", "python"),
        ):
            if isinstance(stated, str) and stated:
                return stated
        if self.setup_py is None:
            return ""
        return setup_script.constant(self.setup_py, self.call.get("python_requires"))

    @property
    def passes_unknown(self) -> bool:
        """Whether ``setup()`` is passed more than can be read without running the script."""
        return self.setup_py is not None and setup_script.passes_unknown(self.setup_py)

    @property
    def scripts(self) -> tuple[str, ...]:
        """Names of the console scripts, sorted."""
        found: set[str] = set()
        for table in (
            self.project.get("scripts"),
            self.tool("poetry", "scripts"),
            self.tool("flit", "scripts"),
            dig(self.project, "entry-points", "console_scripts"),
        ):
            found |= set(table) if isinstance(table, Mapping) else set()
        lines = self.setup_cfg.get("options.entry_points", {}).get("console_scripts", "")
        found |= {line.partition("=")[0].strip() for line in lines.splitlines() if "=" in line}
        if "entry_points" in self.call:
            found |= _console_scripts(self.setup_py, self.call["entry_points"])
        return tuple(sorted(found))

    @property
    def private(self) -> bool:
        """Whether the files say that this is no package to release."""
        classifiers = self.project.get("classifiers")
        listed = classifiers if isinstance(classifiers, list) else []
        return (
            any(isinstance(line, str) and line.startswith("Private ::") for line in listed)
            or self.tool("uv", "package") is False
            or self.tool("poetry", "package-mode") is False
            or self.tool("pdm", "distribution") is False
        )

    @property
    def is_package(self) -> bool:
        """Whether a build could make something of this folder.

        A ``pyproject.toml`` that only configures tools describes no package, nor does one with a
        ``[project]`` table and no build backend that its own tool calls virtual.
        """
        if self.private:
            return False
        described = bool(
            self.project.get("name")
            or self.tool("poetry", "name")
            or self.tool("flit", "metadata")
            or self.call
            or self.setup_cfg.get("metadata", {}).get("name")
            or self.setup_cfg.get("metadata", {}).get("version")
        )
        return described and not self._virtual

    @property
    def _virtual(self) -> bool:
        # uv builds a project without [build-system] only when it is told to; a workspace's root
        # is often like that.
        has_build = "build-system" in self.pyproject or self.call or self.setup_cfg.get("metadata")
        return not has_build and self.tool("uv", "workspace") is not None


FAMILIES = (
    "hatchling",
    "flit_core",
    "flit",
    "flit_scm",
    "poetry_dynamic_versioning",
    "poetry",
    "poetry_core",
    "pdm",
    "uv_build",
    "maturin",
    "scikit_build_core",
    "mesonpy",
    "setuptools",
)
"""First words of the backends that are known."""


def read_manifest(snapshot: Snapshot, path: str) -> Manifest:
    """Read the manifest files of a folder.

    Args:
        snapshot: the commit.
        path: the folder from the repository's root; empty for the root.

    Raises:
        InvalidConfiguration: its pyproject.toml is no TOML.
    """
    folder = Folder(snapshot=snapshot, path=path)
    script = folder.text("setup.py")
    tree = setup_script.parse(script) if script is not None else None
    call = setup_script.keywords(tree) if tree else None
    return Manifest(
        folder=folder,
        pyproject=folder.parsed("pyproject.toml"),
        setup_cfg=_sections(folder.text("setup.cfg")),
        setup_py=tree if call is not None else None,
        call=call or {},
    )


def _sections(text: str | None) -> dict[str, dict[str, str]]:
    if not text:
        return {}
    import configparser

    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text.removeprefix("\ufeff"))
    except configparser.Error:
        return {}
    return {name: dict(parser.items(name)) for name in parser.sections()}


def _console_scripts(tree: ast.Module | None, node: ast.expr) -> set[str]:
    if isinstance(node, ast.Name) and tree is not None:
        node = setup_script.assigned(tree, node.id) or node
    if isinstance(node, ast.Dict):
        groups = {
            key.value: value
            for key, value in zip(node.keys, node.values, strict=True)
            if isinstance(key, ast.Constant)
        }
        lines = (
            setup_script.strings(groups["console_scripts"]) if "console_scripts" in groups else ()
        )
        return {line.partition("=")[0].strip() for line in lines if "=" in line}
    text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
    scripts = _sections(text).get("console_scripts", {})
    return set(scripts)


def _required(line: str) -> str:
    # Few packages are asked what their build requires, and it is much to import.
    from packaging.requirements import InvalidRequirement, Requirement
    from packaging.utils import canonicalize_name

    try:
        return canonicalize_name(Requirement(line).name)
    except InvalidRequirement:
        return ""


def _is_list(value: object) -> bool:
    return isinstance(value, list)
