"""ST1xx: the version that the files state, and the one that the artifacts would carry."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from packaging.utils import canonicalize_name
from packaging.version import Version

from seatrial.errors import InvalidVersion
from seatrial.repository import modules, setup_script
from seatrial.repository.edit import respelt
from seatrial.repository.facts import Package, Site
from seatrial.repository.origin import NO_ENCODING
from seatrial.repository.packages import near
from seatrial.repository.setuptools_origin import module_roots
from seatrial.repository.sites import disagreements
from seatrial.repository.spans import LIKE, is_version
from seatrial.repository.spelling import agrees
from seatrial.rules.inputs import RuleInput, line_at
from seatrial.rules.values import Fix, Flaw, Severity, rule

_SEMVER = ("Cargo.toml", "Cargo.lock", "package.json")


@rule("ST101", "version-drift", Severity.ERROR, fixable=True)
def version_drift(about: RuleInput) -> Iterator[Flaw]:
    """Two places state different versions.

    The build reads one of them, and the artifact carries that one; whoever reads the other is told
    something else.  The Python SDK of matrixone (matrixorigin/matrixone, ``clients/python``) says
    0.1.16 in ``pyproject.toml`` while its ``__version__`` says 1.0.0.

    Mend:
        Make the lines agree.  The message says which one the built artifact would carry; with
        ``--fix`` the others are set to it.
    """
    for package in about.packages:
        for source, other in disagreements(package):
            told = (
                f"{other.follows.where}, which it follows, states {source.stated}"
                if other.follows
                else f"the artifact would carry {source.stated}, from {source.where}"
            )
            yield Flaw(
                f"{package.name}: {_named(other)} states {other.stated}, and {told}",
                other.path,
                other.line,
                _set(about, other, source.stated),
            )


def _named(site: Site) -> str:
    """Name what states a version: its key, or the text that a template finds."""
    return site.locator.removeprefix(LIKE) or site.path


@rule("ST102", "version-unreadable", Severity.ERROR)
def version_unreadable(about: RuleInput) -> Iterator[Flaw]:
    """The version cannot be told from the files without running code.

    ``setup.py`` is never executed by a check.  A version that only running code can tell cannot be
    edited either, so no tool can release the next one.

    Mend:
        State the version as a plain text, and let the code read it; or name the file that states
        it: ``[[tool.seatrial.package]] versions = ["FILE:NAME"]``.
    """
    for package, manifest in about.manifests:
        if package.problem:
            script = manifest.folder.full("setup.py")
            path = script if script in package.problem else _manifest_path(about, package)
            yield Flaw(f"{package.name}: {package.problem}", path)


@rule("ST103", "version-not-pep440", Severity.ERROR)
def version_not_pep440(about: RuleInput) -> Iterator[Flaw]:
    """The stated version is none that PEP 440 knows.

    Build backends refuse it or change it in their own way, and indexes refuse it.

    Mend:
        Write it as PEP 440 has it: ``1.2.3``, ``2.0rc1``, ``1.4.0.post1``, ``1.0.dev3``.
    """
    for package in about.packages:
        for site in package.sites:
            if site.source and not is_version(site.stated):
                yield Flaw(f"{package.name}: {site.stated!r} is no version", site.path, site.line)


@rule("ST104", "version-local", Severity.ERROR)
def version_local(about: RuleInput) -> Iterator[Flaw]:
    """The stated version has a local part, as in ``1.2.0+cu121``.

    A local version names a build that is not for everybody; PyPI refuses it ("The use of local
    versions is not allowed").

    Mend:
        Leave the part from ``+`` on out, or publish to an index of your own.
    """
    for package, site, version in _sources(about):
        if version.local:
            yield Flaw(
                f"{package.name}: {site.stated} has the local part +{version.local},"
                " and PyPI refuses it",
                site.path,
                site.line,
            )


@rule("ST105", "version-not-normal", Severity.INFO)
def version_not_normal(about: RuleInput) -> Iterator[Flaw]:
    """The stated version is not spelt as PEP 440 normalises it.

    Artifacts and indexes carry the normal form (``1.0.0rc1`` for ``1.0.0-rc.1``), and scripts that
    put the file's name together from the stated text do not find it.

    Mend:
        Write the normal form, which the message gives.
    """
    for package, site, version in _sources(about):
        if str(version) != site.stated and posixpath.basename(site.path) not in _SEMVER:
            yield Flaw(
                f"{package.name}: {site.stated} is carried as {version}", site.path, site.line
            )


@rule("ST106", "lock-behind", Severity.WARNING, fixable=True)
def lock_behind(about: RuleInput) -> Iterator[Flaw]:
    """The lock file states another version of the package itself.

    The next ``uv sync --locked`` or ``cargo build --locked`` fails, in everybody's CI.  It is what
    follows from raising the version with a tool that does not know the lock: release-please
    (googleapis/release-please#2561), python-semantic-release
    (python-semantic-release/python-semantic-release#1280) and bumpver (mbarkhau/bumpver#239) have
    long threads about it.

    Mend:
        Lock again (``uv lock``, ``cargo update --workspace``), or let ``--fix`` set the entry.
        Seatrial sets it with every release.
    """
    yield from _lagging(about, ("lock",), "the lock")


@rule("ST107", "citation-behind", Severity.WARNING, fixable=True)
def citation_behind(about: RuleInput) -> Iterator[Flaw]:
    """``CITATION.cff`` states another version than the package.

    Papers then cite a release that is not the one that was used.

    Mend:
        Set it, or let ``--fix`` do so; Seatrial sets it with every release.
    """
    yield from _lagging(about, ("yaml", "json"), "the citation file")


def _lagging(about: RuleInput, kinds: tuple[str, ...], what: str) -> Iterator[Flaw]:
    for package in about.packages:
        source = next((site for site in package.sites if site.source), None)
        if source is None or not is_version(source.stated):
            continue
        for site in package.sites:
            # Cargo's lock follows Cargo.toml, which may have a version of its own.
            crate = posixpath.basename(site.path) == "Cargo.lock"
            if (
                not site.loose
                or site.kind not in kinds
                or (crate and not source.path.endswith("Cargo.toml"))
            ):
                continue
            if not agrees(site.spelling, site.stated, source.stated):
                yield Flaw(
                    f"{package.name}: {what} states {site.stated}, {source.where} {source.stated}",
                    site.path,
                    site.line,
                    _set(about, site, source.stated),
                )


@rule("ST108", "literal-beside-tag", Severity.WARNING)
def literal_beside_tag(about: RuleInput) -> Iterator[Flaw]:
    """The version comes from the tag, and ``__version__`` is a literal all the same.

    The build does not read the literal, so it stays what it is from release to release, and
    ``package.__version__`` lies to everybody who asks it.

    Mend:
        Read it from the installed package: ``importlib.metadata.version("NAME")``; or let the
        tool write the module at build time, and take the file out of git.
    """
    for package, manifest in about.manifests:
        if not package.from_tag:
            continue
        module = canonicalize_name(package.name).replace("-", "_")
        path = modules.find_module(manifest.folder, module, module_roots(manifest))
        found = modules.attribute(manifest.folder, path, "__version__") if path else None
        if found is None or found.site is None or not is_version(found.site.stated):
            continue
        if Version(found.site.stated).release != (0,) * len(Version(found.site.stated).release):
            yield Flaw(
                f"{package.name}: {package.from_tag} takes the version from the tag, and"
                f" __version__ stays {found.site.stated}",
                found.site.path,
                found.site.line,
            )


@rule("ST109", "sphinx-version-behind", Severity.WARNING)
def sphinx_version_behind(about: RuleInput) -> Iterator[Flaw]:
    """``conf.py`` of the documentation states another version than the package.

    The documentation of the new release then carries the old number on every page.

    Mend:
        Read it from the package in ``conf.py``, or name the line as a version site:
        ``[[tool.seatrial.package]] versions = ["docs/conf.py:release"]``.
    """
    if len(about.packages) != 1:
        return
    for package, site, version in _sources(about):
        for path in sorted(about.files):
            if not re.fullmatch(r"docs?/(?:source/|src/)?conf\.py", path):
                continue
            tree = setup_script.parse(about.text(path))
            stated = (
                setup_script.constant(tree, setup_script.assigned(tree, "release")) if tree else ""
            )
            if is_version(stated) and Version(stated) != version and not version.is_prerelease:
                line = setup_script.bindings(tree, "release")[0].lineno if tree else 0
                yield Flaw(
                    f"release = {stated!r} is not {package.name}'s {site.stated}", path, line
                )


@rule("ST112", "encoding-unknown", Severity.WARNING)
def encoding_unknown(about: RuleInput) -> Iterator[Flaw]:
    """A file in which the version may stand is not UTF-8, and does not say what it is.

    Python refuses to import such a module (PEP 263), and nobody can edit such a file without the
    risk of spoiling it: a version in it is neither seen nor set.

    Mend:
        Save it as UTF-8; or say in its first line how it is encoded:
        ``# -*- coding: latin-1 -*-``.  What is said so is read, and edited in that encoding.
    """
    for package in about.packages:
        for path in near(about.snapshot, package.path):
            # Of a manifest the rule about manifests tells it.
            manifest = posixpath.basename(path) in {"pyproject.toml", "setup.cfg"}
            if not manifest and about.snapshot.is_undeclared(path):
                yield Flaw(f"{package.name}: it {NO_ENCODING}", path)


_PAGES = re.compile(
    r"(?i)readme(?:\.(?:md|rst|txt))?"
    r"|docs?/(?:source/)?(?:index|install\w*|getting.?started|quickstart|usage)\.(?:md|rst|txt)"
)
_INSTALL = (
    r"(?i)\b(?:pip3?|uv(?: pip)?|pipx|poetry|pdm)\s+(?:install|add)\b[^\n`]*?"
    r"(?<![\w.-]){name}(?:\[[^\]\n]*\])?==(?P<version>[0-9][0-9A-Za-z.!+]*)"
)


@rule("ST110", "docs-pin-behind", Severity.WARNING)
def docs_pin_behind(about: RuleInput) -> Iterator[Flaw]:
    """An install line in the documentation pins a release that is not the latest.

    Who copies it gets an old release, for years.

    Mend:
        Leave the pin out, or name the line as a version site, so that each release sets it.
    """
    for package in about.packages:
        latest = _latest(about, package)
        pattern = _INSTALL.replace("{name}", re.escape(package.name).replace(r"\-", "[-_.]"))
        pages = [path for path in about.below(package) if _is_page(package, path)]
        for path in pages if latest else ():
            text = about.text(path)
            for found in re.finditer(pattern, text):
                stated = found["version"].rstrip(".")
                if is_version(stated) and latest and Version(stated) < latest:
                    yield Flaw(
                        f"{package.name}=={stated} is pinned, and {latest} is out",
                        path,
                        line_at(text, found.start("version")),
                    )


def _is_page(package: Package, path: str) -> bool:
    prefix = f"{package.path}/" if package.path else ""
    return _PAGES.fullmatch(path[len(prefix) :]) is not None


def _latest(about: RuleInput, package: Package) -> Version | None:
    """Give the latest final release that is known of."""
    line = next((one for one in about.lines if one.packages == (package,)), None)
    if line is None:
        return None
    released = [Version(tag.version) for tag in line.tags if not tag.abandoned]
    final = [version for version in released if not version.is_prerelease]
    if final:
        return max(final)
    plain = is_version(package.version) and not Version(package.version).is_prerelease
    return Version(package.version) if plain and not about.facts.shallow else None


def _sources(about: RuleInput) -> Iterator[tuple[Package, Site, Version]]:
    for package in about.packages:
        for site in package.sites:
            if site.source and is_version(site.stated):
                yield package, site, Version(site.stated)


def _manifest_path(about: RuleInput, package: Package) -> str:
    for name in ("pyproject.toml", "setup.cfg", "setup.py"):
        if about.place(package, name) in about.files:
            return about.place(package, name)
    return ""


def _set(about: RuleInput, site: Site, version: str) -> Fix | None:
    """Make the fix that sets a site to a version; nothing where it cannot spell it."""
    text = about.snapshot.text(site.path)
    try:
        span, spelt = respelt(text or "", site, str(Version(version)))
    except InvalidVersion:
        return None
    return Fix(path=site.path, start=span.start, end=span.end, text=spelt)
