"""The workflow of GitHub Actions that releases.

Source: the workflow syntax of GitHub Actions, and the permissions of its token by endpoint.  The
job pushes the release commit and its tag, makes the forge release, and publishes by its identity;
what it starts (builds, gates, installations) gets none of its logins from Seatrial.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from seatrial.addresses import GITHUB_BOT
from seatrial.ci.actions import pinned
from seatrial.ci.github import MINUTES, branch_of
from seatrial.ci.heads import RELEASES, headed
from seatrial.ci.rows import LINUX, quoted

BOT = "github-actions[bot]"
"""Who commits where no person does: the forge's own account for its jobs."""

ALWAYS = "${{ !cancelled() }}"
"""The condition of a step that follows also on one that failed."""


class Releasing(msgspec.Struct, frozen=True, kw_only=True):
    """What the workflow is to do.

    Attributes:
        branch: the branch that releases are made from.
        environment: the environment that the publisher on the index states; empty for none.
        proposes: whether a release is proposed by a pull request first.
        collects: whether the wheels are taken from another workflow's runs.
        tool: the version of Seatrial.
    """

    branch: str
    environment: str = ""
    proposes: bool = False
    collects: bool = False
    tool: str


def release_workflow(what: Releasing) -> str:
    """Give the text of the workflow.

    Args:
        what: it is to do.
    """
    return headed(RELEASES, "\n".join(_lines(what)) + "\n")


def _lines(what: Releasing) -> Iterator[str]:
    yield from ("name: release", "", "on:")
    yield from _pushed(what) if what.proposes else _asked()
    yield from (
        "",
        "permissions:",
        "  contents: read",
        "",
        "# One release at a time; none is ended in the middle.",
        "concurrency:",
        "  group: ${{ github.workflow }}",
        "  cancel-in-progress: false",
        "",
        "jobs:",
        "  release:",
        f"    runs-on: {LINUX}",
        f"    timeout-minutes: {MINUTES}",
    )
    if what.environment:
        yield f"    environment: {quoted(what.environment)}"
    yield from (
        "    permissions:",
        "      contents: write # the commit, its tag and the forge release",
        "      id-token: write # the index knows the job by its identity",
    )
    if what.collects:
        yield "      actions: read # what CI has built"
    if what.proposes:
        yield "      pull-requests: write # the proposal"
    yield from (
        "    steps:",
        f"      - uses: {pinned('actions/checkout')}",
        "        with:",
        "          fetch-depth: 0",
        "          # git pushes with it.",
        "          persist-credentials: true",
    )
    if what.proposes:
        yield from _step(what, "Release what was merged", "release --merged --yes")
        # What is refused because nobody has proposed it gets its proposal all the same.
        yield "      - name: Fetch the tag that was made"
        yield f"        if: {ALWAYS}"
        yield "        run: git fetch --quiet --tags"
        yield from _step(what, "Propose the next release", "propose", ALWAYS)
        return
    version = ' ${VERSION:+--version "$VERSION"}'
    yield from _step(what, "Rehearse", f"rehearse{version}", "inputs.rehearse")
    yield from _step(what, "Release", f"release --yes{version}", "${{ !inputs.rehearse }}")


def _asked() -> Iterator[str]:
    """Give the form that a person fills in."""
    yield from (
        "  workflow_dispatch:",
        "    inputs:",
        "      version:",
        "        description: The version; decided by the changes when empty",
        "        type: string",
        "        default: ''",
        "      rehearse:",
        "        description: Rehearse it, and release nothing",
        "        type: boolean",
        "        default: true",
    )


def _pushed(what: Releasing) -> Iterator[str]:
    yield from ("  push:", f"    branches: [{branch_of(what.branch)}]")


def _step(what: Releasing, name: str, arguments: str, condition: str = "") -> Iterator[str]:
    yield f"      - name: {name}"
    if condition:
        yield f"        if: {condition}"
    yield f"        run: pipx run seatrial=={what.tool} {arguments}"
    yield "        env:"
    yield "          GH_TOKEN: ${{ github.token }}"
    if not what.proposes:
        yield "          VERSION: ${{ inputs.version }}"
    for role in ("AUTHOR", "COMMITTER"):
        yield f"          GIT_{role}_NAME: {quoted(BOT)}"
        yield f"          GIT_{role}_EMAIL: {quoted(GITHUB_BOT)}"
