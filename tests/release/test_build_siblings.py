"""A build that requires another package of the same release gets the one that is being made."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from tests.release.test_broken import told
from tests.support.several import package_files, pyproject, several

PAIR = {"pair-tool": (), "pair-user": ()}
USER = "packages/pair-user"


def requiring(*needs: str) -> dict[str, str]:
    """Give the files of the second package: its build asks the first one for a number."""
    listed = ", ".join(f'"{need}"' for need in needs)
    files = package_files("pair-user", ())
    backend = files[f"{USER}/backend.py"]
    asks = 'from pair_tool import NUMBER\n    with open("pair_user.py", "a") as file:\n'
    asks += '        file.write(f"NUMBER = {NUMBER}\\n")\n'
    backend = backend.replace(
        "def build_sdist(folder, settings=None):\n",
        f"def build_sdist(folder, settings=None):\n    {asks}",
    )
    files[f"{USER}/backend.py"] = backend
    files[f"{USER}/pyproject.toml"] = pyproject("pair-user", ()).replace(
        "requires = []", f"requires = [{listed}]", 1
    )
    return files


TOOL = {"packages/pair-tool/pair_tool.py": '"""A part."""\n\nNUMBER = 7\n'}


@pytest.mark.parametrize("needs", ["pair-tool", "pair-tool>=1.1", "pair-tool==1.0.0"])
def test_the_build_gets_the_sibling_that_is_being_made(tmp_path: Path, needs: str) -> None:
    """No index knows it yet; the requirement follows the release, and the order does, too."""
    files = TOOL | requiring(needs)
    with several(tmp_path, packages=PAIR, files=files, change="pair-tool") as stage:
        kept = tmp_path / "kept"
        done = stage.seatrial("rehearse", "--keep", str(kept), "--json")
        assert done.returncode == 0, done.stderr
        steps = [step["key"] for step in json.loads(done.stdout)["steps"]]
        first, second = "upload pair-tool 1.1.0 to main", "upload pair-user 1.1.0 to main"
        assert steps.index(first) < steps.index(second)
        (wheel,) = (kept / "run" / "artifacts").glob("*/pair_user-1.1.0-py3-none-any.whl")
        with zipfile.ZipFile(wheel) as opened:
            assert "NUMBER = 7" in opened.read("pair_user.py").decode()
        edits = {edit["path"]: edit["diff"] for edit in json.loads(done.stdout)["edits"]}
        pinned = '+requires = ["pair-tool==1.1.0"]' in edits[f"{USER}/pyproject.toml"]
        assert pinned is (needs == "pair-tool==1.0.0")


def test_a_build_requirement_that_the_release_contradicts_is_refused(tmp_path: Path) -> None:
    """It could not be built: that is said when it is planned."""
    files = TOOL | requiring("pair-tool<1.1")
    with several(tmp_path, packages=PAIR, files=files, change="pair-tool") as stage:
        told(stage.seatrial("plan"), 2, "pair-tool<1.1", "released as 1.1.0")


def test_a_ring_that_a_build_closes_is_refused(tmp_path: Path) -> None:
    """Neither could be built before the other."""
    packages = {"pair-tool": ("pair-user",), "pair-user": ()}
    with several(
        tmp_path, packages=packages, files=requiring("pair-tool"), change="pair-tool"
    ) as stage:
        stage.project.commit("fix: it", {f"{USER}/more.txt": "x"})
        told(stage.seatrial("plan"), 2, "pair-tool → pair-user → pair-tool")
