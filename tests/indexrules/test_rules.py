"""Single rules, where a case of the reference does not say all."""

from __future__ import annotations

import sys

import pytest

from seatrial.indexrules import licences
from seatrial.indexrules.archives import MixedPaths, common_path, join
from seatrial.indexrules.descriptions import render
from seatrial.indexrules.licences import judge_expression
from seatrial.indexrules.messages import reason_phrase
from seatrial.indexrules.metadata import FIELDS, metadata_rules
from seatrial.indexrules.metadata_pypi import address_of
from seatrial.indexrules.names import standard_library, ultranormal
from seatrial.indexrules.sanitise import clean
from seatrial.indexrules.scanner import LARGEST, is_scanned, y1_y2_encrypted
from seatrial.indexrules.values import Form, Limits


def test_a_form_is_cleaned_of_what_distutils_puts_in() -> None:
    """Keys whose last value is UNKNOWN are dropped whole."""
    form = Form.of([("foo", "UNKNOWN"), ("bar", "  UNKNOWN "), ("real", "value"), ("a", "x")])
    form = Form.of([*form.fields, ("a", "UNKNOWN"), ("b", "UNKNOWN"), ("b", "unknown")])
    assert clean(form).fields == (("real", "value"), ("b", "UNKNOWN"), ("b", "unknown"))


def test_nul_is_spelt_out() -> None:
    r"""NUL becomes the four characters \x00, and takes the other values of its key with it."""
    form = Form.of([("summary", "first"), ("name", "n"), ("summary", "a\0b")])
    assert clean(form).fields == (("name", "n"), ("summary", "a\\x00b"))


@pytest.mark.parametrize(
    ("message", "phrase"),
    [
        ("My Test Message.", "My Test Message."),
        ("look at these wild chars: аÃ¤â€—", "look at these wild chars: ?Ã¤â??"),
        ("one\n    two\r\nthree", "one two three"),
        ("", ""),
    ],
)
def test_a_message_fits_into_the_status_line(message: str, phrase: str) -> None:
    """Characters outside ISO-8859-1 become question marks, and line breaks spaces."""
    assert reason_phrase(message) == phrase


def test_the_standard_library_has_its_names() -> None:
    """Every module of every Python is in the list, normalised."""
    names = standard_library()
    assert len(names) == 2363
    assert {"xml-etree-elementtree", "encodings-utf-8-sig", "main", "cgihttpserver"} <= names
    own = {name.strip("_").replace("_", "-").lower() for name in sys.stdlib_module_names}
    # Modules that came after the list was made belong to later Pythons than it knows.
    assert len(own - names) <= 5


@pytest.mark.parametrize(
    ("one", "other"),
    [("toasting", "t0ast1ng"), ("Il-1o", "lL_10"), ("a.b", "ab"), ("FOO", "f00")],
)
def test_names_that_look_alike_are_the_same(one: str, other: str) -> None:
    """Letters that look like digits, and separators, do not tell names apart."""
    assert ultranormal(one) == ultranormal(other)


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("Foo <a@x.org>", "a@x.org"),
        ("A <bad>, B <b@y.org>", ""),
        ("a@x.org, ", ""),
        ("foo@example.com (comment)", "foo@example.com"),
        ('"A (B" <a@x.org>', "a@x.org"),
        ("A (B <a@x.org>", ""),
        ("A) B( <a@x.org>", ""),
        ("a@[127.0.0.1]", ""),
        ("Foo <>", ""),
        ("", ""),
    ],
)
def test_an_address_is_read_strictly(value: str, address: str) -> None:
    """Of a list or of odd syntax there is no address, on every Python."""
    assert address_of(value) == address


@pytest.mark.parametrize(
    ("text", "kind", "html"),
    [
        ("raw thing", "text/x-rst", "<p>raw thing</p>\n"),
        ("raw `<thing", "text/x-rst", None),
        ("raw thing", "text/plain", "<pre>raw thing</pre>"),
        ("raw thing", "text/markdown", "<p>raw thing</p>\n"),
        ("raw thing", "", "<p>raw thing</p>\n"),
        ("A\n=\n\nB\n-\n", "", None),
        ("A\n=\n\nB\n=\n", "text/markdown; variant=CommonMark", "A"),
        ("<script>alert(1)</script>x", "text/markdown", "x"),
    ],
)
def test_a_description_is_rendered(text: str, kind: str, html: str | None) -> None:
    """Text of every kind becomes HTML that is safe to show, or none."""
    found = render(text, kind)
    assert (found is None) == (html is None)
    assert html is None or (found is not None and html in found and "<script" not in found)


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"__pyarmor__(__name__, __file__, b'payload')", "Y1"),
        (b"__pyarmor_enter__()\n__pyarmor_exit__()", "Y1"),
        (b"---BEGIN PYE FILE---\n---END PYE FILE---", "Y2"),
        (b"---BEGIN PYE FILE---", None),
        (b"__pyarmor__ = 1", None),
        (b"x = 1", None),
        (b"__pyarmor_enter__" + b" " * LARGEST, None),
    ],
)
def test_encrypted_python_is_known_by_its_marks(data: bytes, rule: str | None) -> None:
    """A file of Python that is encrypted is refused, and one over 5 MiB is not looked at."""
    found = y1_y2_encrypted(data)
    assert (found.rule if found else None) == rule


