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
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from seatrial.errors import TimedOut, ToolMissing
from seatrial.secret import Redactor

GRACE = 5.0
"""Seconds between asking a command to end and ending it."""

PASSED_ON = (
    "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TERM", "TMPDIR", "TEMP", "TMP",
    "TZ", "SSH_AUTH_SOCK", "GPG_TTY", "GNUPGHOME", "SSL_CERT_FILE", "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY",
    "http_proxy", "https_proxy", "no_proxy", "all_proxy", "SYSTEMROOT", "COMSPEC", "PATHEXT",
    "APPDATA", "LOCALAPPDATA", "PROGRAMFILES", "USERPROFILE", "CARGO_HOME", "RUSTUP_HOME",
    "JAVA_HOME", "CC", "CXX", "CFLAGS", "LDFLAGS", "MACOSX_DEPLOYMENT_TARGET", "SDKROOT",
    "DEVELOPER_DIR", "PYENV_ROOT",
)  # fmt: skip
"""Variables that a child gets from ours: what it needs to work, and nothing that logs in."""

PASSED_ON_PREFIXES = ("LC_", "XDG_", "PIP_", "UV_", "GIT_SSH", "GIT_AUTHOR_", "GIT_COMMITTER_")
WITHHELD = ("PASSWORD", "TOKEN", "SECRET", "USERNAME", "_AUTH")


class Completed(msgspec.Struct, frozen=True, kw_only=True):
    """How a command ended.

    Attributes:
        code: its exit code; negative is the number of the signal that ended it.
        stdout: all it printed there, redacted; empty when a log took it.
        stderr: the same for the error stream.
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
        """What it said of its failure: the error stream, else the output, else the code."""
        for stream in (self.stderr, self.stdout):
            text = stream.decode("utf-8", "backslashreplace").strip()
            if text:
                return text
        return f"it ended with exit code {self.code} and said nothing"


def child_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Give the environment for a child: the allowed part of ours, then ``extra``.

    Args:
        extra: variables to add or to replace.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in PASSED_ON
        or (
            name.startswith(PASSED_ON_PREFIXES)
            and not any(word in name.upper() for word in WITHHELD)
        )
    }
    return kept | dict(extra or {})


class Runner:
    """Starts programs, waits for them, and never leaves one behind.

    Args:
        redactor: cleans what they print before anybody sees or stores it.
    """

    def __init__(self, redactor: Redactor | None = None) -> None:
        self.redactor = redactor or Redactor()

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
                raise TimedOut(
                    " ".join(argv[:3]), f"no end after {timeout:g} s. Its last words:\n{said}"
                ) from None
        return Completed(
            code=child.returncode,
            stdout=self.redactor.clean(out),
            stderr=self.redactor.clean(err),
            seconds=time.monotonic() - began,
        )

    @contextlib.contextmanager
    def _started(
        self, argv: list[str], cwd: Path, env: Mapping[str, str]
    ) -> Iterator[subprocess.Popen[bytes]]:
        try:
            child = subprocess.Popen(
                argv,
                cwd=cwd,
                env=dict(env),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=sys.platform != "win32",
            )
        except (FileNotFoundError, NotADirectoryError, PermissionError) as error:
            raise ToolMissing(argv[0], str(error)) from error
        try:
            yield child
        except BaseException:
            self._end(child)
            raise

    def _end(self, child: subprocess.Popen[bytes]) -> str:
        """End the child and its whole group; give the last of what it printed."""
        for stop in (signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM)):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                if sys.platform == "win32":
                    child.kill()
                else:
                    os.killpg(child.pid, stop)
            with contextlib.suppress(subprocess.TimeoutExpired, ValueError):
                out, err = child.communicate(timeout=GRACE)
                tail = self.redactor.clean(out + err)[-2000:]
                return tail.decode("utf-8", "backslashreplace").strip()
        return ""
