from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import seatrial
from seatrial.artifacts.findings import INCOMPLETE, SIBLING, SURPLUS, UNREADABLE
from seatrial.indexrules.rulebook import RULES, family
from seatrial.inspection.catalogue import CATALOGUE

SOURCE = Path(seatrial.__file__).parent
PLACES = [
    *(SOURCE / "artifacts").rglob("*.py"),
    *(SOURCE / "inspection").glob("*.py"),
    SOURCE / "actions" / "inspecting.py",
    SOURCE / "operations" / "trying.py",
]
RULE = re.compile(r"(?:[ABDFKMNPQSTVWXYZ]|X500\.)[0-9]+")
NAMED = {
    "INCOMPLETE": INCOMPLETE,
    "SIBLING": SIBLING,
    "SURPLUS": SURPLUS,
    "UNREADABLE": UNREADABLE,
}
MAKERS = {"fault", "warning", "note", "make"}


def codes(path: Path) -> Iterator[str]:
    """Give the codes of the findings that a module makes."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and node.args:
            maker, code = node.func, node.args[0]
            by_name = isinstance(maker, ast.Name) and maker.id in MAKERS
            if not (by_name or isinstance(maker, ast.IfExp)):
                continue
            if isinstance(code, ast.Constant):
                yield str(code.value)
            elif isinstance(code, ast.Name) and code.id in NAMED:
                yield NAMED[code.id]


def test_every_finding_is_in_the_catalogue() -> None:
    """What can be found is explained, and what is explained can be found."""
    made = {code for path in PLACES for code in codes(path)}
    assert made == set(CATALOGUE)


def test_every_rule_of_pypi_is_in_the_rulebook() -> None:
    """Whatever rule can refuse, or write to maintainers, is explained; and no other."""
    written = {
        str(node.value)
        for path in (SOURCE / "indexrules").glob("*.py")
        if path.stem != "rulebook"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant)
    }
    assert {word for word in written if RULE.fullmatch(word)} == set(RULES)
    assert all(family(code) for code in RULES)
