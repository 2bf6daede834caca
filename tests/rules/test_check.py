"""``seatrial check``: verdicts, choices, formats, mending."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from seatrial.cli.main import run
from seatrial.errors import InvalidConfiguration
from seatrial.operations.checking import CheckRequest, check
from seatrial.rules.formats import github_lines
from seatrial.rules.inputs import LARGEST
from seatrial.rules.pages import pages
from seatrial.rules.registry import all_rules, chosen
from seatrial.rules.values import FAMILIES, Finding, Severity
from tests.rules import (
    test_changelog,
    test_code,
    test_git,
    test_metadata,
    test_secrets,
    test_versions,
    test_workflows,
)
from tests.rules.verdicts import both_verdicts
from tests.support.repositories import HELLO, make_repository

DRIFTED = {**HELLO, "src/hello/__init__.py": '__version__ = "0.0.9"\n\ndef main() -> None: ...\n'}


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
def test_each_rule_says_what_it_is_for(rule: object) -> None:
    """A rule has a code of a known family, a summary of one line, a reason, and a way out."""
    from seatrial.rules.values import Rule

    assert isinstance(rule, Rule)
    assert rule.code[:2] == "ST"
    assert rule.code[2] in FAMILIES
    assert "\n" not in rule.summary
    assert rule.summary.endswith(".")
    assert rule.prevents.endswith(".")
    assert rule.mend.endswith((".", ":"))
    assert "Mend:" not in pages()[f"{rule.code}.md"]


def test_codes_and_names_are_used_once() -> None:
    """No two rules share a code or a name."""
    rules = all_rules()
    assert len({rule.code for rule in rules}) == len({rule.name for rule in rules}) == len(rules)


def test_each_rule_is_tested_with_both_verdicts() -> None:
    """Every rule has a tree in which it finds something, and one in which it finds nothing."""
    cases = [
        case
        for module in (test_git, test_changelog, test_metadata, test_code, test_secrets)
        for case in module.CASES
    ]
    flawed = {code for code, _, _ in test_versions.FLAWED}
    sound = {code for code, _ in test_versions.SOUND}
    proven = both_verdicts([*cases, *test_workflows.CASES]) | (flawed & sound)
    assert proven == {rule.code for rule in all_rules()}


def test_a_secret_is_found_in_a_real_commit(tmp_path: Path) -> None:
    """Git finds the file; a binary file, a large one, and one that is not committed are no text."""
    token = test_secrets.PYPI
    files: dict[str, str | bytes] = {
        **HELLO,
        "a b/déploy.sh": f"first\n{token}\n",
        "binary": b"\0" + token.encode(),
        "large.txt": token + "\n" + "x" * LARGEST,
        "latin.txt": b"\xe9 " + token.encode(),
    }
    repository = make_repository(tmp_path / "one", files)
    repository.write({"later.txt": token})
    checked = check(CheckRequest(path=repository.folder, select=("ST601",), home=tmp_path))
    assert [one.where for one in checked.findings] == ["a b/déploy.sh:2"]


def test_the_login_of_the_home_folder_is_looked_at(tmp_path: Path) -> None:
    """The user's own .pypirc is read where the home folder is, and its mode counts."""
    repository = make_repository(tmp_path / "one")
    login = tmp_path / ".pypirc"
    login.write_text(f"[pypi]\nusername = __token__\npassword = {test_secrets.PYPI}\n")
    login.chmod(0o644)
    request = CheckRequest(path=repository.folder, select=("ST6",), home=tmp_path)
    assert [(one.code, one.where) for one in check(request).findings] == [
        ("ST606", "~/.pypirc"),
        ("ST607", "~/.pypirc:1"),
    ]
    login.chmod(0o600)
    assert [one.code for one in check(request).findings] == ["ST607"]


def test_what_a_build_left_is_found(tmp_path: Path) -> None:
    """Ignored folders and files of the working tree are seen, and those of git itself are not."""
    repository = make_repository(
        tmp_path / "one", {**HELLO, ".gitignore": "dist\n*.so\n", "src/hello/a.py": ""}
    )
    repository.write({"dist/hello-0.1.0.tar.gz": "", "src/hello/_x.abi3.so": ""})
    checked = check(CheckRequest(path=repository.folder, select=("ST5",), home=tmp_path))
    assert [(one.code, one.path) for one in checked.findings] == [
        ("ST502", "dist/"),
        ("ST504", "src/hello/_x.abi3.so"),
    ]


