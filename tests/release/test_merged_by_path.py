"""A release by pull request of packages that require each other by their paths."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.release.test_by_path import BOTS, BY_PATH, FILES, OWN, PAIR, rehearsed, required
from tests.support.proposals import HEAD, MODE, change, merge, proposed
from tests.support.repositories import git
from tests.support.several import Several, several

CHANGELOG = "# Changelog\n\n## 1.0.0\n\n- Begin.\n"
TOGETHER = (
    f'{MODE}\ntag = "v{{version}}"\nsiblings = "=="',
    ("v1.0.0",),
    {"CHANGELOG.md": CHANGELOG},
    ("v1.1.0", "v1.1.0"),
)
APART = (
    f'mode = "pull-request"\n{OWN}\nsiblings = "=="',
    ("trio-core-v1.0.0", "trio-bots-v1.0.0"),
    {f"packages/{name}/CHANGELOG.md": CHANGELOG for name in PAIR},
    ("trio-core-v1.1.0", "trio-bots-v1.0.1"),
)


def by_hand(stage: Several) -> None:
    """Edit the notes of the first package in the pull request."""
    body = proposed(stage)["body"]
    mark = "<!-- seatrial notes end: trio-core -->"
    assert mark in body
    change(stage, 1, body=body.replace(mark, f"- By hand.\n{mark}"))


@pytest.mark.registry
@pytest.mark.parametrize("squash", [False, True])
@pytest.mark.parametrize(
    ("more", "before", "files", "tags"), [TOGETHER, APART], ids=["together", "apart"]
)
def test_the_merge_keeps_the_path_and_the_files_require_the_release(
    tmp_path: Path,
    more: str,
    before: tuple[str, ...],
    files: dict[str, str],
    tags: tuple[str, str],
    squash: bool,  # noqa: FBT001 - a parameter of pytest
) -> None:
    """Proposed, edited, brought up to date, merged, rehearsed, released; git has the path."""
    with several(tmp_path, packages=PAIR, files=FILES | files, more=more, tags=before) as stage:
        first = rehearsed(stage, tmp_path / "first")
        assert first["then"] == "seatrial propose"
        by_hand(stage)
        stage.project.commit("fix: mend", {"packages/trio-core/mended.txt": "x"})
        stage.project.push()
        again = proposed(stage)
        assert again["edited"] == ["trio-core"]
        assert BY_PATH in git(stage.remote, "show", f"{HEAD}:{BOTS}") + "\n"
        merged = merge(stage, squash=squash)
        for verb in (("rehearse", "--keep", str(tmp_path / "kept")), ("release", "--yes")):
            done = stage.seatrial(*verb, "--merged", "--json")
            assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["outcome"] == "released"
        wanted = ['trio-core (==1.1.0) ; python_version < "4"']
        assert required(tmp_path / "first", "trio_bots") == wanted
        assert required(tmp_path / "kept", "trio_bots") == wanted
        assert stage.tags() == sorted({*before, *tags})
        assert {git(stage.remote, "rev-parse", f"{tag}^{{commit}}") for tag in tags} == {merged}
        core, bots = (git(stage.remote, "show", f"{tag}:{BOTS}") for tag in tags)
        assert BY_PATH.strip() in core
        assert BY_PATH.strip() in bots
        told = {one["tag_name"]: one["body"] for one in stage.releases()}
        assert "- By hand." in told[tags[0]]
