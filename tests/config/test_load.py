"""Settings from the texts of a commit, and every fault with its place."""

from __future__ import annotations

import pytest

from seatrial.config.load import load
from seatrial.config.schema import Settings
from seatrial.errors import InvalidConfiguration


def refused(text: str, *, file: str = "pyproject.toml") -> InvalidConfiguration:
    """Give the refusal of a text that has to be refused."""
    with pytest.raises(InvalidConfiguration) as caught:
        load({file: text})
    return caught.value


def test_nothing_said_is_all_defaults() -> None:
    """A repository without a word about Seatrial has the defaults, no file, and a digest."""
    nothing = load({})
    assert nothing.settings == Settings()
    assert (nothing.file, nothing.origins) == ("", {})
    assert nothing.digest == load({"pyproject.toml": "[project]\nname = 'x'\n"}).digest


def test_pyproject_and_seatrial_toml_say_the_same() -> None:
    """The keys mean the same in both files; only their origins differ."""
    keys = 'staging = "testpypi"\ngate.tests = "pytest -q"\nverify.python = ["3.11", "3.13"]\n'
    shared = load({"pyproject.toml": "[tool.seatrial]\n" + keys})
    own = load({"seatrial.toml": keys, "pyproject.toml": "[project]\n"})
    assert shared.settings == own.settings
    assert shared.digest == own.digest
    assert own.settings.gate == {"tests": "pytest -q"}
    assert own.settings.verify.python == ("3.11", "3.13")
    assert own.file == "seatrial.toml"
    assert own.origins["staging"] == "seatrial.toml:1"
    assert shared.origins["gate.tests"] == "pyproject.toml:3"
    assert "publish" not in own.origins


def test_packages_are_an_array_of_tables() -> None:
    """[[tool.seatrial.package]] gives packages in the order they stand."""
    text = '[[tool.seatrial.package]]\npath = "a"\n[[tool.seatrial.package]]\npath = "b"\n'
    loaded = load({"pyproject.toml": text})
    assert [package.path for package in loaded.settings.package] == ["a", "b"]
    assert loaded.origins["package[1].path"] == "pyproject.toml:4"


def test_another_value_is_another_digest() -> None:
    """The digest changes with a value and not with a comment or an order."""
    one = load({"seatrial.toml": 'branch = "main"\ntag = "v{version}"\n'})
    same = load({"seatrial.toml": '# said\ntag = "v{version}"\nbranch = "main"\n'})
    other = load({"seatrial.toml": 'branch = "stable"\ntag = "v{version}"\n'})
    assert one.digest == same.digest != other.digest


def test_both_files_at_once_are_refused() -> None:
    """Two files that both speak are refused, with the line of each."""
    with pytest.raises(InvalidConfiguration) as caught:
        load({"seatrial.toml": "branch = 'a'\n", "pyproject.toml": "\n[tool.seatrial]\n"})
    assert caught.value.thing == "seatrial.toml:1 and pyproject.toml:2 tool.seatrial"


def test_an_unknown_key_names_the_nearest() -> None:
    """An unknown key is an error with its file, line, dotted name and the nearest known key."""
    fault = refused('[tool.seatrial]\n\nstagging = "x"\n')
    assert fault.thing == "pyproject.toml:3 tool.seatrial.stagging"
    assert fault.said == "no such key; did you mean staging?"


def test_a_key_of_another_table_is_led_there() -> None:
    """A key that one of our tables knows by that very name is named with its table."""
    fault = refused('[tool.seatrial]\nscheme = "YYYY.MM.MICRO"\n')
    assert fault.said == "no such key; did you mean version.scheme?"


def test_all_faults_are_told_at_once() -> None:
    """The first fault is the thing, and the others follow on lines of their own."""
    fault = refused('gate = 1\n[verify]\ntimeuot = 3\nrun = "x"\n', file="seatrial.toml")
    assert fault.thing == "seatrial.toml:1 gate"
    assert fault.said.splitlines() == [
        "a table is wanted here, not the integer 1",
        "seatrial.toml:3 verify.timeuot: no such key; did you mean timeout?",
        'seatrial.toml:4 verify.run: an array is wanted here, not the string "x"',
    ]


