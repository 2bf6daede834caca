"""The one place that starts other programs.

Commands are argument lists, the working directory and the environment are stated, and a command
that takes too long, or that is interrupted, is ended together with all that it started.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

import msgspec

from seatrial.errors import StorageFault, TimedOut, ToolMissing
from seatrial.leftovers import noted
from seatrial.outputs import Reader, open_log
from seatrial.secret import Redactor

# The form "as the same name" hands the name on (PEP 484, "Stub files").
from seatrial.surroundings import child_environment as child_environment  # noqa: PLC0414

GRACE = 5.0
"""Seconds between asking a command to end and ending it."""

LAST_WORDS = 1.0
"""Seconds that what a finished command left running may go on printing to its log."""

LAST_LINES = 30
"""Lines of a failed command's output that a message shows."""

PIECE = 256 * 1024
"""Bytes of an output that are handed on at once."""


class Completed(msgspec.Struct, frozen=True, kw_only=True):
    """How a command ended.

    Attributes:
        code: its exit code; negative is the number of the signal that ended it.
        stdout: all it printed there, redacted; with a log, the last :data:`TAIL` bytes of both
            streams together.
        stderr: the same for the error stream; empty with a log.
        seconds: how long it ran.
    """

    code: int
    stdout: bytes
    stderr: bytes
    seconds: float

    @property
    def text(self) -> str:
        """Standard output as text, undecodable bytes shown as escapes."""
        return self.stdout.decode("utf-8", "backslashreplace")

    @property
    def said(self) -> str:
        """What it said of its failure: the error stream, else the output, else how it ended."""
        return self._words or f"it ended {self.ending} and said nothing"

    @property
    def account(self) -> str:
        """How it ended, and the last lines of what it said."""
        last = "\n".join(self._words.splitlines()[-LAST_LINES:])
        return f"it ended {self.ending}\n{last}" if last else self.said

    @property
    def _words(self) -> str:
        for stream in (self.stderr, self.stdout):
            text = stream.decode("utf-8", "backslashreplace").strip()
            if text:
                return text
        return ""

    @property
    def ending(self) -> str:
        """How it ended, as the end of a sentence: "with exit code 1", "by SIGKILL"."""
        if self.code >= 0:
            return f"with exit code {self.code}"
        try:
            return f"by {signal.Signals(-self.code).name}"
        except ValueError:
            return f"by signal {-self.code}"


