from __future__ import annotations

from pathlib import Path

import pytest
from packaging.tags import platform_tags

from seatrial.operations.away import away
from tests.support.releases import scene

HERE = next(iter(platform_tags()))

EXPECTED = [
    (("sdist", "py3 × any"), ()),
    ((f"cp39-abi3 × {HERE}",), ()),
    (("cp39-abi3 × {win_amd64, macosx_11_0_arm64}",), ("win_amd64", "macosx_11_0_arm64")),
    (("*-win_arm64.whl", "*.tar.gz"), ("win_arm64",)),
    (("*.whl",), ()),
    (("demo-*",), ()),
]


@pytest.mark.parametrize(("entries", "platforms"), EXPECTED)
def test_the_platforms_of_other_machines_are_known(
    entries: tuple[str, ...], platforms: tuple[str, ...]
) -> None:
    """What is expected for this machine or any is run here; of the rest the platforms are told."""
    assert away(entries) == platforms


def test_the_plan_says_what_is_not_run_here(tmp_path: Path) -> None:
    """Whoever reads the plan knows which wheels are only resolved."""
    more = '[tool.seatrial.contents]\nexpect = ["py3 × any", "cp39-abi3 × win_arm64"]\n'
    with scene(tmp_path, more=more) as stage:
        plan = stage.seatrial("plan")
        assert plan.returncode == 0, plan.stderr
        said = " ".join(plan.stdout.split())
        assert "The wheels of demo for win_arm64 do not run on this machine" in said
