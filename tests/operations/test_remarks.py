"""What a plan remarks on before anything is done."""

from __future__ import annotations

from pathlib import Path

from packaging.version import Version

from seatrial.operations.project import Project
from seatrial.operations.remarks import line_remarks
from seatrial.versions.decide import Decision
from tests.support.repositories import make_repository

MANIFEST = """[tool.poetry]
name = "demo"
version = "1.0.0"
description = ""
authors = []
[tool.poetry.dependencies]
python = "^3.11"
core = {git = "https://example.org/core.git"}
more = {path = "../more"}
six = "^1.0"
[tool.poetry.group.dev.dependencies]
tool = {path = "../tool"}
[build-system]
requires = ["poetry-core"]
build-backend = "poetry.core.masonry.api"
"""


def test_a_requirement_by_path_is_told_before_the_index_refuses_the_file(tmp_path: Path) -> None:
    """An address is remarked on, and a path where it is kept; versions and groups are not."""
    made = make_repository(tmp_path / "r", {"pyproject.toml": MANIFEST})
    decision = Decision(version=Version("1.0.1"), reason="")
    found = line_remarks(Project.open(made.folder), {}, decision)
    (note,) = [one for one in found if one.topic == "required-by-path"]
    assert "demo requires core by a path" in note.text
    made.commit("chore: keep paths", {"seatrial.toml": 'siblings = "keep"\n'})
    found = line_remarks(Project.open(made.folder), {}, decision)
    texts = [one.text for one in found if one.topic == "required-by-path"]
    assert [text.split(" by ")[0] for text in texts] == [
        "demo requires core",
        "demo requires more",
    ]
