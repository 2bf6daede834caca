"""Whatever bytes come, they are read in bounds, and refused by a sentence.

``SEATRIAL_FUZZ`` is the number of examples of each test.  What was found is kept in ``corpus``, and
read every time: what once made a reader fall over, and for each answer that the rules can give the
smallest input that was met with it.
"""

from __future__ import annotations

import gzip
import os
import tempfile
import zlib
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seatrial.artifacts.compare import sha256_of
from seatrial.artifacts.inspect import Looked, check_set, inspect_file
from seatrial.artifacts.unpack import unpack_sdist
from seatrial.dock.form import Form as Received
from seatrial.dock.reader import FormReader, MalformedForm
from seatrial.errors import InspectionFailed, StorageFault
from seatrial.indexrules.fields import form_rules
from seatrial.indexrules.judge import judge
from seatrial.indexrules.messages import reason_phrase
from seatrial.indexrules.metadata import FIELDS, metadata_rules
from seatrial.indexrules.metadata_pypi import PLAIN_ADDRESS, why_not
from seatrial.indexrules.rulebook import RULES
from seatrial.indexrules.urls import PLAIN, asked_in_full
from seatrial.indexrules.values import Form, Held
from seatrial.inspection.inspect import Question, inspect_release
from seatrial.inspection.verdict import Asked
from seatrial.world.ports import StoredFile
from tests.support.wheels import make_sdist, make_wheel

CORPUS = Path(__file__).parent / "corpus"
EXAMPLES = int(os.environ.get("SEATRIAL_FUZZ", "60"))
NOW = 1_800_000_000.0
FUZZED = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None
)

CHANGES = st.lists(
    st.tuples(
        st.integers(0, 1 << 16), st.integers(0, 40), st.binary(max_size=12) | st.just(b"\xff" * 8)
    ),
    min_size=1,
    max_size=6,
)
"""Where something is cut out, how many bytes, and what comes instead."""

WORDS = st.text(max_size=60) | st.sampled_from(
    ["", "\n", "{", "{x}", "1.0", "a" * 600, "..", "MIT", ";", "; python_version > '3'", "\x00"]
)


def changed(data: bytes, changes: list[tuple[int, int, bytes]]) -> bytes:
    """Give data with pieces of it replaced."""
    for place, length, new in changes:
        at = place % (len(data) + 1)
        data = data[:at] + new + data[at + length :]
    return data


def look(folder: Path, name: str, data: bytes) -> Looked:
    """Inspect a file in every way that there is, and give what it says of itself."""
    path = folder / name
    path.write_bytes(data)
    looked = inspect_file(path, name="demo", version="1.0")
    assert all(one.said and one.code for one in [*looked.findings, *check_set([looked])])
    stored = StoredFile(name=name, sha256=sha256_of(path), size=len(data), path=path)
    question = Question(name="demo", version="1.0", now=NOW, indexes=(Asked(),))
    found = inspect_release([stored], question).findings
    assert all(one.said for one in found)
    if looked.facts is None:
        assert [one for one in found if one.severity == "fault"]
    return looked


def sound(name: str) -> bytes:
    """Give the bytes of a sound wheel or sdist."""
    with tempfile.TemporaryDirectory() as folder:
        make = make_wheel if name.endswith(".whl") else make_sdist
        return make(
            Path(folder), headers="Summary: Demo\nRequires-Dist: packaging>=20\n"
        ).read_bytes()


WHEEL, SDIST = "demo-1.0-py3-none-any.whl", "demo-1.0.tar.gz"
SOUND = {name: sound(name) for name in (WHEEL, SDIST)}
UNPACKED = gzip.decompress(SOUND[SDIST])


@FUZZED
@given(changes=CHANGES)
def test_no_wheel_makes_the_readers_fall_over(changes: list[tuple[int, int, bytes]]) -> None:
    """Whatever of a wheel is changed, it is inspected, or refused by a sentence."""
    with tempfile.TemporaryDirectory() as folder:
        look(Path(folder), WHEEL, changed(SOUND[WHEEL], changes))


@FUZZED
@given(changes=CHANGES)
def test_no_sdist_makes_the_readers_fall_over(changes: list[tuple[int, int, bytes]]) -> None:
    """The same of a tar before it was packed; and nothing is unpacked beside its folder."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        look(folder, SDIST, gzip.compress(changed(UNPACKED, changes), 1))
        (folder / "to").mkdir()
        with suppress(InspectionFailed, StorageFault):
            unpack_sdist(folder / SDIST, folder / "to")
        assert sorted(path.name for path in folder.iterdir()) == [SDIST, "to"]


@FUZZED
@given(changes=CHANGES)
def test_no_stream_makes_the_readers_fall_over(changes: list[tuple[int, int, bytes]]) -> None:
    """The same of the packed stream itself."""
    with tempfile.TemporaryDirectory() as folder:
        look(Path(folder), SDIST, changed(SOUND[SDIST], changes))


@FUZZED
@given(
    name=st.sampled_from(["METADATA", "WHEEL", "RECORD", "entry_points.txt"]),
    text=st.binary(max_size=200) | WORDS.map(lambda text: text.encode("utf-8", "surrogatepass")),
    added=st.booleans(),
)
def test_no_text_of_a_wheel_makes_the_readers_fall_over(
    name: str,
    text: bytes,
    added: bool,  # noqa: FBT001 - hypothesis hands it over by name
) -> None:
    """Whatever stands in the files of dist-info, it is read, or refused by a sentence."""
    with tempfile.TemporaryDirectory() as folder:
        before = b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n" if added else b""
        path = make_wheel(Path(folder), replace={f"{{info}}/{name}": before + text})
        look(Path(folder), WHEEL, path.read_bytes())


@FUZZED
@given(text=st.binary(max_size=200) | WORDS.map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_no_text_of_an_sdist_makes_the_readers_fall_over(text: bytes) -> None:
    """The same of PKG-INFO and pyproject.toml."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("PKG-INFO", "pyproject.toml"):
            path = make_sdist(Path(folder), files={name: text})
            look(Path(folder), SDIST, path.read_bytes())


