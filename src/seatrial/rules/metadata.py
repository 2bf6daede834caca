"""ST401 to ST409: Pythons, licences and classifiers, as the index and installers read them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from seatrial.repository.spans import BOM, dig
from seatrial.rules.described import described
from seatrial.rules.inputs import RuleInput
from seatrial.rules.values import Fix, Flaw, Severity, rule

_PYTHON = re.compile(r"Programming Language :: Python :: (3\.\d+)")


@rule("ST401", "requires-python-missing", Severity.WARNING)
def requires_python_missing(about: RuleInput) -> Iterator[Flaw]:
    """Nothing says which Pythons the package runs on.

    Installers on an old Python then take the newest release, which does not run there, in place of
    the last one that did.

    Mend:
        State it: ``requires-python = ">=3.10"``.
    """
    for one in described(about):
        computed = one.plainly_setup_py and (
            "python_requires" in one.manifest.call or one.manifest.passes_unknown
        )
        if (
            not one.package.requires_python
            and not computed
            and "requires-python" not in one.dynamic
        ):
            yield Flaw(f"{one.package.name} states no requires-python", one.path)


@rule("ST402", "requires-python-invalid", Severity.ERROR)
def requires_python_invalid(about: RuleInput) -> Iterator[Flaw]:
    """What is said of the Pythons is no version specifier.

    The build fails, or the index refuses the file.

    Mend:
        Write it as PEP 440 has specifiers: ``>=3.10``, ``>=3.9,!=3.9.1``.
    """
    for one in described(about):
        said = one.package.requires_python
        if said and not one.is_poetry and _specifiers(said) is None:
            yield one.stated(said).flaw(f"{said!r} is no version specifier")


@rule("ST403", "python-classifier-excluded", Severity.WARNING)
def python_classifier_excluded(about: RuleInput) -> Iterator[Flaw]:
    """A classifier names a Python that ``requires-python`` excludes.

    The page on the index promises what no installer will do.

    Mend:
        Take the classifier out, or widen ``requires-python``.
    """
    for one in described(about):
        allowed = _specifiers(one.package.requires_python)
        for classifier in one.classifiers:
            named = _PYTHON.fullmatch(classifier.text)
            if named and allowed is not None and not _admits(allowed, named[1]):
                yield classifier.flaw(
                    f"Python {named[1]} is not in {one.package.requires_python!r}"
                )


@rule("ST404", "python-classifier-missing", Severity.INFO)
def python_classifier_missing(about: RuleInput) -> Iterator[Flaw]:
    """Classifiers name Pythons, and leave out one that ``requires-python`` begins with.

    People and tools that read the classifiers take it for one that is not supported.

    Mend:
        Add the classifier, or raise ``requires-python``.
    """
    for one in described(about):
        allowed = _specifiers(one.package.requires_python)
        named = {
            int(found[1].partition(".")[2])
            for classifier in one.classifiers
            if (found := _PYTHON.fullmatch(classifier.text))
        }
        if allowed is None or len(named) < 2:  # noqa: PLR2004 - one Python alone is no list
            continue
        lowest = next((m for m in range(max(named)) if _admits(allowed, f"3.{m}")), None)
        if lowest is not None and lowest < min(named) and lowest > 0:
            yield one.stated(one.package.requires_python).flaw(
                f"{one.package.requires_python!r} admits Python 3.{lowest}, and no classifier"
                f" names one below 3.{min(named)}"
            )


@rule("ST405", "licence-missing", Severity.WARNING)
def licence_missing(about: RuleInput) -> Iterator[Flaw]:
    """No licence is stated, and none lies beside the package.

    Without one nobody may use the package, and companies' scanners refuse it.

    Mend:
        Add a ``LICENSE`` file, and say which it is: ``license = "MIT"``.
    """
    for one in described(about):
        stated = (
            one.manifest.project.get("license")
            or one.manifest.project.get("license-files")
            or one.manifest.tool("poetry", "license")
            or one.manifest.tool("flit", "metadata", "license")
            or one.manifest.setup_cfg.get("metadata", {}).get("license")
            or "license" in one.manifest.call
            or "license" in one.dynamic
            or any(classifier.text.startswith("License ::") for classifier in one.classifiers)
        )
        folders = {one.package.path, ""}
        lies = any(
            posixpath.dirname(path) in folders
            and re.match(r"(?i)(?:licen[cs]e|copying|notice|unlicense)", posixpath.basename(path))
            for path in about.files
        )
        if not stated and not lies:
            yield Flaw(f"{one.package.name} has no licence", one.path)


@rule("ST406", "licence-file-missing", Severity.ERROR)
def licence_file_missing(about: RuleInput) -> Iterator[Flaw]:
    """The licence file that the metadata names is not there.

    The build fails; PEP 639 wants a build to fail where a pattern of ``license-files`` fits no
    file.

    Mend:
        Add the file, or correct the name.
    """
    for one in described(about):
        said = dig(one.manifest.project, "license", "file")
        listed = one.manifest.project.get("license-files")
        names = [said] if isinstance(said, str) else []
        if isinstance(listed, list):
            names += [name for name in listed if isinstance(name, str)]
        for name in names:
            if not any(_fits(path, about.place(one.package, name)) for path in about.files):
                yield one.stated(name).flaw(f"no file fits {name!r}")


@rule("ST407", "licence-classifier", Severity.WARNING, fixable=True)
def licence_classifier(about: RuleInput) -> Iterator[Flaw]:
    """A licence classifier stands beside a licence expression.

    PEP 639 makes the expression the only word on it, and lets backends refuse both together:
    setuptools does since its version 77.

    Mend:
        Take the ``License ::`` classifiers out; ``--fix`` does.
    """
    for one in described(about):
        if not isinstance(one.manifest.project.get("license"), str):
            continue
        for classifier in one.classifiers:
            if classifier.text.startswith("License ::"):
                yield Flaw(
                    f"{classifier.text!r} stands beside an expression",
                    classifier.path,
                    classifier.line,
                    _without(about, classifier.path, classifier.text),
                )


@rule("ST408", "classifier-unknown", Severity.ERROR)
def classifier_unknown(about: RuleInput) -> Iterator[Flaw]:
    """A classifier is none that PyPI knows.

    It refuses the upload: "is not a valid classifier".

    Mend:
        Choose one of the list on PyPI; what must not be published begins with ``Private ::``.
    """
    from trove_classifiers import classifiers, deprecated_classifiers

    for one in described(about):
        for classifier in one.classifiers:
            known = classifier.text in classifiers or classifier.text in deprecated_classifiers
            if not known and not classifier.text.startswith(("Private ::", "#")):
                yield classifier.flaw(f"PyPI knows no classifier {classifier.text!r}")


@rule("ST409", "classifier-deprecated", Severity.ERROR, fixable=True)
def classifier_deprecated(about: RuleInput) -> Iterator[Flaw]:
    """A classifier has been deprecated.

    PyPI refuses an upload with one.

    Mend:
        Use the one that the message names; ``--fix`` does where there is exactly one.
    """
    from trove_classifiers import deprecated_classifiers

    for one in described(about):
        for classifier in one.classifiers:
            instead = deprecated_classifiers.get(classifier.text)
            if instead is None:
                continue
            more = f"; in its place: {', '.join(instead)}" if instead else ""
            single = instead[0] if len(instead) == 1 else ""
            yield Flaw(
                f"{classifier.text!r} is deprecated{more}",
                classifier.path,
                classifier.line,
                _replaced(about, classifier.path, classifier.text, single) if single else None,
            )


def _specifiers(text: str) -> SpecifierSet | None:
    try:
        return SpecifierSet(text) if text else None
    except InvalidSpecifier:
        return None


def _admits(allowed: SpecifierSet, python: str) -> bool:
    """Whether some release of a Python is admitted: 3.9 is by ``>=3.9.1``."""
    return any(allowed.contains(f"{python}.{micro}") for micro in range(30))


def _fits(path: str, pattern: str) -> bool:
    """Whether a path fits a pattern of PEP 639: ``*`` stays in its folder, ``**`` does not."""
    parts = re.split(r"(\*\*/?|\*|\?|\[[^\]]*\])", pattern)
    spelt = {"**": ".*", "**/": "(?:.*/)?", "*": "[^/]*", "?": "[^/]"}
    made = (
        spelt.get(part, part if part.startswith("[") and part.endswith("]") else re.escape(part))
        for part in parts
    )
    return re.fullmatch("".join(made), path) is not None


def _replaced(about: RuleInput, path: str, old: str, new: str) -> Fix | None:
    """Replace a text that stands in quotes once."""
    text = about.snapshot.text(path) or ""
    places = list(re.finditer(rf"([\"']){re.escape(old)}\1", text))
    if len(places) != 1:
        return None
    return Fix(path=path, start=places[0].start() + 1, end=places[0].end() - 1, text=new)


def _without(about: RuleInput, path: str, old: str) -> Fix | None:
    """Remove a line that holds one quoted text and nothing else."""
    text = about.snapshot.text(path) or ""
    places = list(re.finditer(rf"^[ \t]*([\"']){re.escape(old)}\1,[ \t]*\r?\n", text, re.MULTILINE))
    if len(places) != 1:
        return None
    return Fix(path=path, start=places[0].start(), end=places[0].end(), text="")


@rule("ST423", "manifest-unusable", Severity.ERROR)
def manifest_unusable(about: RuleInput) -> Iterator[Flaw]:
    """``pyproject.toml`` or the configuration cannot be read.

    No build backend reads the file either, and nothing can be said of the package: the rules that
    look at packages find nothing as long as it stands so.

    Mend:
        Correct the line that the message gives; ``seatrial config show`` says what is understood.
    """
    yield from about.broken


@rule("ST424", "manifest-mark", Severity.ERROR, fixable=True)
def manifest_mark(about: RuleInput) -> Iterator[Flaw]:
    """``pyproject.toml`` or ``setup.cfg`` begins with a byte order mark (BOM).

    TOML 1.0 knows none.  pip, and every build backend that is written in Python, refuse the file
    at its first character with a message that does not name it; some editors on Windows write it.
    Seatrial reads the file all the same, and keeps the mark when it edits it.

    Mend:
        Save the file as UTF-8 without BOM, or let ``--fix`` take the mark away.
    """
    for package in about.packages:
        for name in ("pyproject.toml", "setup.cfg"):
            path = about.place(package, name)
            if (about.snapshot.text(path) or "").startswith(BOM):
                mend = Fix(path=path, start=0, end=len(BOM), text="")
                yield Flaw(f"{package.name}: it begins with a byte order mark", path, 1, mend)
