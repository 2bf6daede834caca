"""The workflow of GitHub Actions that builds a release's set of wheels.

Source: the workflow syntax of GitHub Actions.  Jobs that build may only read; nothing publishes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from seatrial.ci import cibuildwheel, maturin
from seatrial.ci.actions import pinned
from seatrial.ci.heads import BUILDS, headed
from seatrial.ci.rows import LINUX, own_names, quoted
from seatrial.plan.matrix import Matrix

ARTIFACTS = "wheels-"
"""How the names of what a run leaves behind begin."""

_PATTERN = re.compile(r"[*?+\[\]!\\]")
MINUTES = 120
"""How long a build may take; one on an emulated processor does."""


def workflow(matrices: Sequence[Matrix]) -> str:
    """Give the text of the workflow.

    Args:
        matrices: what it builds, of one package each.

    Raises:
        InvalidConfiguration: a builder cannot make one of the wheels.
    """
    body = "\n".join(_lines(matrices)) + "\n"
    return headed(BUILDS, body)


def branch_of(name: str) -> str:
    """Give a branch as a filter takes it: one that has signs of a pattern means itself."""
    return quoted(_PATTERN.sub(r"\\\g<0>", name))


def _lines(matrices: Sequence[Matrix]) -> Iterator[str]:
    yield from (
        "name: wheels",
        "",
        "on:",
        "  push:",
        f"    branches: [{branch_of(matrices[0].branch)}]",
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
    for matrix, own in zip(matrices, own_names(matrices), strict=True):
        if matrix is not matrices[0]:
            yield ""
        yield from _package(matrix, own)


def _package(matrix: Matrix, own: str) -> Iterator[str]:
    """Give the jobs of one package.

    Args:
        matrix: what they build.
        own: what stands in their names ("demo-"); empty where there is one package.
    """
    after = f"-{own}".rstrip("-")
    needs = []
    if matrix.targets:
        needs.append(f"wheels{after}")
        yield f"  wheels{after}:"
        yield from _wheels(matrix, own)
        yield ""
    if matrix.sdist or matrix.pure:
        needs.append(f"sdist{after}")
        yield f"  sdist{after}:"
        yield from _sdist(matrix, own)
        yield ""
    yield f"  complete{after}:"
    yield f"    needs: [{', '.join(needs)}]"
    yield from _complete(matrix, own)


def _wheels(matrix: Matrix, own: str) -> Iterator[str]:
    by_maturin = matrix.builder == "maturin"
    builder = maturin if by_maturin else cibuildwheel
    yield from (
        f"    name: {own and own[:-1] + ', '}${{{{ matrix.platform }}}}",
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
        *_upload(f"{own}${{{{ matrix.platform }}}}", matrix.path if by_maturin else ""),
    )


def _sdist(matrix: Matrix, own: str) -> Iterator[str]:
    # maturin's own action makes its sdist; a wheel for any platform every backend makes alike.
    by_maturin = matrix.builder == "maturin" and not matrix.pure
    builder = maturin if by_maturin else cibuildwheel
    yield from (
        f"    runs-on: {LINUX}",
        f"    timeout-minutes: {MINUTES}",
        "    steps:",
        *_checkout(history=matrix.history),
        *builder.sdist(matrix),
        *_upload(f"{own}sdist", matrix.path if by_maturin else ""),
    )


def _complete(matrix: Matrix, own: str) -> Iterator[str]:
    """Say whether the set is whole and sound, by what the release will ask."""
    yield from (
        f"    runs-on: {LINUX}",
        "    timeout-minutes: 30",
        "    steps:",
        *_checkout(history=True),
        f"      - uses: {pinned('actions/download-artifact')}",
        "        with:",
        f"          pattern: {ARTIFACTS}{own}*",
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
