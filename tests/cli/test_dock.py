from __future__ import annotations

import signal
import ssl
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from seatrial.process import child_environment


def begin(*options: str) -> subprocess.Popen[str]:
    """Begin a dock in the foreground."""
    argv = [sys.executable, "-m", "seatrial", "dock", *options]
    return subprocess.Popen(
        argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=child_environment()
    )


def end(dock: subprocess.Popen[str]) -> int:
    """Press Ctrl-C, and give the exit code."""
    dock.send_signal(signal.SIGINT)
    dock.communicate(timeout=30)
    return dock.returncode


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
def test_a_dock_says_how_to_be_a_publisher(tmp_path: Path) -> None:
    """What it prints is what a client needs: address, trust, and the variables of the job."""
    publisher = "demo=github:me/demo:release.yml:pypi"
    dock = begin("--tls", "--pending-publisher", publisher, "--dir", str(tmp_path / "dock"))
    assert dock.stdout is not None
    lines = [dock.stdout.readline().strip() for _ in range(11)]
    try:
        told = dict(
            line.removeprefix("export ").split("=", 1) for line in lines if "export" in line
        )
        trust = ssl.create_default_context(cafile=told["trust   export SSL_CERT_FILE"])
        with httpx.Client(verify=trust) as client:
            answer = client.get(
                told["ACTIONS_ID_TOKEN_REQUEST_URL"],
                params={"audience": "pypi"},
                headers={"Authorization": f"bearer {told['ACTIONS_ID_TOKEN_REQUEST_TOKEN']}"},
            )
            url = lines[0].split()[4]
            minted = client.post(f"{url}/_/oidc/mint-token", json={"token": answer.json()["value"]})
            assert minted.json()["success"] is True
    finally:
        assert end(dock) == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--publisher", "demo"), "reading the trusted publisher"),
        (("--pending-publisher", "demo=github:x"), "reading the trusted publisher"),
        (("--fault", "boom"), "reading the fault"),
    ],
)
def test_what_cannot_be_read_is_said(options: tuple[str, ...], said: str) -> None:
    """A publisher or a fault written otherwise ends the command with a sentence and code 2."""
    dock = begin(*options)
    _, err = dock.communicate(timeout=30)
    assert dock.returncode == 2
    assert said in err
