"""ST410 to ST418: readme, dependencies and the other fields of the metadata."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping

from packaging.requirements import InvalidRequirement, Requirement

from seatrial.indexrules.metadata_pypi import LABEL, SUMMARY
from seatrial.indexrules.urls import is_web_address
from seatrial.rules.described import Described, described
from seatrial.rules.inputs import LARGEST, RuleInput, line_at
from seatrial.rules.values import Flaw, Severity, rule

_FALLS = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


@rule("ST410", "readme-missing", Severity.ERROR)
def readme_missing(about: RuleInput) -> Iterator[Flaw]:
    """The readme that the metadata names is not there.

    The build fails, or makes a page on the index with nothing on it.

    Mend:
        Correct the name, or commit the file.
    """
    for one in described(about):
        readme = one.readme
        if readme and about.place(one.package, readme.text) not in about.files:
            yield readme.flaw(f"{readme.text} is not in this commit")


@rule("ST411", "readme-unrenderable", Severity.ERROR)
def readme_unrenderable(about: RuleInput) -> Iterator[Flaw]:
    """The readme does not render as PyPI renders it.

    PyPI refuses the upload, and what was uploaded before stays as half of a release.

    Mend:
        ``twine check`` on the built files shows where; mostly it is a directive of Sphinx's, or a
        readme in Markdown that is said to be reStructuredText.
    """
    from seatrial.indexrules.descriptions import render

    for one in described(about):
        if one.readme is None:
            continue
        path = about.place(one.package, one.readme.text)
        text = about.text(path)
        if not text or len(text) > LARGEST:
            continue
        try:
            rendered = render(text, one.readme_type)
        except _FALLS:
            rendered = None
        if rendered is None:
            yield Flaw(f"it does not render as {one.readme_type or 'text/x-rst'}", path)


_PICTURES = (
    re.compile(r"!\[[^\]\n]*\]\(\s*<?(?P<to>[^\s)>]+)"),
    re.compile(r"<img\b[^>]*?\bsrc\s*=\s*[\"'](?P<to>[^\"']+)", re.IGNORECASE),
    re.compile(r"^\s*\.\.\s+(?:\|[^|]+\|\s+)?(?:image|figure)::\s*(?P<to>\S+)", re.MULTILINE),
)


@rule("ST412", "readme-picture-relative", Severity.WARNING)
def readme_picture_relative(about: RuleInput) -> Iterator[Flaw]:
    """A picture of the readme is named by a path in the repository.

    The forge shows it, and the page on the index shows a broken picture: there is no repository.

    Mend:
        Name it by its whole address.
    """
    for one in described(about):
        if one.readme is None or (one.manifest.family == "hatchling" and "readme" in one.dynamic):
            continue
        path = about.place(one.package, one.readme.text)
        text = _without_code(about.text(path))
        patterns = _PICTURES[:2] if path.lower().endswith(".md") else _PICTURES[2:]
        for found in itertools.chain.from_iterable(p.finditer(text) for p in patterns):
            to = found["to"]
            if not re.match(r"(?i)[a-z][a-z0-9+.-]*:|//|\{|\$", to):
                yield Flaw(f"{to} is no whole address", path, line_at(text, found.start("to")))


def _without_code(text: str) -> str:
    """Blank out fenced blocks, comments and code, each line kept."""
    return re.sub(
        r"^ {0,3}(```+|~~~+).*?^ {0,3}\1|<!--.*?-->|`[^`\n]+`",
        lambda found: re.sub(r"[^\n]", " ", found[0]),
        text,
        flags=re.DOTALL | re.MULTILINE,
    )


@rule("ST413", "dependency-by-url", Severity.ERROR)
def dependency_by_url(about: RuleInput) -> Iterator[Flaw]:
    """A dependency is given by an address.

    PyPI refuses the upload: "Can't have direct dependency".  It refuses them in extras, too.

    Mend:
        Depend on a released version; what only developers need belongs in a dependency group.
    """
    for one in described(about):
        for requirement in one.requirements:
            parsed = _requirement(requirement.text)
            if parsed is not None and parsed.url and "{" not in requirement.text:
                extra = f" of the extra {requirement.what}" if requirement.what else ""
                yield requirement.flaw(f"{parsed.name}{extra} is given by an address")
        for name, value in _poetry_dependencies(one):
            if isinstance(value, Mapping) and {"git", "url", "path"} & value.keys():
                yield one.stated(name, near="dependencies").flaw(f"{name} is given by an address")


@rule("ST414", "dependency-invalid", Severity.ERROR)
def dependency_invalid(about: RuleInput) -> Iterator[Flaw]:
    """A dependency is none that PEP 508 knows.

    The build fails.

    Mend:
        Write it as PEP 508 has it: ``name[extra]>=1.2; python_version < "3.12"``.
    """
    for one in described(about):
        for requirement in one.requirements:
            # What setup() is called with may be changed before it comes to the build.
            if _requirement(requirement.text) is None and not one.plainly_setup_py:
                yield requirement.flaw(f"{requirement.text!r} is no requirement")


@rule("ST415", "url-invalid", Severity.ERROR)
def url_invalid(about: RuleInput) -> Iterator[Flaw]:
    """A project URL is no address of the web, or its label is too long.

    PyPI refuses the upload; it takes labels of 32 characters at most.

    Mend:
        Write the whole address (``https://…``); shorten the label.
    """
    for one in described(about):
        urls = one.manifest.project.get("urls")
        for label, url in urls.items() if isinstance(urls, Mapping) else ():
            if isinstance(url, str) and not is_web_address(url):
                yield one.stated(url).flaw(f"{url!r} is no address of the web")
            if len(label) > LABEL:
                yield one.stated(label).flaw(f"the label {label!r} is too long")


@rule("ST416", "summary-invalid", Severity.ERROR)
def summary_invalid(about: RuleInput) -> Iterator[Flaw]:
    """The description of one line has more than one, or is too long.

    PyPI takes 512 characters, and backends refuse a line end.

    Mend:
        Say it in one line; the readme has room for the rest.
    """
    for one in described(about):
        text = one.manifest.project.get("description")
        if isinstance(text, str) and ("\n" in text.strip() or len(text) > SUMMARY):
            line = one.stated(text.split("\n")[0].strip() or "description").line
            said = "has several lines" if "\n" in text.strip() else f"has {len(text)} characters"
            yield Flaw(f"the description {said}", one.path, line)


@rule("ST417", "dynamic-and-static", Severity.ERROR)
def dynamic_and_static(about: RuleInput) -> Iterator[Flaw]:
    """A field is stated, and listed as dynamic, too.

    PEP 621 has build backends refuse it.

    Mend:
        Keep one of the two.
    """
    for one in described(about):
        for name in sorted(one.dynamic & one.manifest.project.keys()):
            yield one.stated(name, near="dynamic").flaw(f"{name} is stated and dynamic")


@rule("ST418", "build-system-missing", Severity.WARNING)
def build_system_missing(about: RuleInput) -> Iterator[Flaw]:
    """``pyproject.toml`` describes a package, and names no build system.

    Every front end then builds with the setuptools of the day (PEP 517), whatever it is that day;
    uv does not build it at all unless told to.

    Mend:
        Add a ``[build-system]`` table with ``requires`` and ``build-backend``.
    """
    for one in described(about):
        if one.manifest.project.get("name") and "build-system" not in one.manifest.pyproject:
            yield Flaw(f"{one.package.name} has no [build-system]", one.path)


def _requirement(text: str) -> Requirement | None:
    try:
        return Requirement(text.partition(" #")[0])
    except InvalidRequirement:
        return None


def _poetry_dependencies(one: Described) -> Iterator[tuple[str, object]]:
    table = one.manifest.tool("poetry", "dependencies")
    if one.is_poetry and isinstance(table, Mapping):
        yield from ((str(name), value) for name, value in table.items())
