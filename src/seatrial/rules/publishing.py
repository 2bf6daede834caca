"""Which steps and jobs of a workflow build, test and publish a Python package."""

from __future__ import annotations

import re

from seatrial.rules.workflow import Job, Step, Workflow

PYPI_ACTION = "pypa/gh-action-pypi-publish"
MATURIN_ACTION = "pyo3/maturin-action"

_PUBLISHES = re.compile(
    r"(?:^|[\s;&|(])(?:twine upload|uv publish|poetry publish|flit publish|hatch publish"
    r"|pdm publish|maturin (?:upload|publish)|python3? -m twine upload|semantic-release publish"
    r"|python3? setup\.py (?:\S+ )*upload)\b"
)
_BUILDS = re.compile(
    r"(?:^|[\s;&|(])(?:python3? -m build|pyproject-build|uv build|poetry build|flit build"
    r"|hatch build|pdm build|maturin build|cibuildwheel|pip wheel"
    r"|python3? setup\.py (?:\S+ )*(?:sdist|bdist_wheel))\b"
)
_BUILD_ACTIONS = frozenset({"pypa/cibuildwheel", "hynek/build-and-inspect-python-package"})
_TESTS = re.compile(
    r"(?:^|[\s;&|(])(?:pytest|tox|nox|unittest|mypy|pyright|ruff|flake8|twine check"
    r"|make (?:test|check)"
    r"|hatch (?:run )?test)\b"
)


def publishes(step: Step) -> bool:
    """Whether a step sends files to an index."""
    if step.action == PYPI_ACTION:
        return True
    if step.action == MATURIN_ACTION:
        return step.given("command").text.strip() in {"upload", "publish"}
    return any(_PUBLISHES.search(line.text) for line in step.script)


def builds(step: Step) -> bool:
    """Whether a step builds an sdist or a wheel."""
    if step.action in _BUILD_ACTIONS:
        return True
    if step.action == MATURIN_ACTION:
        return step.given("command").text.strip() in {"", "build", "sdist"}
    return any(_BUILDS.search(line.text) for line in step.script)


def tests(text: str) -> bool:
    """Whether a line of a script runs tests or other checks of the project."""
    return _TESTS.search(text) is not None


def publishing_jobs(workflow: Workflow) -> tuple[Job, ...]:
    """Give the jobs with a step that publishes."""
    return tuple(job for job in workflow.jobs.values() if any(map(publishes, job.steps)))


def building_jobs(workflow: Workflow) -> tuple[Job, ...]:
    """Give the jobs with a step that builds."""
    return tuple(job for job in workflow.jobs.values() if any(map(builds, job.steps)))
