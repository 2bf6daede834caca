"""Completion, as the shells ask for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.releases import scene

BASH = shutil.which("bash") or ""
COMMAND = Path(sys.executable).with_name("seatrial")


def asked(words: list[str], folder: Path, shell: str = "fish") -> list[str]:
    """Ask for what completes the last word, as the shell's script does; give the offers."""
    done = subprocess.run(
        [str(COMMAND)],
        cwd=folder,
        env=os.environ
        | {
            "_SEATRIAL_COMPLETE": f"{shell}_complete",
            "COMP_WORDS": " ".join(["seatrial", *words]),
            "COMP_CWORD": words[-1] if shell == "fish" else str(len(words)),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    offers = [line.partition(",")[2] for line in done.stdout.splitlines() if "," in line]
    return [offer.partition("\t")[0] for offer in offers]


@pytest.mark.parametrize(
    ("words", "offers"),
    [
        (["re"], ["rehearse", "release", "resume"]),
        (["config", "s"], ["show"]),
        (["rehearse", "--b"], ["--bump"]),
        (["rehearse", "--bump", "m"], ["major", "minor"]),
        (["explain", "ST205"], ["ST205"]),
        (["explain", "unk"], ["unknown-index", "unknown-run"]),
        (["publish", "x.whl", "--to", "t"], ["testpypi"]),
        (["completion", "z"], ["zsh"]),
    ],
    ids=" ".join,
)
def test_a_word_is_completed(tmp_path: Path, words: list[str], offers: list[str]) -> None:
    """Commands, options, choices, errors and indexes are offered, in no repository too."""
    assert asked(words, tmp_path) == offers


def test_names_of_the_repository_are_completed(tmp_path: Path) -> None:
    """Runs, and the indexes that the configuration describes, are offered by name."""
    failing = 'staging = "stage"\n[tool.seatrial.verify]\nrun = ["false"]\n'
    with scene(tmp_path, more=failing) as stage:
        assert stage.seatrial("release", "--yes").returncode == 1
        runs = [path.name for path in stage.project.folder.glob(".git/seatrial/runs/*")]
        assert len(runs) == 1
        assert asked(["resume", ""], stage.project.folder) == runs
        assert asked(["resume", "--path", "project", "2"], tmp_path) == runs
        assert asked(["resume", "1999"], stage.project.folder) == []
        indexes = asked(["rehearse", "--index", ""], stage.project.folder)
        assert indexes == ["pypi", "testpypi", "main", "stage"]


@pytest.mark.skipif(not BASH, reason="there is no bash")
def test_bash_completes(tmp_path: Path) -> None:
    """The script for bash, once read, completes what is typed."""
    script = tmp_path / "completion"
    with script.open("wb") as file:
        subprocess.run([str(COMMAND), "completion", "bash"], stdout=file, check=True)
    typed = """
    source "$1"
    complete -p seatrial
    COMP_WORDS=(seatrial re) COMP_CWORD=1
    _seatrial_completion seatrial
    echo "${COMPREPLY[@]}"
    """
    done = subprocess.run(
        [BASH, "--norc", "-c", typed, "bash", str(script)],
        env=os.environ | {"PATH": f"{COMMAND.parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "rehearse release resume"
    assert "_seatrial_completion" in done.stdout.splitlines()[0]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_a_script(shell: str, tmp_path: Path) -> None:
    """The script calls the command by its name, and is taken by the shell where there is one."""
    done = subprocess.run(
        [str(COMMAND), "completion", shell], capture_output=True, text=True, check=True
    )
    assert f"_SEATRIAL_COMPLETE={shell}_complete" in done.stdout
    if program := shutil.which(shell):
        script = tmp_path / "script"
        script.write_text(done.stdout)
        subprocess.run([program, "-n", str(script)], check=True)
