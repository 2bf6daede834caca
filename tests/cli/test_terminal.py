"""What a person sees on a terminal, and what goes to a file instead."""

from __future__ import annotations

import errno
import os
import pty
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from seatrial.cli.output import page_console, side_console
from seatrial.cli.progress import Steps
from seatrial.plan.released import ReleasedCommit
from seatrial.plan.state import Receipt
from seatrial.report.lines import prose
from seatrial.report.release import Edit, Installation, Released
from seatrial.report.text import show_release
from tests.report.made import HOSTILE, report
from tests.support.releases import scene

ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def shown(*, terminal: bool = True, width: int = 80, **changes: object) -> str:
    """Give the page of a report as a console shows it."""
    out = StringIO()
    console = Console(
        file=out, force_terminal=terminal, width=width, highlight=False, soft_wrap=not terminal
    )
    show_release(console, report(**changes))
    return out.getvalue()


def test_the_outcome_is_the_first_line_and_what_to_do_the_last() -> None:
    """A page begins with what came of it, and ends with what comes next."""
    lines = shown(terminal=False).strip().splitlines()
    assert lines[0] == "✓ Rehearsed demo 1.1.0 in 5.25 s"
    assert lines[-1].startswith("Next: ")


def test_what_is_between_colons_is_no_emoji(capfd: pytest.CaptureFixture[str]) -> None:
    """Foreign text such as an identifier with ``:a:`` in it is shown as it is."""
    for console in (page_console(), side_console()):
        console.print("cpe:2.3:a:demo")
    out = StringIO()
    prose(Console(file=out, force_terminal=True, highlight=False), "cpe:2.3:a:demo")
    done = capfd.readouterr()
    shown_so = (done.out, done.err, ESCAPE.sub("", out.getvalue()).rstrip() + "\n")
    assert shown_so == ("cpe:2.3:a:demo\n",) * 3


def test_without_a_terminal_there_is_no_colour() -> None:
    """A page in a file is plain text."""
    assert "\x1b" not in shown(terminal=False)
    assert "\x1b" in shown(terminal=True)


def test_what_others_wrote_steers_no_terminal() -> None:
    """Neither markup nor control characters in a commit's subject are obeyed."""
    subject = ReleasedCommit(id="f" * 40, subject=HOSTILE, effect="fix")
    text = shown(commits=(subject,), reason=HOSTILE)
    assert "[red]" in text
    assert "\x1b[2J" not in text
    assert "\\x1b[2J" in text


def test_a_long_diff_is_cut_short_on_a_terminal_only() -> None:
    """A lock file's diff does not scroll the page away, and is whole in a file."""
    long = "@@ -1 +1 @@\n" + "+line\n" * 100
    edits = (Edit(path="uv.lock", diff=long),)
    assert shown(edits=edits).count("+line") == 29
    assert "71 more lines" in shown(edits=edits)
    assert shown(edits=edits, terminal=False).count("+line") == 100


def test_commits_that_raise_the_version_come_first() -> None:
    """Among many commits the ones that tell are not buried."""
    chores = [ReleasedCommit(id="c" * 40, subject="chore", effect="other")] * 30
    feature = ReleasedCommit(id="f" * 40, subject="feat: more", effect="feature")
    text = shown(commits=(*chores, feature), terminal=False)
    assert text.index("feat: more") < text.index("chore")
    assert "… and 11 more" in text


def through_a_terminal(command: list[str], folder: Path, env: dict[str, str]) -> str:
    """Run a command whose output goes to a terminal; give all that it wrote there."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        command, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs
    ) as child:
        os.close(theirs)
        written = b""
        while True:
            try:
                data = os.read(ours, 65536)
            except OSError as error:
                # This is how a terminal says on Linux that nobody writes to it any more.
                if error.errno != errno.EIO:
                    raise
                break
            if not data:
                break
            written += data
        os.close(ours)
        assert child.wait(timeout=60) == 0, written.decode()
    return written.decode()


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such terminals")
def test_progress_goes_to_terminals_only(tmp_path: Path) -> None:
    """On a terminal each step has its line; elsewhere a good rehearsal says nothing on stderr."""
    with scene(tmp_path) as stage:
        command = [sys.executable, "-m", "seatrial", "rehearse"]
        env = stage.environment() | {"TERM": "xterm-256color", "COLUMNS": "100"}
        seen = through_a_terminal(command, stage.project.folder, env)
        plain = ESCAPE.sub("", seen).replace("\r", "\n")
        assert re.search(r"^✓ +[0-9.]+ s  build demo 1\.1\.0", plain, re.MULTILINE)
        assert re.search(
            r"^✓ +[0-9.]+ s  upload demo-1\.1\.0\.tar\.gz to main", plain, re.MULTILINE
        )
        assert "asking origin" in plain
        # Who saw them pass is not told again.
        assert "Steps" not in plain
        elsewhere = stage.seatrial("rehearse")
        assert elsewhere.stderr == ""
        assert "Steps" in elsewhere.stdout
        assert "\x1b" not in elsewhere.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such terminals")
def test_colour_can_be_declined(tmp_path: Path) -> None:
    """With NO_COLOR nothing is coloured, on a terminal too (no-color.org)."""
    with scene(tmp_path) as stage:
        env = stage.environment() | {"TERM": "xterm-256color", "NO_COLOR": "1"}
        command = [sys.executable, "-m", "seatrial", "plan"]
        seen = through_a_terminal(command, stage.project.folder, env)
        colours = {int(n) for c in re.findall(r"\x1b\[([0-9;]*)m", seen) for n in c.split(";") if n}
        assert "point of no return" in seen
        assert not colours & {*range(30, 50), *range(90, 108)}


def test_of_very_many_steps_those_of_a_kind_are_counted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A release of hundreds of packages passes in a line a kind, and not in one a step."""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    steps = Steps()
    builds = [f"build part-{number} 1.0" for number in range(150)]
    steps.expect([*builds, "push main and 150 tags to origin"])
    for key in builds:
        steps.started(key)
        steps.finished(key, "acted", Receipt(), 1.0)
    steps.finished("push main and 150 tags to origin", "acted", Receipt(), 1.0)
    lines = ESCAPE.sub("", capsys.readouterr().err).strip().splitlines()
    assert [line.split("s  ")[-1] for line in lines] == [
        "build: 150",
        "push main and 150 tags to origin",
    ]


def test_many_packages_are_counted_on_the_page() -> None:
    """Files, installations and steps of many packages are numbers; what failed is named."""
    packages = tuple(
        Released(name=f"part-{number}", version="1.0", previous="0.9", tag=f"part-{number}-v1.0")
        for number in range(30)
    )
    installations = tuple(
        Installation(package=one.name, source="pypi", python="3.12.1", ran=()) for one in packages
    )
    text = shown(terminal=False, packages=packages, installations=installations)
    assert "30 packages on Python 3.12.1, from pypi" in text
    assert "ran " not in text
    assert len(text.splitlines()) < 120