KEYS = sorted({name.replace("-", "_") for name in FIELDS} | {"classifiers", "project_urls", "foo"})


@FUZZED
@given(
    pairs=st.lists(st.tuples(st.sampled_from(KEYS), WORDS), max_size=8),
    version=st.sampled_from(["1.0", "2.1", "2.4", "2.5", "3"]) | WORDS,
)
def test_no_form_makes_the_rules_fall_over(pairs: list[tuple[str, str]], version: str) -> None:
    """Whatever a form holds, every refusal has a status, a sentence, and a reason in one line."""
    form = Form.of([("metadata_version", version), ("name", "demo"), ("version", "1.0"), *pairs])
    refusals = [*form_rules(form), *metadata_rules(form)]
    refusals += judge(form, None, Held(), now=NOW).refusals
    for refusal in refusals:
        assert refusal.status in {400, 403}
        assert refusal.message
        assert refusal.source
        assert len(reason_phrase(refusal.message).splitlines()) == 1


@FUZZED
@given(text=st.from_regex(PLAIN, fullmatch=True))
def test_a_plain_url_is_one(text: str) -> None:
    """What is taken for an address of the web at a glance is one for PyPI's library, too."""
    assert asked_in_full(text)


@FUZZED
@given(text=st.from_regex(PLAIN_ADDRESS, fullmatch=True))
def test_a_plain_address_is_one(text: str) -> None:
    """The same of the address of an author."""
    assert why_not(text) is None


def kept(kind: str) -> pytest.MarkDecorator:
    """Run a test for every file of a part of the corpus."""
    found = sorted((CORPUS / kind).iterdir())
    return pytest.mark.parametrize("path", found, ids=lambda path: path.name)


@kept("archives")
def test_an_archive_of_the_corpus_is_read(path: Path, tmp_path: Path) -> None:
    """Every archive that was kept is inspected."""
    data = zlib.decompress(path.read_bytes())
    name = SDIST if path.name.startswith("sdist") else WHEEL
    assert look(tmp_path, name, data).path.name == name


@kept("forms")
def test_a_form_of_the_corpus_is_judged(path: Path) -> None:
    """Every form that was kept is refused, by the rule that it is called after."""
    pairs = [(key, value) for key, value in msgspec.json.decode(path.read_bytes())]
    refusals = judge(Form.of(pairs), None, Held(exists=True), now=NOW).refusals
    assert all(one.message and one.source for one in refusals)
    rules = {one.rule.lower() for one in refusals}
    assert path.stem in rules or path.stem.upper() not in RULES


BODY = (
    b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\ndemo\r\n'
    b'--x\r\nContent-Disposition: form-data; name="content"; filename="a.whl"\r\n'
    b"Content-Type: application/octet-stream\r\n\r\nbytes\r\n--x--\r\n"
)


def received(folder: Path, body: bytes, cut: int) -> Received | None:
    """Read a body in pieces, as an upload comes in; nothing where it is no form."""
    reader = FormReader("multipart/form-data; boundary=x", folder / "half")
    try:
        for start in range(0, len(body), cut):
            reader.feed(body[start : start + cut])
        form = reader.finish()
    except MalformedForm:
        reader.discard()
        form = None
    left = [] if form is None or form.file is None else ["half"]
    assert [path.name for path in folder.iterdir()] == left
    return form


@FUZZED
@given(changes=CHANGES, cut=st.integers(1, 200))
def test_no_body_makes_the_reader_fall_over(
    changes: list[tuple[int, int, bytes]], cut: int
) -> None:
    """However a body is changed and cut into pieces, it is a form, or is said to be none."""
    body = changed(BODY, changes)
    with tempfile.TemporaryDirectory() as folder:
        form = received(Path(folder), body, cut)
    with tempfile.TemporaryDirectory() as folder:
        whole = received(Path(folder), body, len(body) + 1)
    assert (form is None) == (whole is None)
    assert form is None or whole is None or form.fields == whole.fields


@kept("bodies")
def test_a_body_of_the_corpus_is_read(path: Path, tmp_path: Path) -> None:
    """Every body that was kept is a form, or none, as it was when it was found."""
    form = received(tmp_path, path.read_bytes(), 7)
    assert (form is not None) == path.name.startswith("form")
