"""ST5xx: what lies in the tree, and what a build would make of it."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterator

from seatrial.repository import setup_script
from seatrial.repository.build_edits import Scalar, held_value, path_of, wanted_edits
from seatrial.repository.facts import Package
from seatrial.rules.inputs import RuleInput, line_at
from seatrial.rules.values import Flaw, Severity, rule

_OUTPUT = re.compile(
    r"(?:^|/)(?:[^/]+\.egg-info/(?:PKG-INFO|SOURCES\.txt)|dist/[^/]+\.(?:whl|tar\.gz)"
    r"|build/(?:lib|bdist)[^/]*/.+|__pycache__/.+)$|[^/]\.py[co]$"
)
_EXTENSION = re.compile(r"\.(?:cpython-\d+[^/]*|abi3|cp\d+-win[^/]*)\.(?:so|pyd)$")
_TESTS = re.compile(r"(?:^|/)(?:tests?|testdata|fixtures|examples?|vendor\w*|_vendor)/")
_FLAG = re.compile(r"(?i)_*(?:is_?(?:pypa|pypi|release|released)\w*|pypi_release|release_build)")
_MARKS = re.compile(r"^(?:<{7} \S.*|>{7} \S.*)$", re.MULTILINE)


@rule("ST501", "output-tracked", Severity.WARNING)
def output_tracked(about: RuleInput) -> Iterator[Flaw]:
    """Output of a build is tracked by git.

    The next build finds it: setuptools puts whatever lies in ``build/lib`` into the wheel, also
    modules that were removed long ago, and reads an old ``SOURCES.txt`` for the sdist.

    Mend:
        ``git rm -r --cached`` it, and add it to ``.gitignore``.
    """
    seen: set[str] = set()
    for path in dict.fromkeys(path for one in about.packages for path in about.below(one)):
        if _OUTPUT.search(path) and not _TESTS.search(path):
            folder = posixpath.dirname(path)
            if folder not in seen:
                seen.add(folder)
                yield Flaw("this is made by a build, and tracked", path)


@rule("ST502", "output-lying", Severity.INFO)
def output_lying(about: RuleInput) -> Iterator[Flaw]:
    """Output of an earlier build lies in the working tree.

    ``python -m build`` puts stale modules of ``build/`` into the wheel (setuptools), and ``twine
    upload dist/*`` sends the files of earlier releases again.  Seatrial builds in a clone of its
    own and is not touched by them.

    Mend:
        Remove ``build`` and ``dist`` before building by hand.
    """
    for package in about.packages:
        for name in ("build/", "dist/"):
            path = about.place(package, name) + "/"
            stale = name == "dist/" or package.backend.startswith("setuptools")
            if stale and path in about.untracked:
                yield Flaw("it is left from an earlier build", path)


@rule("ST503", "extension-tracked", Severity.WARNING)
def extension_tracked(about: RuleInput) -> Iterator[Flaw]:
    """A compiled extension module is tracked by git.

    It fits one Python on one system, and goes into the wheels of all others; the sources beside it
    say something else as soon as they change.

    Mend:
        ``git rm --cached`` it, and build it with every release.
    """
    for path in sorted(about.files):
        if _EXTENSION.search(path) and not _TESTS.search(path):
            yield Flaw("this is compiled for one Python on one system, and tracked", path)


@rule("ST504", "extension-lying", Severity.INFO)
def extension_lying(about: RuleInput) -> Iterator[Flaw]:
    """A compiled extension module lies beside the sources, and is not tracked.

    A build in this tree takes it along, built from whatever state, for whatever Python.  The
    release guide of convex (get-convex/convex-py) has its maintainers remove
    ``python/_convex/_convex.*.so`` by hand before each build for this reason.

    Mend:
        Remove it before building by hand.  Seatrial builds in a clone of its own.
    """
    folders = {posixpath.dirname(path) for path in about.files if path.endswith("__init__.py")}
    for path in about.untracked:
        if _EXTENSION.search(path) and posixpath.dirname(path) in folders:
            yield Flaw("a build in this tree would take it along", path)


@rule("ST505", "packaging-flag", Severity.WARNING)
def packaging_flag(about: RuleInput) -> Iterator[Flaw]:
    """A flag in ``setup.py`` decides what is packaged, and is set by hand.

    It has to be turned before the build and back after it, and one of the two is forgotten.  The
    release guide of zulip_bots (zulip/python-zulip-api) sets ``IS_PYPA_PACKAGE = True`` "for the
    archives only".

    Mend:
        Let Seatrial turn it for the build alone, and never commit it:
        ``build-edits = { "setup.py:IS_PYPA_PACKAGE" = true }`` in ``[[tool.seatrial.package]]``.
    """
    for package in about.packages:
        path = about.place(package, "setup.py")
        turned = {place for place, _ in _build_edits(about, package) if place[0] == path}
        tree = setup_script.parse(about.text(path)) if path in about.files else None
        for node in tree.body if tree is not None else ():
            if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Constant):
                continue
            for target in node.targets:
                flag = isinstance(target, ast.Name) and _FLAG.fullmatch(target.id)
                if flag and isinstance(node.value.value, bool) and isinstance(target, ast.Name):
                    if (path, target.id) in turned:
                        continue
                    yield Flaw(
                        f"{target.id} is {node.value.value}, and what is built from this commit"
                        " follows it",
                        path,
                        node.lineno,
                    )


@rule("ST510", "build-edit-committed", Severity.ERROR)
def build_edit_committed(about: RuleInput) -> Iterator[Flaw]:
    """What is edited for the build alone is committed in its edited state.

    The flag was turned by hand and not turned back: whoever installs from the repository, and the
    project's own tests, get what was meant for the archives.

    Mend:
        Set the line back, and commit; the build turns it by itself.
    """
    for package in about.packages:
        for (path, name), value in _build_edits(about, package):
            text = about.snapshot.text(path)
            held = held_value(text, path, f"{path}:{name}")
            if held.value == value and isinstance(held.value, bool) == isinstance(value, bool):
                yield Flaw(
                    f"{name} is {value} in this commit, and build-edits sets it so for the build"
                    " alone",
                    path,
                    line_at(text or "", held.start),
                )


def _build_edits(about: RuleInput, package: Package) -> Iterator[tuple[tuple[str, str], Scalar]]:
    """Give file and name of each place that is edited for the build, and its value there."""
    for wanted, value in wanted_edits(about.configuration.settings, package.path).items():
        yield (path_of(about.snapshot, package.path, wanted), wanted.partition(":")[2]), value


@rule("ST506", "conflict-left", Severity.ERROR)
def conflict_left(about: RuleInput) -> Iterator[Flaw]:
    """A file that the release reads holds the marks of an unsolved merge.

    Mostly it is the changelog or a lock file, where nothing fails until it is read.

    Mend:
        Solve the conflict, and commit.
    """
    paths = {about.facts.changelog, "README.md", "README.rst", "README"}
    for package in about.packages:
        names = ("pyproject.toml", "setup.cfg", "setup.py", "README.md", "README.rst", "uv.lock")
        paths |= {about.place(package, name) for name in (*names, "poetry.lock", "pdm.lock")}
    for path in sorted(paths & about.files):
        found = _MARKS.search(about.text(path))
        if found:
            yield Flaw(
                "an unsolved merge is left here", path, line_at(about.text(path), found.start())
            )


@rule("ST507", "link-broken", Severity.WARNING)
def link_broken(about: RuleInput) -> Iterator[Flaw]:
    """A symbolic link of the package leads nowhere, or out of the repository.

    Builds fail on it or leave it out, each backend in its own way.

    Mend:
        Correct the link, or put the file in its place.
    """
    folders = {posixpath.dirname(path) for path in about.files}
    for path, target in about.snapshot.broken_links():
        joined = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
        inside = joined in folders or any(folder.startswith(f"{joined}/") for folder in folders)
        if not inside and joined != "." and not _TESTS.search(path):
            yield Flaw(f"it leads to {target}, which is not in this commit", path)


@rule("ST508", "tests-installed", Severity.WARNING)
def tests_installed(about: RuleInput) -> Iterator[Flaw]:
    """The build installs the tests as a package of their own.

    ``find_packages()`` takes every folder with an ``__init__.py``, so that ``import tests`` finds
    those of whichever project was installed last.

    Mend:
        Leave them out: ``find_packages(exclude=["tests", "tests.*"])``, or say what belongs in:
        ``include``.
    """
    for package, manifest in about.manifests:
        if manifest.family != "setuptools" or "tests/__init__.py" not in {
            path.removeprefix(f"{package.path}/") for path in about.below(package)
        }:
            continue
        if manifest.tool("setuptools", "packages") is not None:
            continue
        node = manifest.call.get("packages")
        bare = (
            isinstance(node, ast.Call)
            and setup_script.called(node).endswith("find_packages")
            and not node.args
            and not node.keywords
        )
        if bare and isinstance(node, ast.Call):
            path = about.place(package, "setup.py")
            yield Flaw("tests is installed beside the package", path, node.lineno)
        find = manifest.setup_cfg.get("options.packages.find", {})
        stated = manifest.setup_cfg.get("options", {}).get("packages", "").strip()
        if stated == "find:" and not find.keys() & {"where", "include", "exclude"}:
            path = about.place(package, "setup.cfg")
            yield Flaw("tests is installed beside the package", path)


@rule("ST509", "text-not-utf8", Severity.ERROR)
def text_not_utf8(about: RuleInput) -> Iterator[Flaw]:
    """The manifest or the readme is not UTF-8.

    TOML has to be, and metadata is: builds fail, or the page on the index is garbled.

    Mend:
        Save it as UTF-8.
    """
    for package in about.packages:
        names = ("pyproject.toml", "setup.cfg", "README.md", "README.rst", "README.txt", "README")
        for path in (about.place(package, name) for name in names):
            if path in about.files and about.snapshot.resolve(path) == path:
                try:
                    about.snapshot.data(path).decode("utf-8")
                except UnicodeDecodeError as error:
                    line = about.snapshot.data(path)[: error.start].count(b"\n") + 1
                    yield Flaw("it is not UTF-8", path, line)
