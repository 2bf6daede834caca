from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from seatrial.artifacts.compare import sha256_of
from seatrial.artifacts.inspect import inspect_file
from seatrial.errors import InspectionFailed
from seatrial.indexrules.values import Held, Refusal, Verdict
from seatrial.inspection.inspect import Inspecting, Question, inspect_release
from seatrial.inspection.verdict import Asked, findings_of, part_of, verdict
from seatrial.world.ports import HeldFile, StoredFile
from tests.indexrules.building import SDIST_NAME, WHEEL_NAME
from tests.indexrules.shapes_sdist import SDISTS
from tests.indexrules.shapes_zip import ZIPS
from tests.support.wheels import make_sdist, make_wheel

NOW = 1_800_000_000.0
DAY = 24 * 3600.0


def stored(path: Path) -> StoredFile:
    """Describe a file as the store does."""
    return StoredFile(name=path.name, sha256=sha256_of(path), size=path.stat().st_size, path=path)


def look(*paths: Path, version: str = "1.0", asked: Asked | None = None) -> list[tuple[str, str]]:
    """Inspect, and give severity and code of each finding that is of the index."""
    question = Question(
        name="demo", version=version, now=NOW, indexes=() if asked is None else (asked,)
    )
    found = inspect_release([stored(path) for path in paths], question).findings
    return [(f.severity, f.code) for f in found if f.code.startswith("pypi-")]


def held(*paths: Path, days: float = 1, sha256: str = "") -> Asked:
    """Give an index that took these files some days ago."""
    files = {
        path.name: HeldFile(
            name=path.name,
            sha256=sha256 or sha256_of(path),
            url="",
            uploaded=NOW - days * DAY,
            size=path.stat().st_size,
        )
        for path in paths
    }
    return Asked(name="pypi", files=files)


REFUSED: list[tuple[str, str]] = [
    ("Requires-Dist: a @ https://example.org/a.whl\n", "pypi-"),
    ("Classifier: No :: Such\n", "pypi-"),
    ("Description-Content-Type: text/asciidoc\n\n= Demo\n", "pypi-"),
    ("\nBad title\n==\n\n.. nope::\n", "pypi-d2"),
]


@pytest.mark.parametrize(("headers", "code"), REFUSED)
def test_what_the_index_would_refuse_is_a_fault(tmp_path: Path, headers: str, code: str) -> None:
    """PyPI's verdict on the form that would be sent is a finding of wheel and sdist alike."""
    for path in (make_wheel(tmp_path, headers=headers), make_sdist(tmp_path, headers=headers)):
        ((severity, found),) = look(path)
        assert severity == "fault"
        assert found.startswith(code)


def test_a_local_version_is_a_fault(tmp_path: Path) -> None:
    """PyPI takes no version with a local part."""
    path = make_wheel(tmp_path, version="1.0+local")
    assert {severity for severity, _ in look(path, version="1.0+local")} == {"fault"}


def test_a_sound_release_is_accepted(tmp_path: Path) -> None:
    """Sdist and wheel of a sound release are taken one after the other."""
    paths = [make_wheel(tmp_path), make_sdist(tmp_path)]
    assert look(*paths) == []
    assert look(*paths, asked=Asked(name="pypi", files={})) == []


def test_the_files_before_count_as_held(tmp_path: Path) -> None:
    """The second sdist of a set meets the first one, and so does the same content renamed."""
    (tmp_path / "b").mkdir()
    first = make_wheel(tmp_path)
    renamed = tmp_path / "b" / "demo-1.0-py2.py3-none-any.whl"
    renamed.write_bytes(first.read_bytes())
    assert ("fault", "pypi-q3") in look(first, renamed)


def test_a_name_that_is_taken_is_a_fault(tmp_path: Path) -> None:
    """What the index holds under the name is other bytes, so the upload would be refused."""
    path = make_wheel(tmp_path)
    assert look(path, asked=held(path, sha256="0" * 64)) == [("fault", "pypi-q2")]
    assert look(path, asked=held(path)) == []


def test_time_closes_a_release(tmp_path: Path) -> None:
    """A release that began more than 14 days ago takes no new file, by the time that is given."""
    wheel, sdist = make_wheel(tmp_path), make_sdist(tmp_path)
    assert look(sdist, asked=held(wheel, days=13)) == []
    assert look(sdist, asked=held(wheel, days=15)) == [("fault", "pypi-q5")]


