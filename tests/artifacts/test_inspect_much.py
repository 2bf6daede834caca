"""Files in which much is of one kind: what is found there, and how briefly it is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.artifacts.archives import Member
from seatrial.artifacts.scan import OVERLAP, ContentScan
from seatrial.artifacts.secrets import FORMS, GATES, Form
from tests.support.inspected import inspect_files
from tests.support.wheels import make_wheel


def test_a_program_that_is_all_paths_takes_no_longer(tmp_path: Path) -> None:
    """What looks like the beginning of a path a million times over is searched to its end."""
    program = b"\x7fELF" + b"/home/a/" * 200_000
    path = make_wheel(tmp_path, modules={"demo.py": "x", "demo.bin": program})
    found = inspect_files([path], name="demo", version="1.0")
    assert "build-path" not in {one.code for one in found}


def test_a_traceback_in_a_docstring_is_no_path_of_the_machine(tmp_path: Path) -> None:
    """What a compiled docstring quotes of somebody's machine says nothing of the one that built."""
    program = b'\x7fELF\0  File "/Users/ada/code/demo/demo.py", line 65, in run\n\0'
    path = make_wheel(tmp_path, modules={"demo.py": "x", "demo.bin": program})
    found = inspect_files([path], name="demo", version="1.0")
    assert "build-path" not in {one.code for one in found}


def test_a_traceback_is_known_wherever_the_pieces_of_a_file_end() -> None:
    """Files are looked at in pieces, and one may begin or end within what is quoted."""
    quoted = b'  File "/Users/ada/code/demo/demo.py", line 65, in run\n\0'
    program = b"\x7fELF".ljust(3000, b"\0") + quoted.ljust(3000, b"\0")
    for cut in range(2990, 3000 + OVERLAP + len(quoted)):
        scan = ContentScan("demo-1.0-py3-none-any.whl")
        scan.begin(Member(path="demo.bin", size=len(program)))
        scan.feed(program[:cut])
        scan.feed(program[cut:])
        scan.end()
        assert [one.said for one in scan.findings()] == [], cut


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.needle.decode())
def test_no_form_of_secret_is_kept_out_by_the_quick_look(form: Form) -> None:
    """What the first, quick search lets through holds every needle that there is."""
    text = b"# " + form.needle.replace(b"xox", b"xoxb-") + b"A\n"
    assert any(gate.search(text) for gate in GATES)


def test_a_thousand_faults_of_a_kind_are_not_a_thousand_sentences(tmp_path: Path) -> None:
    """Of one kind the first are said one by one, and of the others how many there are."""
    modules = {f"demo/m{number}.py": "" for number in range(300)}
    changed: dict[str, str | bytes | None] = {
        **{f"demo/m{number}.py": None for number in range(100)},
        **{f"demo/m{number}.py": "x = 1\n" for number in range(100, 200)},
        **{f"demo/more{number}.py": "" for number in range(100)},
    }
    wheel = make_wheel(tmp_path, modules=modules, replace=changed)
    found = inspect_files([wheel], name="demo", version="1.0")
    for code in ("record-missing", "record-unlisted", "record-digest", "record-size"):
        said = [one.said for one in found if one.code == code]
        assert len(said) == 51
        assert said[-1] == "and the same of 50 further files"