def test_only_python_is_scanned() -> None:
    """Files of Python are looked at, whatever the case of their suffix, and no others."""
    scanned = [name for name in ("a.py", "a.PYE", "a.json", "py", "a.pyc") if is_scanned(name)]
    assert scanned == ["a.py", "a.PYE"]


@pytest.mark.parametrize(
    ("names", "path"),
    [
        ([], ""),
        (["a/b/c", "a/b/d"], "a/b"),
        (["a/b", "a/bc"], "a"),
        (["a", "b"], ""),
        (["/a/b", "/a/c"], "/a"),
        (["/a", "/b"], "/"),
        (["./a/b", "a/c"], "a"),
        (["a/b"], "a/b"),
        ([".", "./a/b"], ""),
    ],
)
def test_the_common_path_is_that_of_posix(names: list[str], path: str) -> None:
    """The folder that all members share is what os.path.commonpath gives on POSIX."""
    assert common_path(names) == path


def test_absolute_and_relative_names_share_nothing() -> None:
    """A mix of absolute and relative names has no common path."""
    with pytest.raises(MixedPaths):
        common_path(["/a", "a"])
    assert join("/", "x") == "/x"


def test_limits_only_grow() -> None:
    """A limit below PyPI's default has no effect, and the larger one counts."""
    assert Limits.granted(file_size=1) == Limits()
    assert Limits.granted(project_size=2**40).project_size == 2**40


def test_every_field_has_its_key_and_its_version() -> None:
    """The form's keys are those of the upload API, plural only where they are there."""
    keys = {field.key for field in FIELDS.values()}
    odd = {field.key for field in FIELDS.values() if field.key != field.name.replace("-", "_")}
    assert (len(keys), len(FIELDS), odd) == (32, 32, {"classifiers", "project_urls"})


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ([("provides_extra", "a-"), ("provides_extra", "{x}")], ["M15", "X500.8"]),
        ([("provides_extra", "{x}"), ("dynamic", "x")], ["X500.8", "M14"]),
        ([("license_expression", "LicenseRef-x+"), ("dynamic", "x")], ["X500.9", "M14"]),
        ([("license_expression", "LicenseRef-")], []),
        ([("license_expression", "LicenseRef-x+ MIT")], ["M18"]),
        ([("requires_dist", "a>=1\n")], []),
        ([("summary", "a"), ("summary", "b"), ("requires_python", "^3")], ["M1", "M16"]),
        ([("requires_dist", "a @ https://x"), ("requires_dist", "a b")], ["M17"]),
    ],
)
def test_faults_of_metadata_come_in_passes(fields: list[tuple[str, str]], found: list[str]) -> None:
    """A field speaks once a pass, and what ends in 500 as a field's first fault goes before all."""
    sound = [("metadata_version", "2.5"), ("name", "probe"), ("version", "1.0")]
    assert [one.rule for one in metadata_rules(Form.of([*sound, *fields]))] == found


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("MIT", "fine"),
        ("mit OR (Apache-2.0+ and BSD-2-Clause)", "fine"),
        ("(MIT OR BSD-2-Clause) WITH LLVM-exception", "fine"),
        ("MIT WITH (Apache-2.0)", "fine"),
        ("LicenseRef-", "fine"),
        ("LicenseRef-x OR LicenseRef-x+", "fine"),
        ("LicenseRef-x+", "falls"),
        ("LicenseRef-x+ MIT", "invalid"),
        ("foo OR LicenseRef-x+", "invalid"),
        ("MIT++", "invalid"),
        ("MIT WITH MIT", "invalid"),
        ("()", "invalid"),
        ("MIT)", "invalid"),
        ("", "invalid"),
        ("(" * 200 + "MIT" + ")" * 200, "fine"),
        ("(" * 201 + "MIT" + ")" * 201, "invalid"),
        ("(" * 1_000_000, "invalid"),
    ],
)
def test_licence_expressions_have_the_grammar_that_pypi_reads(text: str, answer: str) -> None:
    """Whatever version of the library is installed, PyPI's grammar decides."""
    assert judge_expression(text) == answer


def test_an_identifier_is_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long an expression is, no more is asked of the lists than it has different words."""
    asked: list[str] = []

    def counted(text: str) -> str:
        asked.append(text)
        return text

    monkeypatch.setattr(licences, "canonicalize_license_expression", counted)
    text = " OR ".join(["MIT", "Apache-2.0 WITH LLVM-exception", "MIT+", "LicenseRef-own"] * 1000)
    assert judge_expression(text) == "fine"
    assert sorted(asked) == ["MIT WITH llvm-exception", "apache-2.0", "mit", "mit"]
