"""The workflow of GitHub Actions that builds a release's set of wheels.

Source: the workflow syntax of GitHub Actions.  Jobs that build may only read; nothing publishes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from seatrial.ci import cibuildwheel, maturin
from seatrial.ci.actions import pinned
from seatrial.ci.rows import LINUX, quoted
from seatrial.plan.matrix import Matrix

ARTIFACTS = "wheels-"
"""How the names of what a run leaves behind begin."""

HEAD = """\
# Written by seatrial ci, from the set that the configuration expects: change it there, and run
# seatrial ci again. seatrial ci --check says whether this file is what it would be.
# sha256 of what follows: {digest}
"""
_HEAD = re.compile(re.escape(HEAD).replace(r"\{digest\}", "([0-9a-f]{64})"))
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
    return HEAD.format(digest=_digest(body)) + body


def is_ours(text: str) -> bool:
    """Say whether a workflow is as it was written here, and nobody has changed it since."""
    text = text.replace("\r\n", "\n")
    found = _HEAD.match(text)
    return found is not None and found[1] == _digest(text[found.end() :])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _lines(matrix: Matrix) -> Iterator[str]:
    branch = _PATTERN.sub(r"\\\g<0>", matrix.branch)
    yield from (
        "name: wheels",
        "",
        "on:",
        "  push:",
        f"    branches: [{quoted(branch)}]",
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