def test_broken_toml_names_its_line() -> None:
    """A text that is no TOML is refused with the line where it stops being one."""
    fault = refused("[tool.seatrial]\nbranch = 'main'\nstaging testpypi\n")
    assert fault.thing == "pyproject.toml:3"
    assert fault.said.startswith("this is no TOML")
    twice = refused("[tool.seatrial.wrap.targets]\nx86_64 = 'linux'\nx86_64 = 'windows'\n")
    assert twice.thing == "pyproject.toml"
    assert "line 3" in twice.said


@pytest.mark.parametrize(
    ("text", "key", "said"),
    [
        ("tag = 3", "tag", "a string is wanted here, not the integer 3"),
        ("verify.scripts = 'yes'", "verify.scripts", "true or false is wanted"),
        ("gate-timeout = true", "gate-timeout", "a number is wanted here, not the boolean true"),
        ("verify.python = ['3.12', 3.13]", "verify.python[1]", "not the value 3.13"),
        ("package = ['a']", "package[0]", "a table is wanted here"),
        ("[index.own]\nupload-url = 'https://a.example/'", "index.own", "simple-url is missing"),
        ("gate-timeout = -1", "gate-timeout", "above 0"),
        ("build.timeout = inf", "build.timeout", "above 0"),
        ("verify.timeout = nan", "verify.timeout", "above 0"),
        ("gate.tests = ' '", "gate.tests", "a command is wanted"),
        ("gate.'../up' = 'true'", 'gate."../up"', "a name is letters"),
        ('verify.run = ["python -c \'x"]', "verify.run[0]", "left open"),
        ('gate.a = "a\\u0000b"', "gate.a", "NUL"),
        ('commit.message = "a\\u0000b"', "commit.message", "NUL"),
        ('changelog.file = "a\\u0000b"', "changelog.file", "NUL"),
        ("verify.python = ['python3']", "verify.python[0]", 'written "3.12"'),
        ("verify.python = ['3.12', '3.12']", "verify.python[1]", "named twice"),
        ("tag = 'v'", "tag", "{version} once"),
        ("tag = '{name}-{version}'", "tag", "only placeholder"),
        ("tag = 'v {version}'", "tag", "git takes no tag"),
        ("branch = '-x'", "branch", "git takes no branch"),
        ("commit.message = ''", "commit.message", "a message is wanted"),
        ("commit.tag-message = '{versoin}'", "commit.tag-message", "{versoin} is no placeholder"),
        ("publish = ''", "publish", "the name of an index"),
        ("publish = 'pipy'", "publish", "did you mean pypi?"),
        ("staging = 'pypi'", "staging", "stage on another"),
        ("changelog.file = '../C.md'", "changelog.file", "inside the repository"),
        ("changelog.file = 'C:/C.md'", "changelog.file", "inside the repository"),
        ("[[package]]\nversions = [':x']", "package[0].versions[0]", "file:name"),
        ("[[package]]\n[[package]]\npath = '.'", "package[1].path", "named twice"),
        ("forge.kind = 'githob'", "forge.kind", "did you mean github?"),
        ("forge.repository = 'hello'", "forge.repository", "owner/name is wanted"),
        ("forge.api = 'http://forge.example/api'", "forge.api", "https://"),
        (
            "wrap = { from = 'd', place = { a = 'd' }, targets = { t = 'win32' }, api = 'http:f' }",
            "wrap.api",
            "https://",
        ),
    ],
)
def test_a_value_that_cannot_be_used_is_refused(text: str, key: str, said: str) -> None:
    """A wrong type or a value without sense is refused, with its key and what is wanted."""
    fault = refused(text, file="seatrial.toml")
    assert fault.thing.split(" ", 1)[1] == key
    assert said in fault.said
    assert "\n" not in fault.said


