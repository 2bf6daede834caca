"""ST2xx: what is found, and what is left alone."""

from __future__ import annotations

import msgspec
import pytest

from tests.rules.verdicts import Case
from tests.support.trees import PROJECT, Around, tag

HERE = "a" * 40
SCM = {
    "pyproject.toml": PROJECT.replace('version = "1.2.0"', 'dynamic = ["version"]')
    + '[tool.hatch.version]\nsource = "vcs"\n'
}
PACKAGE = {"demo/__init__.py": "", "demo/a.py": ""}

CASES = [
    Case("ST201", {}, ("",), Around(tags=(tag("1.2.1", ancestor=False), tag("1.1.0")))),
    Case("ST201", {}, (), Around(tags=(tag("1.2.1"), tag("1.1.0")))),
    Case("ST201", {}, (), Around(tags=(tag("1.1.9", ancestor=False),))),
    Case("ST201", {}, (), Around(tags=(tag("2.0", ancestor=False),), branch="1.x")),
    Case("ST201", {}, (), Around(tags=(tag("2.0", ancestor=False),), branch="stable/1.2")),
    Case("ST201", SCM, (), Around(tags=(tag("2.0", ancestor=False),))),
    Case("ST202", {}, ("",), Around(tags=(tag("1.2.0", ancestor=False),))),
    Case("ST202", {}, (), Around(tags=(tag("1.2.0"),))),
    Case("ST203", {}, ("pyproject.toml:7",), Around(tags=(tag("1.3.0", commit=HERE),))),
    Case("ST203", {}, (), Around(tags=(tag("1.2.0", commit=HERE),))),
    Case("ST203", {}, (), Around(tags=(tag("1.3.0"),))),
    Case("ST204", {}, ("",), Around(tags=(tag("1.2.0", name="1.2.0"), tag("1.1.0")))),
    Case("ST204", {}, (), Around(tags=(tag("1.2.0"), tag("1.1.0")))),
    Case(
        "ST204",
        {"seatrial.toml": 'tag = "v{version}"\n'},
        (),
        Around(tags=(tag("1.2.0", name="1.2.0"), tag("1.1.0"))),
    ),
    Case("ST205", {}, ("",), Around(shallow=True)),
    Case("ST205", {}),
    Case("ST206", PACKAGE, ("demo/b.py",), Around(dirty=("demo/b.py", "demo/a.py", "x.py"))),
    Case("ST206", PACKAGE, (), Around(dirty=("demo/a.py", "scratch.py", "demo/notes.txt"))),
    Case("ST207", {"docs/Usage.md": "", "docs/usage.md": ""}, ("docs/usage.md",)),
    Case("ST207", {"docs/usage.md": "", "usage.md": ""}),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_the_verdict_is_right(case: Case) -> None:
    """The rule finds the flaws of the tree, where they are, and no others."""
    case.check()


def test_a_change_of_tags_long_ago_is_no_finding() -> None:
    """Only the last five releases count: what came before is history."""
    new = tuple(tag(f"1.{minor}.0") for minor in range(9, 3, -1))
    old = msgspec.structs.replace(tag("1.3.0"), name="1.3.0")
    Case("ST204", {}, (), Around(tags=(*new, old))).check()
