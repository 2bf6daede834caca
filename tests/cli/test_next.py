"""What ``seatrial next`` says, with and without the library that reads command lines."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.histories import make_history
from tests.support.lifelines import Lifeline
from tests.support.repositories import HELLO, Repository, make_repository
from tests.support.schemas import fitting


def seatrial(*arguments: str, at: Path) -> subprocess.CompletedProcess[str]:
    """Run the command line to its end."""
    return subprocess.run(
        [sys.executable, "-m", "seatrial", *arguments],
        cwd=at,
        capture_output=True,
        text=True,
        check=False,
    )


def hello(folder: Path) -> Repository:
    """Make a repository with a release and a fix since."""
    made = make_repository(folder, HELLO)
    made.tag("v0.1.0")
    made.commit("fix: say it louder", {"src/hello/loud.py": "x = 1\n"})
    return made


def test_the_version_alone_is_printed(tmp_path: Path) -> None:
    """Standard output is the version and nothing else, from any folder of the repository."""
    made = hello(tmp_path / "r")
    assert seatrial("next", at=made.folder).stdout == "0.1.1\n"
    done = seatrial("next", "r/src", at=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "0.1.1\n", "")


def test_a_version_that_cannot_be_read_is_not_taken_for_the_first(tmp_path: Path) -> None:
    """Without a release and without a version that can be read nothing is printed but why."""
    text = 'from setuptools import setup\nsetup(name="hello", version=open("/x").read())\n'
    made = make_repository(tmp_path / "r", {"setup.py": text})
    done = seatrial("next", at=made.folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert "setup.py computes it" in done.stderr
    made.tag("v1.0.0")
    made.commit("fix: it", {"a.txt": "1"})
    assert seatrial("next", at=made.folder).stdout == "1.0.1\n"


@pytest.mark.parametrize("options", [("--json",), ("--json", "--bump", "auto")])
def test_programs_get_the_reason(tmp_path: Path, options: tuple[str, ...]) -> None:
    """With --json the document is the same, whether the options needed a parser or not."""
    made = hello(tmp_path / "r")
    document = fitting("next", seatrial("next", *options, at=made.folder).stdout, kind="Coming")
    assert document == {
        "outcome": "coming",
        "schema": 1,
        "package": "hello",
        "version": "0.1.1",
        "previous": "0.1.0",
        "reason": "1 fix since 0.1.0: patch.",
    }


def test_a_wish_is_granted(tmp_path: Path) -> None:
    """--bump says otherwise than the changes do."""
    made = hello(tmp_path / "r")
    assert seatrial("next", "--bump", "minor", at=made.folder).stdout == "0.2.0\n"


def workspace(folder: Path) -> Repository:
    """Make a repository of three packages with versions of their own; the last requires the first.

    The first has changed since its release.
    """
    files = {"seatrial.toml": 'versions = "independent"\n'}
    for name, needs in (("one", ""), ("two", ""), ("three", '"one==1.0"')):
        files[f"{name}/pyproject.toml"] = (
            f'[project]\nname = "{name}"\nversion = "1.0"\ndependencies = [{needs}]\n'
        )
    made = make_repository(folder, files)
    for name in ("one", "two", "three"):
        made.tag(f"{name}-v1.0")
    made.commit("feat: more", {"one/more.py": "x = 1\n"})
    return made


def test_packages_with_versions_of_their_own_are_named(tmp_path: Path) -> None:
    """Each package that is released stands in a line, also one that follows another."""
    made = workspace(tmp_path / "r")
    done = seatrial("next", at=made.folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, "one 1.1\nthree 1.0.1\n", "")
    assert seatrial("next", "one", at=made.folder).stdout == "1.1\n"
    said = seatrial("next", "--json", at=made.folder).stdout
    document = fitting("next", said, kind="SeveralComing")
    assert document["outcome"] == "several"
    assert [one["previous"] for one in document["packages"]] == ["1.0", "1.0"]


def test_labels_are_nothing_that_is_known_here(tmp_path: Path) -> None:
    """Where labels of pull requests decide, that is said: nobody outside is asked."""
    made = hello(tmp_path / "r")
    made.commit("Configure", {"seatrial.toml": '[version]\nsource = "labels"\n'})
    done = seatrial("next", at=made.folder)
    assert (done.returncode, done.stdout) == (3, "")
    assert "asks nobody outside" in done.stderr
    assert seatrial("next", "--bump", "minor", at=made.folder).stdout == "0.2.0\n"


def test_nothing_to_release_is_no_version(tmp_path: Path) -> None:
    """Where nothing would be released, standard output stays empty and the reason is said."""
    made = make_repository(tmp_path / "r", HELLO)
    made.tag("v0.1.0")
    done = seatrial("next", at=made.folder)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("No commit since 0.1.0")
    document = json.loads(seatrial("next", "--json", at=made.folder).stdout)
    assert (document["outcome"], document["previous"]) == ("nothing-to-release", "0.1.0")


@pytest.mark.parametrize("options", [(), ("--json",), ("--bump", "auto")])
def test_a_fault_is_told_as_everywhere(tmp_path: Path, options: tuple[str, ...]) -> None:
    """Without a repository the quick way tells the same fault as the slow one."""
    done = seatrial("next", *options, at=tmp_path)
    assert done.returncode == 2
    if "--json" in options:
        assert json.loads(done.stdout)["failure"]["error"] == "no-repository"
    else:
        assert "no git repository" in done.stderr.lower() or "repository" in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("words", [("--help",), ("-h",), ("a", "b"), ("--no-such",)])
def test_the_parser_gets_what_it_has_to_read(tmp_path: Path, words: tuple[str, ...]) -> None:
    """Help and mistakes are the parser's, as for every command."""
    done = seatrial("next", *words, at=tmp_path)
    if words[0] in {"--help", "-h"}:
        assert (done.returncode, "Usage: seatrial next" in done.stdout) == (0, True)
    else:
        assert (done.returncode, "seatrial next --help" in done.stderr) == (2, True)


