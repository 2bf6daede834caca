"""The workflow of GitHub Actions that builds a release's set of wheels.

Source: the workflow syntax of GitHub Actions.  Jobs that build may only read; nothing publishes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from seatrial.ci import cibuildwheel, maturin
from seatrial.ci.actions import pinned
from seatrial.ci.heads import BUILDS, headed
from seatrial.ci.rows import LINUX, quoted
from seatrial.plan.matrix import Matrix

ARTIFACTS = "wheels-"
"""How the names of what a run leaves behind begin."""

_PATTERN = re.compile(r"[*?+\[\]!\\]")
MINUTES = 120
"""How long a build may take; one on an emulated processor does."""


def workflow(matrix: Matrix) -> str:
    """Give the text of the workflow.

    Args:
        matrix: what it builds.

    Raises:
        InvalidConfiguration: its builder cannot make one of the wheels.
    """
    body = "\n".join(_lines(matrix)) + "\n"
    return headed(BUILDS, body)


def branch_of(name: str) -> str:
    """Give a branch as a filter takes it: one that has signs of a pattern means itself."""
    return quoted(_PATTERN.sub(r"\\\g<0>", name))


def _lines(matrix: Matrix) -> Iterator[str]:
    yield from (
        "name: wheels",
        "",
        "on:",
        "  push:",
        f"    branches: [{branch_of(matrix.branch)}]",
        "  pull_request:",
        "  workflow_dispatch:",
        "",
        "permissions:",
        "  contents: read",
        "",
        "# In a pull request a newer push ends the older run; commits of the branch have one each.",
        "concurrency:",
        "  group: ${{ github.workflow }}-${{ github.event.pull_request.number || github.sha }}",
        "  cancel-in-progress: true",
        "",
        "jobs:",
    )
    needs = []
    if matrix.targets:
        needs.append("wheels")
        yield from _wheels(matrix)
        yield ""
    if matrix.sdist or matrix.pure:
        needs.append("sdist")
        yield from _sdist(matrix)
        yield ""
    yield from _complete(matrix, needs)


def _wheels(matrix: Matrix) -> Iterator[str]:
    by_maturin = matrix.builder == "maturin"
    builder = maturin if by_maturin else cibuildwheel
    yield from (
        "  wheels:",
        "    name: ${{ matrix.platform }}",
        "    runs-on: ${{ matrix.runner }}",
        f"    timeout-minutes: {MINUTES}",
        "    strategy:",
        "      fail-fast: false",
        "      matrix:",
        "        include:",
        *builder.job(matrix),
        "    steps:",
        *_checkout(history=matrix.history),
        *builder.steps(matrix),
        *_upload("${{ matrix.platform }}", matrix.path if by_maturin else ""),
    )


def _sdist(matrix: Matrix) -> Iterator[str]:
    # maturin's own action makes its sdist; a wheel for any platform every backend makes alike.
    by_maturin = matrix.builder == "maturin" and not matrix.pure
    builder = maturin if by_maturin else cibuildwheel
    yield from (
        "  sdist:",
        f"    runs-on: {LINUX}",
        f"    timeout-minutes: {MINUTES}",
        "    steps:",
        *_checkout(history=matrix.history),
        *builder.sdist(matrix),
        *_upload("sdist", matrix.path if by_maturin else ""),
    )


def _complete(matrix: Matrix, needs: list[str]) -> Iterator[str]:
    """Say whether the set is whole and sound, by what the release will ask."""
    yield from (
        "  complete:",
        f"    needs: [{', '.join(needs)}]",
        f"    runs-on: {LINUX}",
        "    timeout-minutes: 30",
        "    steps:",
        *_checkout(history=True),
        f"      - uses: {pinned('actions/download-artifact')}",
        "        with:",
        f"          pattern: {ARTIFACTS}*",
        "          path: dist",
        f'      - run: pipx run seatrial=={matrix.tool} collect "$PACKAGE" --from dist --out whole',
        "        env:",
        f"          PACKAGE: {quoted(matrix.path or '.')}",
    )


def _checkout(*, history: bool) -> Iterator[str]:
    yield f"      - uses: {pinned('actions/checkout')}"
    yield "        with:"
    yield "          persist-credentials: false"
    if history:
        yield "          fetch-depth: 0"


def _upload(name: str, folder: str) -> Iterator[str]:
    """Leave what is in ``dist`` behind; the digests of a release's files are taken from there."""
    path = f"{folder}/dist" if folder else "dist"
    yield f"      - uses: {pinned('actions/upload-artifact')}"
    yield "        with:"
    yield f"          name: {ARTIFACTS}{name}"
    yield f"          path: {quoted(path)}"
    yield "          if-no-files-found: error"
