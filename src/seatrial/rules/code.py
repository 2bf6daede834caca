"""ST419 to ST422: what the metadata says of the code, and what the code and its tests say."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterator

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from seatrial.repository import setup_script
from seatrial.repository.modules import find_module
from seatrial.repository.setuptools_origin import module_roots
from seatrial.rules.described import Described, described
from seatrial.rules.inputs import RuleInput
from seatrial.rules.values import Fix, Flaw, Severity, rule
from seatrial.rules.workflow import Value

_OTHER_CI = re.compile(
    r"\.circleci/|\.travis\.yml|\.gitlab-ci\.yml|azure-pipelines|\.azure|appveyor|\.appveyor"
    r"|\.cirrus\.yml|Jenkinsfile|\.buildkite/|\.woodpecker|\.builds/"
)
_COMPILED = (".pyx", ".so", ".pyd", ".rs", ".c", ".cpp", ".cc", ".pyi", ".f90")


@rule("ST419", "typed-without-marker", Severity.WARNING, fixable=True)
def typed_without_marker(about: RuleInput) -> Iterator[Flaw]:
    """The package says that it is typed, and has no ``py.typed``.

    Type checkers then ignore its annotations (PEP 561), and every user's code is checked against
    nothing.

    Mend:
        Add an empty ``py.typed`` beside ``__init__.py``, and see that the build takes it along;
        ``--fix`` makes the file.
    """
    for one in described(about):
        typed = next((c for c in one.classifiers if c.text == "Typing :: Typed"), None)
        module = _own_module(one)
        if typed is None or not module:
            continue
        below = f"{posixpath.dirname(module)}/" if "/" in module else ""
        if not any(path.endswith("/py.typed") and path.startswith(below) for path in about.files):
            marker = f"{below}py.typed"
            yield Flaw(
                f"'Typing :: Typed' is stated, and there is no {marker}",
                typed.path,
                typed.line,
                Fix(path=marker, start=0, end=0, text="", creates=True),
            )


def _own_module(one: Described) -> str:
    """Give the ``__init__.py`` of the package of the project's own name, or an empty string."""
    name = one.package.name.replace("-", "_")
    for spelt in (name, name.lower(), name.replace(".", "_"), name.lower().replace(".", "_")):
        found = find_module(one.manifest.folder, spelt, module_roots(one.manifest))
        if found.endswith("__init__.py"):
            return one.manifest.folder.full(found)
    return ""


@rule("ST420", "script-target-missing", Severity.ERROR)
def script_target_missing(about: RuleInput) -> Iterator[Flaw]:
    """A console script calls a function that is not there.

    It installs, and fails when it is called.  Modules are read, never imported.

    Mend:
        Correct the target, or take the script out.
    """
    for one in described(about):
        for target in one.entry_points:
            module, _, name = target.text.partition("[")[0].strip().partition(":")
            if not re.fullmatch(r"[\w.]+", module):
                continue
            why = _missing(one, module, name.strip().partition(".")[0])
            if why:
                yield target.flaw(f"the script {target.what} calls {target.text}, and {why}")


def _missing(one: Described, module: str, name: str) -> str:
    """Say why a target is not there; empty when it is, or cannot be told."""
    folder = one.manifest.folder
    roots = module_roots(one.manifest)
    path = find_module(folder, module, roots)
    if path:
        tree = setup_script.parse(folder.text(path) or "")
        return "" if tree is None or _binds(tree, name) else f"{folder.full(path)} has no {name}"
    top = find_module(folder, module.partition(".")[0], roots)
    if not top or not top.endswith("__init__.py") or module == module.partition(".")[0]:
        return ""
    base = posixpath.join(folder.full(posixpath.dirname(top)), *module.split(".")[1:])
    known = [path for path in one.about.files if path.startswith((f"{base}.", f"{base}/"))]
    compiled = any(path.endswith(_COMPILED) for path in known)
    return "" if compiled or known else f"there is no module {module}"