def test_a_long_history_is_decided(tmp_path: Path) -> None:
    """Thousands of commits since the release are counted, each once."""
    folder = tmp_path / "r"
    make_history(folder, 3000)
    document = json.loads(seatrial("next", "--json", at=folder).stdout)
    assert document["version"] == "1.1.0"
    assert document["reason"] == "500 features and 500 fixes since 1.0.0: minor."


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_whoever_stops_listening_is_no_fault(tmp_path: Path, unbuffered: str) -> None:
    """A reader that went away before the answer is met as with every other command."""
    made = hello(tmp_path / "r")
    endings = []
    for words in (["next"], ["sites", "--json"]):
        reader, writer = os.pipe()
        os.close(reader)
        with os.fdopen(writer, "wb") as gone:
            done = subprocess.run(
                [sys.executable, "-m", "seatrial", *words],
                cwd=made.folder,
                env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
                stdout=gone,
                stderr=subprocess.PIPE,
                check=False,
            )
        endings.append((done.returncode, done.stderr))
    assert endings[0] == endings[1]
    assert endings[0][1] == b""


def test_a_terminal_without_the_letters_gets_the_document(tmp_path: Path) -> None:
    """What the encoding of the terminal does not have is written otherwise."""
    pyproject = HELLO["pyproject.toml"] + '[tool.seatrial]\nbranch = "größe"\n'
    made = make_repository(tmp_path / "r", {**HELLO, "pyproject.toml": pyproject})
    made.tag("v0.1.0")
    made.commit("fix: ä", {"x": "1"})
    done = subprocess.run(
        [sys.executable, "-m", "seatrial", "next", "--json"],
        cwd=made.folder,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert json.loads(done.stdout)["version"] == "0.1.1"


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
def test_an_interruption_ends_it(tmp_path: Path) -> None:
    """Interrupted while git looks, it ends as every command does, and does not begin again."""
    made = hello(tmp_path / "r")
    (tmp_path / "bin").mkdir()
    asked = tmp_path / "asked"
    lifeline = Lifeline(tmp_path / "lifeline")
    os.mkfifo(asked)
    git = tmp_path / "bin" / "git"
    waiting = f"open({str(asked)!r}, 'w').close(); import time; time.sleep(600)"
    git.write_text("\n".join((f"#!{sys.executable}", lifeline.hold, waiting)))
    git.chmod(0o755)
    child = subprocess.Popen(
        [sys.executable, "-m", "seatrial", "next"],
        cwd=made.folder,
        env={**os.environ, "PATH": f"{git.parent}:{os.environ['PATH']}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    asked.read_bytes()  # Ends when the one who asks for the repository has been started.
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=60)
    assert (child.returncode, out) == (130, b"")
    assert b"Traceback" not in err
    assert lifeline.all_ended()


def test_the_answer_needs_no_command_line_library(tmp_path: Path) -> None:
    """It is asked for often, so what it can do without is not imported for it."""
    made = hello(tmp_path / "r")
    code = (
        "import sys; from seatrial.light import import_msgspec; import_msgspec(); "
        "from seatrial.cli.quick import answered; assert answered(['next']) == 0; "
        "heavy = {'click', 'rich', 'urllib3', 'tomlkit', 'ssl', 'inspect', 'typing_extensions', "
        "'platform', 'seatrial.repository.groups', 'packaging.requirements', "
        "'packaging.utils', 'seatrial.config.meaning'}; "
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=made.folder, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("0.1.1\n", "")


def coming(made: Repository) -> str:
    """Give the version that is printed, or nothing."""
    return seatrial("next", at=made.folder).stdout.strip()


def test_the_newest_tag_may_lie_on_another_branch(tmp_path: Path) -> None:
    """The last release is the highest one in the history, however high others are."""
    made = hello(tmp_path / "r")
    made.git("switch", "--quiet", "-c", "other")
    made.commit("feat: elsewhere", tag="v0.9.0")
    made.git("switch", "--quiet", "main")
    assert coming(made) == "0.1.1"
    made.git("switch", "--quiet", "other")
    assert coming(made) == ""
    made.commit("fix: there", {"a.txt": "a"})
    assert coming(made) == "0.9.1"


def test_a_tag_with_one_number_is_no_release_where_no_file_states_it(tmp_path: Path) -> None:
    """``v2`` of an action that lies beside the package says nothing of the package's versions."""
    made = hello(tmp_path / "r")
    made.tag("v2")
    made.commit("fix: more", {"a.txt": "a"})
    assert coming(made) == "0.1.1"
    stated = HELLO["pyproject.toml"].replace('version = "0.1.0"', 'version = "3"')
    made.commit("feat!: all new", {"pyproject.toml": stated}, tag="v3")
    made.commit("fix: more", {"a.txt": "b"})
    assert coming(made) == "3.0.1"
