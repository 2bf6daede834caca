"""The one place that starts programs, and what it shows of their output."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from seatrial.errors import StorageFault, TimedOut, ToolMissing
from seatrial.outputs import TAIL
from seatrial.process import Completed, Runner, child_environment
from seatrial.secret import Redactor, Secret
from tests.support.lifelines import Lifeline


def python(code: str) -> list[str]:
    """Give a command that runs a piece of Python."""
    return [sys.executable, "-c", code]


def test_both_streams_come_to_the_log_in_their_order(tmp_path: Path) -> None:
    """A logged command's output is one text, in the log and at the caller."""
    code = "import os; os.write(1, b'a'); os.write(2, b'b'); os.write(1, b'c'); raise SystemExit(3)"
    log = tmp_path / "new" / "x.log"
    done = Runner().run_logged(python(code), cwd=tmp_path, log=log)
    assert (done.code, done.stdout, log.read_bytes()) == (3, b"abc", b"abc")


def test_a_log_grows_while_the_command_runs(tmp_path: Path) -> None:
    """What was printed can be read before the command ends."""
    log, go = tmp_path / "x.log", tmp_path / "go"
    os.mkfifo(go)
    seen: list[bytes] = []

    def look() -> None:
        with go.open("w"):  # Opens when the command reads, which is after it printed.
            while not log.exists() or not log.stat().st_size:
                pass
            seen.append(log.read_bytes())

    looker = threading.Thread(target=look)
    looker.start()
    Runner().run_logged(
        python(f"print('one', flush=True); open({str(go)!r}).read(); print('two')"),
        cwd=tmp_path, log=log, timeout=60,
    )  # fmt: skip
    looker.join()
    assert seen == [b"one\n"]
    assert log.read_bytes() == b"one\ntwo\n"


def test_only_the_end_of_a_long_output_is_kept_in_memory(tmp_path: Path) -> None:
    """Ten megabytes go to the log, and the caller gets the last piece."""
    log = tmp_path / "x.log"
    done = Runner().run_logged(
        python("for n in range(160): print('x' * 65535)\nprint('end')"), cwd=tmp_path, log=log
    )
    assert log.stat().st_size == 160 * 65536 + 4
    assert len(done.stdout) == TAIL
    assert done.stdout.endswith(b"xx\nend\n")


def test_a_secret_in_two_pieces_is_not_logged(tmp_path: Path) -> None:
    """A secret that is printed byte by byte is replaced, in the log and at the caller."""
    code = "import os\nfor byte in b'key=s3cret-longer! done': os.write(1, bytes([byte]))"
    runner = Runner(Redactor(Secret("s3cret"), Secret("s3cret-longer"), Secret("other")))
    done = runner.run_logged(python(code), cwd=tmp_path, log=tmp_path / "x.log")
    assert done.stdout == (tmp_path / "x.log").read_bytes() == b"key=***! done"


@pytest.mark.parametrize("size", range(1, 12))
def test_pieces_of_any_size_are_cleaned_alike(size: int) -> None:
    """Cutting the output elsewhere does not change what is shown of it."""
    text = b"ab abc abcdef abcde xabcdefy" * 3
    stream = Redactor(Secret("abc"), Secret("abcdef"), Secret("y")).stream()
    pieces = [stream.feed(text[at : at + size]) for at in range(0, len(text), size)]
    assert b"".join(pieces) + stream.close() == b"ab *** *** ***de x******" * 3


def test_a_child_that_stays_behind_does_not_hold_the_run(tmp_path: Path) -> None:
    """A command that ends while its child holds the output is over, and the child is ended."""
    lifeline = Lifeline(tmp_path / "lifeline")
    code = (
        f"{lifeline.hold}; import subprocess, sys; subprocess.Popen([sys.executable, '-c', "
        "'import time; time.sleep(600)'], close_fds=False)"
    )
    done = Runner().run_logged(python(code), cwd=tmp_path, log=tmp_path / "x.log", timeout=60)
    assert done.code == 0
    assert lifeline.all_ended()


@pytest.mark.parametrize("logged", [False, True])
def test_a_slow_command_is_ended_with_its_last_words(tmp_path: Path, *, logged: bool) -> None:
    """The error of a command that took too long shows what it said last, redacted."""
    argv = python("import time; print('waiting with s3cret', flush=True); time.sleep(600)")
    runner = Runner(Redactor(Secret("s3cret")))
    log = {"log": tmp_path / "x.log"} if logged else {}
    start: Callable[..., Completed] = runner.run_logged if logged else runner.run
    with pytest.raises(TimedOut) as caught:
        start(argv, cwd=tmp_path, timeout=1, **log)
    assert "waiting with ***" in caught.value.said