def _binds(tree: ast.Module, name: str) -> bool:
    """Whether a module may have a name; one that imports ``*`` may have any."""
    if not name or setup_script.bindings(tree, name):
        return True
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
            return True
        if isinstance(node, ast.FunctionDef) and node.name == "__getattr__":
            return True
        if isinstance(node, ast.Call) and setup_script.called(node) in {"globals", "vars", "exec"}:
            return True
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store):
            return True
    return False


@rule("ST421", "matrix-excluded", Severity.WARNING)
def matrix_excluded(about: RuleInput) -> Iterator[Flaw]:
    """A workflow runs on a Python that ``requires-python`` excludes.

    The package does not install there: the job fails, or tests something else.

    Mend:
        Take the Python out of the matrix, or widen ``requires-python``.
    """
    if len(about.packages) != 1:
        return
    package = about.packages[0]
    allowed = _specifiers(package.requires_python)
    for path, value in _pythons(about):
        plain = re.fullmatch(r"3\.\d+", value.text)
        if not plain or allowed is None:
            continue
        if not any(allowed.contains(f"{plain[0]}.{micro}") for micro in range(30)):
            yield Flaw(
                f"Python {value.text} is tested, and {package.requires_python!r} excludes it",
                path,
                value.line,
            )


@rule("ST422", "classifier-untested", Severity.INFO)
def classifier_untested(about: RuleInput) -> Iterator[Flaw]:
    """A classifier promises a Python that no workflow tests.

    Nobody knows whether it works there until a user finds out.

    Mend:
        Add the Python to the matrix, or take the classifier out.
    """
    # Free-threaded and development builds ("3.14t", "3.15-dev") are tests of that Python, too.
    tested = {
        int(found[1])
        for _, value in _pythons(about)
        if (found := re.match(r"3\.(\d+)", value.text))
    }
    elsewhere = any(_OTHER_CI.match(path) for path in about.files)
    if len(about.packages) != 1 or len(tested) < 2 or elsewhere or _runs_others(about):  # noqa: PLR2004 - one Python alone is no matrix
        return
    for one in described(about):
        for classifier in one.classifiers:
            named = re.fullmatch(r"Programming Language :: Python :: 3\.(\d+)", classifier.text)
            if named and int(named[1]) not in tested:
                yield classifier.flaw(f"no workflow names Python 3.{named[1]}")


def _pythons(about: RuleInput) -> Iterator[tuple[str, Value]]:
    """Give the Pythons of matrices whose jobs set them up, where a matrix is a plain list."""
    for workflow in about.workflows:
        for job in workflow.jobs.values():
            sets_up = any(
                step.action in {"actions/setup-python", "astral-sh/setup-uv"} for step in job.steps
            )
            matrix = job.value.get("strategy", "matrix")
            for name, values in matrix.items():
                if sets_up and re.fullmatch(r"(?i)py(?:thon)?(?:[-_]?versions?)?", name.text):
                    for value in values.elements():
                        if re.match(r"3\.\d+", value.text):
                            yield workflow.path, value


def _runs_others(about: RuleInput) -> bool:
    """Whether Pythons may be tested that no plain matrix shows."""
    for workflow in about.workflows:
        for job in workflow.jobs.values():
            if "${{" in job.value.get("strategy", "matrix").text or job.value.get("uses"):
                return True
            include = job.value.get("strategy", "matrix", "include")
            if include or job.value.get("container"):
                return True
            for step in job.steps:
                given = step.given("python-version").text
                if step.action == "actions/setup-python" and "\n" in given:
                    return True
                if any(re.search(r"\b(?:nox|cibuildwheel)\b", line.text) for line in step.script):
                    return True
    return False


def _specifiers(text: str) -> SpecifierSet | None:
    try:
        return SpecifierSet(text) if text else None
    except InvalidSpecifier:
        return None