@pytest.mark.parametrize("text", ["tool = 3", "[tool]\nseatrial = 3", "[[tool.seatrial]]\n"])
def test_a_table_that_is_none_is_no_traceback(text: str) -> None:
    """Where our table should be, anything else is either not ours or refused with its line."""
    if text == "tool = 3":
        assert load({"pyproject.toml": text}).settings == Settings()
    else:
        assert "a table is wanted here" in refused(text).said


def test_a_text_nested_too_deep_is_no_traceback() -> None:
    """A text made to exhaust the reader is refused like any other that cannot be read."""
    assert "too deep" in refused("a = " + "[" * 5000 + "]" * 5000).said


@pytest.mark.parametrize("file", ["seatrial.toml", "pyproject.toml"])
def test_a_byte_order_mark_is_passed_over(file: str) -> None:
    """A BOM before the configuration changes neither what it says nor its lines."""
    head = "[tool.seatrial]\n" if file == "pyproject.toml" else ""
    found = load({file: f'\ufeff{head}tag = "v{{version}}"\n'})
    assert found.settings.tag == "v{version}"
    assert found.origins["tag"] == f"{file}:{2 if head else 1}"


def test_what_fits_is_judged_beside_what_does_not() -> None:
    """An unknown key, a wrong type and a value that makes no sense are told in one go."""
    text = (
        'branhc = "x"\ntag = "v1"\npublish = "nowhere"\n[verify]\ntimeout = "long"\n'
        'python = ["3", 4]\n[[package]]\npath = "/a"\nextra = 1\n[[package]]\npath = "/b"\n'
    )
    with pytest.raises(InvalidConfiguration) as caught:
        load({"seatrial.toml": text})
    said = f"{caught.value.thing}: {caught.value.said}"
    lines = [int(line.partition(":")[2].partition(" ")[0]) for line in said.splitlines()]
    assert lines == [1, 2, 3, 5, 6, 6, 8, 9, 11]


def faults_of(text: str) -> list[str]:
    """Give every fault of a configuration: its line, its key and what is said of it."""
    error = refused(text, file="seatrial.toml")
    return f"{error.thing}: {error.said}".splitlines()


def test_a_wrong_element_hides_no_other_of_its_array() -> None:
    """What is beside it is judged, and named by the place that it has in the file."""
    text = (
        'tag = "v"\n[verify]\npython = [3, "3.12", 4, "-"]\n'
        '[[package]]\npath = 1\nextra = 2\n[[package]]\npath = "/a"\n'
    )
    keys = [line.partition(": ")[0] for line in faults_of(f"package.x = 1\n{text}"[14:])]
    assert keys == [
        "seatrial.toml:1 tag",
        "seatrial.toml:3 verify.python[0]",
        "seatrial.toml:3 verify.python[2]",
        "seatrial.toml:3 verify.python[3]",
        "seatrial.toml:5 package[0].path",
        "seatrial.toml:6 package[0].extra",
        "seatrial.toml:8 package[1].path",
    ]


def test_an_element_that_is_no_table_hides_no_other() -> None:
    """A package that is no table keeps nothing from the faults of the one after it."""
    keys = [line.partition(": ")[0] for line in faults_of('package = [1, { path = "/a" }]\n')]
    assert keys == ["seatrial.toml:1 package[0]", "seatrial.toml:1 package[1].path"]


def test_an_index_that_is_described_wrongly_is_described() -> None:
    """Whoever publishes to it hears what is wrong with it, and not that it is not there."""
    keys = [one.partition(": ")[0] for one in faults_of('publish = "mine"\n[index.mine]\n')]
    assert set(keys) == {"seatrial.toml:2 index.mine"}


def test_indexes_that_are_no_table_describe_none() -> None:
    """What is published to is not described by a number."""
    keys = [one.partition(": ")[0] for one in faults_of('publish = "mine"\nindex = 3\n')]
    assert keys == ["seatrial.toml:1 publish", "seatrial.toml:2 index"]