@pytest.mark.parametrize("logged", [False, True])
def test_a_slow_command_that_said_nothing_has_no_last_words(
    tmp_path: Path, *, logged: bool
) -> None:
    """Nobody is left to look for words after a colon that never came."""
    log = {"log": tmp_path / "x.log"} if logged else {}
    start: Callable[..., Completed] = Runner().run_logged if logged else Runner().run
    with pytest.raises(TimedOut) as caught:
        start(python("import time; time.sleep(600)"), cwd=tmp_path, timeout=1, **log)
    assert caught.value.said == "no end after 1 s, and not a word from it"


@pytest.mark.parametrize("program", ["no-such-program", "./folder", "./text"])
def test_what_cannot_be_started_is_said(tmp_path: Path, program: str) -> None:
    """A missing program, a folder and a text that is no program are tools that are missing."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "text").write_bytes(b"\x00")
    (tmp_path / "text").chmod(0o755)
    with pytest.raises(ToolMissing):
        Runner().run([program], cwd=tmp_path)


def test_a_log_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """A full disk under the log stops the command's success from being believed."""
    with pytest.raises(StorageFault):
        Runner().run_logged(python("print('x')"), cwd=tmp_path, log=Path("/dev/full"))
    (tmp_path / "file").touch()
    with pytest.raises(StorageFault):
        Runner().run_logged(python(""), cwd=tmp_path, log=tmp_path / "file" / "x.log")


def test_what_logs_in_is_not_handed_down(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings of the tools are passed on, their credentials are not."""
    for name in ("UV_PUBLISH_TOKEN", "UV_PUBLISH_PASSWORD", "TWINE_PASSWORD", "GITHUB_TOKEN"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("UV_INDEX_STRATEGY", "first-index")
    given = child_environment({"MORE": "1"})
    assert given["UV_INDEX_STRATEGY"] == "first-index"
    assert given["MORE"] == "1"
    assert not {name for name in given if "TOKEN" in name or "PASSWORD" in name}


def test_a_command_runs_beside_what_the_block_does(tmp_path: Path) -> None:
    """What was begun is under way within the block, and its end is given when it is asked for."""
    go = tmp_path / "go"
    os.mkfifo(go)
    code = f"print(open({str(go)!r}).read()); raise SystemExit(3)"
    with Runner().begun(python(code), cwd=tmp_path) as ended:
        go.write_text("hello")  # Opens when the command reads.
        done = ended()
    assert (done.code, done.text) == (3, "hello\n")


@pytest.mark.parametrize("fails", [False, True])
def test_a_command_that_nobody_waits_for_ends_with_its_block(
    tmp_path: Path, *, fails: bool
) -> None:
    """However the block ends, nothing that was begun in it runs on."""
    lifeline = Lifeline(tmp_path / "lifeline")
    ready = tmp_path / "ready"
    os.mkfifo(ready)
    code = f"{lifeline.hold}; open({str(ready)!r}, 'w').close(); import time; time.sleep(600)"
    with contextlib.suppress(KeyError), Runner().begun(python(code), cwd=tmp_path):
        ready.read_text()
        if fails:
            raise KeyError
    assert lifeline.all_ended()


def test_many_begun_at_once_each_give_their_own_output(tmp_path: Path) -> None:
    """A command whose output fills its pipe holds up no other."""
    large = python("print('x' * 1_000_000)")
    with contextlib.ExitStack() as begun:
        ended = [begun.enter_context(Runner().begun(large, cwd=tmp_path)) for _ in range(4)]
        assert [len(end().stdout) for end in ended] == [1_000_001] * 4


def test_a_command_that_is_gone_before_it_reads_says_so_at_its_end(tmp_path: Path) -> None:
    """Whoever began it hears of its exit code, and not of the pipe that nobody reads."""

    class Late(Runner):
        @contextlib.contextmanager
        def _started(
            self, argv: list[str], cwd: Path, env: Mapping[str, str], *, merged: bool = False
        ) -> Iterator[subprocess.Popen[bytes]]:
            with super()._started(argv, cwd, env, merged=merged) as child:
                child.wait()
                yield child

    with Late().begun(python("raise SystemExit(3)"), cwd=tmp_path, stdin=b"asked\n") as ended:
        assert ended().code == 3