class Runner:
    """Starts programs, waits for them, and never leaves one behind.

    Args:
        redactor: cleans what they print before anybody sees or stores it.
    """

    def __init__(self, redactor: Redactor | None = None) -> None:
        self.redactor = redactor or Redactor()
        self._printed = self.redactor
        self._children: set[subprocess.Popen[bytes]] = set()
        self._meanwhile: deque[Callable[[], object]] = deque()

    def reading(self) -> Runner:
        """Give a runner that ends with this one, for commands that print what is read on.

        Their standard output is given as it is: a path or a digest in which a secret would be
        replaced is another one. What they say on standard error is cleaned as ever.
        """
        runner = Runner(self.redactor)
        runner._printed = Redactor()
        runner._children = self._children
        return runner

    def meanwhile(self, work: Callable[[], object]) -> None:
        """Call something once the next logged command runs: there is time to get things ready.

        Args:
            work: it is quick, and what takes long goes on in a thread of its own.
        """
        self._meanwhile.append(work)

    def halt(self) -> None:
        """End every command that is under way, with all that it started; any thread may call it.

        Who waits for such a command sees it end by a signal.
        """
        for child in tuple(self._children):
            _signal(child, signal.SIGTERM)

    def run(
        self,
        argv: tuple[str, ...] | list[str],
        *,
        cwd: Path,
        env: Mapping[str, str] | None = None,
        timeout: float | None = None,
        stdin: bytes | None = None,
    ) -> Completed:
        """Run a command to its end.

        Args:
            argv: the program and its arguments; no shell reads them.
            cwd: the working directory.
            env: the whole environment; :func:`child_environment` when absent.
            timeout: seconds it may take; no limit when absent.
            stdin: what it reads; nothing when absent.

        Raises:
            ToolMissing: the program is not there, or cannot be started.
            TimedOut: it took longer, and was ended with all that it had started.
        """
        began = time.monotonic()
        with self._started(list(argv), cwd, child_environment() if env is None else env) as child:
            try:
                out, err = child.communicate(stdin if stdin is not None else b"", timeout=timeout)
            except subprocess.TimeoutExpired:
                said = self._end(child)
                raise _late(argv, timeout, said) from None
        return Completed(
            code=child.returncode,
            stdout=self._printed.clean(out),
            stderr=self.redactor.clean(err),
            seconds=time.monotonic() - began,
        )

    @contextlib.contextmanager
    def begun(
        self,
        argv: tuple[str, ...] | list[str],
        *,
        cwd: Path,
        env: Mapping[str, str] | None = None,
        stdin: bytes = b"",
    ) -> Iterator[Callable[[], Completed]]:
        """Run a command beside what the block does; it ends with the block.

        Args:
            argv: the program and its arguments; no shell reads them.
            cwd: the working directory.
            env: the whole environment; :func:`child_environment` when absent.
            stdin: what it reads, at once: no more than a pipe holds (4096 bytes, POSIX).

        Returns:
            What waits for its end, and gives it; to be called once, within the block.

        Raises:
            ToolMissing: the program is not there, or cannot be started.
        """
        began = time.monotonic()
        with self._started(list(argv), cwd, child_environment() if env is None else env) as child:
            if child.stdin is not None:
                # One that is gone already says so at its end; what is written goes when it closes.
                with contextlib.suppress(BrokenPipeError), child.stdin:
                    child.stdin.write(stdin)
                child.stdin = None

            def ended() -> Completed:
                out, err = child.communicate()
                return Completed(
                    code=child.returncode,
                    stdout=self._printed.clean(out),
                    stderr=self.redactor.clean(err),
                    seconds=time.monotonic() - began,
                )

            yield ended
            if child.poll() is None:
                _stop(child)

    def run_fed(
        self,
        argv: tuple[str, ...] | list[str],
        *,
        cwd: Path,
        take: Callable[[bytes], None],
        env: Mapping[str, str] | None = None,
        stdin: bytes = b"",
    ) -> Completed:
        """Run a command to its end, and hand on its standard output piece by piece as it comes.

        Args:
            argv: the program and its arguments; no shell reads them.
            cwd: the working directory.
            take: gets each piece, unredacted; what it raises ends the command.
            env: the whole environment; :func:`child_environment` when absent.
            stdin: what it reads, while it prints.

        Returns:
            How it ended; ``stdout`` is empty.

        Raises:
            ToolMissing: the program is not there, or cannot be started.
        """
        began = time.monotonic()
        with self._started(list(argv), cwd, child_environment() if env is None else env) as child:
            said: list[bytes] = []
            into, stdout, stderr = child.stdin, child.stdout, child.stderr
            if into is None or stdout is None or stderr is None:
                raise ToolMissing(argv[0], "its streams could not be connected")
            # A full pipe of errors would stop a child that we read no errors of.
            listener = threading.Thread(target=lambda: said.append(stderr.read()), daemon=True)
            listener.start()
            # So would one that waits until somebody reads what it printed so far.
            feeder = threading.Thread(target=_fed, args=(into, stdin), daemon=True)
            feeder.start()
            while piece := stdout.read1(PIECE):  # type: ignore[attr-defined]  # a BufferedReader
                take(piece)
            child.wait()
            listener.join()
            feeder.join()
        return Completed(
            code=child.returncode,
            stdout=b"",
            stderr=self.redactor.clean(b"".join(said)),
            seconds=time.monotonic() - began,
        )

    def run_logged(
        self,
        argv: tuple[str, ...] | list[str],
        *,
        cwd: Path,
        log: Path,
        env: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> Completed:
        """Run a command whose output goes to a file as it comes.

        Args:
            argv: the program and its arguments; no shell reads them.
            cwd: the working directory.
            log: both streams are added to this file, redacted; only their end stays in memory.
            env: the whole environment; :func:`child_environment` when absent.
            timeout: seconds it may take; no limit when absent.

        Raises:
            ToolMissing: the program is not there, or cannot be started.
            TimedOut: it took longer, and was ended with all that it had started.
            StorageFault: the log cannot be written.
        """
        began = time.monotonic()
        environment = child_environment() if env is None else env
        with (
            open_log(log) as sink,
            self._started(list(argv), cwd, environment, merged=True) as child,
            noted(log, child.pid),
        ):
            reader = Reader(child.stdout, sink, self.redactor)
            reader.start()
            while self._meanwhile:
                self._meanwhile.popleft()()
            late = False
            try:
                child.wait(timeout=timeout)
            except subprocess.TimeoutExpired:
                late = True
                _stop(child)
            reader.join(LAST_WORDS)
            if reader.is_alive():  # Something it left behind holds the pipe: nothing is left.
                _signal(child, _KILL)
                reader.join(GRACE)
            _signal(child, _KILL)
        if reader.failed is not None:
            raise StorageFault(str(log), str(reader.failed))
        tail = bytes(reader.tail)
        if late:
            words = tail[-2000:].decode("utf-8", "backslashreplace").strip()
            raise _late(argv, timeout, words)
        return Completed(
            code=child.returncode, stdout=tail, stderr=b"", seconds=time.monotonic() - began
        )

    @contextlib.contextmanager
    def _started(
        self, argv: list[str], cwd: Path, env: Mapping[str, str], *, merged: bool = False
    ) -> Iterator[subprocess.Popen[bytes]]:
        try:
            child = subprocess.Popen(
                argv,
                cwd=cwd,
                env=dict(env),
                stdin=subprocess.DEVNULL if merged else subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT if merged else subprocess.PIPE,
                start_new_session=sys.platform != "win32",
            )
        except OSError as error:
            raise ToolMissing(argv[0], str(error)) from error
        self._children.add(child)
        try:
            yield child
        except BaseException:
            _stop(child)
            raise
        finally:
            self._children.discard(child)
            for pipe in (child.stdin, child.stdout, child.stderr):
                if pipe is not None:
                    with contextlib.suppress(OSError, ValueError):
                        pipe.close()

    def _end(self, child: subprocess.Popen[bytes]) -> str:
        """End the child and its whole group; give the last of what it printed."""
        tail = b""
        for stop in (signal.SIGTERM, _KILL):
            _signal(child, stop)
            try:
                out, err = child.communicate(timeout=GRACE)
            except (subprocess.TimeoutExpired, ValueError):
                continue
            tail = self.redactor.clean(out + err)[-2000:]
            break
        _signal(child, _KILL)
        return tail.decode("utf-8", "backslashreplace").strip()


_KILL = getattr(signal, "SIGKILL", signal.SIGTERM)


def _late(argv: Sequence[str], timeout: float | None, words: str) -> TimedOut:
    """Say that a command was ended, and what it said last, if anything."""
    said = f". Its last words:\n{words}" if words else ", and not a word from it"
    return TimedOut(" ".join(argv[:3]), f"no end after {timeout:g} s{said}")


def _fed(into: IO[bytes], data: bytes) -> None:
    """Write what a command reads; one that is gone already says so at its end."""
    with contextlib.suppress(BrokenPipeError), into:
        into.write(data)


def _signal(child: subprocess.Popen[bytes], number: int) -> None:
    """Send a signal to the child's whole group; quiet when nobody is left."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            child.kill()
        else:
            os.killpg(child.pid, number)


def _stop(child: subprocess.Popen[bytes]) -> None:
    """Ask the child's group to end, and end it."""
    for number in (signal.SIGTERM, _KILL):
        _signal(child, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(timeout=GRACE)
            break
    _signal(child, _KILL)