def test_an_index_of_another_kind_may_take_it(tmp_path: Path) -> None:
    """What PyPI refuses is a warning for an index whose rules are not known."""
    path = make_wheel(tmp_path, headers="Classifier: No :: Such\n")
    ((severity, _),) = look(path, asked=Asked(name="ours", strict=False, files={}))
    assert severity == "warning"


def test_a_new_name_of_the_standard_library_is_refused(tmp_path: Path) -> None:
    """The name is a fault where the project is known to be new, else a warning."""

    def ask(asked: Asked) -> list[str]:
        path = stored(make_wheel(tmp_path, "json"))
        question = Question(name="json", version="1.0", now=NOW, indexes=(asked,))
        found = inspect_release([path], question).findings
        return [f.severity for f in found if f.code == "pypi-n9"]

    assert ask(Asked(name="pypi", files={})) == ["fault"]
    assert ask(Asked(name="pypi")) == ["warning"]
    path = make_wheel(tmp_path, "json", "0.9")
    assert ask(held(path)) == []


def test_a_granted_limit_is_seen_from_what_is_held(tmp_path: Path) -> None:
    """A file larger than PyPI's usual limit is a warning until the project shows it may not."""
    path = make_wheel(tmp_path, size=101 << 20)
    assert look(path) == [("warning", "pypi-z1")]
    small = make_sdist(tmp_path, version="0.9")
    assert look(path, asked=held(small)) == [("fault", "pypi-z1")]
    large = HeldFile(name="demo-0.9-py3-none-any.whl", sha256="0", url="", size=200 << 20)
    assert look(path, asked=Asked(name="pypi", files={large.name: large})) == []


SHAPES = [
    *((name, WHEEL_NAME, make) for name, make in ZIPS.items()),
    *((name, SDIST_NAME, lambda _, make=make: make()) for name, make in SDISTS.items()),
]


@pytest.mark.parametrize(("name", "file", "make"), SHAPES, ids=[shape[0] for shape in SHAPES])
def test_what_was_seen_is_what_the_rules_would_see(
    tmp_path: Path, name: str, file: str, make: Callable[[str], bytes]
) -> None:
    """An archive is unpacked once: the verdict is the same as if the rules had read it."""
    path = tmp_path / file
    path.write_bytes(make(file))
    looked = inspect_file(path, name="probe", version="1.0")
    try:
        parts = [part_of(stored(path)), part_of(stored(path), looked)]
    except InspectionFailed:
        assert looked.facts is None, name
        return
    given = [verdict(part, Held(exists=True), Asked(), NOW) for part in parts]
    assert given[0] == given[1]


@pytest.mark.parametrize("mark", [b"__pyarmor_enter__", b"---BEGIN PYE FILE------END PYE FILE---"])
@pytest.mark.parametrize("size", [10, 3 << 20])
def test_encrypted_code_is_found_while_the_file_is_read(
    tmp_path: Path, mark: bytes, size: int
) -> None:
    """Wherever in a Python file the mark stands, the rule of PyPI's is asked."""
    (tmp_path / "other").mkdir()
    locked = {"demo/locked.py": b"#" * size + mark + b"\n", "demo/__init__.py": b""}
    plain = {"demo/locked.txt": mark, "demo/__init__.py": b""}
    wheels = [make_wheel(tmp_path, modules=locked), make_wheel(tmp_path / "other", modules=plain)]
    found = [look(path) for path in wheels]
    assert [[code[:6] for _, code in each] for each in found] == [["pypi-y"], []]


def test_a_bound_of_ours_is_not_said_to_be_pypis() -> None:
    """Where we look no further, nobody is told that PyPI would refuse."""
    refusal = Refusal(rule="T1", status=400, message="Too much.", source="x", ours=True)
    (found,) = findings_of("demo.whl", Verdict(refusals=(refusal,)), Asked(name="pypi"))
    assert (found.severity, found.code) == ("fault", "pypi-t1")
    assert found.said == "what PyPI says to it is not known: Too much."


@pytest.mark.parametrize("version", ["1.0", "2.0", ""])
def test_an_inspection_that_begins_before_finds_the_same(tmp_path: Path, version: str) -> None:
    """When a file is read makes no difference; one that is not there at the end is left out."""
    files = [stored(make_sdist(tmp_path)), stored(make_wheel(tmp_path))]
    other = stored(make_wheel(tmp_path, tag="cp311-cp311-linux_x86_64"))
    question = Question(name="demo", version=version, now=NOW)
    with Inspecting(question) as inspecting:
        for file in (files[1], other):
            inspecting.begin(file)
        assert inspecting.all(files) == inspect_release(files, question)
