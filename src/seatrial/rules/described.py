"""What a package's files say of it, whichever backend's words they use."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from seatrial.repository import setup_script
from seatrial.repository.facts import Package
from seatrial.repository.manifest import Manifest
from seatrial.repository.spans import dig
from seatrial.rules.inputs import RuleInput, line_with
from seatrial.rules.values import Flaw


@dataclass(frozen=True, kw_only=True, slots=True)
class Stated:
    """One thing that is stated: a text, and where.

    Attributes:
        text: as stated.
        path: the file, from the repository's root.
        line: from 1; 0 when it cannot be told.
        what: what it belongs to (the name of an extra, of a script), or empty.
    """

    text: str
    path: str
    line: int
    what: str = ""

    def flaw(self, message: str) -> Flaw:
        """Say that something is wrong with it."""
        return Flaw(message, self.path, self.line)


@dataclass(frozen=True, kw_only=True, slots=True)
class Described:
    """A package, and the words of its files.

    Attributes:
        about: the texts.
        package: which.
        manifest: what its files say.
    """

    about: RuleInput
    package: Package
    manifest: Manifest

    @property
    def path(self) -> str:
        """The file that describes it."""
        for name in ("pyproject.toml", "setup.cfg", "setup.py"):
            full = self.manifest.folder.full(name)
            if full in self.about.files and self._describes(name):
                return full
        return ""

    def _describes(self, name: str) -> bool:
        if name == "pyproject.toml":
            poetry, flit = self.manifest.tool("poetry"), self.manifest.tool("flit", "metadata")
            return bool(self.manifest.project or poetry or flit)
        return name != "setup.cfg" or bool(self.manifest.setup_cfg.get("metadata"))

    def stated(self, text: str, what: str = "", *, near: str = "") -> Stated:
        """Say where a text is stated: on the first line of a manifest that has it.

        Args:
            text: what is stated.
            what: what it belongs to.
            near: words after which it stands.
        """
        for name in ("pyproject.toml", "setup.cfg", "setup.py"):
            full = self.manifest.folder.full(name)
            source = self.about.text(full)
            start = max(source.find(near), 0) if near else 0
            for spelt in (f'"{text}"', f"'{text}'", text):
                line = line_with(source, spelt, start)
                if line and text:
                    return Stated(text=text, path=full, line=line, what=what)
        return Stated(text=text, path=self.path, line=0, what=what)

    @property
    def is_poetry(self) -> bool:
        """Whether its metadata is in poetry's own table."""
        return not self.manifest.project.get("name") and self.manifest.tool("poetry") is not None

    @property
    def dynamic(self) -> frozenset[str]:
        """The fields that the backend fills in."""
        return frozenset(_texts(self.manifest.project.get("dynamic")))

    @property
    def plainly_setup_py(self) -> bool:
        """Whether all is said in a ``setup()`` call, where what is computed cannot be seen."""
        return bool(self.manifest.call) and not self.manifest.project.get("name")

    def keyword(self, name: str) -> tuple[str, ...]:
        """Give the texts of a list that ``setup()`` is called with; nothing when it is computed."""
        node, tree = self.manifest.call.get(name), self.manifest.setup_py
        if isinstance(node, ast.Name) and tree is not None:
            node = setup_script.assigned(tree, node.id)
        if isinstance(node, ast.List | ast.Tuple):
            return tuple(
                one.value
                for one in node.elts
                if isinstance(one, ast.Constant) and isinstance(one.value, str)
            )
        return ()

    def option(self, section: str, name: str) -> tuple[str, ...]:
        """Give the lines of a list in ``setup.cfg``."""
        text = self.manifest.setup_cfg.get(section, {}).get(name, "")
        if text.strip().startswith(("file:", "attr:", "find:")):
            return ()
        return tuple(line.strip() for line in text.splitlines() if line.strip())

    @property
    def classifiers(self) -> tuple[Stated, ...]:
        """The trove classifiers."""
        listed = (
            *_texts(self.manifest.project.get("classifiers")),
            *(_texts(self.manifest.tool("poetry", "classifiers")) if self.is_poetry else ()),
            *_texts(self.manifest.tool("flit", "metadata", "classifiers")),
            *self.option("metadata", "classifiers"),
            *self.option("metadata", "classifier"),
            *self.keyword("classifiers"),
        )
        return tuple(self.stated(text) for text in listed)

    @property
    def requirements(self) -> tuple[Stated, ...]:
        """The dependencies, those of extras too, as PEP 508 has them."""
        project = self.manifest.project
        found = [("", text) for text in _texts(project.get("dependencies"))]
        extras = project.get("optional-dependencies")
        for extra, listed in extras.items() if isinstance(extras, Mapping) else ():
            found += [(str(extra), text) for text in _texts(listed)]
        found += [("", text) for text in self.option("options", "install_requires")]
        for extra in self.manifest.setup_cfg.get("options.extras_require", {}):
            found += [(extra, text) for text in self.option("options.extras_require", extra)]
        found += [("", text) for text in self.keyword("install_requires")]
        return tuple(self.stated(text, extra) for extra, text in found if not text.startswith("#"))

    @property
    def entry_points(self) -> Iterator[Stated]:
        """The targets of the console scripts, by the names of the scripts."""
        for table in (
            self.manifest.project.get("scripts"),
            self.manifest.tool("poetry", "scripts") if self.is_poetry else None,
            self.manifest.tool("flit", "scripts"),
            dig(self.manifest.project, "entry-points", "console_scripts"),
            self.manifest.project.get("gui-scripts"),
        ):
            for name, target in table.items() if isinstance(table, Mapping) else ():
                if isinstance(target, str):
                    yield self.stated(target, str(name))
        for line in self._console_lines():
            name, _, target = line.partition("=")
            yield self.stated(target.strip(), name.strip())

    def _console_lines(self) -> Iterator[str]:
        for line in self.option("options.entry_points", "console_scripts"):
            if "=" in line and not line.startswith("#"):
                yield line
        node = self.manifest.call.get("entry_points")
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "console_scripts":
                    yield from (line for line in setup_script.strings(value) if "=" in line)

    @property
    def readme(self) -> Stated | None:
        """The file of the long description; nothing when none is stated, or it is computed."""
        value = self.manifest.project.get("readme")
        if isinstance(value, Mapping):
            value = value.get("file")
        if self.is_poetry:
            value = self.manifest.tool("poetry", "readme")
        if value is None:
            value = self.manifest.tool("flit", "metadata", "description-file")
        listed = self.manifest.setup_cfg.get("metadata", {}).get("long_description", "").strip()
        if value is None and re.fullmatch(r"file:\s*[^,\s]+", listed):
            value = listed.removeprefix("file:").strip()
        return self.stated(value) if isinstance(value, str) and value else None

    @property
    def readme_type(self) -> str:
        """The content type of the long description, by what is said or by the file's ending."""
        value = self.manifest.project.get("readme")
        said = value.get("content-type") if isinstance(value, Mapping) else None
        said = said or self.manifest.setup_cfg.get("metadata", {}).get(
            "long_description_content_type"
        )
        if isinstance(said, str):
            return said
        name = self.readme.text.lower() if self.readme else ""
        # https://packaging.python.org/en/latest/specifications/pyproject-toml/#readme
        return {".md": "text/markdown", ".rst": "text/x-rst"}.get(name[name.rfind(".") :], "")


def described(about: RuleInput) -> Iterator[Described]:
    """Give each package with the words of its files."""
    for package, manifest in about.manifests:
        yield Described(about=about, package=package, manifest=manifest)


def _texts(value: object) -> tuple[str, ...]:
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()