def test_every_fix_mends_what_was_found(tmp_path: Path) -> None:
    """After --fix and a commit, none of the mended rules finds anything."""
    manifest = HELLO["pyproject.toml"].replace(
        'requires-python = ">=3.9"\n',
        'requires-python = ">=3.9"\nlicense = "MIT"\nclassifiers = [\n'
        '    "License :: OSI Approved :: MIT License",\n'
        '    "Natural Language :: Ukranian",\n    "Typing :: Typed",\n]\n',
    )
    files = {
        **DRIFTED,
        "pyproject.toml": manifest,
        "setup.cfg": "\ufeff[metadata]\n",
        "CITATION.cff": "version: 0.0.1\n",
        "uv.lock": '[[package]]\nname = "hello"\nversion = "0.0.1"\nsource = { editable = "." }\n',
    }
    repository = make_repository(tmp_path / "one", files)
    fixable = tuple(rule.code for rule in all_rules() if rule.fixable)
    request = CheckRequest(path=repository.folder, select=fixable, fix=True, home=tmp_path)
    checked = check(request)
    assert {one.code for one in checked.mended} == set(fixable)
    assert checked.findings == ()
    repository.commit("Mend")
    again = check(request)
    assert again.findings == ()
    assert again.mended == ()


def test_an_error_refuses_and_a_sound_repository_passes(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The exit code is 1 where an error was found, else 0."""
    make_repository(tmp_path / "sound")
    make_repository(tmp_path / "drifted", DRIFTED)
    assert run(["check", str(tmp_path / "sound"), "--select", "ST1"]) == 0
    assert "Nothing found." in capfd.readouterr().out
    assert run(["check", str(tmp_path / "drifted"), "--select", "ST1"]) == 1
    out = capfd.readouterr().out
    assert "src/hello/__init__.py:1: ST101 hello: __version__ states 0.0.9" in out
    assert "Found 1 error." in out


def test_a_warning_refuses_when_strict(tmp_path: Path) -> None:
    """With --strict a warning gives exit code 1, too."""
    files = {**HELLO, "CITATION.cff": "version: 0.0.1\n"}
    make_repository(tmp_path / "one", files)
    assert run(["check", str(tmp_path / "one"), "--select", "ST107"]) == 0
    assert run(["check", str(tmp_path / "one"), "--select", "ST107", "--strict"]) == 1


def test_rules_are_chosen_by_code_family_and_name() -> None:
    """A word means a code, the beginning of one, or a name; what is ignored is taken away."""
    assert [rule.code for rule in chosen(["ST101", "version-local"], [], thing="")] == [
        "ST101",
        "ST104",
    ]
    family = {rule.code for rule in chosen(["st1"], ["ST110"], thing="")}
    assert "ST109" in family
    assert "ST110" not in family


def test_an_unknown_rule_is_an_error(tmp_path: Path) -> None:
    """A code that no rule has is refused, on the command line and in the configuration."""
    repository = make_repository(tmp_path / "one")
    with pytest.raises(InvalidConfiguration, match="ST9999"):
        check(CheckRequest(path=repository.folder, select=("ST9999",), home=tmp_path))
    repository.commit("Configure", {"seatrial.toml": '[rules]\nignore = ["nonsense"]\n'})
    with pytest.raises(InvalidConfiguration, match="nonsense"):
        check(CheckRequest(path=repository.folder, home=tmp_path))


def test_unknown_rules_of_the_configuration_are_told_at_once(tmp_path: Path) -> None:
    """Each is named with its file and line."""
    files = {**HELLO, "seatrial.toml": '[rules]\nselect = ["ST9999"]\nignore = ["no-such"]\n'}
    repository = make_repository(tmp_path / "one", files)
    with pytest.raises(InvalidConfiguration) as met:
        check(CheckRequest(path=repository.folder, home=tmp_path))
    assert "seatrial.toml:2" in str(met.value)
    assert "seatrial.toml:3" in str(met.value)


def test_the_configuration_ignores_rules(tmp_path: Path) -> None:
    """A rule that the configuration ignores is asked only when it is selected by name."""
    files = {**DRIFTED, "seatrial.toml": '[rules]\nignore = ["ST101"]\n'}
    repository = make_repository(tmp_path / "one", files)
    assert "ST101" not in check(CheckRequest(path=repository.folder, home=tmp_path)).rules
    asked = check(CheckRequest(path=repository.folder, select=("ST101",), home=tmp_path))
    assert [one.code for one in asked.findings] == ["ST101"]


def test_every_format_names_the_finding(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Each format gives code, file and line in its own shape."""
    make_repository(tmp_path / "one", DRIFTED)
    arguments = ["check", str(tmp_path / "one"), "--select", "ST1", "--format"]
    assert run([*arguments, "json"]) == 1
    (finding,) = json.loads(capfd.readouterr().out)["findings"]
    assert (finding["code"], finding["path"], finding["line"]) == (
        "ST101",
        "src/hello/__init__.py",
        1,
    )
    assert run([*arguments, "sarif"]) == 1
    log = json.loads(capfd.readouterr().out)["runs"][0]
    (result,) = log["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "src/hello/__init__.py"
    assert place["region"] == {"startLine": 1}
    assert log["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "ST101"
    assert run([*arguments, "github"]) == 1
    line = capfd.readouterr().out
    assert line.startswith(
        "::error file=src/hello/__init__.py,line=1,title=ST101 version-drift::hello: "
    )


def test_an_annotation_cannot_be_broken_out_of() -> None:
    """A path or message with line ends and colons stays within its workflow command."""
    finding = Finding(
        code="ST101",
        name="x",
        severity=Severity.INFO,
        path="a:b,c\n::error::d",
        line=2,
        message="50%\r\n::stop-commands::x",
    )
    assert list(github_lines([finding])) == [
        (
            "::notice file=a%3Ab%2Cc%0A%3A%3Aerror%3A%3Ad,line=2,title=ST101 x::"
            "50%25%0D%0A::stop-commands::x"
        )
    ]


def test_mending_changes_the_working_tree_and_nothing_else(tmp_path: Path) -> None:
    """--fix sets the follower, keeps the rest of the file and its mode, and commits nothing."""
    text = "\ufeff__version__ = '0.0.9'  # kept\r\n\r\ndef main() -> None: ..."
    repository = make_repository(tmp_path / "one", {**HELLO, "src/hello/__init__.py": text})
    module = repository.folder / "src/hello/__init__.py"
    module.chmod(0o755)
    repository.commit("Make it executable")
    head = repository.head
    checked = check(
        CheckRequest(path=repository.folder, select=("ST101",), fix=True, home=tmp_path)
    )
    assert [one.code for one in checked.mended] == ["ST101"]
    assert checked.findings == ()
    assert module.read_bytes().decode() == text.replace("0.0.9", "0.1.0")
    assert module.stat().st_mode & 0o777 == 0o755
    assert repository.head == head


def test_a_dirty_file_is_never_mended(tmp_path: Path) -> None:
    """A file with changes that are not committed is left alone, and named."""
    repository = make_repository(tmp_path / "one", DRIFTED)
    module = repository.folder / "src/hello/__init__.py"
    module.write_text('__version__ = "0.0.9"\nmine = 1\n')
    checked = check(
        CheckRequest(path=repository.folder, select=("ST101",), fix=True, home=tmp_path)
    )
    assert "not committed" in checked.left["src/hello/__init__.py"]
    assert [one.code for one in checked.findings] == ["ST101"]
    assert module.read_text() == '__version__ = "0.0.9"\nmine = 1\n'


def test_a_shallow_clone_is_checked_all_the_same(tmp_path: Path) -> None:
    """A clone without the history that a release needs is no reason to check nothing."""
    repository = make_repository(tmp_path / "one", DRIFTED)
    repository.commit("Second")
    repository.git(
        "clone", "--quiet", "--depth=1", f"file://{repository.folder}", str(tmp_path / "two")
    )
    checked = check(CheckRequest(path=tmp_path / "two", select=("ST1",), home=tmp_path))
    assert [one.code for one in checked.findings] == ["ST101"]


def test_a_rule_is_explained(capfd: pytest.CaptureFixture[str]) -> None:
    """The explanation of a code or a name is the rule's page."""
    assert run(["explain", "ST101"]) == 0
    by_code = capfd.readouterr().out
    assert by_code == pages()["ST101.md"]
    assert run(["explain", "version-drift"]) == 0
    assert capfd.readouterr().out == by_code


def test_the_list_names_every_rule(capfd: pytest.CaptureFixture[str]) -> None:
    """--list prints each code, and needs no repository."""
    assert run(["check", "--list"]) == 0
    out = capfd.readouterr().out
    assert all(rule.code in out for rule in all_rules())
